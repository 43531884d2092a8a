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
    connect,
    project_names,
    split_names,
)
from ar_news.annotation.doccano_export import Pull
from ar_news.data.articles import read_articles, write_articles
from ar_news.data.files import InputError


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
    pool = {article.id: article for article in read_articles([articles])}
    names = split_names(annotators)
    server = connect(url, username)
    faults: list[str] = []
    missing = set(pool)
    for annotator, name in project_names(project, names).items():
        path = output / f"{annotator or 'gold'}.jsonl"
        previous = read_articles([path]) if path.exists() and path.stat().st_size else []
        pull = Pull()
        lost: InputError | None = None
        try:
            pull.read(server, name, pool, annotator, unconfirmed)
        except InputError as error:
            lost = error
        result = pull.merge(previous, pool)
        if result or path.exists():
            write_articles(path, result)
        told = ", ".join(f"{n} {kind}" for kind, n in pull.counts.items()) or "nothing confirmed yet"
        print(f"{path}: {len(result)} articles ({told})")
        for note in pull.notes:
            print(f"note: {note}")
        faults += pull.faults
        missing -= pull.there
        if lost:
            raise InputError(*faults, *lost.messages, f"{path}: holds what came before that; run again for the rest")
    if missing:
        print(
            f"note: {len(missing)} articles of {articles} are in none of the projects: never pushed, or deleted there"
        )
    if faults:
        raise InputError(*faults)


if __name__ == "__main__":
    run(main)
