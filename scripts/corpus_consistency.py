"""List names that are marked in one place of a corpus and unmarked in another."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import write_text
from ar_news.quality.consistency import SHOWN, unmarked


def main(
    articles: Annotated[list[Path], typer.Argument(help="JSONL files of gold articles.")],
    output: Annotated[Path, typer.Option(help="Markdown file to write.")],
):
    """List every name of ARTICLES that is marked somewhere and unmarked elsewhere, doubtful ones first, each with 20 places at most.

    Many are right, as homographs and names inside longer names are: read the list, correct what is wrong.
    """
    marked, places = unmarked(read_articles(articles))
    order = sorted(places, key=lambda name: (-marked[name] / len(places[name]), name))
    lines = []
    for name in order:
        found = places[name]
        lines += [
            f"\n## {name}: marked {marked[name]}, unmarked {len(found)}\n",
            *(f"- {place}" for place in found[:SHOWN]),
        ]
        if len(found) > SHOWN:
            lines.append(f"- and {len(found) - SHOWN} more")
    write_text(output, "\n".join(lines).lstrip() + "\n")
    print(f"{output}: {len(order)} names, {sum(map(len, places.values()))} unmarked places")


if __name__ == "__main__":
    run(main)
