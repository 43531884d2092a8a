"""Put stand-off gold and the texts of its collections together to articles."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import ROOT, in_project
from ar_news.public.fetching import Mirror
from ar_news.standoff.rebuilding import make_gold
from ar_news.standoff.sources import SOURCES


def main(
    collections: Annotated[
        list[str], typer.Argument(help=f"Collections whose articles are wanted: {', '.join(SOURCES)}.")
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for SPLIT.jsonl, double/ and counts.json; an old one is replaced.")
    ],
    standoff: Annotated[Path, typer.Option(help="Folder of the stand-off gold.")] = in_project("corpus/standoff"),
    mirror: Mirror = "",
    root: Annotated[Path, typer.Option(help="Folder of the project that gets the assets.")] = ROOT,
):
    """Write the articles of COLLECTIONS that are annotated in corpus/standoff, with their texts.

    What is needed of the assets is fetched and checked. The text of an article is put together from its address, and taken if its
    SHA-256 is that of the text that was annotated; an article whose text has changed is named and left out. A file a split
    comes out, and what each of two annotators marked in double/A.jsonl and double/B.jsonl.
    """
    told = make_gold(standoff, collections, output, root, mirror)
    for split, counted in told["splits"].items():
        names = ", ".join(f"{label} {found['mentions']}" for label, found in counted["names"].items())
        print(f"{split:<6}{counted['articles']:>5} articles {counted['words']:>7} words  {names}")
    print(f"{output}: {told['twice']} of them annotated twice")


if __name__ == "__main__":
    run(main)
