"""Train on growing shares of the training articles and plot the scores."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from spacy.tokens import Doc, DocBin

from ar_news.data.articles import Article
from ar_news.data.files import placing
from ar_news.data.labels import label_names, load_labels
from ar_news.docs import load, read_docs
from ar_news.scores.evaluation import predict
from ar_news.scores.scoring import ALL, exact
from ar_news.training.pipelines import train_pipeline

matplotlib.use("Agg")


SHARES = (0.125, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Point:
    """A share of the training articles, how much that is, and the F by test set and label."""

    share: float
    articles: int
    words: int
    names: int
    f1: dict[str, dict[str, float]]


def shuffled(path: Path, seed: int) -> list[Doc]:
    """The docs of a .spacy file in a random order, the same for a seed; InputError if it cannot be read."""
    docs = read_docs(path)
    random.Random(seed).shuffle(docs)
    return docs


def curve(
    config: Path, data: Path, tests: dict[str, list[Article]], output: Path, seed: int, overrides: dict[str, Any]
) -> Iterator[Point]:
    """Train on every share of DATA/train.spacy, where that is not done yet, and score it on each test set.

    Each share is the beginning of the same shuffled docs, so that smaller ones lie inside larger ones. output: folder for
    a folder of each share. Raises InputError for what cannot be read or trained.
    """
    docs = shuffled(data / "train.spacy", seed)
    for share in SHARES:
        part = docs[: max(1, round(share * len(docs)))]
        train, model = output / f"{share:g}" / "train.spacy", output / f"{share:g}" / "model"
        with placing(train) as temporary:
            DocBin(docs=part).to_disk(temporary)
        paths = {"paths.train": str(train), "paths.dev": str(data / "dev.spacy"), "system.seed": seed}
        train_pipeline(config, model, {**overrides, **paths})
        nlp = load(str(model / "model-best"))
        f1 = {}
        for name, gold in tests.items():
            scores = exact(predict(nlp, gold)[0], label_names())
            f1[name] = {label: row["f1"] for label, row in scores.items()}
        words, names = sum(len(doc.text.split()) for doc in part), sum(len(doc.ents) for doc in part)
        yield Point(share, len(part), words, names, f1)


def plot(points: list[Point], path: Path) -> None:
    """F over training articles, one panel a test set, one line a label, in the colours of the labels."""
    sets = list(points[0].f1)
    colours = {label["label"]: label["colour"] for label in load_labels()}
    figure, axes = plt.subplots(1, len(sets), figsize=(5 * len(sets), 4), sharey=True, squeeze=False)
    for axis, name in zip(axes[0], sets):
        for label in (*label_names(), ALL):
            style: dict[str, Any] = (
                {"color": colours[label]} if label in colours else {"color": "black", "linewidth": 2.5}
            )
            articles = [point.articles for point in points]
            axis.plot(articles, [point.f1[name][label] for point in points], marker="o", label=label, **style)
        axis.set(title=name, xlabel="training articles", xscale="log", ylim=(0, 1))
        axis.minorticks_off()
        axis.set_xticks(articles, [str(n) for n in articles])
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("F1, exact spans")
    axes[0][-1].legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
