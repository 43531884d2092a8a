"""Send articles with suggested spans to the annotators' Doccano projects, each article once."""
import json
import random
import tempfile
import time
from collections import Counter, defaultdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Dict, List, Set, Tuple

import typer
from articles import Article, InputError, read_articles, run
from doccano import (
    DEFAULT_PROJECT, DEFAULT_URL, TYPE, Annotators, Doccano, Project, Url, Username, connect, project_names, span_hash,
    split_names, text_hash, to_utf16,
)
from tqdm import tqdm
from typing_extensions import Annotated

# Doccano imports by the thousand, and imports a failing upload's first thousand four times over.
CHUNK = 200


def row(article: Article) -> Dict:
    """An article as Doccano imports it. Every row has the same keys, or the whole upload fails."""
    spans = to_utf16(article.text, article.spans)
    return {
        "text": article.text,
        "label": [list(span) for span in spans],
        "article_id": article.id,
        "text_sha256": text_hash(article.text),
        "suggested": span_hash(spans),
        "offsets": "utf16",
    }


def found_spans(server: Doccano, project: int, example: int, labels: Dict[int, Dict]) -> List[Tuple[int, int, str]]:
    return [
        (span["start_offset"], span["end_offset"], labels[span["label"]]["text"])
        for span in server.spans(project, example)
    ]


class Target:
    """One annotator's project: what is in it, and what is to be sent there."""

    def __init__(self, server: Doccano, name: str):
        self.server, self.name = server, name
        self.project = server.project(name)
        self.labels = server.labels(self.project)
        self.new: List[Article] = []
        self.read()

    def read(self) -> None:
        """List the examples; `there` has them by article id, the oldest first."""
        self.there: Dict[str, List[Dict]] = defaultdict(list)
        self.keyless = 0
        for example in self.server.examples(self.project):
            identity = example["meta"].get("article_id")
            if isinstance(identity, str):
                self.there[identity].append(example)
            else:
                self.keyless += 1

    def untouched(self, example: Dict) -> bool:
        """Whether nobody has confirmed the example, commented on it, or changed its suggested spans."""
        if example["is_confirmed"] or example["comment_count"]:
            return False
        return span_hash(found_spans(self.server, self.project, example["id"], self.labels)) == example["meta"].get("suggested")

    def delete(self, examples: List[Dict], action: str) -> None:
        if examples:
            with self.server.errors(action):
                self.server.client.bulk_delete_examples(self.project, [example["id"] for example in examples])

    def drop_copies(self) -> Tuple[int, List[str]]:
        """Delete second copies that nobody has touched: how many, and the articles of which several copies were worked on."""
        copies, kept = [], []
        for identity, examples in self.there.items():
            spare = [example for example in examples if self.untouched(example)] if len(examples) > 1 else []
            spare = spare[1:] if len(spare) == len(examples) else spare
            copies += spare
            if len(examples) - len(spare) > 1:
                kept.append(identity)
        self.delete(copies, "delete second copies")
        return len(copies), kept


def assign(articles: List[Article], targets: Dict[str, Target], overlap: float, seed: int) -> None:
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
    for holders in placed.values():
        load.update(holders)
    for number, article in enumerate(order):
        holders: Set[str] = placed[article.id]
        while len(holders) < (2 if number < twice else 1):
            name = min((name for name in targets if name not in holders), key=lambda name: load[name])
            holders.add(name)
            load[name] += 1
            targets[name].new.append(article)
    places = {article.id: place for place, article in enumerate(articles)}
    for target in targets.values():
        target.new.sort(key=lambda article: places[article.id])


class Journal:
    """What was sent, one JSON object a line, so that an import cut off before its end is waited for in the next run."""

    def __init__(self, path: Path):
        self.path = path
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
        self.entries = []
        for line in lines:
            try:
                self.entries.append(json.loads(line))
            except ValueError:
                # The last line of a run that was killed while writing it.
                continue

    def write(self, **entry) -> None:
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"time": datetime.now(timezone.utc).isoformat(timespec="seconds"), **entry}) + "\n")

    def unfinished(self, url: str) -> List[Dict]:
        """Uploads to this server of which no run saw the end."""
        ended = {entry["task"] for entry in self.entries if entry["event"] in ("imported", "forgotten")}
        return [e for e in self.entries if e["event"] == "sent" and e["url"] == url and e["task"] not in ended]


def wait(server: Doccano, task: str, deadline: float) -> Dict:
    """The finished task; InputError if it is not ready in time, which most often means that no worker runs."""
    end = time.monotonic() + deadline
    pause = 0.2
    while True:
        status = server.get(f"tasks/status/{task}", "ask for the import")
        if status["ready"]:
            return status
        if time.monotonic() > end:
            raise InputError(
                f"{server.url}: the import is not done after {deadline:.0f} s; is the task worker running "
                "(`doccano task`)? Start it and run this again: what was sent is not sent twice. If the worker was "
                "killed in the middle, its import never ends: run this again with --forget"
            )
        time.sleep(pause)
        pause = min(2.0, pause * 1.5)


def import_faults(status: Dict) -> List[str]:
    """Errors of an import, from both places where Doccano reports them."""
    crash = status.get("error")
    faults = [str(crash["text"] if isinstance(crash, dict) and "text" in crash else crash)] if crash else []
    result = status.get("result") or {}
    for fault in result.get("error") or []:
        faults.append(f"line {fault.get('line')}: {fault.get('message')}")
    return faults


