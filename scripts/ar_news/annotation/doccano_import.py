"""Import articles into one annotator's Doccano project, and see what arrived."""

import json
import time
from collections import defaultdict
from datetime import datetime, timezone
from pathlib import Path

from ar_news.annotation.doccano_client import TYPE, Doccano, span_hash, text_hash, to_utf16
from ar_news.data.articles import Article
from ar_news.data.files import InputError


def row(article: Article) -> dict:
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


def found_spans(server: Doccano, project: int, example: int, labels: dict[int, dict]) -> list[tuple[int, int, str]]:
    return [
        (span["start_offset"], span["end_offset"], labels[span["label"]]["text"])
        for span in server.spans(project, example)
    ]


class Target:
    """One annotator's project: what is in it, and what is to be sent there."""

    def __init__(self, server: Doccano, name: str):
        self.server, self.name = server, name
        self.project = server.project(name)
        self.labels = server.our_labels(self.project)
        self.new: list[Article] = []
        self.read()

    def read(self) -> None:
        """List the examples; `there` has them by article id, the oldest first."""
        self.there: dict[str, list[dict]] = defaultdict(list)
        self.keyless = 0
        for example in self.server.examples(self.project):
            identity = example["meta"].get("article_id")
            if isinstance(identity, str):
                self.there[identity].append(example)
            else:
                self.keyless += 1

    def untouched(self, example: dict) -> bool:
        """Whether nobody has confirmed the example, commented on it, or changed its suggested spans."""
        if example["is_confirmed"] or example["comment_count"]:
            return False
        return span_hash(found_spans(self.server, self.project, example["id"], self.labels)) == example["meta"].get(
            "suggested"
        )

    def delete(self, examples: list[dict], action: str) -> None:
        if examples:
            with self.server.errors(action):
                self.server.client.bulk_delete_examples(self.project, [example["id"] for example in examples])

    def drop_copies(self) -> tuple[int, list[str]]:
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
        with self.path.open("ab+") as file:
            file.seek(max(0, file.seek(0, 2) - 1))
            if file.read(1) not in (b"", b"\n"):
                file.write(b"\n")
            file.write(
                (
                    json.dumps({"time": datetime.now(timezone.utc).isoformat(timespec="seconds"), **entry}) + "\n"
                ).encode()
            )

    def unfinished(self, url: str) -> list[dict]:
        """Uploads to this server of which no run saw the end."""
        ended = {entry["task"] for entry in self.entries if entry["event"] in ("imported", "forgotten")}
        return [e for e in self.entries if e["event"] == "sent" and e["url"] == url and e["task"] not in ended]


def wait(server: Doccano, task: str, deadline: float) -> dict:
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


def import_faults(status: dict) -> list[str]:
    """Errors of an import, from both places where Doccano reports them."""
    crash = status.get("error")
    faults = [str(crash["text"] if isinstance(crash, dict) and "text" in crash else crash)] if crash else []
    result = status.get("result") or {}
    return faults + [f"line {fault.get('line')}: {fault.get('message')}" for fault in result.get("error") or []]


def send(target: Target, articles: list[Article], journal: Journal, deadline: float) -> list[str]:
    """Import one chunk and compare what arrived: count, texts and spans. Faults that remain."""
    server = target.server
    # ASCII only: Doccano guesses encodings, and has taken Arabic for Thai.
    content = "".join(json.dumps(row(article)) + "\n" for article in articles).encode("ascii")
    with server.errors("upload"):
        upload = server.http.upload("articles.jsonl", content)
        task = server.http.ingest(target.project, upload, TYPE)
    journal.write(event="sent", url=server.url, project=target.project, task=task, articles=[a.id for a in articles])
    faults = import_faults(wait(server, task, deadline))
    journal.write(event="imported", url=server.url, project=target.project, task=task, faults=faults)
    target.read()
    copies, _ = target.drop_copies()
    if copies:
        target.read()
    return faults + verify(target, articles, fresh=True)


def verify(target: Target, articles: list[Article], fresh: bool) -> list[str]:
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
            faults.append(
                f"article {article.id}: arrived in {target.name!r} with another text; delete it there and run again"
            )
            continue
        wanted = to_utf16(article.text, article.spans)
        found = found_spans(target.server, target.project, example["id"], target.labels)
        if wanted and not found and not example["is_confirmed"]:
            # The import ended between the articles and their spans.
            for start, end, label in wanted:
                target.server.post(
                    f"projects/{target.project}/examples/{example['id']}/spans",
                    f"add a span to article {article.id}",
                    {"start_offset": start, "end_offset": end, "label": ids[label], "prob": 0.0},
                )
            found = wanted
        if fresh and sorted(found) != sorted(wanted):
            faults.append(
                f"article {article.id}: {len(found)} of {len(wanted)} spans arrived in {target.name!r}; delete it there and run again"
            )
    return faults
