"""Evaluate a pipeline against gold articles: scores as JSON and table, errors as a web page."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import in_project, write_json, write_text
from ar_news.docs import load
from ar_news.scores.evaluation import error_page, evaluation, table
from ar_news.scores.scoring import ALL


def main(
    pipeline: Annotated[str, typer.Argument(help="Folder of a trained pipeline, or name of an installed one.")],
    articles: Annotated[Path, typer.Argument(help="Gold articles as JSONL.")],
    output: Annotated[Path, typer.Option(help="Folder for NAME.json, NAME.md and NAME.errors.html.")] = in_project(
        "training/ent_news_sm/scores"
    ),
    name: Annotated[str, typer.Option(help="Name of the files; that of ARTICLES if not given.")] = "",
    train: Annotated[
        Path | None, typer.Option(help="Training articles: scores names that stand there apart from new ones.")
    ] = None,
):
    """Score PIPELINE on the gold spans of ARTICLES.

    A predicted span is right when start, end and label all agree with gold; a gold span that fits no
    token of the pipeline counts as missed. Also written: scores by overlap, 95 % intervals by bootstrap
    over articles, a confusion matrix, and a page that shows every error in context.
    """
    gold = read_articles([articles])
    result, pairs = evaluation(load(pipeline), gold, read_articles([train]) if train else [])
    stem = name or articles.stem
    write_json(output / f"{stem}.json", result)
    write_text(output / f"{stem}.md", table(result) + "\n")
    write_text(output / f"{stem}.errors.html", error_page(gold, pairs, f"Errors on {stem}"))
    print(table(result))
    print(f"gold names that no token boundary fits (counted as missed): {result['unaligned']}")
    header = result["confusion"]["labels"]
    print("\nconfusion, rows gold, columns predicted\n" + " " * 10 + "".join(f"{label:>10}" for label in header))
    for label, row in zip(header, result["confusion"]["matrix"]):
        print(f"{label:<10}" + "".join(f"{value:>10}" for value in row))
    print(
        f"\nF {result['exact'][ALL]['f1']:.3f}, {result['words_per_second']:,} words/s; errors in {output / f'{stem}.errors.html'}"
    )


if __name__ == "__main__":
    run(main)
