"""Train floret vectors on raw articles, for the pipeline to start from."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.training.vectors import Method, Settings, train_vectors


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of raw articles, as public_raw.py writes them.")],
    output: Annotated[Path, typer.Argument(help="Folder for the vectors, to be given as --paths.vectors.")],
    dim: Annotated[int, typer.Option(min=1, help="Numbers in a vector.")] = 100,
    buckets: Annotated[int, typer.Option(min=1, help="Rows of the table; 20000 of 100 numbers are 8 MB.")] = 20000,
    minn: Annotated[int, typer.Option(min=1, help="Letters of the shortest part of a word that has rows.")] = 3,
    maxn: Annotated[int, typer.Option(min=1, help="Letters of the longest.")] = 5,
    model: Annotated[Method, typer.Option(help="skipgram takes several times as long.")] = Method.cbow,
    epochs: Annotated[int, typer.Option(min=1, help="Times that all text is read.")] = 3,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens of random articles that are read.")] = 6_000_000,
    seed: Annotated[int, typer.Option(help="Another seed, another order of the articles.")] = 0,
    min_count: Annotated[int, typer.Option(min=1, help="Rarer words are not trained on, but have vectors.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="With one thread, another run gives the same vectors.")] = 1,
):
    """Train vectors on the words of ARTICLES and write OUTPUT for `spacy train --paths.vectors OUTPUT`.

    Every word has a vector, the sum of hashed rows of its parts (floret by Explosion, after Bojanowski et al. 2017
    and Svenstrup et al. 2017). Tokens are looked up by NORM, so that spellings with and without hamza, tashkeel or
    tatweel share a vector.
    """
    settings = Settings(dim, buckets, minn, maxn, model, epochs, tokens, seed, min_count, threads)
    total = train_vectors(articles, output, settings)
    print(f"{output}: {buckets} rows of {dim}, trained on {total} tokens, {epochs} times")


if __name__ == "__main__":
    run(main)
