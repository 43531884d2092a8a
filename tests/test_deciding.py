"""Which configuration is kept: the one with the best mean over the devs."""

import json

import pytest

PERSON = [{"id": "a", "text": "قال ترامب", "spans": [[4, 9, "PERSON"]]}]
COUNTRY = [{"id": "b", "text": "زار كازاخستان ثم ليبيا", "spans": [[4, 13, "COUNTRY"], [17, 22, "COUNTRY"]]}]


@pytest.fixture
def devs(jsonl):
    """--dev arguments of two devs, of which the rules of the toy pipeline find all of the first and half of the second."""
    first, second = jsonl(*PERSON, name="dev.jsonl"), jsonl(*COUNTRY, name="real.jsonl")
    return ("--dev", f"dev={first}", "--dev", f"real={second}")


def test_the_mean_of_the_devs_is_told_and_written(script, devs, toy_model, tmp_path):
    done = script("compare_devs", toy_model, *devs, "--output", tmp_path / "devs.json")
    assert done.returncode == 0, done.stderr.decode()
    (row,) = json.loads((tmp_path / "devs.json").read_text(encoding="utf-8"))
    assert row["f1"] == {"dev": 1.0, "real": pytest.approx(2 / 3)} and row["mean"] == pytest.approx(5 / 6)
    assert done.stdout.decode().strip() == f"83.3  {toy_model}: dev 100.0, real 66.7"


def test_the_best_pipeline_stands_first(script, devs, toy_model, nlp, tmp_path):
    nlp.to_disk(tmp_path / "empty")
    done = script("compare_devs", tmp_path / "empty", toy_model, *devs)
    assert done.returncode == 0, done.stderr.decode()
    assert [line.split()[0] for line in done.stdout.decode().splitlines()] == ["83.3", "0.0"]


def test_real_articles_decide_beside_dev_where_they_are_there_and_everyday_ones_of_ours_until_then(
    monkeypatch, tmp_path
):
    from ar_news.scores import deciding

    monkeypatch.setattr(deciding, "DEVS", {name: tmp_path / f"{name}.jsonl" for name in ("dev", "real", "everyday")})
    for name in ("dev", "everyday"):
        (tmp_path / f"{name}.jsonl").touch()
    assert list(deciding.devs_there()) == ["dev", "everyday"]
    (tmp_path / "real.jsonl").touch()
    assert list(deciding.devs_there()) == ["dev", "real"]


def test_what_decides_is_told_by_name_where_nothing_of_it_is_there(monkeypatch, script, toy_model, tmp_path):
    from ar_news.scores import deciding

    monkeypatch.setattr(deciding, "DEVS", {"dev": tmp_path / "none.jsonl"})
    done = script("compare_devs", toy_model)
    assert done.returncode == 1
    assert (
        done.stderr.decode().strip()
        == f"error: none of {tmp_path / 'none.jsonl'} is there; name one by --dev NAME=FILE"
    )


@pytest.fixture
def tried(script, jsonl, toy_model, tmp_path):
    """Keep a trial in one file, and say what the file then holds."""
    test, file = jsonl(*PERSON, *COUNTRY, name="test.jsonl"), tmp_path / "trials.json"

    def keep(words, *more):
        done = script(
            "compare_seeds",
            toy_model,
            toy_model,
            "--test",
            f"dev={test}",
            "--trials",
            file,
            "--of",
            "all",
            "--tried",
            words,
            *more,
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(file.read_text(encoding="utf-8"))

    return keep


def test_a_trial_is_kept_with_its_spread_and_replaces_the_one_of_the_same_words(tried):
    tried("width 128")
    tried("as it is", "--kept")
    rows = tried("width 128", "--kept")["all"]
    assert list(rows) == ["width 128", "as it is"] and all(row["kept"] for row in rows.values())
    test = rows["width 128"]["tests"]["dev"]
    assert test["seeds"] == 2 and test["f1"] == {"mean": pytest.approx(0.8), "sd": 0.0}
    assert test["whole"] == {"mean": 0.5, "sd": 0.0}


def test_a_trial_without_a_name_or_into_another_file_is_told_and_nothing_is_written(script, jsonl, toy_model, tmp_path):
    test, other = jsonl(*PERSON, name="test.jsonl"), tmp_path / "other.json"
    other.write_text("[1]", encoding="utf-8")
    into = ("compare_seeds", toy_model, "--test", f"dev={test}", "--trials", other)
    assert (
        script(*into)
        .stderr.decode()
        .endswith("error: --trials: a trial has a group and a name; say --of and --tried\n")
    )
    done = script(*into, "--of", "all", "--tried", "it")
    assert done.returncode == 1 and done.stderr.decode().endswith(
        f"error: {other}: holds no trials; give another file\n"
    )
    assert other.read_text(encoding="utf-8") == "[1]"


def test_one_seed_has_no_spread_to_show():
    from ar_news.scores.trials import told

    score = {"f1": {"mean": 0.8, "sd": 0.0}, "whole": {"mean": 0.5, "sd": 0.0}}
    assert told({**score, "seeds": 1}, "dev") == "80.0" and told({**score, "seeds": 2}, "dev") == "80.0 ± 0.0"


def test_a_table_of_trials_shows_f_and_for_sentences_by_kind_the_share_read_whole(tried):
    from ar_news.scores.trials import trials_table

    rows = tried("width 128")["all"]
    rows["width 128"]["tests"]["kinds"] = rows["width 128"]["tests"]["dev"]
    rows["older"] = {"kept": True, "tests": {"dev": rows["width 128"]["tests"]["dev"]}}
    assert trials_table(rows).splitlines() == [
        "| tried | seeds | dev | kinds | kept |",
        "|-|-|-|-|-|",
        "| width 128 | 2 | 80.0 ± 0.0 | 50.0 ± 0.0 | no |",
        "| older | 2 | 80.0 ± 0.0 | – | yes |",
    ]
