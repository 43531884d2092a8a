"""From the annotators' versions to one gold version: agreement, a page of disagreements, decisions."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.annotation.adjudication import Strategy, adjudicate
from ar_news.data.files import in_project
from ar_news.quality.agreement import show


def main(
    versions: Annotated[
        list[Path],
        typer.Argument(help="JSONL files of the annotators, as doccano_pull.py writes them, or their folder."),
    ],
    output: Annotated[
        Path, typer.Option(help="Folder for gold.jsonl, unresolved.jsonl, agreement.json, disagreements.html.")
    ] = in_project("training/annotation"),
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
    result = adjudicate(versions, output, strategy, adjudicator, decided)
    for pair, found in result.agreements.items():
        print(f"{pair}:\n{show(found)}\n")
    told = ", ".join(f"{n} {name}" for name, n in result.kinds.items()) or "none"
    print(f"disagreements: {told}; see {output / 'disagreements.html'}")
    print(f"{output / 'gold.jsonl'}: {len(result.gold)} articles, {sum(len(a.spans) for a in result.gold)} names")
    for name in result.unfit:
        print(f"note: {name}: no token boundary fits; kept, and counted as missed in training")
    if result.unresolved:
        print(
            f"{output / 'unresolved.jsonl'}: {len(result.unresolved)} articles wait for adjudication; push them, or choose another strategy"
        )


if __name__ == "__main__":
    run(main)
