"""Evaluate a pipeline on sentences sorted by what makes them hard, kind by kind."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import in_project, write_json
from ar_news.docs import TRAINED, load
from ar_news.release import chosen
from ar_news.scores.kinds import by_kind, read_sentences, table, wrong


def main(
    pipeline: Annotated[
        str,
        typer.Argument(
            help="Folder of a trained pipeline, or name of an installed one; a released one reads if nothing is trained yet."
        ),
    ] = TRAINED,
    sentences: Annotated[Path, typer.Argument(help="Gold articles as JSONL, each with its kind.")] = in_project(
        "corpus/kinds.jsonl"
    ),
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file for the counts.")] = None,
    show_wrong: Annotated[
        bool,
        typer.Option("--wrong", help="Print each sentence that is not read right: what was missed, what is false."),
    ] = False,
):
    """Count how many SENTENCES the pipeline reads exactly right, kind by kind, the worst first.

    A sentence is read right when its names are found with start, end and label, and nothing else is. Its kind tells what
    is hard about it: how names are written, where they stand, or words that only look like names.
    """
    gold = read_sentences(sentences)
    result, pairs = by_kind(load(chosen(pipeline)), gold)
    if output:
        write_json(output, result)
    if show_wrong:
        print("".join(f"{line}\n" for line in wrong(gold, pairs)), end="")
    print(table(result))


if __name__ == "__main__":
    run(main)
