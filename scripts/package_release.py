"""Put wheels into training/release, with what made them and how well they read."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.comparison.releasing import release
from ar_news.data.files import in_project
from ar_news.scores.scoring import ALL


def main(
    wheels: Annotated[list[Path], typer.Argument(help="Wheels that `run all` and `run best best` made.")],
    test: Annotated[
        list[str],
        typer.Option(help="NAME=FILE: gold articles to score on, or a folder of them; may be given several times."),
    ],
    output: Annotated[Path, typer.Option(help="Folder of the release; an old one is replaced.")] = in_project(
        "training/release"
    ),
):
    """Copy WHEELS to the release folder and write release.json: SHA-256, commit, data, packages, licences, scores, speed.

    For those who maintain this project. A wheel of more than 40 MB is described there and not copied. The commands
    `annotate`, `suggest` and `--start` take their pipeline from that folder.
    """
    for name, row in release(wheels, test, output).items():
        told = ", ".join(f"{test} {100 * scores[ALL]['f1']:.1f}" for test, scores in row["tests"].items())
        shipped = "" if row["shipped"] else ", too large to be copied"
        print(f"{name} {row['version']}: {row['bytes'] / 1e6:.1f} MB{shipped}, F {told}")


if __name__ == "__main__":
    run(main)
