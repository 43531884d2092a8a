"""Measure how fast a pipeline reads and learns: by our layers, and by spaCy's own with the same weights."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.comparison.speed import speed
from ar_news.data.articles import read_articles
from ar_news.data.files import in_project, write_json


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of a trained pipeline.")],
    articles: Annotated[list[Path], typer.Argument(help="Articles to read, JSONL.")],
    train: Annotated[Path, typer.Option(help="Articles to learn from, a .spacy file.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
    config: Annotated[Path, typer.Option(help="Config of the pipeline that learns.")] = in_project("configs/cpu.cfg"),
    rounds: Annotated[int, typer.Option(min=1, help="Times that each is measured.")] = 5,
):
    """Write words a second of CPU time, on one thread, of PIPELINE by our layers and by spaCy's own, which take turns.

    Long and short texts are read, in batches of 1, 64 and 1,000; a new pipeline of the config learns; the parts of reading
    are measured one by one. Both kinds must find the same names: how many texts that is true of is written too.
    """
    result = speed(pipeline, read_articles(articles, spans=False), config, train, rounds)
    write_json(output, result)
    told = [f"{row['ratio']['median']:.2f}" for row in (*result["reading"], result["training"])]
    same = f"the same names in {result['same']['same']:,} of {result['same']['texts']:,} texts"
    print(f"{output}: reading {', '.join(told[:-1])} times as fast as spaCy's own, training {told[-1]}; {same}")


if __name__ == "__main__":
    run(main)
