"""Agreement of two annotators who marked the same articles on their own."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import write_json
from ar_news.quality.agreement import agreement, same_articles, show


def main(
    first: Annotated[list[Path], typer.Option(help="JSONL of the first annotator; may be given several times.")],
    second: Annotated[Path, typer.Option(help="JSONL of the second annotator: some or all of the same articles.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
    optional: Annotated[
        bool, typer.Option("--optional", help="Where there is no second annotation, say so and end well.")
    ] = False,
):
    """Compare what two annotators marked in the same articles: span F1 and Cohen's kappa on tokens, by label."""
    if optional and not second.exists():
        print(f"{second}: not there, so no agreement is told; annotate some articles twice to learn it")
        return
    result = agreement(same_articles(read_articles(first), read_articles([second])))
    write_json(output, result)
    print(f"{show(result)} in {output}")


if __name__ == "__main__":
    run(main)
