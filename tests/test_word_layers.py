"""The fast word layers and parser: the weights, files and names of spaCy's own, and a cache that knows its bounds."""

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
import spacy
from spacy.training import Example
from thinc.api import NumpyOps

from ar_news.comparison.speed import ARCHITECTURES
from ar_news.pipeline import listener, name_rules, second_look, word_layers  # noqa: F401  (importing them registers what the config names)
from ar_news.pipeline.word_layers import KnownWords
from conftest import ROOT

STOCK = ARCHITECTURES["stock"]


def names(nlp, texts, **settings):
    return [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in nlp.pipe(texts, **settings)]


def known(nlp):
    """The fast forward pass of the pipeline's embedding layer."""
    return nlp.get_pipe("tok2vec").model.get_ref("embed")._func


def test_the_same_files_give_the_same_names_by_our_layers_and_by_spacys(small_pipeline, small_texts, tmp_path):
    ours, stock = spacy.load(small_pipeline), spacy.load(small_pipeline, config=STOCK)
    found = names(ours, small_texts)
    assert sum(map(len, found)) > 100
    assert found == names(stock, small_texts) == names(ours, small_texts, batch_size=1)
    for name in ("tok2vec", "ner"):
        assert ours.get_pipe(name).model.to_bytes() == stock.get_pipe(name).model.to_bytes()
    stock.to_disk(tmp_path / "stock")
    assert names(spacy.load(tmp_path / "stock"), small_texts) == found


def test_a_pipeline_made_before_loads_and_reads_with_spacys_own_layers(small_pipeline):
    older = spacy.load(small_pipeline, config=STOCK)
    assert all(type(node.ops) is NumpyOps and node.ops.use_blis for node in older.get_pipe("tok2vec").model.walk())


def test_other_pipelines_of_the_process_multiply_as_before(small_pipeline):
    spacy.load(small_pipeline)
    other = spacy.blank("ar")
    other.add_pipe("tok2vec")
    assert all(node.ops.use_blis for node in other.get_pipe("tok2vec").model.walk())


def test_each_different_word_is_embedded_once(small_pipeline, small_texts, monkeypatch):
    ours, asked = spacy.load(small_pipeline), []
    mix = ours.get_pipe("tok2vec").model.get_ref("embed").layers[3]
    forward = mix._func
    monkeypatch.setattr(mix, "_func", lambda model, X, is_train: asked.append(len(X)) or forward(model, X, is_train))
    names(ours, [small_texts[0]] * 3)
    names(ours, [small_texts[0]])
    (number,) = asked
    doc = ours.make_doc(small_texts[0])
    assert number == len({(token.norm, token.prefix, token.suffix) for token in doc}) < len(doc)


def test_the_cache_is_bounded_and_does_not_change_what_is_found(small_pipeline, small_texts, monkeypatch):
    whole = names(spacy.load(small_pipeline), small_texts)
    for most in (1, 50, 300):
        monkeypatch.setattr(word_layers, "KEPT", most)
        ours = spacy.load(small_pipeline)
        assert names(ours, small_texts, batch_size=2) == whole
        rows, table = known(ours).known
        assert 0 < len(rows) <= most and len(table) == most


def test_words_of_a_memory_zone_are_forgotten_at_its_end(small_pipeline, small_texts):
    ours = spacy.load(small_pipeline)
    ours(small_texts[0])
    words, runs = dict(known(ours).known[0]), dict(ours.tokenizer._cache.kept)
    with ours.memory_zone():
        found = names(ours, small_texts)
    assert known(ours).known[0] == words and ours.tokenizer._cache.kept == runs and ours.tokenizer._zone is None
    assert names(ours, small_texts) == found


def test_other_weights_are_not_answered_with_vectors_of_the_old_ones(small_pipeline, small_texts, tmp_path):
    ours, other = spacy.load(small_pipeline), spacy.load(small_pipeline)
    text = small_texts[0]
    ours(text)
    embed = other.get_pipe("tok2vec").model.get_ref("embed")
    for node in embed.walk():
        if node.has_param("E"):
            node.set_param("E", node.get_param("E") + 0.5)
    ours.get_pipe("tok2vec").model.from_bytes(other.get_pipe("tok2vec").model.to_bytes())
    wanted = spacy.load(small_pipeline, config=STOCK)
    wanted.get_pipe("tok2vec").model.from_bytes(other.get_pipe("tok2vec").model.to_bytes())
    numpy.testing.assert_allclose(ours(text).tensor, wanted(text).tensor, atol=1e-4)


def test_while_it_is_trained_nothing_is_kept(small_pipeline, small_texts):
    ours, stock = spacy.load(small_pipeline), spacy.load(small_pipeline, config=STOCK)
    text = small_texts[0]
    optimizer = ours.resume_training()
    for _ in range(2):
        ours(text)
        ours.update([Example.from_dict(ours.make_doc(text), {"entities": []})], sgd=optimizer)
        assert not known(ours).known[0]
        stock.get_pipe("tok2vec").model.from_bytes(ours.get_pipe("tok2vec").model.to_bytes())
        numpy.testing.assert_allclose(ours(text).tensor, stock(text).tensor, atol=1e-4)


def test_threads_that_read_at_once_find_the_same(small_pipeline, small_texts, monkeypatch):
    monkeypatch.setattr(word_layers, "KEPT", 200)
    ours = spacy.load(small_pipeline)
    embed = ours.get_pipe("tok2vec").model.get_ref("embed")
    docs = [ours.make_doc(text) for text in small_texts * 6]
    alone = [known(ours).forward(embed, [doc], False)[0][0] for doc in docs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda doc: embed.predict([doc])[0], docs))
    for one, other in zip(alone, together):
        numpy.testing.assert_allclose(one, other, atol=1e-5)


def test_it_can_be_pickled_without_what_it_knows(small_pipeline, small_texts):
    ours = spacy.load(small_pipeline)
    ours(small_texts[0])
    copy = pickle.loads(pickle.dumps(known(ours)))
    assert isinstance(copy, KnownWords) and copy.known[0] == {} and not copy.trained


def test_empty_docs_are_read(small_pipeline, small_texts):
    ours = spacy.load(small_pipeline)
    some = ["", small_texts[0], ""]
    assert names(ours, some) == names(spacy.load(small_pipeline, config=STOCK), some)
    assert names(ours, ["", ""]) == [[], []]


THREADS = """
import sys
sys.path.insert(0, sys.argv[1])
if sys.argv[2] == "command":
    import ar_news.cli
import ar_news.pipeline.word_layers, os
print(os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("VECLIB_MAXIMUM_THREADS"))
"""


@pytest.mark.parametrize(
    "start, asked, wanted",
    [
        ("command", {}, "1 1"),
        ("command", {"OPENBLAS_NUM_THREADS": "3"}, "3 1"),
        ("command", {"OMP_NUM_THREADS": "2"}, "None None"),
        ("pipeline", {}, "None None"),
    ],
)
def test_commands_use_one_thread_unless_asked_and_a_pipeline_leaves_its_users_threads_alone(start, asked, wanted):
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_THREADS")}
    command = [sys.executable, "-c", THREADS, str(ROOT / "scripts"), start]
    done = subprocess.run(command, env={**kept, **asked}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == wanted
