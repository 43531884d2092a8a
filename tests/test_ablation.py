"""The ablation: steps build on each other, figures are of the articles they say, seeds are summed up."""

import json

import pytest

from ar_news.data.files import InputError
from conftest import gold


@pytest.fixture
def articles(jsonl):
    """Files of gold articles: a few to train on, a few to score on."""
    return jsonl(*gold("dev")[:6], name="train.jsonl"), jsonl(*gold("dev")[6:8], name="dev.jsonl")


FEW = {"training.max_steps": 4, "training.eval_frequency": 2}


@pytest.fixture
def base(articles, tmp_path):
    """Folder of a run with its dev articles."""
    from ar_news.comparison.ablation import write_docs

    (tmp_path / "data").mkdir()
    write_docs({str(articles[1]): 1}, tmp_path / "data" / "dev.spacy")
    return tmp_path


def test_a_step_may_go_on_from_the_pipeline_of_another(articles, base):
    import spacy

    from ar_news.comparison.ablation import trained

    first = {"name": "first", "train": {str(articles[0]): 2}, "overrides": FEW}
    before, _ = trained(first, 0, base, {})
    # No step is taken, so that what comes out is what it began with.
    still = {**FEW, "training.optimizer.learn_rate": 0.0}
    after, _ = trained({**first, "name": "second", "start": "first", "overrides": still}, 0, base, {})
    layers = [spacy.load(model).get_pipe("tok2vec").model.to_bytes() for model in (before, after)]
    assert layers[0] == layers[1]


def test_a_step_is_trained_again_when_its_articles_or_settings_change_and_only_then(articles, base, capsys):
    from ar_news.comparison.ablation import trained

    step = {"name": "first", "train": {str(articles[0]): 1}, "overrides": FEW}
    _model, _ = trained(step, 0, base, {})
    stamp = base / "ablation" / "first" / "0" / "model.stamp.json"
    made = [stamp.read_text(encoding="utf-8")]
    trained(step, 0, base, {})
    assert stamp.read_text(encoding="utf-8") == made[0] and capsys.readouterr().out.count("up to date") == 2
    trained(step, 0, base, {"training.dropout": 0.3})
    made.append(stamp.read_text(encoding="utf-8"))
    lines = articles[0].read_text(encoding="utf-8").splitlines(keepends=True)
    articles[0].write_text("".join(lines[:3]), encoding="utf-8")
    trained(step, 0, base, {"training.dropout": 0.3})
    made.append(stamp.read_text(encoding="utf-8"))
    assert len(set(made)) == 3


def test_a_pipeline_is_measured_again_only_when_it_or_the_test_articles_changed(toy_model, articles, tmp_path, capsys):
    from ar_news.comparison.ablation import measured

    cache = tmp_path / "measured.json"
    row = measured(toy_model, [f"dev={articles[1]}"], cache)
    assert row == json.loads(cache.read_text(encoding="utf-8"))
    assert row["tests"]["dev"]["ALL"]["support"] > 0 and row["words_per_second"] > 0
    assert measured(toy_model, [f"dev={articles[1]}"], cache) == row and "up to date" in capsys.readouterr().out
    lines = articles[1].read_text(encoding="utf-8").splitlines(keepends=True)
    articles[1].write_text(lines[0], encoding="utf-8")
    again = measured(toy_model, [f"dev={articles[1]}"], cache)
    assert again["tests"]["dev"]["ALL"]["support"] < row["tests"]["dev"]["ALL"]["support"]


def test_seeds_are_summed_up_by_mean_and_deviation():
    from ar_news.comparison.ablation import summary

    rest = {"words_per_second": 10, "memory_mb": 1, "megabytes": 1, "train_seconds": 60}
    runs = [{"tests": {"dev": {"ALL": {"f1": f1}}}, **rest} for f1 in (0.8, 0.9)]
    found = summary(runs)
    assert found["f1"]["dev"]["ALL"] == pytest.approx({"mean": 0.85, "sd": 0.05, "n": 2})
    assert found["train_seconds"] == 60


def test_an_interval_that_is_the_same_in_all_seeds_is_summed_up_as_any_other():
    from ar_news.scores.spread import summed

    same = {"mean": 0.0, "sd": 0.0}, {"mean": 1.0, "sd": 0.0}
    assert summed([{"interval": [0.0, 1.0], "support": 2}] * 3) == {"interval": [*same], "support": 2}


