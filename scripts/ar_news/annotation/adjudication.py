"""From the annotators' versions to one gold version: agreement, a page of disagreements, decisions."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from pathlib import Path

from ar_news.data.articles import Article, Span, read_articles, write_articles
from ar_news.data.files import InputError, write_json, write_text
from ar_news.docs import blank_pipeline, gold_doc, shown
from ar_news.quality.agreement import Agreement, agreement, same_articles
from ar_news.scores.difference_page import Difference, page

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


@dataclass
class Adjudicated:
    """What became of the annotators' versions.

    agreements: of every two annotators. kinds: how often they differed, by how. unfit: names of the gold articles that
    fit no token boundary.
    """

    agreements: dict[str, Agreement] = field(default_factory=dict)
    kinds: Counter = field(default_factory=Counter)
    gold: list[Article] = field(default_factory=list)
    unresolved: list[Article] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)


def adjudicate(
    files: list[Path],
    output: Path,
    strategy: Strategy = Strategy.unanimous,
    adjudicator: str = "",
    decided: Path | None = None,
) -> Adjudicated:
    """Make one gold version of what the annotators marked; write it, what is open, their agreement and differences.

    files: of the annotators, or their folder. adjudicator: whose version wins, for that strategy alone. decided: articles
    whose versions are final. Raises InputError for a strategy and an adjudicator that do not fit, and for other texts.
    """
    if (strategy is Strategy.adjudicator) != bool(adjudicator):
        raise InputError("give --strategy adjudicator and --adjudicator NAME together")
    table = read_versions(files)
    names = {name for by_name in table.values() for name in by_name}
    if adjudicator and adjudicator not in names:
        raise InputError(
            f"adjudicator {adjudicator}: none of the files is hers; the annotators are {', '.join(sorted(names))}"
        )
    final = {article.id: article for article in (read_articles([decided]) if decided else [])}
    differences = []
    result = Adjudicated()
    for identity, by_name in table.items():
        first = next(iter(by_name.values()))
        spans: set[Span] = set()
        open_places = 0
        for place in places(by_name):
            differs = kind(place)
            if differs:
                result.kinds[differs] += 1
                all_spans = [span for version in place.values() for span in version]
                start, end = min(s.start for s in all_spans), max(s.end for s in all_spans)
                heading = f"{differs}: {first.text[start:end]} ({identity})"
                differences.append(Difference(heading, first, start, end, {n: a.spans for n, a in by_name.items()}))
            version = decide(place, strategy, adjudicator)
            open_places += version is None
            spans.update(version or ())
        meta = {key: value for key, value in first.meta.items() if key not in PRIVATE}
        meta |= {"annotators": sorted(by_name), "passes": len(by_name)}
        if identity in final:
            if final[identity].text != first.text:
                raise InputError(f"{decided}: article {identity}: another text than the annotators had; push it again")
            article = Article(identity, first.text, final[identity].spans, {**meta, "decided": "adjudication"})
            result.gold.append(article)
        elif open_places:
            result.unresolved.append(Article(identity, first.text, tuple(sorted(spans)), meta))
        else:
            article = Article(identity, first.text, tuple(sorted(spans)), {**meta, "decided": strategy.value})
            result.gold.append(article)
    result.agreements = pairwise_agreement(table)
    write_json(output / "agreement.json", result.agreements)
    write_text(output / "disagreements.html", page("Disagreements", differences))
    write_articles(output / "unresolved.jsonl", result.unresolved)
    write_articles(output / "gold.jsonl", result.gold)
    nlp = blank_pipeline()
    result.unfit += [shown(article, span) for article in result.gold for span in gold_doc(nlp, article)[1]]
    return result
