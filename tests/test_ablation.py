"""The ablation: steps build on each other, figures are of the articles they say, seeds are summed up."""

import json

import pytest

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
