"""Train on growing shares of the training articles and plot the scores."""

import random
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import spacy
from spacy.tokens import Doc, DocBin

from ar_news.data.files import InputError, placing
from ar_news.data.labels import label_names, load_labels
from ar_news.scores.scoring import ALL

matplotlib.use("Agg")


SHARES = (0.125, 0.25, 0.5, 1.0)


def shuffled(path: Path, seed: int) -> list[Doc]:
    """The docs of a .spacy file in a random order, the same for a seed; InputError if there is no such file."""
    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; run `spacy project run convert` first") from None
    random.Random(seed).shuffle(docs)
    return docs


def write_share(docs: list[Doc], output: Path, share: float) -> dict[str, int]:
    """Write the first share of the docs, so that smaller ones lie inside larger ones; docs, words and names in it."""
    part = docs[: max(1, round(share * len(docs)))]
    with placing(output) as temporary:
        DocBin(docs=part).to_disk(temporary)
    words = sum(len(doc.text.split()) for doc in part)
    return {"articles": len(part), "words": words, "names": sum(len(doc.ents) for doc in part)}


def plot(points: list[dict], path: Path) -> None:
    """F over training articles, one panel a test set, one line a label, in the colours of the labels."""
    sets = list(points[0]["f1"])
    colours = {label["label"]: label["colour"] for label in load_labels()}
    figure, axes = plt.subplots(1, len(sets), figsize=(5 * len(sets), 4), sharey=True, squeeze=False)
    for axis, name in zip(axes[0], sets):
        for label in (*label_names(), ALL):
            style = {"color": colours[label]} if label in colours else {"color": "black", "linewidth": 2.5}
            articles = [point["articles"] for point in points]
            axis.plot(articles, [point["f1"][name][label] for point in points], marker="o", label=label, **style)
        axis.set(title=name, xlabel="training articles", xscale="log", ylim=(0, 1))
        axis.minorticks_off()
        axis.set_xticks(articles, [str(n) for n in articles])
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("F1, exact spans")
    axes[0][-1].legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, dpi=120)
