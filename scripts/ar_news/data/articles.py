"""Articles as JSONL or plain text: reading them with every fault named, and writing them without half-written files.

One article a line: `id` (str), `text` (str) and, for gold, `spans`, a list of
`{"start": int, "end": int, "label": str, "text": str}` or `[start, end, label]`, with offsets in
Unicode code points of `text`. One key of our own, `ar_news`, may say what was not annotated:
`{"annotated_for": [label, ...], "unsure": [[start, end], ...]}`. Any further key is kept in `Article.meta`.

There are two policies. Gold is refused whole if anything in it is at fault, and every fault is told
(`read_articles`). News to be read is taken as far as it goes: a faulty article is named, counted and left
out (`read_news`).

Ids: a string is kept, a whole number becomes its string; null or no id is made of the file's path, relative to
the given folder and without its suffix, and of the line. Anything else is a fault.
"""

import itertools
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ar_news.data.files import InputError, numbered_lines, read_bytes, tell, writing
from ar_news.data.labels import label_names
from ar_news.pipeline.bare import crosses, trimmed

SUFFIXES = (".txt", ".jsonl")


OWN = "ar_news"


class Span(NamedTuple):
    """A labelled stretch of text: `text[start:end]`, in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Article:
    """A text, its spans, and what of it was annotated.

    annotated_for: the labels that were looked for, None for all; of another label no span means nothing.
    unsure: stretches (start, end) in code points, of which nobody says whether they are names.
    meta: whatever else stood in the record, untouched.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    annotated_for: tuple[str, ...] | None = None
    unsure: tuple[tuple[int, int], ...] = ()

    @property
    def labels(self) -> list[str]:
        """The labels that this article was annotated for, in the order of configs/labels.json."""
        return [label for label in label_names() if self.annotated_for is None or label in self.annotated_for]

    def decided(self, spans: Iterable[Span]) -> list[Span]:
        """Those spans about which the annotation says something: of its labels, and free of unsure stretches."""
        labels = self.labels
        return [
            span
            for span in spans
            if span.label in labels and not any(start < span.end and span.start < end for start, end in self.unsure)
        ]

    def record(self) -> dict[str, Any]:
        """The article as it is stored: spans with their surface, so that a moved offset is noticed."""
        spans = [{**span._asdict(), "text": self.text[span.start : span.end]} for span in self.spans]
        own: dict[str, Any] = {}
        if self.annotated_for is not None:
            own["annotated_for"] = list(self.annotated_for)
        if self.unsure:
            own["unsure"] = [list(stretch) for stretch in self.unsure]
        return {"id": self.id, **self.meta, **({OWN: own} if own else {}), "text": self.text, "spans": spans}


def text_faults(text: Any, gold: bool = True) -> list[str]:
    """What makes a text unfit to be read and, for gold, to be annotated: news may hold no Arabic, and then no names."""
    if not isinstance(text, str):
        return ["`text` is no string; write the text as a string"]
    if not text:
        return ["the text is empty; remove the article or fill it in"]
    if not text.strip():
        return ["the text is only white space; remove the article or fill it in"]
    if "\0" in text:
        return [f"NUL character at offset {text.index(chr(0))}; remove it"]
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return [f"half a surrogate pair at offset {error.start}; write the character itself"]
    if gold and not any(unicodedata.name(char, "").startswith("ARABIC LETTER") for char in text):
        return ["no Arabic letter in the text; this pipeline reads Arabic only"]
    return []


def span_faults(text: str, raw_spans: Any, labels: Sequence[str]) -> tuple[list[Span], list[str]]:
    """The spans of a record and their faults: range, surface, label, edges, overlap."""
    if not isinstance(raw_spans, list):
        return [], ["`spans` is no list; write a list of spans, [] for none"]
    spans, faults = [], []
    for raw in raw_spans:
        if isinstance(raw, dict) and {"start", "end", "label"} <= raw.keys():
            start, end, label, surface = raw["start"], raw["end"], raw["label"], raw.get("text")
        elif isinstance(raw, list) and len(raw) == 3:
            (start, end, label), surface = raw, None
        else:
            faults.append(f"span {json.dumps(raw, ensure_ascii=False)} has no start, end and label; write all three")
            continue
        where = f"span [{start}, {end}, {label}]"
        if not is_stretch(start, end, text):
            faults.append(f"{where} is out of range; the text has {len(text)} characters and 0 <= start < end")
            continue
        found = text[start:end]
        if label not in labels:
            faults.append(f"{where} {found!r} has an unknown label; use one of {', '.join(labels)}")
        if surface is not None and surface != found:
            faults.append(f"{where} says {surface!r} but the text there is {found!r}; correct the offsets")
        if trimmed(text, start, end) != (start, end):
            faults.append(
                f"{where} {found!r} begins or ends with white space, punctuation, a symbol or tatweel; narrow it"
            )
        if crosses(text, start, end):
            faults.append(f"{where} {found!r} crosses an empty line; split it")
        spans.append(Span(start, end, label))
    spans.sort(key=lambda span: span[:2])
    for left, right in itertools.pairwise(spans):
        if right.start < left.end:
            faults.append(f"spans {tuple(left)} and {tuple(right)} overlap; keep the longer name")
    return spans, faults


