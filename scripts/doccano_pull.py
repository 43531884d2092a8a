"""Fetch what the annotators confirmed in Doccano, as gold JSONL, one file an annotator."""

from ar_news.annotation.own_environment import enter

if __name__ == "__main__":
    enter()

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.doccano_client import (
    DEFAULT_PROJECT,
    DEFAULT_URL,
    Annotators,
    Project,
    Url,
    Username,
)
from ar_news.annotation.doccano_export import pull_projects


def main(
    articles: Annotated[
        Path, typer.Argument(help="The JSONL that was pushed: its texts are what offsets are checked against.")
    ],
    output: Annotated[Path, typer.Argument(help="Folder for ANNOTATOR.jsonl.")],
    annotators: Annotators = "",
    project: Project = DEFAULT_PROJECT,
    url: Url = DEFAULT_URL,
    username: Username = "admin",
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help='Also articles that nobody has confirmed, with "confirmed": false.')
    ] = False,
):
    """Write what each annotator confirmed to OUTPUT/ANNOTATOR.jsonl (OUTPUT/gold.jsonl without annotators).

    An article that was confirmed without any name is written with no spans; one that nobody confirmed is not
    written at all, even if an earlier pull wrote it ("withdrawn"). Each article records who confirmed it and when,
    Doccano's ids, and comments. What an earlier pull wrote stays if it is gone from the server. Faulty articles
    are named and left out, the others are written, and the exit code is 1.
    """
    for line in pull_projects(articles, output, annotators, project, url, username, unconfirmed):
        print(line)


if __name__ == "__main__":
    run(main)
