"""From the annotators' versions to one gold version: agreement, a page of disagreements, decisions."""

from ar_news.cli import run

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.adjudication import PRIVATE, Strategy, decide, kind, pairwise_agreement, places, read_versions
from ar_news.data.articles import Article, Span, read_articles, write_articles
from ar_news.data.files import InputError, write_json, write_text
from ar_news.docs import blank_pipeline, gold_doc, shown
from ar_news.quality.agreement import show
from ar_news.scores.difference_page import Difference, page


def main(
    versions: Annotated[
        list[Path],
        typer.Argument(help="JSONL files of the annotators, as doccano_pull.py writes them, or their folder."),
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for gold.jsonl, unresolved.jsonl, agreement.json, disagreements.html.")
    ] = (Path("training/annotation")),
    strategy: Annotated[
        Strategy, typer.Option(help="Who decides: all together, more than half of them, or one.")
    ] = Strategy.unanimous,
    adjudicator: Annotated[
        str, typer.Option(help="The annotator whose version wins, for --strategy adjudicator.")
    ] = "",
    decided: Annotated[
        Path | None, typer.Option(help="JSONL of articles decided in Doccano: these versions are final.")
    ] = None,
):
    """Make one gold version of what the annotators marked.

    An article that one annotator did is taken as it is. Where several differ, STRATEGY decides place by
    place; an article with a place that it leaves open goes to unresolved.jsonl with the spans that are
    settled, and not to gold.jsonl. Push that file to a project for adjudication, pull it, and give the
    result with --decided.

    Example: python scripts/annotation_adjudicate.py training/annotation/pulled --strategy adjudicator --adjudicator sara
    """
    if (strategy is Strategy.adjudicator) != bool(adjudicator):
        raise InputError("give --strategy adjudicator and --adjudicator NAME together")
    table = read_versions(versions)
    names = {name for by_name in table.values() for name in by_name}
    if adjudicator and adjudicator not in names:
        raise InputError(
            f"adjudicator {adjudicator}: none of the files is hers; the annotators are {', '.join(sorted(names))}"
        )
    final = {article.id: article for article in (read_articles([decided]) if decided else [])}
    gold, unresolved, differences = [], [], []
    kinds: Counter = Counter()
    for identity, by_name in table.items():
        spans: set[Span] = set()
        open_places = 0
        for place in places(by_name):
            differs = kind(place)
            if differs:
                kinds[differs] += 1
                all_spans = [span for version in place.values() for span in version]
                start, end = min(s.start for s in all_spans), max(s.end for s in all_spans)
                seen = next(iter(by_name.values()))
                heading = f"{differs}: {seen.text[start:end]} ({identity})"
                differences.append(Difference(heading, seen, start, end, {n: a.spans for n, a in by_name.items()}))
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
    nlp = blank_pipeline()
    for name in [shown(article, span) for article in gold for span in gold_doc(nlp, article)[1]]:
        print(f"note: {name}: no token boundary fits; kept, and counted as missed in training")
    if unresolved:
        print(
            f"{output / 'unresolved.jsonl'}: {len(unresolved)} articles wait for adjudication; push them, or choose another strategy"
        )


if __name__ == "__main__":
    run(main)
