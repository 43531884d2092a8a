"""Articles as JSONL: reading them with every fault named, and writing them without half-written files.

One article a line: `id` (str), `text` (str) and, for gold, `spans`, a list of
`{"start": int, "end": int, "label": str, "text": str}` or `[start, end, label]`, with offsets in
Unicode code points of `text`. Any further key is kept in `Article.meta`.
"""
import json
import os
import shutil
import sys
import tempfile
import unicodedata
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

import typer

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 20


class InputError(Exception):
    """What is wrong with the user's input, one message a fault."""

    def __init__(self, *messages: str):
        super().__init__("\n".join(messages))
        self.messages = messages


class Span(NamedTuple):
    """A labelled stretch of text: `text[start:end]`, in code points."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Article:
    id: str
    text: str
    spans: Tuple[Span, ...] = ()
    meta: Dict[str, Any] = field(default_factory=dict)

    def record(self) -> Dict[str, Any]:
        """The article as it is stored: spans with their surface, so that a moved offset is noticed."""
        spans = [{**span._asdict(), "text": self.text[span.start : span.end]} for span in self.spans]
        return {"id": self.id, **self.meta, "text": self.text, "spans": spans}


def load_labels() -> List[Dict[str, str]]:
    """The label definitions of configs/labels.json, in their order."""
    return json.loads((ROOT / "configs" / "labels.json").read_text(encoding="utf-8"))


def label_names() -> List[str]:
    return [label["label"] for label in load_labels()]


def read_lines(path: Path) -> Iterator[Tuple[int, str]]:
    """Line numbers from 1 and lines that hold anything, split at line feeds only.

    `-` reads standard input. Raises InputError for a file that is missing, empty or not UTF-8.
    """
    if str(path) == "-":
        raw = sys.stdin.buffer.read()
    else:
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            raise InputError(f"{path}: no such file; check the path") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None
    if not raw.strip():
        raise InputError(f"{path}: the file is empty; give it at least one article")
    # str.splitlines would cut articles at U+2028 and form feeds, which JSON strings may hold.
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = line.rstrip(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}:{number}: not UTF-8 (byte {error.start + 1} of the line); save the file as UTF-8"
            ) from None
        if text.strip():
            yield number, text


def text_faults(text: str) -> List[str]:
    """What makes a text unfit for annotation."""
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
    if not any(unicodedata.name(char, "").startswith("ARABIC LETTER") for char in text):
        return ["no Arabic letter in the text; this pipeline reads Arabic only"]
    return []


def is_edge(char: str) -> bool:
    return char.isspace() or unicodedata.category(char)[0] in "PZC" or char == "\u0640"


def span_faults(text: str, raw_spans: Any, labels: Sequence[str]) -> Tuple[List[Span], List[str]]:
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
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
            faults.append(f"{where} is out of range; the text has {len(text)} characters and 0 <= start < end")
            continue
        found = text[start:end]
        if label not in labels:
            faults.append(f"{where} {found!r} has an unknown label; use one of {', '.join(labels)}")
        if surface is not None and surface != found:
            faults.append(f"{where} says {surface!r} but the text there is {found!r}; correct the offsets")
        if is_edge(found[0]) or is_edge(found[-1]):
            faults.append(f"{where} {found!r} begins or ends with white space, punctuation or tatweel; narrow it")
        if "\n" in found:
            faults.append(f"{where} {found!r} crosses a paragraph; split it")
        spans.append(Span(start, end, label))
    spans.sort()
    for left, right in zip(spans, spans[1:]):
        if right.start < left.end:
            faults.append(f"spans {tuple(left)} and {tuple(right)} overlap; keep the longer name")
    return spans, faults


def parse(path: Path, number: int, line: str, labels: Sequence[str], gold: bool) -> Tuple[Article, List[str]]:
    """One JSONL line as an article, and its faults, each with file, line and article id."""
    where = f"{path}:{number}"
    empty = Article(f"line {number}", "")
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "it cannot be read")
        return empty, [f"{where}: broken JSON ({reason}, column {getattr(error, 'colno', 1)}); one object a line"]
    if not isinstance(record, dict):
        return empty, [f"{where}: a JSON {type(record).__name__}, not an object; write {{\"id\": ..., \"text\": ...}}"]
    wanted = ("id", "text", "spans") if gold else ("text",)
    missing = [key for key in wanted if key not in record]
    if missing:
        return empty, [f"{where}: article {record.get('id', '?')}: missing {', '.join(map(repr, missing))}; add it"]
    identity = str(record.get("id", f"{path.stem if str(path) != '-' else 'stdin'}-{number}"))
    text = record["text"]
    if not isinstance(text, str):
        return empty, [f"{where}: article {identity}: `text` is no string; write the text as a string"]
    faults = text_faults(text)
    spans: List[Span] = []
    if gold and not faults:
        spans, faults = span_faults(text, record["spans"], labels)
    meta = {key: value for key, value in record.items() if key not in ("id", "text", "spans")}
    return Article(identity, text, tuple(spans), meta), [f"{where}: article {identity}: {fault}" for fault in faults]


def read_articles(paths: Iterable[Path], gold: bool = True) -> List[Article]:
    """All articles of some JSONL files; with `gold`, spans are wanted and checked.

    Raises InputError with every fault of every line.
    """
    labels, articles, faults = label_names(), [], []
    for path in paths:
        for number, line in read_lines(path):
            article, found = parse(path, number, line, labels, gold)
            articles.append(article)
            faults.extend(found)
    if faults:
        raise InputError(*faults)
    return articles


@contextmanager
def writing(path: Path) -> Iterator[Any]:
    """A text file open for writing that takes its name only when the block ends well."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror}); choose another folder") from None
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """A temporary path for a file or folder, which takes the place of an old one only when the block ends well.

    For what other libraries write; text goes through `writing`. InputError if the place cannot be written.
    """
    temporary = path.with_name(f".{path.name}")
    try:
        _remove(temporary)
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if temporary.is_dir():
            _remove(path)
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error}); choose another folder") from None
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    """Remove a file or folder; what cannot be removed shows when its name is taken."""
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    with writing(path) as file:
        file.write(text)


def write_articles(path: Path, articles: Iterable[Article]) -> None:
    """Write articles as JSONL, one a line, in the given order."""
    with writing(path) as file:
        for article in articles:
            file.write(json.dumps(article.record(), ensure_ascii=False) + "\n")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def run(main) -> None:
    """Run a typer function as a script: an InputError becomes plain lines and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        typer.run(main)
    except InputError as error:
        for message in error.messages[:SHOWN]:
            print(f"error: {message}", file=sys.stderr)
        if len(error.messages) > SHOWN:
            print(f"error: and {len(error.messages) - SHOWN} more faults like these", file=sys.stderr)
        sys.exit(1)
