"""The recorded rates of real news, and how far a corpus is from them.

The articles themselves are other people's, so only numbers are kept, in configs/news-rates.json.
"""

import math
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from ar_news.data.articles import Article
from ar_news.data.files import ROOT, InputError, read_json, write_json, write_text
from ar_news.quality.rates import Rate

RECORDED = ROOT / "configs" / "news-rates.json"


# The collection that a corpus is compared with: news of any topic, annotated.
USUAL = "everyday"


# Beyond this factor, either way, a rate is told to be off.
FACTOR = 1.5


# Unless the difference is of fewer places in as much text as the news have: two @ in place of one say nothing.
LEAST = 5


BEYOND, FEW = "beyond", "few"


# The ending of the page beside the JSON.
TABLE = ".md"


def counted(articles: list[Article]) -> dict[str, int]:
    return {"articles": len(articles), "words": sum(len(article.text.split()) for article in articles)}


def days(articles: list[Article]) -> Iterator[str]:
    """The day of each article that tells one in `date` (ISO 8601 or as in e-mail), or its `year`."""
    for article in articles:
        told = str(article.meta.get("date") or article.meta.get("year") or "")
        iso = re.match(r"\d{4}(-\d\d-\d\d)?", told)
        try:
            yield iso[0] if iso else parsedate_to_datetime(told).date().isoformat()
        except (TypeError, ValueError):
            continue


def check(path: Path, name: str, source: str, against: str, output: Path) -> None:
    """InputError, before anything is counted, if something cannot be: no source, nothing to compare with, no place for JSON."""
    if output.suffix == TABLE:
        raise InputError(f"{output}: the table goes there; give --output another ending, such as .json")
    if bool(name) != bool(source):
        raise InputError("--record and --source go together; give the name of the collection and what its articles are")
    known = {*entries(path), *([name] if name else [])}
    if against not in known:
        told = f"use one of {', '.join(sorted(known))}, or " if known else ""
        raise InputError(f"{path}: no rates of {against}; {told}count real articles with --record {against}")


def entries(path: Path) -> dict[str, Any]:
    """The recorded collections by their names; none if the file is not there."""
    return read_json(path, "restore it from the repository") if path.exists() else {}


def record(
    path: Path, name: str, source: str, articles: list[Article], train: list[Article], found: dict[str, Rate]
) -> None:
    """Keep the rates of real news under a name, with what they were counted on; an older entry of it is replaced.

    source: what the articles are and where they come from. Nothing is done without a name.
    """
    if not name:
        return
    told = sorted(days(articles))
    entry = {
        "source": source,
        "from": told[0] if told else None,
        "to": told[-1] if told else None,
        **counted(articles),
        "counted_by": "scripts/corpus_rates.py",
        "train": counted(train) if train else None,
        "rates": {rate: counts._asdict() for rate, counts in found.items()},
    }
    write_json(path, {**entries(path), name: entry})


def compare(found: dict[str, Rate], news: dict[str, Rate]) -> list[dict[str, Any]]:
    """The rates that both have, the worst first: value here, in the news, their ratio, and a mark.

    The ratio is None where the news have none of what stands here; none here and none there is 1. The mark is BEYOND, FEW
    where the difference is of fewer than LEAST places in as much text as the news have, or "" within FACTOR.
    """
    rows = []
    for name in found.keys() & news.keys():
        here, (there, units) = found[name].value, news[name]
        ratio = here / there if there else (None if here else 1.0)
        near = ratio is not None and 1 / FACTOR <= ratio <= FACTOR
        few = units is not None and abs(here - there) * units < LEAST
        mark = "" if near else FEW if few else BEYOND
        rows.append({"rate": name, "here": here, "news": there, "ratio": ratio, "mark": mark})
    order = (BEYOND, FEW, "")
    return sorted(rows, key=lambda row: (order.index(row["mark"]), -_distance(row["ratio"]), row["rate"]))


def _distance(ratio: float | None) -> float:
    """How far a ratio is from 1; something in place of nothing, and nothing in place of something, are furthest."""
    return abs(math.log(ratio)) if ratio else math.inf


def report(articles: list[Article], found: dict[str, Rate], path: Path, against: str) -> dict[str, Any]:
    """What corpus_rates.py writes: what was counted, and every rate beside that of a recorded collection."""
    news = entries(path)[against]
    there = {rate: Rate(**counts) for rate, counts in news["rates"].items()}
    return {
        **counted(articles),
        "against": against,
        "news": {key: news[key] for key in ("source", "from", "to", "articles", "words")},
        "factor": FACTOR,
        "least": LEAST,
        "compared": compare(found, there),
        # Another label than those of the news, say.
        "not_compared": {rate: counts.value for rate, counts in found.items() if rate not in there},
    }


def write_report(output: Path, result: dict[str, Any]) -> None:
    """The JSON, and beside it the table as a page."""
    write_json(output, result)
    write_text(output.with_suffix(TABLE), f"# Rates of this corpus and of real news\n\n{table(result)}\n")


def _cells(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    ratio = "∞" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return row["rate"], f"{row['here']:,.2f}", f"{row['news']:,.2f}", ratio, row["mark"]


def within_line(result: dict[str, Any]) -> str:
    marks = [row["mark"] for row in result["compared"]]
    return (
        f"{marks.count('')} of {len(marks)} rates are within a factor of {result['factor']:g} of {result['against']} news; "
        f"{marks.count(FEW)} others differ by fewer than {result['least']} places in as much text"
    )


def lines(result: dict[str, Any]) -> list[str]:
    """The comparison for a terminal, a line a rate."""
    rows = [("", "here", result["against"], "ratio", ""), *map(_cells, result["compared"])]
    shown = [f"{name:<62}{here:>10}{news:>10}{ratio:>9}  {mark}".rstrip() for name, here, news, ratio, mark in rows]
    return [*shown, within_line(result)]


def table(result: dict[str, Any]) -> str:
    """The comparison as Markdown: what was compared, a line a rate, and how many are within."""
    news = result["news"]
    rows = [f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in map(_cells, result["compared"])]
    told = (
        f"{result['articles']:,} articles, {result['words']:,} words; `{result['against']}`: {news['source']}, "
        f"{news['articles']:,} articles, {news['words']:,} words."
    )
    return "\n".join(
        [f"| | here | {result['against']} | ratio | |", "|-|-|-|-|-|", *rows, "", told, "", f"{within_line(result)}."]
    )
