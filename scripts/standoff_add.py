"""Keep annotated articles of public collections as stand-off gold: addresses, sums and spans, without their texts."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import ROOT, in_project
from ar_news.public.fetching import Mirror
from ar_news.standoff.adding import Told, add


def main(
    articles: Annotated[list[Path], typer.Argument(help="JSONL of annotated articles: id, text, spans.")],
    split: Annotated[str, typer.Option(help="train, dev or test, of articles without a key `split`.")] = "",
    annotator: Annotated[
        list[str], typer.Option(help="Who annotated those without a key `annotators`; may be given several times.")
    ] = [],
    reviewer: Annotated[str, typer.Option(help="Who read those without a key `reviewer`, and decided.")] = "",
    first: Annotated[list[Path], typer.Option(help="JSONL of what the one of two annotators marked.")] = [],
    second: Annotated[list[Path], typer.Option(help="JSONL of what the other one marked, in the same articles.")] = [],
    without: Annotated[
        list[Path],
        typer.Option(
            help="Held-out articles, JSONL or a folder of it, besides dev and test of corpus/: refused, as are near copies."
        ),
    ] = [],
    standoff: Annotated[Path, typer.Option(help="Folder of the stand-off gold.")] = in_project("corpus/standoff"),
    mirror: Mirror = "",
    root: Annotated[Path, typer.Option(help="Folder of the project that gets the assets.")] = ROOT,
):
    """Add ARTICLES to corpus/standoff, or replace those that are there.

    Each is looked for in its collection by its id, and its text has to be what can be put together from there: the cleaned
    article, whole or without some lines. Refused are faulty spans, held-out articles and near copies of them, near copies of each
    other, and training articles that share sentences with one of dev or test; then nothing is written.
    """
    added, replaced = add(
        articles, standoff, Told(split, tuple(annotator), reviewer), without, (first, second), root, mirror
    )
    print(f"{standoff}: {added} articles added, {replaced} replaced")


if __name__ == "__main__":
    run(main)
