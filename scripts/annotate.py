"""Annotate Arabic text with a trained pipeline."""

from ar_news.cli import run

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ar_news.data.articles import Article, read_news
from ar_news.data.files import writing
from ar_news.docs import TRAINED, load, spans_of
from ar_news.release import chosen


def main(
    source: Annotated[Path, typer.Argument(help="A .txt or .jsonl file, a folder of them, or - for standard input.")],
    pipeline: Annotated[
        str,
        typer.Option(
            help="Folder of a trained pipeline, or name of an installed one; a released one reads if nothing is trained yet."
        ),
    ] = TRAINED,
    output: Annotated[Path, typer.Option("--output", "-o", help="JSONL file to write; - is standard output.")] = Path(
        "-"
    ),
    jsonl: Annotated[bool, typer.Option("--jsonl", help="SOURCE is JSONL whatever its name is (for -).")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="In plain text, every line is an article.")] = False,
    processes: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
):
    """Find people, countries, media outlets and agreements in SOURCE and write them as JSONL.

    One article a line: id, text, and spans with start, end (code points), label and text. Text files hold one article
    each, and offsets are those of the file; JSONL lines need the key text and may have an id; other keys are kept. An
    article that cannot be read is named and left out, the others are written, and the exit code is then 1.

    Examples:

      python scripts/annotate.py news.txt

      python scripts/annotate.py articles/ -o names.jsonl

      cat news.jsonl | python scripts/annotate.py - --jsonl --pipeline ar_ent_news_sm
    """
    news = read_news(source, lines, jsonl)
    pipeline = chosen(pipeline)
    nlp = load(pipeline)
    print(f"reading with {pipeline}", file=sys.stderr)
    to_stdout = str(output) == "-"
    with nullcontext(sys.stdout) if to_stdout else writing(output) as file:
        docs = nlp.pipe((article.text for article in news.articles), n_process=processes)
        for article, doc in zip(news.articles, tqdm(docs, total=len(news.articles), unit="article", disable=None)):
            found = Article(article.id, article.text, spans_of(doc), article.meta)
            file.write(json.dumps(found.record(), ensure_ascii=False) + "\n")
    if not to_stdout:
        print(f"{output}: {len(news.articles)} articles")
    if news.faults:
        news.tell()
        raise typer.Exit(1)


if __name__ == "__main__":
    run(main)
