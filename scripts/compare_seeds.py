"""Score pipelines of several seeds on the same articles: the mean, and how far chance moves it."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.data.labels import label_names
from ar_news.docs import load, trained_on
from ar_news.scores.evaluation import evaluation
from ar_news.scores.measuring import read_tests
from ar_news.scores.scoring import ALL
from ar_news.scores.spread import summed


def main(
    pipelines: Annotated[list[Path], typer.Argument(help="Folders of pipelines that differ in the seed alone.")],
    train: Annotated[
        Path,
        typer.Option(
            help="Their training articles, JSONL or .spacy: names that stand there are scored apart from new ones."
        ),
    ],
    test: Annotated[
        list[str],
        typer.Option(
            help="NAME=FILE: gold articles to score on; may be given several times. The files of a folder are scored apart, each under its own name."
        ),
    ],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
):
    """Write mean and standard deviation of every score of PIPELINES on every test file.

    One training is one draw: with another seed F moves by about a point, and so does it on another processor.
    """
    tests, training = read_tests(test), trained_on(train)
    found: dict[str, list[dict]] = {name: [] for name in tests}
    for pipeline in pipelines:
        nlp = load(str(pipeline))
        for name, gold in tests.items():
            result, _ = evaluation(nlp, gold, training)
            kept = ("articles", "words", "unaligned", "words_per_second", "exact", "interval", "overlap", "seen_apart")
            found[name].append({key: result[key] for key in kept})
    rows = {name: {"seeds": len(results), **summed(results)} for name, results in found.items()}
    write_json(output, rows)
    for name, row in rows.items():
        told = ", ".join(
            f"{label} {100 * row['exact'][label]['f1']['mean']:.1f} ± {100 * row['exact'][label]['f1']['sd']:.1f}"
            for label in (*label_names(), ALL)
        )
        print(f"{name}: {told}")


if __name__ == "__main__":
    run(main)
