"""Choose articles for annotation and suggest their names."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.choosing import Pick, suggest
from ar_news.data.articles import read_articles, read_news, write_articles
from ar_news.data.files import InputError
from ar_news.docs import TRAINED
from ar_news.release import chosen


def main(
    source: Annotated[Path, typer.Argument(help="A .txt or .jsonl file of articles, or a folder of them.")],
    output: Annotated[Path, typer.Argument(help="JSONL file to write.")],
    pipeline: Annotated[
        str, typer.Option(help="Trained pipeline that suggests the names; `lists` for country and outlet lists.")
    ] = TRAINED,
    pick: Annotated[
        Pick, typer.Option(help="All articles, a random choice, or those the pipeline is least sure of.")
    ] = Pick.all,
    number: Annotated[int, typer.Option(min=1, help="How many to choose.")] = 100,
    skip: Annotated[
        list[Path] | None, typer.Option(help="JSONL of articles that need no annotation; may be given several times.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random choice and of the readings.")] = 0,
):
    """Choose articles of SOURCE and write them with suggested names, ready for doccano_push.py.

    `unsure` reads each article six times with parts of the pipeline switched off, and prefers articles in
    which the names come and go, and which do not resemble those chosen before. Where nothing is trained yet, a
    released pipeline suggests, or else the lists of countries and outlets. An article that cannot be read is named and
    left out.

    Example: python scripts/annotation_suggest.py articles/ training/annotation/suggested.jsonl --pick unsure --number 200
    """
    news = read_news(source, unique=True)
    news.tell()
    done: set[str] = {article.id for path in skip or [] for article in read_articles([path], spans=False)}
    pool = [article for article in news.articles if article.id not in done]
    if not pool:
        raise InputError(f"{source}: all of its articles are among those to skip; give it new ones")
    pipeline = chosen(pipeline)
    if Path(pipeline).match("training/*/pipeline") and not Path(pipeline).exists():
        print(f"{pipeline} is not there yet: country and outlet lists suggest")
        pipeline = "lists"
    suggested = suggest(pool, pipeline, pick, number, seed)
    write_articles(output, suggested)
    print(
        f"{output}: {len(suggested)} of {len(pool)} articles, {sum(len(a.spans) for a in suggested)} names suggested by {pipeline}"
    )


if __name__ == "__main__":
    run(main)
