"""Evaluate what any other tool found in gold articles, as evaluate.py does a pipeline of this project."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import in_project
from ar_news.scores.evaluation import scored, write_scores
from ar_news.scores.predictions import label_map, read_predictions


def main(
    predictions: Annotated[
        Path,
        typer.Argument(
            help="What the tool found: JSONL with id and spans (or entities), or else CoNLL, a token and its tag a line."
        ),
    ],
    articles: Annotated[Path, typer.Argument(help="Gold articles as JSONL.")],
    name: Annotated[str, typer.Option(help="Name of the files, such as that of the tool.")],
    labels: Annotated[
        list[str],
        typer.Option("--map", help="THEIRS=OURS: their label for ours, THEIRS= for none; may be given several times."),
    ] = [],
    output: Annotated[Path, typer.Option(help="Folder for NAME.json, NAME.md and NAME.errors.html.")] = in_project(
        "training/predictions"
    ),
    train: Annotated[
        Path | None, typer.Option(help="Training articles: scores names that stand there apart from new ones.")
    ] = None,
):
    """Score PREDICTIONS on the gold spans of ARTICLES: the same scores, intervals and page of errors.

    Offsets of JSONL are Unicode code points of the article's text. Tokens of CoNLL are looked for in the texts, in their order: all
    articles in the order of ARTICLES, or each behind a line `# id = ID`. Tags may be of IOB, IOB2 or BIOES. A span counts as it is
    given: cut off proclitics and quotes before, if the tool has not.

        python scripts/evaluate_predictions.py found.conll training/ntrex/test.jsonl --name tool --map PER=PERSON --map LOC= --map ORG=
    """
    gold = read_articles([articles])
    pairs = read_predictions(predictions, gold, label_map(labels))
    print(write_scores(output, name, gold, pairs, scored(gold, pairs, read_articles([train]) if train else [])))


if __name__ == "__main__":
    run(main)
