"""Train on growing shares of the training articles and plot the scores."""

from ar_news.cli import run

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.scores.measuring import read_tests
from ar_news.scores.scoring import ALL
from ar_news.training.curve import curve, plot
from ar_news.training.pipelines import Overrides, read_overrides


def main(
    config: Annotated[Path, typer.Argument(help="Training configuration.")],
    data: Annotated[Path, typer.Argument(help="Folder with train.spacy and dev.spacy.")],
    articles: Annotated[
        list[str],
        typer.Argument(help='Gold articles (JSONL, or folders of it) to score on, a plot a file; "" for none.'),
    ],
    output: Annotated[Path, typer.Option(help="Folder for curve.json, curve.png and the pipelines.")],
    seed: Annotated[int, typer.Option(help="Which articles come first.")] = 0,
    overrides: Overrides = "",
):
    """Train CONFIG on 1/8, 1/4, 1/2 and all of the training docs of DATA and score each on every file of ARTICLES.

    A pipeline that is there already, made of the same articles with the same settings, is not trained again, so that a
    curve that was stopped goes on. All four take twice as long as one training.
    """
    tests = read_tests([f"{Path(path).stem}={path}" for path in articles if path])
    points = []
    for point in curve(config, data, tests, output, seed, read_overrides(overrides)):
        points.append(point)
        print(f"{point.articles} articles: " + ", ".join(f"{name} {f1[ALL]:.3f}" for name, f1 in point.f1.items()))
    write_json(output / "curve.json", [asdict(point) for point in points])
    plot(points, output / "curve.png")


if __name__ == "__main__":
    run(main)
