"""Scores of predicted against gold spans, on exact character offsets; nothing here reads or writes files."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import numpy
from sklearn.metrics import confusion_matrix

from ar_news.data.articles import Span

ALL = "ALL"


class Pair(NamedTuple):
    """Gold and predicted spans of one article."""

    gold: set[Span]
    predicted: set[Span]


class Score(TypedDict):
    """Precision, recall and F1 (each 0 to 1), and support (gold spans), as they stand in the JSON files too."""

    precision: float
    recall: float
    f1: float
    support: int


Scores = dict[str, Score]


def prf(gold_found: int, predicted_found: int, gold: int, predicted: int) -> Score:
    """The score of counts of spans."""
    p = predicted_found / predicted if predicted else 0.0
    r = gold_found / gold if gold else 0.0
    return {"precision": p, "recall": r, "f1": 2 * p * r / (p + r) if p + r else 0.0, "support": gold}


def _counts(pairs: Sequence[Pair], labels: Sequence[str]) -> numpy.ndarray:
    """Spans found exactly, gold spans and predicted spans: whole numbers, articles x labels x 3."""
    rows = []
    for gold, predicted in pairs:
        sides = [Counter(span.label for span in side) for side in (gold & predicted, gold, predicted)]
        rows.append([[side[label] for side in sides] for label in labels])
    return numpy.array(rows, dtype=int).reshape(len(pairs), len(labels), 3)


def exact(pairs: Sequence[Pair], labels: Sequence[str]) -> Scores:
    """Scores per label and over all, where a span counts if start, end and label agree."""
    counts = _counts(pairs, labels).sum(axis=0).tolist()
    return _with_all(
        {label: (found, found, gold, predicted) for label, (found, gold, predicted) in zip(labels, counts)}
    )


def _with_all(rows: dict[str, tuple[int, ...]]) -> Scores:
    total = tuple(map(sum, zip(*rows.values())))
    return {label: prf(*row) for label, row in {**rows, ALL: total}.items()}


def touch(one: Span, other: Span) -> int:
    """Characters that two spans share."""
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def overlap(pairs: Sequence[Pair], labels: Sequence[str]) -> Scores:
    """Scores where a span counts if a span of the same label on the other side shares a character with it."""
    rows = {}
    for label in labels:
        counts = [0, 0, 0, 0]
        for pair in pairs:
            gold, predicted = ([span for span in side if span.label == label] for side in pair)
            counts[0] += sum(any(touch(a, b) for b in predicted) for a in gold)
            counts[1] += sum(any(touch(a, b) for b in gold) for a in predicted)
            counts[2] += len(gold)
            counts[3] += len(predicted)
        rows[label] = tuple(counts)
    return _with_all(rows)


def interval(
    pairs: Sequence[Pair], labels: Sequence[str], samples: int = 1000, seed: int = 0
) -> dict[str, list[float]]:
    """95 % percentile interval of exact F1 per label and over all, by bootstrap over articles; 0 to 0 without articles."""
    pairs = pairs or [Pair(set(), set())]
    counts = _counts(pairs, labels)
    counts = numpy.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    # How often each article is drawn in each sample.
    draws = numpy.random.default_rng(seed).multinomial(len(pairs), numpy.ones(len(pairs)) / len(pairs), size=samples)
    found, gold, predicted = numpy.moveaxis(numpy.tensordot(draws, counts, axes=1), -1, 0)
    f1 = 2 * found / numpy.maximum(gold + predicted, 1)
    bounds = numpy.percentile(f1, [2.5, 97.5], axis=0).T.tolist()
    return dict(zip((*labels, ALL), bounds))


def match(pair: Pair) -> list[tuple[str, str]]:
    """(gold label, predicted label) of every gold span and of every predicted span left over; O for none.

    A gold span takes the free predicted span that shares most characters with it, exact ones first.
    """
    free = set(pair.predicted)
    rows = []
    for gold in sorted(pair.gold, key=lambda span: (span not in free, span)):
        best = max(sorted(free), key=lambda span: touch(gold, span), default=None)
        if best and touch(gold, best):
            free.discard(best)
            rows.append((gold.label, best.label))
        else:
            rows.append((gold.label, "O"))
    return rows + [("O", span.label) for span in free]


class Confusion(TypedDict):
    """labels: of rows and columns, O last. matrix: whole numbers, a row a gold label."""

    labels: list[str]
    matrix: list[list[int]]


def confusion(pairs: Sequence[Pair], labels: Sequence[str]) -> Confusion:
    """Confusion matrix of spans that share characters: rows gold, columns predicted, O for no span."""
    rows = [row for pair in pairs for row in match(pair)]
    names = [*labels, "O"]
    gold, predicted = zip(*rows) if rows else ((), ())
    matrix = confusion_matrix(gold, predicted, labels=names).tolist() if rows else [[0] * len(names)] * len(names)
    return {"labels": names, "matrix": matrix}
