"""The word layers and `ner`, faster: spaCy's own, with matrix products by numpy and each different word embedded once.

Weights and their files are those of spaCy's architectures, and so are the names found: no more than the last bits of a
float differ. BLIS, by which thinc multiplies, takes its generic kernel on AMD's processors since Zen 3 (blis 1.2 and 1.3);
numpy's OpenBLAS is three times as fast there. What that brings is in docs/speed.md.

This file imports nothing but spaCy, thinc and numpy: it is copied into the wheel as it is.
"""

from collections.abc import Callable
from operator import is_
from threading import Lock
from typing import Any, Literal

import numpy
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model, NumpyOps
from thinc.types import Floats2d

# Different words whose vectors are kept: 96 numbers each, 8 MB.
KEPT = 20_000


def multiply_by_numpy(model: Model) -> Model:
    """The model, its products on a CPU by numpy. Layers on a GPU or on Apple's own backend stay as they are."""
    for node in model.walk():
        if type(node.ops) is NumpyOps:
            node.ops = NumpyOps(use_blis=False)
    return model


class KnownWords:
    """The forward pass of `spacy.MultiHashEmbed.v2` that looks at each different word once, as long as nothing is trained.

    forward: its own forward pass. The vectors of at most KEPT words are kept, none of those that come up inside
    `nlp.memory_zone`, and none of other weights. From the first step of a training on nothing is kept, as weights then
    change in their place.
    """

    def __init__(self, forward: Callable, trained: bool = False):
        self.forward = forward
        self.trained = trained
        self.lock = Lock()
        self.forget([], 0)

    def __reduce__(self):
        return KnownWords, (self.forward, self.trained)

    def forget(self, weights: list[Any], width: int) -> None:
        """Begin anew, with vectors of this width that these weights give."""
        self.weights = weights
        # Both at once: another thread may be reading.
        self.known: tuple[dict[bytes, int], numpy.ndarray] = {}, numpy.empty((KEPT if width else 0, width), "f")

    def __call__(self, model: Model, docs: list[Doc], is_train: bool) -> tuple[list[Floats2d], Callable]:
        if is_train:
            self.trained = True
            self.forget([], 0)
        if is_train or not isinstance(model.ops, NumpyOps) or not any(map(len, docs)):
            return self.forward(model, docs, is_train)
        return self.read(model, docs), lambda gradient: []

    def read(self, model: Model, docs: list[Doc]) -> list[Any]:
        """Vectors of the words of each doc, shape (tokens, width)."""
        extract, _, embed, mix, _ = model.layers
        ids = numpy.concatenate(extract.predict(docs))
        # What the layer sees of a word is the bytes of its row.
        words = ids.view(f"V{ids.itemsize * ids.shape[1]}").ravel().tolist()
        weights = [node.get_param(name) for node in model.walk() for name in node.param_names]
        if len(weights) != len(self.weights) or not all(map(is_, weights, self.weights)):
            self.forget(weights, model.get_dim("nO"))
        known, table = self.known
        rows = numpy.array([known.get(word, -1) for word in words])
        found, new = table[rows], rows < 0
        first: dict[bytes, int] = {}
        for place in new.nonzero()[0].tolist():
            first.setdefault(words[place], place)
        if first:
            vectors = mix.predict(embed.predict(ids[list(first.values())]))
            number = {word: i for i, word in enumerate(first)}
            found[new] = vectors[[number[words[place]] for place in new.nonzero()[0].tolist()]]
            if not self.trained and not docs[0].vocab.in_memory_zone:  # type: ignore[attr-defined]
                self.keep(list(first)[:KEPT], vectors[:KEPT])
        return numpy.split(found, numpy.cumsum([len(doc) for doc in docs])[:-1])

    def keep(self, words: list[bytes], vectors: numpy.ndarray) -> None:
        """Keep these vectors; if there is no room, instead of those kept before."""
        with self.lock:
            if len(self.known[0]) + len(words) > KEPT:
                self.forget(self.weights, vectors.shape[1])
            known, table = self.known
            new = [number for number, word in enumerate(words) if word not in known]
            start, end = len(known), len(known) + len(new)
            table[start:end] = vectors[new]
            known.update(zip([words[number] for number in new], range(start, end)))


@registry.architectures("ar_news.Tok2Vec.v1")
def make_word_layers(
    embed: Model[list[Doc], list[Floats2d]], encode: Model[list[Floats2d], list[Floats2d]]
) -> Model[list[Doc], list[Floats2d]]:
    """`spacy.Tok2Vec.v2` with the same arguments, weights and files."""
    model = multiply_by_numpy(registry.architectures.get("spacy.Tok2Vec.v2")(embed, encode))
    # Others, such as one with static vectors, read every word each time.
    if [len(embed.layers), embed.layers[0].name] == [5, "extract_features"]:
        embed._func = KnownWords(embed._func)
    return model


@registry.architectures("ar_news.TransitionBasedParser.v1")
def make_parser(
    tok2vec: Model[list[Doc], list[Floats2d]],
    state_type: Literal["parser", "ner"],
    extra_state_tokens: bool,
    hidden_width: int,
    maxout_pieces: int,
    use_upper: bool,
    nO: int | None = None,
) -> Model:
    """`spacy.TransitionBasedParser.v2` with the same arguments, weights and files."""
    make = registry.architectures.get("spacy.TransitionBasedParser.v2")
    return multiply_by_numpy(
        make(tok2vec, state_type, extra_state_tokens, hidden_width, maxout_pieces, use_upper, nO=nO)
    )
