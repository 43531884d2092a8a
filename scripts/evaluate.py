"""Evaluate a pipeline against gold articles: scores as JSON and table, errors as a web page."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import in_project
from ar_news.docs import load, trained_on
from ar_news.release import chosen
from ar_news.scores.evaluation import evaluation, write_scores


def main(
    pipeline: Annotated[str, typer.Argument(help="Folder of a trained pipeline, or name of an installed one.")],
    articles: Annotated[Path, typer.Argument(help="Gold articles as JSONL.")],
    output: Annotated[Path, typer.Option(help="Folder for NAME.json, NAME.md and NAME.errors.html.")] = in_project(
        "training/ent_news_sm/scores"
    ),
    name: Annotated[str, typer.Option(help="Name of the files; that of ARTICLES if not given.")] = "",
    train: Annotated[
        Path | None,
        typer.Option(
            help="Training articles, JSONL or the .spacy of train_convert.py: scores names that stand there apart from new ones."
        ),
    ] = None,
    optional: Annotated[bool, typer.Option(help="Do nothing if ARTICLES are not there.")] = False,
):
    """Score PIPELINE on the gold spans of ARTICLES.

    A predicted span is right when start, end and label all agree with gold; a gold span that fits no
    token of the pipeline counts as missed. Also written: scores by overlap, 95 % intervals by bootstrap
    over articles, a confusion matrix, and a page that shows every error in context. Where a pipeline of this project has not been
    trained yet, the released one reads, and the command says so.
    """
    if optional and not articles.exists():
        print(f"{articles}: not there, so nothing is scored")
        return
    gold = read_articles([articles])
    result, pairs = evaluation(load(chosen(pipeline)), gold, trained_on(train) if train else [])
    print(write_scores(output, name or articles.stem, gold, pairs, result))


if __name__ == "__main__":
    run(main)
