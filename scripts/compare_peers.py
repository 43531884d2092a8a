"""Measure other ways to find the names, on the same articles: lists, and a tagger by conditional random fields."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.comparison.peers import PEERS, measured
from ar_news.data.articles import read_articles
from ar_news.data.files import write_json
from ar_news.scores.measuring import apart, read_tests
from ar_news.scores.scoring import ALL


def main(
    train: Annotated[Path, typer.Argument(help="Training articles, JSONL.")],
    dev: Annotated[Path, typer.Argument(help="Dev articles: they choose the penalties of the CRF.")],
    test: Annotated[
        list[str],
        typer.Option(
            help="NAME=FILE: gold articles to score on; may be given several times. The files of a folder are scored apart, each under its own name."
        ),
    ],
    output: Annotated[Path, typer.Option(help="JSON file to write; trained taggers go beside it.")],
):
    """Score lists of countries and outlets, and a CRF with the usual features, on stock spaCy's tokens and on ours."""
    tests = read_tests(test)
    gold, chosen = read_articles([train]), read_articles([dev])
    result = {}
    for name, way in PEERS.items():
        file, seconds = way.train(gold, chosen, output.with_name(name)) if way.train else (None, 0.0)
        size = file.stat().st_size / 1e6 if file else 0.0
        # Memory is the peak of a process: one that also trained, or held another peer, would tell of that.
        result[name] = {
            **apart(measured, name, file, tests),
            "megabytes": round(size, 1),
            "train_seconds": round(seconds),
        }
    write_json(output, result)
    for name, row in result.items():
        print(f"{name}: " + ", ".join(f"{test} {100 * found[ALL]['f1']:.1f}" for test, found in row["tests"].items()))


if __name__ == "__main__":
    run(main)
