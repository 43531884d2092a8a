"""From stand-off gold back to articles: fetch what is needed, put each text together, check its sum."""

import fnmatch
from collections.abc import Iterable
from pathlib import Path

from tqdm import tqdm

from ar_news.data.articles import Article, Span, span_faults, write_articles
from ar_news.data.files import InputError, placing, tell, write_json
from ar_news.data.labels import label_names
from ar_news.public import fetching
from ar_news.quality.corpus import count
from ar_news.standoff.records import SIDES, Double, Record, read_doubles, read_records, sha256
from ar_news.standoff.sources import SOURCES, Address, Source, collection_of

COUNTS = "counts.json"


def fetch_for(ids: Iterable[str], root: Path, mirror: str) -> Path:
    """Fetch the assets that the texts of some articles are in, where they are missing; the folder that they are in.

    Raises InputError if one cannot be fetched, or if a collection has no asset for an article.
    """
    patterns = {SOURCES[collection_of(name)].files(name.partition(":")[2]) for name in ids}
    listed = [asset for asset in fetching.read_assets() if asset["dest"].startswith(fetching.FOLDER)]
    wanted = [
        a for a in listed if any(fnmatch.fnmatchcase(a["dest"].removeprefix(fetching.FOLDER), p) for p in patterns)
    ]
    fetching.ensure(wanted, root, mirror)
    return root / fetching.FOLDER


def text_at(source: Source, where: Address) -> str | None:
    """The text at an address, without the lines that belong to the page; None if nothing is there."""
    page = source.page(where)
    left_out = set(where.get("left_out", ()))
    return page and "\n".join(line for number, line in enumerate(page.lines) if number not in left_out)


def rebuild(records: dict[str, list[Record]], assets: Path) -> tuple[list[Article], list[str]]:
    """The articles of stand-off gold with their texts, and what is wrong with those that are left out, a line each."""
    articles, faults = [], []
    labels = label_names()
    for collection, lines in records.items():
        source = SOURCES[collection](assets)
        for line in tqdm(lines, desc=collection, unit="article", disable=None):
            text = text_at(source, line.where)
            if text is None:
                faults.append(f"article {line.id}: is not in {collection} any more; left out")
            elif sha256(text) != line.sha256:
                faults.append(f"article {line.id}: its text in {collection} has changed; left out")
            elif wrong := span_faults(text, [list(span) for span in line.spans], labels)[1]:
                faults += [f"article {line.id}: {fault}" for fault in wrong]
            else:
                articles.append(Article(line.id, text, line.spans, meta(collection, line)))
    return articles, faults


def meta(collection: str, line: Record) -> dict:
    """What a rebuilt article says of itself besides its text and spans."""
    kept = {key: getattr(line, key) for key in ("outlet", "date", "split", "reviewer")}
    return {"source": collection, **kept, "annotators": list(line.annotators)}


def sides(articles: list[Article], doubles: Iterable[Double]) -> dict[str, list[Article]]:
    """What each of two annotators marked, as articles, of those whose text is the one that they had."""
    by_id = {article.id: article for article in articles}
    found: dict[str, list[Article]] = {side: [] for side in SIDES}
    for double in doubles:
        article = by_id.get(double.id)
        if article and sha256(article.text) == double.sha256:
            for side in SIDES:
                spans: tuple[Span, ...] = getattr(double, side)
                found[side].append(Article(article.id, article.text, spans, {"annotator": side}))
    return found


def counts(articles: list[Article], twice: int) -> dict:
    """Articles, words and names by split, articles by collection and outlet, and how many were annotated twice."""
    outlets: dict[str, dict[str, int]] = {}
    for article in articles:
        found = outlets.setdefault(article.meta["source"], {})
        found[article.meta["outlet"]] = found.get(article.meta["outlet"], 0) + 1
    by_split = {split: [a for a in articles if a.meta["split"] == split] for split in ("train", "dev", "test")}
    parts = {split: count(some) for split, some in by_split.items() if some}
    return {"splits": {**parts, "all": count(articles)}, "outlets": outlets, "twice": twice}


def make_gold(standoff: Path, collections: list[str], output: Path, root: Path, mirror: str) -> dict:
    """Write the articles of some collections as OUTPUT/SPLIT.jsonl, both annotations of those that have two, and counts.

    Articles that cannot be rebuilt are named on standard error and left out. Returns the counts. Raises InputError if a
    collection is not known, an asset cannot be fetched, or no article is left.
    """
    unknown = [name for name in collections if name not in SOURCES]
    if unknown:
        raise InputError(f"{unknown[0]}: no such collection; use some of {', '.join(SOURCES)}")
    records = read_records(standoff, collections)
    doubles = read_doubles(standoff, collections)
    ids = [line.id for lines in records.values() for line in lines]
    if not ids:
        raise InputError(f"{standoff}: no stand-off gold of {', '.join(collections)}; add some by standoff_add.py")
    articles, faults = rebuild(records, fetch_for(ids, root, mirror))
    tell(faults, "warning")
    if not articles:
        raise InputError(f"{standoff}: none of {len(ids)} articles can be rebuilt; fetch the assets again")
    twice = sides(articles, (double for lines in doubles.values() for double in lines))
    told = counts(articles, len(twice["A"]))
    with placing(output, holds=COUNTS) as temporary:
        for split in told["splits"].keys() - {"all"}:
            write_articles(temporary / f"{split}.jsonl", [a for a in articles if a.meta["split"] == split])
        for side, some in twice.items():
            if some:
                write_articles(temporary / "double" / f"{side}.jsonl", some)
        write_json(temporary / COUNTS, told)
    return told
