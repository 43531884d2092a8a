"""Send articles with suggested spans to the annotators' Doccano projects, each article once."""

from ar_news.annotation.own_environment import enter

if __name__ == "__main__":
    enter()

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.assignment import CHUNK, Sending, push_projects
from ar_news.annotation.doccano_client import (
    DEFAULT_PROJECT,
    DEFAULT_URL,
    Annotators,
    Project,
    Url,
    Username,
)


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of articles with suggested spans, [] for none.")],
    annotators: Annotators = "",
    overlap: Annotated[float, typer.Option(min=0, max=1, help="Share of the articles that two annotators get.")] = 0.1,
    project: Project = DEFAULT_PROJECT,
    url: Url = DEFAULT_URL,
    username: Username = "admin",
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Replace articles whose text or suggestions changed, if nobody has worked on them."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be sent, send nothing.")] = False,
    chunk: Annotated[int, typer.Option(min=1, max=1000, help="Articles an upload.")] = CHUNK,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds to wait for the import of one upload.")] = 120,
    forget: Annotated[
        bool,
        typer.Option(
            "--forget", help="Do not wait for an import that an earlier run began and a killed worker never ends."
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Decides who gets which article.")] = 0,
):
    """Send ARTICLES to Doccano, every article once however often this runs.

    An article is known by its id; what is there already is not sent again, and a run that was cut off is
    resumed by running it again. With several annotators the articles are divided among them, and the share
    OVERLAP goes to two, who never see each other's spans. After each upload the count, the texts and the
    spans are read back and compared. ARTICLES.pushed keeps a journal.

    Example: python scripts/doccano_push.py training/annotation/suggested.jsonl --annotators "sara omar" --overlap 0.2
    """
    sending = Sending(overlap, update, dry_run, chunk, deadline, forget, seed)
    for line in push_projects(articles, annotators, project, url, username, sending):
        print(line)


if __name__ == "__main__":
    run(main)
