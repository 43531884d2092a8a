"""Decide between configurations: the mean F of the dev articles of the corpus and of the real ones."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.scores.deciding import decisions, devs_there
from ar_news.scores.measuring import named_files


def main(
    pipelines: Annotated[list[Path], typer.Argument(help="Folders of pipelines, one a configuration or a seed of it.")],
    dev: Annotated[
        list[str],
        typer.Option(
            help="NAME=FILE: other dev articles than corpus/dev.jsonl and, once fetched, training/standoff/dev.jsonl (until then corpus/everyday/dev.jsonl); may be given several times."
        ),
    ] = [],
    output: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
):
    """Print F of every pipeline on every dev and their mean, the best first.

    The corpus is denser in names than news are, so a choice by it alone goes the wrong way. Real dev articles come by
    `python scripts/standoff_fetch.py ant saudinewsnet --output training/standoff`. Two configurations whose means are near want three seeds each.

    Example: python scripts/compare_devs.py training/ent_news_sm/model/model-best training/wide/model/model-best
    """
    rows = decisions(pipelines, named_files(dev) if dev else devs_there())
    for row in rows:
        told = ", ".join(f"{name} {100 * f1:.1f}" for name, f1 in row["f1"].items())
        print(f"{100 * row['mean']:.1f}  {row['pipeline']}: {told}")
    if output:
        write_json(output, rows)


if __name__ == "__main__":
    run(main)
