"""The signs of print and of the keyboard: training sees both, on the same tokens with the same names."""

import random

import pytest
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.util import load_config, resolve_dot_names

from ar_news.training.signs import make_signs, rewritten
from conftest import ROOT, gold

TEXT = "قال ترامب لـ«رويترز»: «نعم»، – ثم صمت… فهل عاد؟ وزاد الدخل ٥٪؛ انتهى في Foo-Bar, Inc"
TYPED = 'قال ترامب لـ"رويترز": "نعم", - ثم صمت... فهل عاد? وزاد الدخل ٥%; انتهى في Foo-Bar, Inc'
CURLY = "قال ترامب لـ“رويترز”: “نعم”، – ثم صمت… فهل عاد؟ وزاد الدخل ٥٪؛ انتهى في Foo-Bar, Inc"


def spelt(doc, style):
    return "".join(word + token.whitespace_ for word, token in zip(rewritten(doc, style), doc))


@pytest.mark.parametrize("text", [TEXT, TYPED, CURLY])
@pytest.mark.parametrize("style, expected", [(0, TYPED), (1, TEXT), (2, CURLY)])
def test_an_article_is_written_in_one_style_whatever_it_was(nlp, text, style, expected):
    assert spelt(nlp.make_doc(text), style) == expected


@pytest.mark.parametrize("style", [0, 1, 2])
def test_the_signs_of_every_style_have_the_same_norm(nlp, style):
    doc = nlp.make_doc(TEXT)
    assert [token.norm_ for token in nlp.make_doc(spelt(doc, style))] == [token.norm_ for token in doc]


def test_names_stay_on_their_tokens_and_what_is_unknown_stays_so(nlp):
    random.seed(0)
    doc = nlp.make_doc(TEXT)
    doc.set_ents([doc.char_span(4, 9, "PERSON"), doc.char_span(13, 19, "MEDIA")], missing=[doc[5:7]], default="outside")
    seen = set()
    for _ in range(30):
        (example,) = make_signs(1.0)(nlp, Example(nlp.make_doc(TEXT), doc))
        seen.add(example.reference.text)
        assert [(ent.text, ent.label_) for ent in example.reference.ents] == [("ترامب", "PERSON"), ("رويترز", "MEDIA")]
        assert [token.ent_iob for token in example.reference] == [token.ent_iob for token in doc]
        assert example.predicted.text == example.reference.text and not example.predicted.ents
    assert seen == {TEXT, TYPED, CURLY}


@pytest.mark.parametrize("level, changed", [(0.0, 0), (1.0, 20)])
def test_the_level_is_the_share_of_articles_that_are_changed(nlp, level, changed):
    texts = [article["text"] for article in gold("dev")[:20]]
    made = [next(make_signs(level)(nlp, Example(nlp.make_doc(text), nlp.make_doc(text)))) for text in texts]
    # The keyboard's signs in place of the same ones are no change that a text shows.
    assert sum(example.reference.text != text for example, text in zip(made, texts)) <= changed
    assert any(example.reference.text != text for example, text in zip(made, texts)) == bool(changed)


def test_the_training_articles_of_the_config_go_through_it_and_the_dev_articles_do_not(nlp, tmp_path):
    DocBin(docs=[nlp.make_doc(TEXT)] * 60).to_disk(tmp_path / "docs.spacy")
    paths = {"paths.train": str(tmp_path / "docs.spacy"), "paths.dev": str(tmp_path / "docs.spacy")}
    config = load_config(ROOT / "configs" / "cpu.cfg", overrides=paths).interpolate()
    train, dev = resolve_dot_names(config, ["corpora.train", "corpora.dev"])
    random.seed(0)
    assert {example.reference.text for example in train(nlp)} == {TEXT, TYPED, CURLY}
    assert {example.reference.text for example in dev(nlp)} == {TEXT}
