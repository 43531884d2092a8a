"""Fetch what the annotators confirmed in Doccano, as gold JSONL, one file an annotator."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from ar_news.annotation.doccano_client import Doccano, connect, from_utf16, project_names, split_names, text_hash
from ar_news.data.articles import Article, read_articles, span_faults, write_articles
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.pipeline.bare import trimmed


def read_example(
    server: Doccano, project: int, labels: dict[int, dict], members: dict[int, str], article: Article, example: dict
) -> tuple[Article | None, list[str], list[str]]:
    """The article with the spans that stand in Doccano, notes about narrowed spans, and faults; no article if it has faults."""
    if example["text"] != article.text or example["meta"].get("text_sha256") not in (None, text_hash(article.text)):
        return (
            None,
            [],
            [
                "its text in Doccano is another than here, so its offsets mean nothing; push it again or restore the text"
            ],
        )
    raw = server.spans(project, example["id"])
    records, notes, faults = [], [], []
    for span in sorted(raw, key=lambda span: span["start_offset"]):
        place = from_utf16(article.text, span["start_offset"], span["end_offset"])
        where = f"span {span['id']} [{span['start_offset']}, {span['end_offset']}]"
        if place is None:
            faults.append(
                f"{where} is out of the text or cuts a character in two; delete it in Doccano and mark the name again"
            )
            continue
        start, end = trimmed(article.text, *place)
        if (start, end) != place:
            notes.append(f"{where} {article.text[slice(*place)]!r} narrowed to {article.text[start:end]!r}")
        if start == end:
            faults.append(f"{where} holds no name; delete it in Doccano")
            continue
        records.append({"start": start, "end": end, "label": labels[span["label"]]["text"]})
    spans, found = span_faults(article.text, records, label_names())
    faults += [f"{fault} (in Doccano)" for fault in found]
    if faults:
        return None, notes, faults
    states = server.all(f"projects/{project}/examples/{example['id']}/states", "read who confirmed")
    comments = []
    if example["comment_count"]:
        comments = server.all(f"projects/{project}/comments", "read the comments", example=example["id"])
    doccano = {
        "project": project,
        "example": example["id"],
        "spans": [span["id"] for span in sorted(raw, key=lambda span: span["start_offset"])],
        "marked_by": sorted({members.get(span["user"], str(span["user"])) for span in raw}),
        "confirmed_by": [members.get(state["confirmed_by"], str(state["confirmed_by"])) for state in states],
        "confirmed_at": [state["confirmed_at"] for state in states],
        "comments": [f"{comment['username']}: {comment['text']}" for comment in comments],
    }
    meta = {**article.meta, "confirmed": bool(states), "doccano": doccano}
    return Article(article.id, article.text, tuple(spans), meta), notes, []


class Pull:
    """What one annotator's project gave: articles by id, counts, notes and faults.

    there: ids of the project's articles that were read. unconfirmed: those of them that nobody confirms.
    """

    def __init__(self) -> None:
        self.found: dict[str, Article] = {}
        self.there: set[str] = set()
        self.unconfirmed: set[str] = set()
        self.counts: Counter = Counter()
        self.notes: list[str] = []
        self.faults: list[str] = []

    def read(self, server: Doccano, name: str, pool: dict[str, Article], annotator: str, unconfirmed: bool) -> None:
        """Read every example; a bad one becomes a fault and the others go on. InputError if the server is lost."""
        project = server.project(name)
        labels, members = server.our_labels(project), server.members(project)
        examples = server.examples(project)
        keys = Counter(example["meta"].get("article_id") for example in examples)
        for key, n in keys.items():
            if key is None:
                self.notes.append(f"{name!r}: {n} articles have no article_id; they are left out")
            elif n > 1:
                self.faults.append(f"article {key}: {n} copies in {name!r}; delete all but one there")
        for place, example in enumerate(tqdm(examples, desc=name, unit="article", disable=None), 1):
            key = example["meta"].get("article_id")
            if key is None:
                continue
            wanted = keys[key] == 1
            if wanted and key not in pool:
                self.counts["not here"] += 1
                wanted = False
            elif wanted and not example["is_confirmed"]:
                self.counts["unconfirmed"] += 1
                self.unconfirmed.add(key)
                wanted = unconfirmed
            if wanted:
                article, notes, faults = read_example(server, project, labels, members, pool[key], example)
                link = f"{server.url}/projects/{project}/sequence-labeling?page={place}"
                self.notes += [f"article {key}: {note}" for note in notes]
                self.faults += [f"article {key} ({link}): {fault}" for fault in faults]
                if article:
                    article.meta["annotator"] = annotator or ", ".join(article.meta["doccano"]["confirmed_by"])
                    self.found[key] = article
                    if article.meta["confirmed"]:
                        self.counts["confirmed" if article.spans else "confirmed without names"] += 1
            # Not before: what a lost server leaves unread stays as an earlier pull had it.
            self.there.add(key)

    def merge(self, previous: list[Article], pool: dict[str, Article]) -> list[Article]:
        """These articles and those confirmed earlier that are gone from the project, in the order of the pool."""
        earlier = [article for article in previous if article.meta.get("confirmed")]
        kept = {
            article.id: article
            for article in earlier
            if article.id not in self.there and article.id in pool and article.text == pool[article.id].text
        }
        withdrawn = sum(article.id in self.unconfirmed for article in earlier)
        for kind, number in (("withdrawn", withdrawn), ("kept from an earlier pull", len(kept))):
            if number:
                self.counts[kind] = number
        everything = {**self.found, **kept}
        return [everything[key] for key in pool if key in everything]


def pull_projects(
    articles: Path, output: Path, annotators: str, project: str, url: str, username: str, unconfirmed: bool
) -> Iterator[str]:
    """Write each annotator's file, gold.jsonl without annotators, and say in lines what is in it once it is written.

    articles: the JSONL that was pushed. unconfirmed: also what nobody confirmed. Raises InputError at the end for faulty
    articles, which are left out, and as soon as the server is lost, after the file of what came before that.
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
        yield f"{path}: {len(result)} articles ({told})"
        yield from (f"note: {note}" for note in pull.notes)
        faults += pull.faults
        missing -= pull.there
        if lost:
            raise InputError(*faults, *lost.messages, f"{path}: holds what came before that; run again for the rest")
    if missing:
        yield f"note: {len(missing)} articles of {articles} are in none of the projects: never pushed, or deleted there"
    if faults:
        raise InputError(*faults)
