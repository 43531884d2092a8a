"""Compare the rates of a corpus with those of real news: names, quotations, nationalities, lengths, marks, topics."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.quality.news_rates import FACTOR, RECORDED, USUAL, check, lines, record, report, write_report
from ar_news.quality.rates import rates, read_corpus


def main(
    articles: Annotated[
        list[Path], typer.Argument(help="JSONL files of articles; with `spans`, names are counted too.")
    ],
    output: Annotated[Path, typer.Option(help="JSON file to write; the table goes beside it (.md).")],
    train: Annotated[
        list[Path],
        typer.Option(
            help="Training articles: of those ARTICLES that are none of them, count the words not seen there."
        ),
    ] = [],
    against: Annotated[
        str,
        typer.Option(
            help=f"The recorded collection to compare with: rates that are not within a factor of {FACTOR:g} of its are marked."
        ),
    ] = USUAL,
    record_as: Annotated[
        str, typer.Option("--record", help="ARTICLES are real news: keep their rates under this name first.")
    ] = "",
    source: Annotated[str, typer.Option(help="What they are and where they come from; goes with --record.")] = "",
    rates_file: Annotated[
        Path, typer.Option("--rates", help="JSON file of the recorded rates.", show_default="configs/news-rates.json")
    ] = RECORDED,
):
    """Count rates of ARTICLES and show them beside those of real news, the worst first.

    Those too far from the news are marked as beyond: a pipeline learns how often a short quotation is an outlet, or an
    unknown word a person, and takes that along to real articles. Marked as few is what differs by a few places
    only in as much text as the news have: it says nothing. Articles without `spans` give no rates of names.

    Is my corpus like news?

        python scripts/corpus_rates.py dev.jsonl --train train.jsonl --output rates.json

    Real articles of your own as the measure:

        python scripts/corpus_rates.py real.jsonl --output real.json --record ours --source Agency

        python scripts/corpus_rates.py dev.jsonl --output rates.json --against ours
    """
    check(rates_file, record_as, source, against, output)
    corpus, seen = read_corpus(articles), read_corpus(train)
    found = rates(corpus, seen)
    record(rates_file, record_as, source, corpus, seen, found)
    result = report(corpus, found, rates_file, against)
    write_report(output, result)
    print("\n".join(lines(result)))


if __name__ == "__main__":
    run(main)
