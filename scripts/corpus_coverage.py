"""Count what the names of a corpus cover: states, outlets, agreements, people, and the proclitics before them."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.articles import read_articles
from ar_news.data.files import write_json
from ar_news.quality.coverage import LEAST, coverage


def main(
    articles: Annotated[list[Path], typer.Argument(help="JSONL files of gold articles.")],
    output: Annotated[Path, typer.Option(help="JSON file to write.")],
    least: Annotated[int, typer.Option(min=1, help="Name the states that are mentioned less often than this.")] = LEAST,
):
    """Count which states, outlets, agreements and people the names of ARTICLES cover, and behind which proclitics."""
    counts = coverage(read_articles(articles))
    write_json(output, counts)
    for label, n in counts["mentions"].items():
        before = ", ".join(f"{letters} {m}" for letters, m in counts["proclitics"][label].items())
        print(f"{label:<10}{n:>6} mentions, {counts['different'][label]:>5} different; behind {before}")
    rare = {state: row["mentions"] for state, row in counts["states"].items() if row["mentions"] < least}
    print(f"{len(counts['states'])} states, {len(rare)} of them mentioned less than {least} times")
    print(", ".join(f"{state} {n}" for state, n in rare.items()))


if __name__ == "__main__":
    run(main)
