"""Send articles with suggested spans to the annotators' Doccano projects, each article once."""

from ar_news.annotation.own_environment import enter

if __name__ == "__main__":
    enter()

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ar_news.annotation.assignment import CHUNK, assign, compare
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
from ar_news.annotation.doccano_import import Journal, Target, send, verify, wait
from ar_news.data.articles import read_articles
from ar_news.data.files import InputError


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
    pool = read_articles([articles])
    server = connect(url, username)
    journal = Journal(articles.with_name(f"{articles.name}.pushed"))
    unfinished = journal.unfinished(server.url)
    for entry in unfinished if not dry_run else []:
        if not forget:
            print("waiting for the end of an import that an earlier run began")
            wait(server, entry["task"], deadline)
        journal.write(event="forgotten" if forget else "imported", url=server.url, task=entry["task"])
    targets = {name: Target(server, title) for name, title in project_names(project, split_names(annotators)).items()}
    notes: list[str] = []
    odd = sum("\r" in article.text or "\u2028" in article.text for article in pool)
    if odd:
        notes.append(
            f"{articles}: {odd} articles hold CR or U+2028 line ends; they are sent as they are and count in offsets"
        )
    if not dry_run:
        for target in targets.values():
            copies, kept = target.drop_copies()
            if copies:
                print(f"{target.name}: {copies} second copies deleted, nobody had worked on them")
                target.read()
            notes += [
                f"article {i}: several copies in {target.name!r} were worked on; delete all but one there" for i in kept
            ]
    assign(pool, targets, overlap, seed)
    faults: list[str] = []
    for target in targets.values():
        fresh = len(target.new)
        counts, found, replaced = compare(target, pool, update)
        notes += found
        told = ", ".join(f"{n} {kind}" for kind, n in sorted({"new": fresh, **counts}.items()))
        if target.keyless:
            notes.append(
                f"{target.name!r}: {target.keyless} articles have no article_id, so others sent them; they are left alone"
            )
        print(f"{target.name}: {told}{' (nothing sent)' if dry_run else ''}")
        if dry_run:
            continue
        target.delete(replaced, "replace articles")
        # An import that was cut off may have left articles without their spans.
        cut_off = {i for entry in unfinished if entry["project"] == target.project for i in entry["articles"]}
        faults += verify(
            target, [article for article in pool if article.id in cut_off & target.there.keys()], fresh=False
        )
        with tqdm(total=len(target.new), desc=target.name, unit="article", disable=None) as bar:
            for start in range(0, len(target.new), chunk):
                part = target.new[start : start + chunk]
                faults += send(target, part, journal, deadline)
                bar.update(len(part))
    for note in notes:
        print(f"note: {note}")
    if faults:
        raise InputError(*faults)


if __name__ == "__main__":
    run(main)