def test_no_step_is_trained_more_often_than_it_is_worth(tmp_path, monkeypatch):
    from ar_news.comparison import ablation

    monkeypatch.setattr(ablation, "trained", lambda step, seed, base, overrides: (base / str(seed), 60))
    times = [len(list(ablation.pipelines({"train": {}, **step}, 3, tmp_path, {}))) for step in ({}, {"most": 1})]
    assert times == [3, 1]


def test_a_step_of_ready_pipelines_is_left_out_where_there_are_none(tmp_path, capsys):
    from ar_news.comparison.ablation import pipelines

    step = {"name": "plain", "pipelines": "no-such-folder/*/pipeline", "missing": "run `spacy project run plain`"}
    assert not list(pipelines(step, 1, tmp_path, {}))
    assert "plain: left out" in capsys.readouterr().out


@pytest.fixture
def yardsticks(jsonl):
    """A folder with two files of gold articles and a page that tells of them."""
    first = jsonl(*gold("dev")[:2], name="my_real/open.jsonl")
    jsonl(*gold("dev")[2:5], name="my_real/everyday.jsonl")
    jsonl(*gold("dev")[5:6], name="my_real/older/open.jsonl")
    (first.parent / "README.md").write_text("two yardsticks", encoding="utf-8")
    return first.parent


def test_the_files_of_a_folder_are_scored_apart_each_under_its_own_name(script, toy_model, yardsticks, jsonl, tmp_path):
    train, output = jsonl(*gold("train")[:2], name="train.jsonl"), tmp_path / "seeds.json"
    given = ("--test", f"own={train}", "--test", f"real={yardsticks}")
    done = script("compare_seeds", toy_model, "--train", train, *given, "--output", output)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(output.read_text(encoding="utf-8"))
    assert [(name, row["articles"]) for name, row in found.items()] == [("own", 2), ("everyday", 3), ("open", 2)]


def test_a_single_file_is_scored_under_the_name_that_it_is_given_and_not_twice(yardsticks, capsys):
    from ar_news.scores.measuring import read_tests

    file = yardsticks / "open.jsonl"
    assert list(read_tests([f"real={file}"])) == ["real"]
    assert list(read_tests([f"test={file}", f"real={file}"])) == ["test"]
    assert f"real: left out, as {file} is test already" in capsys.readouterr().out
    assert list(read_tests([f"test={file}", f"real={yardsticks}"])) == ["test", "everyday"]
    assert list(read_tests([f"open={file}", f"real={yardsticks}"])) == ["open", "everyday"]


def test_a_folder_without_gold_articles_is_told_before_anything_is_trained(articles, base, tmp_path):
    from ar_news.comparison.ablation import ablation

    (tmp_path / "my_real").mkdir()
    with pytest.raises(InputError) as told:
        next(ablation(tmp_path, base, [f"dev={articles[1]}", f"real={tmp_path / 'my_real'}"], 1, [], FEW))
    assert (
        str(told.value)
        == f"{tmp_path / 'my_real'}: no .jsonl file in this folder; put gold articles there, or name a file"
    )
    assert not (base / "ablation").exists()


@pytest.mark.parametrize("second", ["real={folder}", "open={folder}/everyday.jsonl"])
def test_a_name_that_two_files_have_is_told(articles, yardsticks, second):
    from ar_news.scores.measuring import read_tests

    first, again = articles[1], second.format(folder=yardsticks)
    with pytest.raises(InputError) as told:
        read_tests([f"open={first}", again])
    file = yardsticks / ("open.jsonl" if again.startswith("real") else "everyday.jsonl")
    assert str(told.value) == f"{file}: its name open is that of {first} already; give it another name"


def test_a_pipeline_is_measured_again_when_a_file_of_a_folder_changed(toy_model, yardsticks, jsonl, tmp_path, capsys):
    from ar_news.comparison.ablation import measured

    def names(told):
        row = measured(toy_model, [f"real={yardsticks}"], tmp_path / "measured.json")
        assert ("up to date" in capsys.readouterr().out) == told
        return {name: scores["ALL"]["support"] for name, scores in row["tests"].items()}

    first = names(False)
    assert list(first) == ["everyday", "open"] and names(True) == first
    jsonl(*gold("dev")[:1], name="my_real/open.jsonl")
    second = names(False)
    assert second["open"] < first["open"] and second["everyday"] == first["everyday"]
    (yardsticks / "everyday.jsonl").rename(yardsticks / "ordinary.jsonl")
    assert list(names(False)) == ["open", "ordinary"]