def is_stretch(start: Any, end: Any, text: str) -> bool:
    """Whether two values are offsets of a stretch of the text that holds something."""
    return type(start) is int and type(end) is int and 0 <= start < end <= len(text)


def own_faults(
    text: str, own: Any, labels: Sequence[str]
) -> tuple[tuple[str, ...] | None, tuple[tuple[int, int], ...], list[str]]:
    """`annotated_for` and `unsure` of a record's own key, and its faults."""
    known = {"annotated_for", "unsure"}
    if not isinstance(own, dict) or not own.keys() <= known:
        return (
            None,
            (),
            [f"`{OWN}` is this project's own key and holds {' and '.join(sorted(known))} only; rename yours"],
        )
    faults = []
    annotated, unsure = own.get("annotated_for"), own.get("unsure", [])
    if annotated is not None and not (isinstance(annotated, list) and all(label in labels for label in annotated)):
        faults.append(f"`{OWN}.annotated_for` is no list of labels; use some of {', '.join(labels)}")
        annotated = None
    if not isinstance(unsure, list) or not all(
        isinstance(s, list) and len(s) == 2 and is_stretch(s[0], s[1], text) for s in unsure
    ):
        faults.append(f"`{OWN}.unsure` is no list of [start, end] within the text's {len(text)} characters; correct it")
        unsure = []
    return None if annotated is None else tuple(annotated), tuple(map(tuple, unsure)), faults


def identity(record: dict[str, Any], made: str) -> tuple[str, list[str]]:
    """The id of a record, `made` if it has none, and its faults."""
    value = record.get("id")
    if value is None:
        return made, []
    if isinstance(value, str) or type(value) is int:
        return str(value), []
    return made, [f"`id` is a {type(value).__name__}; write a string or a whole number, or leave it out"]


def parse(
    where: str, line: str, made: str, labels: Sequence[str], gold: bool, spans_wanted: bool
) -> tuple[Article, list[str]]:
    """One JSONL line as an article, and its faults, each with file, line and article id.

    where: file and line. made: the id of an article that has none.
    """
    empty = Article(made, "")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "it cannot be read")
        return empty, [f"{where}: broken JSON ({reason}, column {getattr(error, 'colno', 1)}); one object a line"]
    if not isinstance(record, dict):
        return empty, [f'{where}: a JSON {type(record).__name__}, not an object; write {{"id": ..., "text": ...}}']
    name, faults = identity(record, made)
    wanted = ("text", "spans") if spans_wanted else ("text",)
    missing = [key for key in wanted if key not in record]
    if missing:
        faults.append(f"missing {', '.join(map(repr, missing))}; add it")
        return empty, [f"{where}: article {name}: {fault}" for fault in faults]
    text = record["text"]
    broken = text_faults(text, gold)
    spans: list[Span] = []
    annotated: tuple[str, ...] | None = None
    unsure: tuple[tuple[int, int], ...] = ()
    if not broken and spans_wanted:
        spans, found = span_faults(text, record["spans"], labels)
        annotated, unsure, own = own_faults(text, record.get(OWN, {}), labels)
        broken = found + own
    faults += broken
    kept = ("id", "text", "spans", OWN) if spans_wanted else ("id", "text", "spans")
    meta = {key: value for key, value in record.items() if key not in kept}
    return Article(name, text, tuple(spans), meta, annotated, unsure), [
        f"{where}: article {name}: {fault}" for fault in faults
    ]


def read_articles(paths: Iterable[Path], spans: bool = True) -> list[Article]:
    """All articles of some JSONL files, by the policy for gold; with `spans`, these are wanted and checked.

    Raises InputError with every fault of every line, an id that stands twice included.
    """
    labels, articles, faults = label_names(), [], []
    first: dict[str, str] = {}
    for path in map(Path, paths):
        for number, line, fault in numbered_lines(path):
            where = f"{path}:{number}"
            if fault:
                faults.append(fault)
                continue
            article, found = parse(where, line, f"{path.stem}-{number}", labels, True, spans)
            if not found and first.setdefault(article.id, where) != where:
                found = [f"{where}: article {article.id}: this id stands in {first[article.id]} too; ids are unique"]
            articles.append(article)
            faults.extend(found)
    if faults:
        raise InputError(*faults)
    return articles


