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
from spacy.util import load_config, load_model_from_config
from thinc.api import NumpyOps, fix_random_seed

from ar_news.pipeline import listener, word_layers  # noqa: F401  (importing them registers what the config names)
from ar_news.pipeline.word_layers import KnownWords
from conftest import ROOT, gold

STOCK = {
    "components.tok2vec.model.@architectures": "spacy.Tok2Vec.v2",
    "components.ner.model.@architectures": "spacy.TransitionBasedParser.v2",
}


@pytest.fixture(scope="module")
def texts():
    """Beginnings of articles: many different words, and some in all of them."""
    return [article["text"][:700] for article in gold("dev")[:10]]


@pytest.fixture(scope="module")
def folder(nlp, texts, tmp_path_factory):
    """A pipeline of configs/cpu.cfg that has learnt a little and so finds names, right and wrong ones."""
    fix_random_seed(0)
    made = load_model_from_config(load_config(ROOT / "configs" / "cpu.cfg"), auto_fill=True)
    examples = []
    for text, article in zip(texts, gold("dev")):
        doc = nlp.make_doc(text)
        spans = [doc.char_span(span["start"], span["end"], span["label"]) for span in article["spans"]]
        doc.ents = [span for span in spans if span]
        examples.append(Example(made.make_doc(text), doc))
    made.initialize(lambda: examples)
    made.tokenizer.from_bytes(nlp.tokenizer.to_bytes())
    optimizer = made.create_optimizer()
    for _ in range(15):
        for start in range(0, len(examples), 2):
            made.update(examples[start : start + 2], sgd=optimizer)
    path = tmp_path_factory.mktemp("fast") / "pipeline"
    made.to_disk(path)
    return path


def names(nlp, texts, **settings):
    return [[(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in nlp.pipe(texts, **settings)]


def known(nlp):
    """The fast forward pass of the pipeline's embedding layer."""
    return nlp.get_pipe("tok2vec").model.get_ref("embed")._func


def test_the_same_files_give_the_same_names_by_our_layers_and_by_spacys(folder, texts, tmp_path):
    ours, stock = spacy.load(folder), spacy.load(folder, config=STOCK)
    found = names(ours, texts)
    assert sum(map(len, found)) > 100
    assert found == names(stock, texts) == names(ours, texts, batch_size=1)
    for name in ("tok2vec", "ner"):
        assert ours.get_pipe(name).model.to_bytes() == stock.get_pipe(name).model.to_bytes()
    stock.to_disk(tmp_path / "stock")
    assert names(spacy.load(tmp_path / "stock"), texts) == found


def test_a_pipeline_made_before_loads_and_reads_with_spacys_own_layers(folder):
    older = spacy.load(folder, config=STOCK)
    assert all(type(node.ops) is NumpyOps and node.ops.use_blis for node in older.get_pipe("tok2vec").model.walk())


def test_other_pipelines_of_the_process_multiply_as_before(folder):
    spacy.load(folder)
    other = spacy.blank("ar")
    other.add_pipe("tok2vec")
    assert all(node.ops.use_blis for node in other.get_pipe("tok2vec").model.walk())


def test_each_different_word_is_embedded_once(folder, texts, monkeypatch):
    ours, asked = spacy.load(folder), []
    mix = ours.get_pipe("tok2vec").model.get_ref("embed").layers[3]
    forward = mix._func
    monkeypatch.setattr(mix, "_func", lambda model, X, is_train: asked.append(len(X)) or forward(model, X, is_train))
    names(ours, [texts[0]] * 3)
    names(ours, [texts[0]])
    (number,) = asked
    doc = ours.make_doc(texts[0])
    assert number == len({(token.norm, token.prefix, token.suffix) for token in doc}) < len(doc)


def test_the_cache_is_bounded_and_does_not_change_what_is_found(folder, texts, monkeypatch):
    whole = names(spacy.load(folder), texts)
    for most in (1, 50, 300):
        monkeypatch.setattr(word_layers, "KEPT", most)
        ours = spacy.load(folder)
        assert names(ours, texts, batch_size=2) == whole
        rows, table = known(ours).known
        assert 0 < len(rows) <= most and len(table) == most


def test_words_of_a_memory_zone_are_forgotten_at_its_end(folder, texts):
    ours = spacy.load(folder)
    ours(texts[0])
    words, runs = dict(known(ours).known[0]), dict(ours.tokenizer._cache.kept)
    with ours.memory_zone():
        found = names(ours, texts)
    assert known(ours).known[0] == words and ours.tokenizer._cache.kept == runs and ours.tokenizer._zone is None
    assert names(ours, texts) == found


def test_other_weights_are_not_answered_with_vectors_of_the_old_ones(folder, texts, tmp_path):
    ours, other = spacy.load(folder), spacy.load(folder)
    text = texts[0]
    ours(text)
    embed = other.get_pipe("tok2vec").model.get_ref("embed")
    for node in embed.walk():
        if node.has_param("E"):
            node.set_param("E", node.get_param("E") + 0.5)
    ours.get_pipe("tok2vec").model.from_bytes(other.get_pipe("tok2vec").model.to_bytes())
    wanted = spacy.load(folder, config=STOCK)
    wanted.get_pipe("tok2vec").model.from_bytes(other.get_pipe("tok2vec").model.to_bytes())
    numpy.testing.assert_allclose(ours(text).tensor, wanted(text).tensor, atol=1e-4)


def test_while_it_is_trained_nothing_is_kept(folder, texts):
    ours, stock = spacy.load(folder), spacy.load(folder, config=STOCK)
    text = texts[0]
    optimizer = ours.resume_training()
    for _ in range(2):
        ours(text)
        ours.update([Example.from_dict(ours.make_doc(text), {"entities": []})], sgd=optimizer)
        assert not known(ours).known[0]
        stock.get_pipe("tok2vec").model.from_bytes(ours.get_pipe("tok2vec").model.to_bytes())
        numpy.testing.assert_allclose(ours(text).tensor, stock(text).tensor, atol=1e-4)


def test_threads_that_read_at_once_find_the_same(folder, texts, monkeypatch):
    monkeypatch.setattr(word_layers, "KEPT", 200)
    ours = spacy.load(folder)
    embed = ours.get_pipe("tok2vec").model.get_ref("embed")
    docs = [ours.make_doc(text) for text in texts * 6]
    alone = [known(ours).forward(embed, [doc], False)[0][0] for doc in docs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda doc: embed.predict([doc])[0], docs))
    for one, other in zip(alone, together):
        numpy.testing.assert_allclose(one, other, atol=1e-5)


def test_it_can_be_pickled_without_what_it_knows(folder, texts):
    ours = spacy.load(folder)
    ours(texts[0])
    copy = pickle.loads(pickle.dumps(known(ours)))
    assert isinstance(copy, KnownWords) and copy.known[0] == {} and not copy.trained


def test_empty_docs_are_read(folder, texts):
    ours = spacy.load(folder)
    some = ["", texts[0], ""]
    assert names(ours, some) == names(spacy.load(folder, config=STOCK), some)
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
