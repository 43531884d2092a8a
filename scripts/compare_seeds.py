"""Score pipelines of several seeds on the same articles: the mean, and how far chance moves it."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.data.labels import label_names
from ar_news.docs import trained_on
from ar_news.scores.measuring import read_tests
from ar_news.scores.scoring import ALL
from ar_news.scores.spread import over_seeds
from ar_news.scores.trials import keep_trial


def main(
    pipelines: Annotated[list[Path], typer.Argument(help="Folders of pipelines that differ in the seed alone.")],
    test: Annotated[
        list[str],
        typer.Option(
            help="NAME=FILE: gold articles to score on; may be given several times. The files of a folder are scored apart, each under its own name."
        ),
    ],
    train: Annotated[
        Path | None,
        typer.Option(
            help="Their training articles, JSONL or .spacy: names that stand there are scored apart from new ones."
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option(help="JSON file to write.")] = None,
    trials: Annotated[
        Path | None,
        typer.Option(help="JSON file of trials to add them to, such as docs/trials.json; see --of and --tried."),
    ] = None,
    of: Annotated[str, typer.Option(help="What is common to the trials of a group.")] = "",
    tried: Annotated[str, typer.Option(help="What this one did; a trial of the same words is replaced.")] = "",
    kept: Annotated[bool, typer.Option(help="Whether it is now the default.")] = False,
):
    """Write mean and standard deviation of every score of PIPELINES on every test file.

    One training is one draw: with another seed F moves by about a point, and so does it on another processor. With --trials the
    figures also become a row of a table of docs/best.md.
    """
    rows = over_seeds(pipelines, read_tests(test), trained_on(train) if train else [])
    if output:
        write_json(output, rows)
    if trials:
        keep_trial(trials, of, tried, kept, rows)
    for name, row in rows.items():
        told = ", ".join(
            f"{label} {100 * row['exact'][label]['f1']['mean']:.1f} ± {100 * row['exact'][label]['f1']['sd']:.1f}"
            for label in (*label_names(), ALL)
        )
        print(f"{name}: {told}")


if __name__ == "__main__":
    run(main)
