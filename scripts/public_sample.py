"""Draw a random sample of articles."""

from ar_news.cli import run

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles, write_articles
from ar_news.data.files import InputError
from ar_news.public.collections import COLLECTIONS
from ar_news.public.sampling import sample


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of articles; their spans are not read.")],
    output: Annotated[Path, typer.Argument(help="JSONL to write.")],
    number: Annotated[
        int, typer.Option(min=1, help="How many; all of them, in random order, if there are fewer.")
    ] = 20000,
    seed: Annotated[int, typer.Option(help="Another seed, another sample.")] = 0,
    collection: Annotated[str, typer.Option(help=f"Of this collection alone: {' or '.join(COLLECTIONS)}.")] = "",
    evenly: Annotated[
        str, typer.Option(help="As many of each `outlet`, `section` or other key of their meta, as far as there are.")
    ] = "",
    least: Annotated[int, typer.Option(min=0, help="None with fewer words.")] = 0,
    most: Annotated[int, typer.Option(min=0, help="None with more words; 0 is no bound.")] = 0,
    word: Annotated[
        list[str],
        typer.Option(help="Only those with this word, with or without proclitics; may be given several times."),
    ] = [],
):
    """Write NUMBER articles of ARTICLES in random order.

    Example, for annotation: python scripts/public_sample.py raw.jsonl next.jsonl --number 100 --collection ant --evenly outlet
    --least 40 --most 450

    They are written without spans and as annotated for no label, so that trf_windows.py and silver_select.py know that they
    tell nothing of where names are not.
    """
    if articles == output:
        raise InputError(f"{output}: would be written over itself; choose another name")
    if collection and collection not in COLLECTIONS:
        raise InputError(f"--collection {collection}: no such collection; write {' or '.join(COLLECTIONS)}")
    pool = read_articles([articles], spans=False)
    pool = [article for article in pool if not collection or article.meta.get("source") == collection]
    chosen = sample(pool, number, seed=seed, evenly=evenly, words=(least, most), having=word)
    write_articles(output, [replace(article, annotated_for=()) for article in chosen])
    print(f"{output}: {len(chosen)} of {len(pool)} articles")


if __name__ == "__main__":
    run(main)
