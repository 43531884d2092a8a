"""Train on growing shares of the training articles and plot the scores."""
from articles import InputError, label_names, load_labels, placing, read_articles, run, write_json  # isort: skip
import random
from pathlib import Path
from typing import Annotated, Dict, List

import matplotlib
import spacy
import typer
from evaluate import predict
from pipelines import load
from scoring import ALL, exact
from spacy.tokens import Doc, DocBin
from train import Overrides, read_overrides, train_pipeline

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

SHARES = (0.125, 0.25, 0.5, 1.0)


def shuffled(path: Path, seed: int) -> List[Doc]:
    """The docs of a .spacy file in a random order, the same for a seed; InputError if there is no such file."""
    try:
        docs = list(DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; run `spacy project run convert` first") from None
    random.Random(seed).shuffle(docs)
    return docs


def write_share(docs: List[Doc], output: Path, share: float) -> Dict[str, int]:
    """Write the first share of the docs, so that smaller ones lie inside larger ones; docs, words and names in it."""
    part = docs[: max(1, round(share * len(docs)))]
    with placing(output) as temporary:
        DocBin(docs=part).to_disk(temporary)
    words = sum(len(doc.text.split()) for doc in part)
    return {"articles": len(part), "words": words, "names": sum(len(doc.ents) for doc in part)}


def plot(points: List[Dict], path: Path) -> None:
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


def main(
    config: Annotated[Path, typer.Argument(help="Training configuration.")],
    data: Annotated[Path, typer.Argument(help="Folder with train.spacy and dev.spacy.")],
    articles: Annotated[List[Path], typer.Argument(help="Gold articles (JSONL) to score on; several for several plots.")],
    output: Annotated[Path, typer.Option(help="Folder for curve.json, curve.png and the pipelines.")],
    seed: Annotated[int, typer.Option(help="Which articles come first.")] = 0,
    overrides: Overrides = "",
):
    """Train CONFIG on 1/8, 1/4, 1/2 and all of the training docs of DATA and score each on every file of ARTICLES.

    A pipeline that is there already, made of the same articles with the same settings, is not trained again, so that a
    curve that was stopped goes on. All four take twice as long as one training.
    """
    gold = {path.stem: read_articles([path]) for path in articles}
    docs = shuffled(data / "train.spacy", seed)
    values = read_overrides(overrides)
    points = []
    for share in SHARES:
        folder = output / f"{share:g}"
        train, model = folder / "train.spacy", folder / "model"
        point = {"share": share, **write_share(docs, train, share)}
        paths = {"paths.train": str(train), "paths.dev": str(data / "dev.spacy"), "system.seed": seed}
        train_pipeline(config, model, {**values, **paths})
        nlp = load(str(model / "model-best"))
        point["f1"] = {}
        for name, pool in gold.items():
            scores = exact(predict(nlp, pool)[0], label_names())
            point["f1"][name] = {label: row["f1"] for label, row in scores.items()}
        points.append(point)
        print(f"{point['articles']} articles: " + ", ".join(f"{n} {f[ALL]:.3f}" for n, f in point["f1"].items()))
    write_json(output / "curve.json", points)
    plot(points, output / "curve.png")


if __name__ == "__main__":
    run(main)
