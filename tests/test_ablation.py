"""The ablation: steps build on each other, figures are of the articles they say, seeds are summed up."""
import json
import os

import pytest
from conftest import gold


@pytest.fixture
def articles(jsonl):
    """Files of gold articles: a few to train on, a few to score on."""
    return jsonl(*gold("dev")[:6], name="train.jsonl"), jsonl(*gold("dev")[6:8], name="dev.jsonl")


def test_a_step_may_go_on_from_the_pipeline_of_another(articles, tmp_path):
    import spacy
    from ablation import trained, write_docs

    few = {"training.max_steps": 4, "training.eval_frequency": 2}
    first = {"name": "first", "train": {str(articles[0]): 2}, "overrides": few}
    write_docs({str(articles[1]): 1}, tmp_path / "dev.spacy")
    before = trained(first, 0, tmp_path / "dev.spacy", tmp_path)
    # No step is taken, so that what comes out is what it began with.
    still = {**few, "training.optimizer.learn_rate": 0.0}
    after = trained({**first, "name": "second", "start": "first", "overrides": still}, 0, tmp_path / "dev.spacy", tmp_path)
    layers = [spacy.load(model).get_pipe("tok2vec").model.to_bytes() for model in (before, after)]
    assert layers[0] == layers[1]


def test_a_pipeline_is_measured_again_only_when_it_or_the_test_articles_are_newer(toy_model, articles, tmp_path):
    from ablation import fresh, measured

    sources = [toy_model / "meta.json", articles[1]]
    cache = tmp_path / "measured.json"
    assert not fresh(cache, sources)
    row = measured(toy_model, [f"dev={articles[1]}"], cache)
    assert row == json.loads(cache.read_text(encoding="utf-8"))
    assert 0 < row["tests"]["dev"]["ALL"]["support"] and row["words_per_second"] > 0
    assert fresh(cache, sources)
    later = cache.stat().st_mtime + 10
    os.utime(articles[1], (later, later))
    assert not fresh(cache, sources)


def test_seeds_are_summed_up_by_mean_and_deviation():
    from ablation import summary

    rest = {"words_per_second": 10, "memory_mb": 1, "megabytes": 1, "train_seconds": 60}
    runs = [{"tests": {"dev": {"ALL": {"f1": f1}}}, **rest} for f1 in (0.8, 0.9)]
    found = summary(runs)
    assert found["f1"]["dev"]["ALL"] == pytest.approx({"mean": 0.85, "sd": 0.05, "n": 2})
    assert found["train_seconds"] == 60


def test_no_step_is_trained_more_often_than_it_is_worth(tmp_path, monkeypatch):
    import ablation

    def trained(step, seed, dev, output):
        (tmp_path / str(seed)).mkdir(exist_ok=True)
        (tmp_path / str(seed) / "seconds.json").write_text("60")
        return tmp_path / str(seed) / "model-best"

    monkeypatch.setattr(ablation, "trained", trained)
    times = [len(list(ablation.pipelines({"train": {}, **step}, 3, tmp_path, tmp_path))) for step in ({}, {"most": 1})]
    assert times == [3, 1]


def test_a_step_of_ready_pipelines_is_left_out_where_there_are_none(tmp_path, capsys):
    from ablation import pipelines

    step = {"name": "plain", "pipelines": "training/no-such-folder/*/pipeline", "missing": "run `spacy project run plain`"}
    assert not list(pipelines(step, 1, tmp_path, tmp_path))
    assert "plain: left out" in capsys.readouterr().out
