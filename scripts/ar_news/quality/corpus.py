"""Check the gold corpus and count it: the first step of the workflow."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from ar_news.data.articles import Article, read_articles, splits_of
from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.data.near_sentences import near_copies

COUNTED = ("genre", "region", "year", "date_style", "writer", "passes")


def split_faults(parts: Iterable[tuple[str, list[Article]]]) -> list[str]:
    """Articles that stand twice, by id or by text (white space apart), within a part or in two.

    parts: the name of each split or file, as the messages give it, and its articles.
    """
    ids: dict[str, str] = {}
    texts: dict[str, str] = {}
    faults = []
    for part, articles in parts:
        for article in articles:
            if article.id in ids:
                faults.append(f"{part}: article {article.id}: this id is also in {ids[article.id]}; ids are unique")
            ids.setdefault(article.id, part)
            text = " ".join(article.text.split())
            if text in texts:
                faults.append(f"{part}: article {article.id}: same text as {texts[text]}; remove one of the two")
            texts.setdefault(text, f"{article.id} in {part}")
    return faults


class NearCopies(str, Enum):
    """What to do about sentences that are nearly the same."""

    refuse = "refuse"
    warn = "warn"


def near_copy_faults(splits: dict[str, list[Article]]) -> list[str]:
    """Sentences that say the same again, perhaps with other names."""
    found = near_copies([article for articles in splits.values() for article in articles])
    return [
        f"article {two.article}: «{two.text[:60]}…» is {similarity:.0%} the same as in article {one.article}; rewrite one"
        for one, two, similarity in found
    ]


def count(articles: list[Article]) -> dict:
    """Articles, words, names per label (mentions and different surfaces) and what the metadata say."""
    surfaces: dict[str, Counter] = {label: Counter() for label in label_names()}
    for article in articles:
        for span in article.spans:
            surfaces[span.label][article.text[span.start : span.end]] += 1
    counts = {
        "articles": len(articles),
        "words": sum(len(article.text.split()) for article in articles),
        "names": {label: {"mentions": c.total(), "different": len(c)} for label, c in surfaces.items()},
    }
    for key in COUNTED:
        found = Counter(str(article.meta[key]) for article in articles if key in article.meta)
        if found:
            counts[key] = dict(sorted(found.items()))
    return counts


def checksum(path: Path) -> str:
    """SHA-256 of a text file with LF line ends, so that a checkout with CRLF gives the same."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def manifest(corpus: Path, refuse_near_copies: bool = True) -> dict:
    """Read and check the splits of a folder; their counts and SHA-256 sums.

    Raises InputError with every fault found. Without `refuse_near_copies` these are only printed.
    """
    splits: dict[str, list[Article]] = {}
    faults: list[str] = []
    for split in splits_of(corpus):
        try:
            splits[split] = read_articles([corpus / f"{split}.jsonl"])
        except InputError as error:
            faults.extend(error.messages)
    faults.extend(split_faults(splits.items()))
    copies = near_copy_faults(splits)
    if refuse_near_copies:
        faults.extend(copies)
    else:
        print("".join(f"warning: {copy}\n" for copy in copies), end="")
    if faults:
        raise InputError(*faults)
    files = {}
    for split, articles in splits.items():
        files[split] = {"sha256": checksum(corpus / f"{split}.jsonl"), **count(articles)}
    return {"all": count([article for articles in splits.values() for article in articles]), **files}
