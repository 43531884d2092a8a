"""Draw a random sample of articles."""
import random
from pathlib import Path

import typer
from articles import InputError, read_articles, run, write_articles
from typing_extensions import Annotated


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of articles; spans are kept where there are some.")],
    output: Annotated[Path, typer.Argument(help="JSONL to write.")],
    number: Annotated[int, typer.Option(min=1, help="How many; all of them, in random order, if there are fewer.")] = 20000,
    seed: Annotated[int, typer.Option(help="Another seed, another sample.")] = 0,
):
    """Write NUMBER articles of ARTICLES in random order.

    Articles without spans are marked as not annotated for any label ("labels": []), so that encode.py and
    silver.py know that they tell nothing of where names are not.
    """
    if articles == output:
        raise InputError(f"{output}: would be written over itself; choose another name")
    pool = read_articles([articles], gold=False)
    random.Random(seed).shuffle(pool)
    for article in pool[:number]:
        article.meta.setdefault("labels", [])
    write_articles(output, pool[:number])
    print(f"{output}: {min(number, len(pool))} of {len(pool)} articles")


if __name__ == "__main__":
    run(main)
