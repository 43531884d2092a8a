"""From the annotators' versions to one gold version: agreement, a page of disagreements, decisions."""

from collections import Counter, defaultdict
from enum import Enum
from itertools import combinations
from pathlib import Path

from ar_news.data.articles import Article, Span, read_articles
from ar_news.data.files import InputError
from ar_news.quality.agreement import Agreement, agreement, same_articles

Version = tuple[Span, ...]


# What one annotator's file says of an article and the gold version does not.
PRIVATE = ("annotator", "confirmed", "doccano", "doubt")


class Strategy(str, Enum):
    """Who decides where annotators differ."""

    unanimous = "unanimous"
    majority = "majority"
    adjudicator = "adjudicator"


def places(versions: dict[str, Article]) -> list[dict[str, Version]]:
    """Each stretch of text where somebody marked something, with the spans of every annotator in it.

    Spans that overlap, whoever marked them, are one place, so a decision never leaves overlapping spans.
    """
    spans = sorted((span, name) for name, article in versions.items() for span in article.spans)
    groups: list[list[tuple[Span, str]]] = []
    reach = -1
    for span, name in spans:
        if span.start >= reach:
            groups.append([])
        groups[-1].append((span, name))
        reach = max(reach, span.end)
    return [{name: tuple(span for span, by in group if by == name) for name in versions} for group in groups]


def kind(place: dict[str, Version]) -> str:
    """How the annotators differ: not at all (""), one-sided, in the label only, or in the boundaries."""
    found = set(place.values())
    if len(found) == 1:
        return ""
    if () in found:
        return "one-sided"
    bounds = {tuple((span.start, span.end) for span in version) for version in found}
    return "label" if len(bounds) == 1 else "boundary"


def decide(place: dict[str, Version], strategy: Strategy, adjudicator: str) -> Version | None:
    """The version to keep, or None if this strategy decides nothing here."""
    version, votes = Counter(place.values()).most_common(1)[0]
    if votes == len(place):
        return version
    if strategy is Strategy.majority and 2 * votes > len(place):
        return version
    if strategy is Strategy.adjudicator:
        return place.get(adjudicator)
    return None


def read_versions(files: list[Path]) -> dict[str, dict[str, Article]]:
    """Annotators' versions by article id and annotator, without what nobody confirmed.

    Raises InputError for one annotator's article twice, and where annotators had different texts.
    """
    versions: dict[str, dict[str, Article]] = defaultdict(dict)
    faults = []
    paths = [path for file in files for path in (sorted(file.glob("*.jsonl")) if file.is_dir() else [file])]
    if not paths:
        raise InputError(f"{files[0]}: no .jsonl file in this folder; pull first")
    for path in paths:
        for article in read_articles([path]):
            if article.meta.get("confirmed") is False:
                continue
            name = str(article.meta.get("annotator") or path.stem)
            if name in versions[article.id]:
                faults.append(f"{path}: article {article.id}: annotator {name} has it twice; keep one")
            versions[article.id][name] = article
    for identity, by_name in versions.items():
        if len({article.text for article in by_name.values()}) > 1:
            faults.append(f"article {identity}: {' and '.join(by_name)} had different texts; annotate it again")
    if faults:
        raise InputError(*faults)
    return {identity: by_name for identity, by_name in versions.items() if by_name}


def pairwise_agreement(versions: dict[str, dict[str, Article]]) -> dict[str, Agreement]:
    """Agreement of every two annotators over the articles that both did."""
    names = sorted({name for by_name in versions.values() for name in by_name})
    result = {}
    for one, two in combinations(names, 2):
        shared = [by_name for by_name in versions.values() if one in by_name and two in by_name]
        if shared:
            pairs = same_articles([by_name[one] for by_name in shared], [by_name[two] for by_name in shared])
            result[f"{one}, {two}"] = agreement(pairs)
    return result
