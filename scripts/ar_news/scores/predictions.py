"""Names that anybody's tool found in the texts of gold articles, to be scored as a pipeline's are."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ar_news.data.articles import Article, Span, is_stretch
from ar_news.data.files import InputError, numbered_lines
from ar_news.data.labels import label_names
from ar_news.scores.scoring import Pair

# Where a record may have its spans, and a span its label: this project, spaCy, Doccano; Hugging Face's pipelines.
SPANS = ("spans", "entities", "ents", "label")
LABEL = ("label", "entity_group")


# Where each span stands in the file, its offsets and its label, by the id of its article.
Found = dict[str, list[tuple[str, Any, Any, Any]]]


_ID = re.compile(r"#\s*(?:newdoc\s+)?id\s*=\s*(\S+)")


_WORD = re.compile(r"\w")


def label_map(pairs: Sequence[str]) -> dict[str, str]:
    """Our label for each of theirs, "" for one that is left out, of THEIRS=OURS; InputError for another form or label."""
    found, faults = {}, []
    for pair in pairs:
        theirs, sign, ours = pair.partition("=")
        if not sign or not theirs or (ours and ours not in label_names()):
            known = ", ".join(label_names())
            faults.append(f"--map {pair}: write THEIRS=OURS with one of {known}, or THEIRS= to leave it out")
        found[theirs] = ours
    if faults:
        raise InputError(*faults)
    return found


def _record_spans(record: Any) -> list[tuple[Any, Any, str]] | None:
    """Start, end and label of the spans of a record, whatever they are; None if it has none that can be read."""
    raw = next((record[key] for key in SPANS if key in record), None) if isinstance(record, dict) else None
    if not isinstance(raw, list):
        return None
    spans = []
    for span in raw:
        label = next((span[key] for key in LABEL if key in span), None) if isinstance(span, dict) else None
        if label is not None and {"start", "end"} <= span.keys():
            spans.append((span["start"], span["end"], str(label)))
        elif isinstance(span, list) and len(span) == 3:
            spans.append((span[0], span[1], str(span[2])))
        else:
            return None
    return spans


def _jsonl(path: Path, articles: dict[str, Article]) -> Found:
    """The spans of every line, by the id of its article."""
    found: Found = {}
    for number, line, fault in numbered_lines(path):
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except ValueError as error:
            raise InputError(fault or f"{where}: broken JSON ({error}); one object a line") from None
        spans = _record_spans(record)
        if spans is None:
            raise InputError(f'{where}: no list of spans; write {{"id": ..., "spans": [[start, end, label], ...]}}')
        name = str(record.get("id"))
        if name not in articles or name in found:
            wrong = "stands twice; keep one" if name in found else "is not among the gold articles; leave it out"
            raise InputError(f"{where}: article {name}: {wrong}")
        found[name] = [(where, *span) for span in spans]
    return found


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """Place, token and tag of every token, first and last column of its line; the id of an article, and "", where one begins."""
    for number, line, fault in numbered_lines(path):
        where = f"{path}:{number}"
        columns = line.split("\t") if "\t" in line else line.split()
        if fault:
            raise InputError(fault)
        if named := _ID.match(line):
            yield where, named[1], ""
        elif line.startswith("-DOCSTART-") or (line.startswith("# ") and " = " in line):
            continue
        elif len(columns) < 2:
            raise InputError(f"{where}: {line!r} is not a token and its tag; separate them by a tab or a space")
        else:
            yield where, columns[0], columns[-1]


def _next_place(text: str, position: int, token: str) -> int:
    """Where a token begins from a position on, with nothing but marks and white space before it; -1 if it does not."""
    place = text.find(token, position)
    return -1 if place < 0 or _WORD.search(text[position:place]) else place


def _conll(path: Path, articles: dict[str, Article]) -> Found:
    """The spans of every article, its tokens looked for in its text, one behind the other.

    A line `# id = ID` begins an article; without such lines the articles come in the order of the gold. Marks that a tool
    writes in another way (`` for ") are passed over. A tag that goes on with nothing begins a name, so any of IOB, IOB2, BIOES
    and bare labels will do.
    """
    found: Found = {}
    order = list(articles.values())[::-1]
    article, position, label = None, 0, ""
    for where, token, tag in _rows(path):
        if not tag:
            if token not in articles or token in found:
                wrong = "stands twice; keep one" if token in found else "is not among the gold articles; leave it out"
                raise InputError(f"{where}: article {token}: {wrong}")
            article, position, label, order = articles[token], 0, "", []
            found[article.id] = []
            continue
        place = _next_place(article.text, position, token) if article else -1
        while place < 0 and order and not (article and _WORD.search(article.text[position:])):
            article, position, label = order.pop(), 0, ""
            found[article.id] = []
            place = _next_place(article.text, position, token)
        if place < 0 and _WORD.search(token):
            told = (
                f"article {article.id}: {token!r} is not what follows; its text goes on {article.text[position : position + 30]!r}"
                if article
                else "of no article"
            )
            raise InputError(f"{where}: {told}; give the tokens of the text as it is, in its order")
        if place < 0 or article is None:
            continue
        prefix, dash, rest = tag.partition("-")
        kind = "" if tag in ("O", "_") else rest if dash and len(prefix) == 1 else tag
        spans = found[article.id]
        if kind and kind == label and not (dash and prefix in "BSU"):
            spans[-1] = (*spans[-1][:2], place + len(token), kind)
        elif kind:
            spans.append((where, place, place + len(token), kind))
        position, label = place + len(token), kind
    return found


def read_predictions(path: Path, gold: list[Article], labels: dict[str, str]) -> list[Pair]:
    """Gold and predicted spans of every gold article. labels: as `label_map` gives them; ours stand for themselves.

    A file that ends in .jsonl is read as JSONL, any other as CoNLL. What an article was not annotated for counts on neither
    side. Raises InputError for what cannot be read, articles without predictions, labels without a meaning, and offsets outside the text.
    """
    articles = {article.id: article for article in gold}
    found = (_jsonl if path.suffix.lower() == ".jsonl" else _conll)(path, articles)
    known = {**{label: label for label in label_names()}, **labels}
    faults = [
        f"{path}: no predictions for article {name}; give it an empty list if it has none"
        for name in articles.keys() - found.keys()
    ]
    unknown = sorted({str(label) for spans in found.values() for *_, label in spans if label not in known})
    faults += [
        f"{path}: label {label}: none of ours; add --map {label}=OURS, or --map {label}= to leave it out"
        for label in unknown
    ]
    for name, spans in found.items():
        length = len(articles[name].text)
        faults += [
            f"{where}: article {name}: span [{start}, {end}] is out of range; the text has {length} characters"
            for where, start, end, _ in spans
            if not is_stretch(start, end, articles[name].text)
        ]
    if faults:
        raise InputError(*sorted(faults))
    pairs = []
    for article in gold:
        named = {Span(start, end, known[label]) for _, start, end, label in found[article.id] if known[label]}
        pairs.append(Pair(set(article.decided(article.spans)), set(article.decided(named))))
    return pairs
