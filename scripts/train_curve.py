"""Train on growing shares of the training articles and plot the scores."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import write_json
from ar_news.data.labels import label_names
from ar_news.docs import load
from ar_news.scores.evaluation import predict
from ar_news.scores.scoring import ALL, exact
from ar_news.training.curve import SHARES, plot, shuffled, write_share
from ar_news.training.pipelines import Overrides, read_overrides, train_pipeline


def main(
    config: Annotated[Path, typer.Argument(help="Training configuration.")],
    data: Annotated[Path, typer.Argument(help="Folder with train.spacy and dev.spacy.")],
    articles: Annotated[
        list[Path], typer.Argument(help="Gold articles (JSONL) to score on; several for several plots.")
    ],
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
