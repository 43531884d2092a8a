"""Send articles with suggested spans to the annotators' Doccano projects, each article once."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from ar_news.annotation.doccano_client import connect, project_names, split_names
from ar_news.annotation.doccano_import import Journal, Target, row, send, verify, wait
from ar_news.data.articles import Article, read_articles
from ar_news.data.files import InputError

# Doccano imports by the thousand, and imports a failing upload's first thousand four times over.
CHUNK = 200


def assign(articles: list[Article], targets: dict[str, Target], overlap: float, seed: int) -> None:
    """Fill `new` of each target: a share `overlap` of the articles goes to two annotators, the rest to one.

    An article that stands in projects already stays there and counts, so that running it again adds nothing.
    """
    order = sorted(articles, key=lambda article: article.id)
    random.Random(seed).shuffle(order)
    twice = round(overlap * len(order)) if len(targets) > 1 else 0
    placed = {article.id: {name for name, target in targets.items() if article.id in target.there} for article in order}
    # Those that two annotators have already are part of the share.
    order.sort(key=lambda article: len(placed[article.id]) < 2)
    load = Counter({name: 0 for name in targets})
    for names in placed.values():
        load.update(names)
    for number, article in enumerate(order):
        holders = placed[article.id]
        while len(holders) < (2 if number < twice else 1):
            name = min((name for name in targets if name not in holders), key=lambda name: load[name])
            holders.add(name)
            load[name] += 1
            targets[name].new.append(article)
    places = {article.id: place for place, article in enumerate(articles)}
    for target in targets.values():
        target.new.sort(key=lambda article: places[article.id])


def compare(target: Target, articles: list[Article], update: bool) -> tuple[Counter, list[str], list[dict]]:
    """What is there already: counts, notes about changed texts, and untouched examples that `update` replaces."""
    counts: Counter = Counter()
    notes: list[str] = []
    replaced: list[dict] = []
    for article in articles:
        examples = target.there.get(article.id)
        if not examples:
            continue
        example, wanted = examples[0], row(article)
        same_text = example["text"] == article.text
        same_spans = example["meta"].get("suggested") == wanted["suggested"]
        if same_text and (same_spans or not update):
            counts["same"] += 1
        elif update and target.untouched(example):
            replaced.append(example)
            target.new.append(article)
            counts["replaced"] += 1
        elif same_text:
            counts["same"] += 1
            notes.append(
                f"article {article.id}: somebody has worked on it in {target.name!r}; its suggestions stay as they are"
            )
        else:
            counts["changed"] += 1
            todo = (
                "somebody has worked on it; decide in Doccano"
                if update
                else "give --update to replace it if nobody has worked on it"
            )
            notes.append(f"article {article.id}: its text is another in {target.name!r} than here; {todo}")
    return counts, notes, replaced


@dataclass(frozen=True)
class Sending:
    """How articles are sent: the options of doccano_push.py, which says what each means."""

    overlap: float
    update: bool
    dry_run: bool
    chunk: int
    deadline: float
    forget: bool
    seed: int


def push_projects(
    articles: Path, annotators: str, project: str, url: str, username: str, how: Sending
) -> Iterator[str]:
    """Send each annotator what is not in the project yet, and say in lines what is done, each before what follows it.

    Raises InputError at the end for articles that did not arrive as they were sent.
    """
    pool = read_articles([articles])
    server = connect(url, username)
    journal = Journal(articles.with_name(f"{articles.name}.pushed"))
    unfinished = journal.unfinished(server.url)
    for entry in unfinished if not how.dry_run else []:
        if not how.forget:
            yield "waiting for the end of an import that an earlier run began"
            wait(server, entry["task"], how.deadline)
        journal.write(event="forgotten" if how.forget else "imported", url=server.url, task=entry["task"])
    targets = {name: Target(server, title) for name, title in project_names(project, split_names(annotators)).items()}
    notes: list[str] = []
    odd = sum("\r" in article.text or "\u2028" in article.text for article in pool)
    if odd:
        notes.append(
            f"{articles}: {odd} articles hold CR or U+2028 line ends; they are sent as they are and count in offsets"
        )
    if not how.dry_run:
        for target in targets.values():
            copies, kept = target.drop_copies()
            if copies:
                yield f"{target.name}: {copies} second copies deleted, nobody had worked on them"
                target.read()
            notes += [
                f"article {i}: several copies in {target.name!r} were worked on; delete all but one there" for i in kept
            ]
    assign(pool, targets, how.overlap, how.seed)
    faults: list[str] = []
    for target in targets.values():
        fresh = len(target.new)
        counts, found, replaced = compare(target, pool, how.update)
        notes += found
        told = ", ".join(f"{n} {kind}" for kind, n in sorted({"new": fresh, **counts}.items()))
        if target.keyless:
            notes.append(
                f"{target.name!r}: {target.keyless} articles have no article_id, so others sent them; they are left alone"
            )
        yield f"{target.name}: {told}{' (nothing sent)' if how.dry_run else ''}"
        if how.dry_run:
            continue
        target.delete(replaced, "replace articles")
        # An import that was cut off may have left articles without their spans.
        cut_off = {i for entry in unfinished if entry["project"] == target.project for i in entry["articles"]}
        faults += verify(
            target, [article for article in pool if article.id in cut_off & target.there.keys()], fresh=False
        )
        with tqdm(total=len(target.new), desc=target.name, unit="article", disable=None) as bar:
            for start in range(0, len(target.new), how.chunk):
                part = target.new[start : start + how.chunk]
                faults += send(target, part, journal, how.deadline)
                bar.update(len(part))
    yield from (f"note: {note}" for note in notes)
    if faults:
        raise InputError(*faults)
