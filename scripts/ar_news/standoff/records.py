"""Stand-off gold as it is kept: where an article is, the sum of its text, and its spans, but nothing of the text.

`corpus/standoff/COLLECTION.jsonl` holds one article a line, by id:

    {"id": str, "where": {...}, "sha256": str, "outlet": str, "date": "YYYY-MM-DD", "split": "train" | "dev" | "test",
     "annotators": [str, ...], "reviewer": str, "spans": [[start, end, label], ...]}

`where` is the address of sources.py and, in `left_out`, the lines of the cleaned article (from 0) that belong to its page and not
to its text. `sha256` is that of the text in UTF-8, lines joined by line feeds. Spans are in code points of that text.
`corpus/standoff/double/COLLECTION.jsonl` holds, of articles that were annotated twice, `id`, `sha256`, and the spans of the one
and the other, `A` and `B`, as they were before anything was decided.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from ar_news.data.articles import Span
from ar_news.data.files import InputError, numbered_lines, writing
from ar_news.data.labels import label_names
from ar_news.standoff.sources import SOURCES, Address

SPLITS = ("train", "dev", "test")
SIDES = ("A", "B")


@dataclass(frozen=True)
class Record:
    """One article of stand-off gold, without its text."""

    id: str
    where: Address
    sha256: str
    outlet: str
    date: str
    split: str
    annotators: tuple[str, ...]
    reviewer: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Double:
    """What two annotators marked in one article, each without the other."""

    id: str
    sha256: str
    A: tuple[Span, ...]
    B: tuple[Span, ...]


Kind = TypeVar("Kind", Record, Double)


def sha256(text: str) -> str:
    """The sum by which a text is known again."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _is_spans(value: Any) -> bool:
    """Whether a value is a list of spans in their order, none over another, of known labels."""
    labels = label_names()
    if not isinstance(value, list) or not all(isinstance(raw, list) and len(raw) == 3 for raw in value):
        return False
    if not all(type(a) is int and type(b) is int and 0 <= a < b and label in labels for a, b, label in value):
        return False
    return all(left[1] <= right[0] for left, right in itertools.pairwise(value))


def _is_where(value: Any) -> bool:
    """Whether a value is an address: short names and whole numbers, so that no text goes in by this door."""
    numbers = {"number": int, "lines": list, "left_out": list}
    return isinstance(value, dict) and all(
        isinstance(inner, numbers.get(key, str))
        and all(type(number) is int for number in (inner if isinstance(inner, list) else ()))
        for key, inner in value.items()
    )


def _is_name(value: Any) -> bool:
    """Whether a value is a name of somebody or something: not of the article, so not in its script."""
    return isinstance(value, str) and len(value) < 80 and value.isascii()


_KNOWN: dict[str, Callable[[Any], bool]] = {
    "id": _is_name,
    "where": _is_where,
    "sha256": lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{64}", value)),
    "outlet": _is_name,
    "date": _is_name,
    "split": lambda value: value in SPLITS,
    "annotators": lambda value: isinstance(value, list) and bool(value) and all(map(_is_name, value)),
    "reviewer": _is_name,
    "spans": _is_spans,
    "A": _is_spans,
    "B": _is_spans,
}


def record_faults(record: Any, kind: type[Kind]) -> list[str]:
    """What is wrong with one line: a key too few or too many, or a value that is none of its key."""
    if not isinstance(record, dict):
        return ["no object; write one a line"]
    keys = list(kind.__dataclass_fields__)
    faults = [f"no `{key}`; add it by scripts/standoff_add.py" for key in keys if key not in record]
    faults += [f"`{key}` does not belong here; remove it" for key in record if key not in keys]
    faults += [
        f"`{key}` is not what it should be; see {__name__}"
        for key in keys
        if key in record and not _KNOWN[key](record[key])
    ]
    return faults


def _made(record: dict[str, Any], kind: type[Kind]) -> Kind:
    tuples = {key: tuple(Span(*raw) for raw in record[key]) for key in ("spans", *SIDES) if key in record}
    if "annotators" in record:
        tuples["annotators"] = tuple(record["annotators"])
    return kind(**{**record, **tuples})


def read_lines_of(path: Path, kind: type[Kind]) -> list[Kind]:
    """The lines of one file, [] if it is not there. Raises InputError with every fault of every line."""
    found: list[Kind] = []
    faults: list[str] = []
    if not path.exists() or not path.read_bytes().strip():
        return []
    prefix, test = SOURCES[path.stem].prefix, SOURCES[path.stem].test
    for number, line, fault in numbered_lines(path):
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except ValueError as error:
            faults.append(fault or f"{where}: broken JSON ({error}); one object a line")
            continue
        wrong = record_faults(record, kind)
        name = record.get("id") if isinstance(record, dict) else None
        if not wrong and not record["id"].startswith(prefix):
            wrong = [f"an id of {path.name} begins with {prefix}; move it"]
        if not wrong and test and record.get("split", "test") != "test":
            wrong = [f"{path.stem} serves to measure only; its split is test"]
        if not wrong and any(record["id"] == other.id for other in found):
            wrong = ["this id stands in the file already; ids are unique"]
        faults += [f"{where}: article {name}: {told}" for told in wrong]
        if not wrong:
            found.append(_made(record, kind))
    if faults:
        raise InputError(*faults)
    return found


def read_records(folder: Path, collections: Iterable[str] = SOURCES) -> dict[str, list[Record]]:
    """The articles of some collections, by collection. Raises InputError with every fault."""
    return {name: read_lines_of(folder / f"{name}.jsonl", Record) for name in collections}


def read_doubles(folder: Path, collections: Iterable[str] = SOURCES) -> dict[str, list[Double]]:
    """The double annotations of some collections, by collection. Raises InputError with every fault."""
    return {name: read_lines_of(folder / "double" / f"{name}.jsonl", Double) for name in collections}


def as_written(line: Record | Double) -> dict[str, Any]:
    """A line as its JSON says it: lists for tuples."""
    return json.loads(json.dumps(asdict(line)))


def write_lines(path: Path, lines: Iterable[Record | Double]) -> None:
    """Write the lines of one file, by id."""
    with writing(path) as file:
        for line in sorted(lines, key=lambda line: line.id):
            file.write(json.dumps(as_written(line)) + "\n")
