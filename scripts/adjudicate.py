"""From the annotators' versions to one gold version: agreement, a page of disagreements, decisions."""
from articles import Article, InputError, Span, read_articles, run, write_articles, write_json, write_text  # isort: skip
from collections import Counter, defaultdict
from enum import Enum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Dict, List, Optional, Set, Tuple

import typer
from agreement import agreement, same_articles, show
from pages import Difference, page

Version = Tuple[Span, ...]
# What one annotator's file says of an article and the gold version does not.
PRIVATE = ("annotator", "confirmed", "doccano", "doubt")


class Strategy(str, Enum):
    """Who decides where annotators differ."""

    unanimous = "unanimous"
    majority = "majority"
    adjudicator = "adjudicator"


def places(versions: Dict[str, Article]) -> List[Dict[str, Version]]:
    """Each stretch of text where somebody marked something, with the spans of every annotator in it.

    Spans that overlap, whoever marked them, are one place, so a decision never leaves overlapping spans.
    """
    spans = sorted((span, name) for name, article in versions.items() for span in article.spans)
    groups: List[List[Tuple[Span, str]]] = []
    reach = -1
    for span, name in spans:
        if span.start >= reach:
            groups.append([])
        groups[-1].append((span, name))
        reach = max(reach, span.end)
    return [{name: tuple(span for span, by in group if by == name) for name in versions} for group in groups]


def kind(place: Dict[str, Version]) -> str:
    """How the annotators differ: not at all (""), one-sided, in the label only, or in the boundaries."""
    found = set(place.values())
    if len(found) == 1:
        return ""
    if () in found:
        return "one-sided"
    bounds = {tuple((span.start, span.end) for span in version) for version in found}
    return "label" if len(bounds) == 1 else "boundary"


def decide(place: Dict[str, Version], strategy: Strategy, adjudicator: str) -> Optional[Version]:
    """The version to keep, or None if this strategy decides nothing here."""
    version, votes = Counter(place.values()).most_common(1)[0]
    if votes == len(place):
        return version
    if strategy is Strategy.majority and 2 * votes > len(place):
        return version
    if strategy is Strategy.adjudicator:
        return place.get(adjudicator)
    return None


def read_versions(files: List[Path]) -> Dict[str, Dict[str, Article]]:
    """Annotators' versions by article id and annotator, without what nobody confirmed.

    Raises InputError for one annotator's article twice, and where annotators had different texts.
    """
    versions: Dict[str, Dict[str, Article]] = defaultdict(dict)
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


def pairwise_agreement(versions: Dict[str, Dict[str, Article]]) -> Dict[str, Dict]:
    """Agreement of every two annotators over the articles that both did."""
    names = sorted({name for by_name in versions.values() for name in by_name})
    result = {}
    for one, two in combinations(names, 2):
        shared = [by_name for by_name in versions.values() if one in by_name and two in by_name]
        if shared:
            pairs = same_articles([by_name[one] for by_name in shared], [by_name[two] for by_name in shared])
            result[f"{one}, {two}"] = agreement(pairs)
    return result


def main(
    versions: Annotated[List[Path], typer.Argument(help="JSONL files of the annotators, as doccano_pull.py writes them, or their folder.")],
    output: Annotated[Path, typer.Option(help="Folder for gold.jsonl, unresolved.jsonl, agreement.json, disagreements.html.")] = (
        Path("training/annotation")
    ),
    strategy: Annotated[Strategy, typer.Option(help="Who decides: all together, more than half of them, or one.")] = Strategy.unanimous,
    adjudicator: Annotated[str, typer.Option(help="The annotator whose version wins, for --strategy adjudicator.")] = "",
    decided: Annotated[
        Optional[Path], typer.Option(help="JSONL of articles decided in Doccano: these versions are final.")
    ] = None,
):
    """Make one gold version of what the annotators marked.

    An article that one annotator did is taken as it is. Where several differ, STRATEGY decides place by
    place; an article with a place that it leaves open goes to unresolved.jsonl with the spans that are
    settled, and not to gold.jsonl. Push that file to a project for adjudication, pull it, and give the
    result with --decided.

    Example: python scripts/adjudicate.py training/annotation/pulled --strategy adjudicator --adjudicator sara
    """
    if (strategy is Strategy.adjudicator) != bool(adjudicator):
        raise InputError("give --strategy adjudicator and --adjudicator NAME together")
    table = read_versions(versions)
    names = {name for by_name in table.values() for name in by_name}
    if adjudicator and adjudicator not in names:
        raise InputError(f"adjudicator {adjudicator}: none of the files is hers; the annotators are {', '.join(sorted(names))}")
    final = {article.id: article for article in (read_articles([decided]) if decided else [])}
    gold, unresolved, differences = [], [], []
    kinds: Counter = Counter()
    for identity, by_name in table.items():
        spans: Set[Span] = set()
        open_places = 0
        for place in places(by_name):
            differs = kind(place)
            if differs:
                kinds[differs] += 1
                all_spans = [span for version in place.values() for span in version]
                start, end = min(s.start for s in all_spans), max(s.end for s in all_spans)
                shown = next(iter(by_name.values()))
                heading = f"{differs}: {shown.text[start:end]} ({identity})"
                differences.append(Difference(heading, shown, start, end, {n: a.spans for n, a in by_name.items()}))
            version = decide(place, strategy, adjudicator)
            open_places += version is None
            spans.update(version or ())
        first = next(iter(by_name.values()))
        meta = {key: value for key, value in first.meta.items() if key not in PRIVATE}
        meta |= {"annotators": sorted(by_name), "passes": len(by_name)}
        if identity in final:
            if final[identity].text != first.text:
                raise InputError(f"{decided}: article {identity}: another text than the annotators had; push it again")
            gold.append(Article(identity, first.text, final[identity].spans, {**meta, "decided": "adjudication"}))
        elif open_places:
            unresolved.append(Article(identity, first.text, tuple(sorted(spans)), meta))
        else:
            gold.append(Article(identity, first.text, tuple(sorted(spans)), {**meta, "decided": strategy.value}))
    shared = pairwise_agreement(table)
    write_json(output / "agreement.json", shared)
    write_text(output / "disagreements.html", page("Disagreements", differences))
    write_articles(output / "unresolved.jsonl", unresolved)
    write_articles(output / "gold.jsonl", gold)
    for pair, result in shared.items():
        print(f"{pair}:\n{show(result)}\n")
    told = ", ".join(f"{n} {name}" for name, n in kinds.items()) or "none"
    print(f"disagreements: {told}; see {output / 'disagreements.html'}")
    print(f"{output / 'gold.jsonl'}: {len(gold)} articles, {sum(len(article.spans) for article in gold)} names")
    if unresolved:
        print(f"{output / 'unresolved.jsonl'}: {len(unresolved)} articles wait for adjudication; push them, or choose another strategy")


if __name__ == "__main__":
    run(main)