# The splits of a corpus folder, and those that a corpus has only if it keeps articles in the shape of an ordinary day's news apart.
SPLITS = ("train", "dev", "test")
EVERYDAY = ("everyday/dev", "everyday/test")


def splits_of(corpus: Path) -> list[str]:
    """The splits of a corpus folder by name, SPLITS and those of EVERYDAY that are there; NAME.jsonl is the file of each."""
    return [*SPLITS, *(name for name in EVERYDAY if (corpus / f"{name}.jsonl").is_file())]


def more_files(more: str) -> list[Path]:
    """The file of more training articles, as a list; none for "".

    Raises InputError if it cannot be read, or if an article says that it serves to measure: that its `split` is not train.
    """
    if not more:
        return []
    measuring = [a.id for a in read_articles([Path(more)]) if a.meta.get("split", "train") != "train"]
    if measuring:
        raise InputError(*(f"{more}: article {name}: is of dev or test, so not to be trained on" for name in measuring))
    return [Path(more)]


def gold_files(source: Path) -> list[Path]:
    """The one file, or every .jsonl file that lies in a folder itself, in order; InputError for a folder without any."""
    if not source.is_dir():
        return [source]
    files = sorted(path for path in source.iterdir() if path.suffix.lower() == ".jsonl" and path.is_file())
    if not files:
        raise InputError(f"{source}: no .jsonl file in this folder; put gold articles there, or name a file")
    return files


@dataclass(frozen=True)
class News:
    """The articles of a source that can be read, and what is wrong with the others, a line each."""

    articles: list[Article]
    faults: list[str]

    def tell(self) -> None:
        """Name and count on standard error what was left out."""
        tell(self.faults, "warning")
        if self.faults:
            print(f"warning: {len(self.faults)} articles or files left out, {len(self.articles)} read", file=sys.stderr)


def news_files(source: Path) -> list[tuple[Path, str]]:
    """The files of a folder, or the one file, each with the beginning of the ids of its articles."""
    if not source.is_dir():
        return [(source, "stdin" if str(source) == "-" else source.stem)]
    files = sorted(path for path in source.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not files:
        raise InputError(f"{source}: no .txt or .jsonl file in this folder; check the path")
    return [(path, path.relative_to(source).with_suffix("").as_posix()) for path in files]


def file_news(path: Path, stem: str, lines: bool, jsonl: bool) -> Iterator[tuple[Article, list[str]]]:
    """The articles of one file, each with its faults."""
    if jsonl or path.suffix.lower() == ".jsonl":
        labels = label_names()
        for number, line, fault in numbered_lines(path):
            made = f"{stem}-{number}"
            yield (Article(made, ""), [fault]) if fault else parse(f"{path}:{number}", line, made, labels, False, False)
    elif lines:
        for number, line, fault in numbered_lines(path):
            article = Article(f"{stem}-{number}", line)
            yield (
                article,
                [fault] if fault else [f"{path}:{number}: article {article.id}: {f}" for f in text_faults(line, False)],
            )
    else:
        raw = read_bytes(path)
        try:
            # Line ends stay as they are, so that offsets are those of the file.
            article = Article(stem, raw.decode("utf-8"))
            yield article, [f"{path}: article {article.id}: {fault}" for fault in text_faults(article.text, False)]
        except UnicodeDecodeError as error:
            number = raw.count(b"\n", 0, error.start) + 1
            yield (
                Article(stem, ""),
                [f"{path}:{number}: not UTF-8 (byte {error.start + 1} of the file); save the file as UTF-8"],
            )


def read_news(source: Path, lines: bool = False, jsonl: bool = False, unique: bool = False) -> News:
    """The articles of a file, of a folder (searched for .txt and .jsonl) or of standard input (`-`), by the policy for news.

    lines: a line of plain text is an article. jsonl: the file is JSONL whatever its name is. unique: an id that
    stands twice is a fault. Spans of a record are not read.

    Raises InputError if no article at all can be read.
    """
    articles: list[Article] = []
    faults: list[str] = []
    source = Path(source)
    for path, stem in news_files(source):
        try:
            for article, found in file_news(path, stem, lines, jsonl):
                if found:
                    faults.extend(found)
                else:
                    articles.append(article)
        except InputError as error:
            faults.extend(error.messages)
    if unique:
        first: dict[str, Article] = {}
        again = [article for article in articles if first.setdefault(article.id, article) is not article]
        told = "this id stands twice; ids are unique, the first is taken"
        faults += [f"{source}: article {article.id}: {told}" for article in again]
        articles = list(first.values())
    if not articles:
        raise InputError(*faults)
    return News(articles, faults)


def write_articles(path: Path, articles: Iterable[Article]) -> None:
    """Write articles as JSONL, one a line, in the given order."""
    with writing(path) as file:
        for article in articles:
            file.write(json.dumps(article.record(), ensure_ascii=False) + "\n")
