"""Text windows for spacy-transformers: every token is read, and no wordpiece crosses a token boundary inside a word.

This file imports nothing but spaCy, catalogue, thinc and numpy: it is copied into the wheel as it is.
"""

import itertools
import os
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import catalogue
import numpy
from spacy.tokens import Doc, Span
from spacy.util import logger, registry
from thinc.api import Model
from thinc.compat import torch

# spaCy imports all that is registered when it looks for any name, also where spacy-transformers is not installed.
if TYPE_CHECKING:
    from spacy_transformers.data_classes import FullTransformerBatch

annotation_setters = catalogue.create("spacy", "annotation_setters", entry_points=True)

# A forked process inherits locks of PyTorch's threads but not the threads, and would wait for ever.
if torch is not None and hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=partial(torch.set_num_threads, 1))

# Wordpieces that a window may hold. Encoders of the BERT family read 512, two of them special.
LIMIT = 510


def pieces(token: str) -> int:
    """About as many wordpieces as a token of news has at most: half its letters if all are Arabic, else one a character."""
    if token.isalpha() and min(token) >= "\u0620" and max(token) <= "\u064a":
        return 1 + len(token) // 2
    return 1 + len(unicodedata.normalize("NFKC", token))


def shadow(doc: Doc) -> Doc:
    """The same tokens, with a space wherever a token boundary falls between two letters: و ترامب for وترامب."""
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    for i, (left, right) in enumerate(itertools.pairwise(words)):
        spaces[i] = spaces[i] or (left[-1].isalpha() and right[0].isalpha())
    return Doc(doc.vocab, words=words, spaces=spaces)


def fitting(spans: list[Span], tokenizer, most: int) -> list[Span]:
    """The spans, cut in two until none of several tokens has more than `most` wordpieces.

    tokenizer: the encoder's own one, of transformers. A single token with more pieces stays whole; the encoder reads
    its first ones.
    """
    if not spans:
        return []
    found: list[Span] = []
    sizes = map(len, tokenizer([span.text for span in spans], add_special_tokens=False, verbose=False)["input_ids"])
    for span, size in zip(spans, sizes):
        if size <= most or len(span) == 1:
            found.append(span)
        else:
            half = len(span) // 2
            found.extend(fitting([span[:half], span[half:]], tokenizer, most))
    return found


def windows(
    docs: Iterable[Doc], tokenizer, overlap: float = 0.25, limit: int = LIMIT, split: bool = True
) -> list[list[Span]]:
    """Spans that cover every token of each doc, each as long as the encoder can read.

    The first cut goes by a guess of the wordpieces; what is still too long for the tokenizer of the encoder is cut
    again, at token boundaries and without overlap.

    overlap: share of a window that the next one repeats; a token that two windows hold gets the mean of both.
    limit: wordpieces. split: whether the encoder reads proclitics apart from their words.
    """
    most = min(limit, tokenizer.model_max_length - tokenizer.num_special_tokens_to_add())
    found: list[list[Span]] = []
    for doc in docs:
        read = shadow(doc) if split else doc
        ends = numpy.cumsum([0, *(pieces(token.text) for token in doc)])
        spans: list[Span] = []
        start = 0
        while start < len(doc):
            end = max(start + 1, int(numpy.searchsorted(ends, ends[start] + most, side="right")) - 1)
            spans.append(read[start:end])
            if end == len(doc):
                break
            back = int(numpy.searchsorted(ends, ends[end] - overlap * most))
            start = min(end, max(start + 1, back))
        found.append(fitting(spans, tokenizer, most))
    return found


class Getter:
    """Span getter of a model of spacy-transformers: its windows, measured by its own tokenizer."""

    # A class, as a function within a function cannot be sent to a process that is spawned.
    def __init__(self, overlap: float, limit: int, split: bool):
        self.options: dict[str, Any] = {"overlap": overlap, "limit": limit, "split": split}
        self.model: Model | None = None

    def __call__(self, docs: list[Doc]) -> list[list[Span]]:
        # The model gets its tokenizer from `initialize` or `from_disk`, after it is made.
        tokenizer = self.model.tokenizer  # type: ignore[union-attr]
        return windows(docs, tokenizer, **self.options)


@registry.architectures("ar_news.TransformerModel.v1")
def make_transformer(
    name: str, overlap: float = 0.25, limit: int = LIMIT, split: bool = True
) -> "Model[list[Doc], FullTransformerBatch]":
    """spacy-transformers' model, which reads the windows that its own tokenizer measures.

    name: hub name or folder of the encoder. The other arguments are those of `windows`.
    """

    from .packed import PackedShim

    get_spans = Getter(overlap, limit, split)
    make = registry.architectures.get("spacy-transformers.TransformerModel.v3")
    get_spans.model = make(name, get_spans, tokenizer_config={"use_fast": True})
    wrapper = get_spans.model.layers[0]
    wrapper.shims[0] = PackedShim(wrapper.shims[0]._hfmodel)  # type: ignore[union-attr]
    return get_spans.model


@cache
def warn_unread() -> None:
    """Say, once a process, that something was not read."""
    logger.warning(
        "ar_news: some words were read by no window of the encoder, and their tags mean nothing; please report the text"
    )


def check_read(docs: list[Doc], batch: "FullTransformerBatch") -> None:
    """Warn if a token with a letter or digit got no wordpiece."""
    for doc, data in zip(docs, batch.doc_data):
        unread = [token for token, size in zip(doc, data.align.lengths) if not size]
        if any(any(map(str.isalnum, token.text)) for token in unread):
            warn_unread()


@annotation_setters("ar_news.unread.v1")
def make_setter() -> "Callable[[list[Doc], FullTransformerBatch], None]":
    """`check_read` for the config of a pipeline."""
    return check_read
