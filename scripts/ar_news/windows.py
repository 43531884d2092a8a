"""Text windows for spacy-transformers: long articles are never cut, and no wordpiece crosses a token boundary inside a word.

This file imports nothing but spaCy, spacy-transformers and numpy: it is copied into the wheel as it is.
"""
import unicodedata
from typing import Callable, Iterable, List

import numpy
from spacy.tokens import Doc, Span
from spacy_transformers.util import registry

# Wordpieces that a window may hold. Encoders of the BERT family read 512, two of them special.
LIMIT = 510


def pieces(token: str) -> int:
    """More wordpieces than a token of news text will have: half its letters if all are Arabic, else one a character."""
    if token.isalpha() and "\u0620" <= min(token) and max(token) <= "\u064A":
        return 1 + len(token) // 2
    return 1 + len(unicodedata.normalize("NFKC", token))


def shadow(doc: Doc) -> Doc:
    """The same tokens, with a space wherever a token boundary falls between two letters: و ترامب for وترامب."""
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    for i, (left, right) in enumerate(zip(words, words[1:])):
        spaces[i] = spaces[i] or (left[-1].isalpha() and right[0].isalpha())
    return Doc(doc.vocab, words=words, spaces=spaces)


def windows(docs: Iterable[Doc], overlap: float, limit: int, split: bool) -> List[List[Span]]:
    """Spans that cover every token of each doc, each as long as the encoder can read.

    overlap: share of a window that the next one repeats; a token that two windows hold gets the mean of both.
    limit: wordpieces. split: whether the encoder reads proclitics apart from their words.
    """
    spans: List[List[Span]] = []
    for doc in docs:
        read = shadow(doc) if split else doc
        ends = numpy.cumsum([0, *(pieces(token.text) for token in doc)])
        spans.append([])
        start = 0
        while start < len(doc):
            end = max(start + 1, int(numpy.searchsorted(ends, ends[start] + limit, side="right")) - 1)
            spans[-1].append(read[start:end])
            if end == len(doc):
                break
            back = int(numpy.searchsorted(ends, ends[end] - overlap * limit))
            start = min(end, max(start + 1, back))
    return spans


@registry.span_getters("ar_news.windows.v1")
def make_windows(overlap: float = 0.25, limit: int = LIMIT, split: bool = True) -> Callable[[List[Doc]], List[List[Span]]]:
    """Span getter for spacy-transformers; the arguments are those of `windows`."""

    def get_spans(docs: List[Doc]) -> List[List[Span]]:
        return windows(docs, overlap, limit, split)

    return get_spans
