"""Make clean unlabelled articles out of the public raw collections, without those that are held out."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.public.collections import make_raw


def main(
    assets: Annotated[Path, typer.Argument(help="Folder with antcorpus*.zip, saudinewsnet/*.zip or both.")],
    output: Annotated[Path, typer.Argument(help="JSONL of articles to write; counts go beside it (.json).")],
    without: Annotated[
        list[Path],
        typer.Option(help="Held-out articles, JSONL or a folder of it: they and near copies of them are left out."),
    ] = [],
    limit: Annotated[int, typer.Option(min=0, help="Most articles of one SaudiNewsNet outlet.")] = 1500,
    seed: Annotated[int, typer.Option(help="Another seed, other articles of an outlet that has too many.")] = 0,
    words: Annotated[int, typer.Option(help="Fewest words of an article.")] = 40,
):
    """Write the articles of the raw collections in ASSETS, each once, title first, one paragraph a line.

    ANT comes first and whole; SaudiNewsNet follows, no outlet with more than --limit articles, sports last.
    """
    counts = make_raw(assets, output, without, limit, seed, words)
    for name, number in counts.articles.most_common():
        print(f"{name}: {number} articles, {counts.words[name]} words")
    print(
        f"{output}: {counts.articles.total()} articles, {counts.words.total()} words; dropped: {dict(counts.dropped)}"
    )


if __name__ == "__main__":
    run(main)
