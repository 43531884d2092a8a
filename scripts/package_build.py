"""Build an installable wheel of a pipeline, and say what came out in one line."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.training.packaging import make_wheel


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of the described pipeline.")],
    output: Annotated[Path, typer.Argument(help="Folder for the wheel and build.log; an old one is replaced.")],
    name: Annotated[str, typer.Option(help="Name without the language: ent_news_sm makes the package ar_ent_news_sm.")],
    code: Annotated[
        list[Path], typer.Option(help="File of scripts/ar_news/pipeline that goes along; may be given several times.")
    ],
    version: Annotated[str, typer.Option(help="Version of the package; that of pyproject.toml if none is given.")] = "",
):
    """Package PIPELINE as a wheel in OUTPUT that needs nothing of this project."""
    wheel = make_wheel(pipeline, output, name, code, version)
    told = "" if wheel.score is None else f", F {100 * wheel.score:.1f} on the test articles"
    print(f"{wheel.path}: {wheel.path.stat().st_size / 1e6:.1f} MB{told}")


if __name__ == "__main__":
    run(main)