def send(target: Target, articles: List[Article], journal: Journal, deadline: float) -> List[str]:
    """Import one chunk and compare what arrived: count, texts and spans. Faults that remain."""
    server = target.server
    uploads = server.client.data_import._data_upload_repository
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "articles.jsonl"
        # ASCII only: Doccano guesses encodings, and has taken Arabic for Thai.
        path.write_text("".join(json.dumps(row(article)) + "\n" for article in articles), encoding="ascii", newline="\n")
        with server.errors("upload"):
            upload = uploads.upload(str(path))
            task = uploads.ingest(
                target.project, [upload], TYPE, "JSONL", column_data="text", column_label="label", encoding="utf_8"
            )
    journal.write(event="sent", url=server.url, project=target.project, task=task, articles=[a.id for a in articles])
    faults = import_faults(wait(server, task, deadline))
    journal.write(event="imported", url=server.url, project=target.project, task=task, faults=faults)
    target.read()
    copies, _ = target.drop_copies()
    if copies:
        target.read()
    return faults + verify(target, articles, fresh=True)


def verify(target: Target, articles: List[Article], fresh: bool) -> List[str]:
    """What differs between the articles and their examples; spans of an example that has none are added.

    Spans that differ are a fault only in `fresh` examples: in others somebody may be at work.
    """
    faults = []
    ids = {kind["text"]: number for number, kind in target.labels.items()}
    for article in articles:
        examples = target.there.get(article.id, [])
        if not examples:
            faults.append(f"article {article.id}: did not arrive in {target.name!r}; run again")
            continue
        example = examples[0]
        if example["text"] != article.text:
            faults.append(f"article {article.id}: arrived in {target.name!r} with another text; delete it there and run again")
            continue
        wanted = to_utf16(article.text, article.spans)
        found = found_spans(target.server, target.project, example["id"], target.labels)
        if wanted and not found and not example["is_confirmed"]:
            # The import ended between the articles and their spans.
            for start, end, label in wanted:
                target.server.post(
                    f"projects/{target.project}/examples/{example['id']}/spans", f"add a span to article {article.id}",
                    {"start_offset": start, "end_offset": end, "label": ids[label], "prob": 0.0},
                )
            found = wanted
        if fresh and sorted(found) != sorted(wanted):
            faults.append(
                f"article {article.id}: {len(found)} of {len(wanted)} spans arrived in {target.name!r}; delete it there and run again"
            )
    return faults


def compare(target: Target, articles: List[Article], update: bool) -> Tuple[Counter, List[str], List[Dict]]:
    """What is there already: counts, notes about changed texts, and untouched examples that `update` replaces."""
    counts, notes, replaced = Counter(), [], []
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
            notes.append(f"article {article.id}: somebody has worked on it in {target.name!r}; its suggestions stay as they are")
        else:
            counts["changed"] += 1
            todo = "somebody has worked on it; decide in Doccano" if update else "give --update to replace it if nobody has worked on it"
            notes.append(f"article {article.id}: its text is another in {target.name!r} than here; {todo}")
    return counts, notes, replaced


def read_unique(path: Path) -> List[Article]:
    articles = read_articles([path])
    twice = [identity for identity, n in Counter(article.id for article in articles).items() if n > 1]
    if twice:
        raise InputError(*(f"{path}: article {identity}: this id stands twice; ids are unique" for identity in twice))
    return articles


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of articles with suggested spans, [] for none.")],
    annotators: Annotators = "",
    overlap: Annotated[float, typer.Option(min=0, max=1, help="Share of the articles that two annotators get.")] = 0.1,
    project: Project = DEFAULT_PROJECT,
    url: Url = DEFAULT_URL,
    username: Username = "admin",
    update: Annotated[
        bool, typer.Option("--update", help="Replace articles whose text or suggestions changed, if nobody has worked on them.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be sent, send nothing.")] = False,
    chunk: Annotated[int, typer.Option(min=1, max=1000, help="Articles an upload.")] = CHUNK,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds to wait for the import of one upload.")] = 120,
    forget: Annotated[
        bool, typer.Option("--forget", help="Do not wait for an import that an earlier run began and a killed worker never ends.")
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
    pool = read_unique(articles)
    server = connect(url, username)
    journal = Journal(articles.with_name(f"{articles.name}.pushed"))
    unfinished = journal.unfinished(server.url)
    for entry in unfinished if not dry_run else []:
        if not forget:
            print("waiting for the end of an import that an earlier run began")
            wait(server, entry["task"], deadline)
        journal.write(event="forgotten" if forget else "imported", url=server.url, task=entry["task"])
    targets = {name: Target(server, title) for name, title in project_names(project, split_names(annotators)).items()}
    notes: List[str] = []
    if not dry_run:
        for target in targets.values():
            copies, kept = target.drop_copies()
            if copies:
                print(f"{target.name}: {copies} second copies deleted, nobody had worked on them")
                target.read()
            notes += [f"article {i}: several copies in {target.name!r} were worked on; delete all but one there" for i in kept]
    assign(pool, targets, overlap, seed)
    faults: List[str] = []
    for target in targets.values():
        fresh = len(target.new)
        counts, found, replaced = compare(target, pool, update)
        notes += found
        told = ", ".join(f"{n} {kind}" for kind, n in sorted({"new": fresh, **counts}.items()))
        if target.keyless:
            notes.append(f"{target.name!r}: {target.keyless} articles have no article_id, so others sent them; they are left alone")
        print(f"{target.name}: {told}{' (nothing sent)' if dry_run else ''}")
        if dry_run:
            continue
        target.delete(replaced, "replace articles")
        # An import that was cut off may have left articles without their spans.
        cut_off = {i for entry in unfinished if entry["project"] == target.project for i in entry["articles"]}
        faults += verify(target, [article for article in pool if article.id in cut_off & target.there.keys()], fresh=False)
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
