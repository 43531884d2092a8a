"""A `ner` that is moved to another tokeniser says that it will miss names; in its own pipeline it says nothing."""

import warnings

import pytest
import spacy
from spacy.training import Example
from spacy.util import load_config, load_model_from_config

from ar_news.pipeline import edges, listener, name_rules, second_look  # noqa: F401  (importing them registers what the config names)
from conftest import ROOT


@pytest.fixture(scope="module")
def pipeline(nlp):
    """The pipeline of configs/cpu.cfg with random weights."""
    config = load_config(ROOT / "configs" / "cpu.cfg")
    made = load_model_from_config(config, auto_fill=True)
    made.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    example = Example.from_dict(made.make_doc("وصل ترامب"), {"entities": [(4, 9, "PERSON")]})
    made.initialize(lambda: [example])
    return made


@pytest.fixture(autouse=True)
def _nothing_said_yet():
    listener.warn_foreign.cache_clear()


def said(texts, nlp):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for text in texts:
            nlp(text)
    return [str(warning.message) for warning in caught if "ar_news" in str(warning.message)]


@pytest.mark.parametrize("names", [["ner"], ["tok2vec", "ner"]])
def test_ner_in_a_pipeline_with_another_tokeniser_warns_once(pipeline, names):
    other = spacy.blank("ar")
    for name in names:
        other.add_pipe(name, source=pipeline)
    (line,) = said(["وصل ترامب", "وصل ماكرون"], other)
    assert "the names behind them are missed: load the whole pipeline" in line


def test_in_its_own_pipeline_it_says_nothing(pipeline):
    assert said(["وصل ترامب", "وصل ماكرون"], pipeline) == []


def test_saved_and_loaded_it_gives_the_same_and_says_nothing(pipeline, tmp_path):
    pipeline.to_disk(tmp_path / "saved")
    loaded = spacy.load(tmp_path / "saved")
    assert said(["وصل ترامب"], loaded) == []
    for name in ("tok2vec", "ner"):
        assert loaded.get_pipe(name).model.to_bytes() == pipeline.get_pipe(name).model.to_bytes()


def test_it_works_in_two_processes(pipeline):
    texts = ["وصل ترامب إلى كازاخستان"] * 4
    one = [[ent.text for ent in doc.ents] for doc in pipeline.pipe(texts)]
    assert [[ent.text for ent in doc.ents] for doc in pipeline.pipe(texts, n_process=2, batch_size=2)] == one
