"""Annotate Arabic text with a trained pipeline."""
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import List

import typer
from articles import Article, InputError, Span, read_articles, read_lines, run, text_faults, writing
from pipelines import load
from tqdm import tqdm
from typing_extensions import Annotated

SUFFIXES = (".txt", ".jsonl")


def read_text(path: Path, lines: bool) -> List[Article]:
    """A plain text file as one article, or as one article a line."""
    numbered = list(read_lines(path))
    stem = "stdin" if str(path) == "-" else path.stem
    if lines:
        articles = [Article(f"{stem}-{number}", line) for number, line in numbered]
    else:
        articles = [Article(stem, "\n".join(line for _, line in numbered))]
    faults = [f"{path}: article {a.id}: {fault}" for a in articles for fault in text_faults(a.text)]
    if faults:
        raise InputError(*faults)
    return articles


def read_any(source: Path, lines: bool, jsonl: bool) -> List[Article]:
    """All articles of a file, a folder (searched for .txt and .jsonl) or standard input."""
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.suffix in SUFFIXES and path.is_file())
        if not files:
            raise InputError(f"{source}: no .txt or .jsonl file in this folder; check the path")
    else:
        files = [source]
    articles, faults = [], []
    for path in files:
        try:
            articles.extend(read_articles([path], gold=False) if jsonl or path.suffix == ".jsonl" else read_text(path, lines))
        except InputError as error:
            faults.extend(error.messages)
    if faults:
        raise InputError(*faults)
    return articles


def main(
    source: Annotated[Path, typer.Argument(help="A .txt or .jsonl file, a folder of them, or - for standard input.")],
    pipeline: Annotated[str, typer.Option(help="Folder of a trained pipeline, or name of an installed one.")] = (
        "training/pipeline"
    ),
    output: Annotated[Path, typer.Option("--output", "-o", help="JSONL file to write; - is standard output.")] = Path("-"),
    jsonl: Annotated[bool, typer.Option("--jsonl", help="SOURCE is JSONL whatever its name is (for -).")] = False,
    lines: Annotated[bool, typer.Option("--lines", help="In plain text, every line is an article.")] = False,
    processes: Annotated[int, typer.Option(min=1, help="Processes to use.")] = 1,
):
    """Find people, countries, media outlets and agreements in SOURCE and write them as JSONL.

    One article a line: id, text, and spans with start, end (code points), label and text. Text files
    hold one article each; JSONL lines need the key text and may have an id; other keys are kept.
    Nothing is written if any article is faulty: each fault is named with file and line.

    Examples:

      python scripts/annotate.py news.txt

      python scripts/annotate.py articles/ -o names.jsonl

      cat news.jsonl | python scripts/annotate.py - --jsonl --pipeline ar_news_ner_sm
    """
    articles = read_any(source, lines, jsonl)
    nlp = load(pipeline)
    nlp.max_length = max(nlp.max_length, *(len(article.text) + 1 for article in articles))
    to_stdout = str(output) == "-"
    with nullcontext(sys.stdout) if to_stdout else writing(output) as file:
        docs = nlp.pipe((article.text for article in articles), n_process=processes)
        for article, doc in zip(articles, tqdm(docs, total=len(articles), unit="article", disable=None)):
            spans = tuple(Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
            found = Article(article.id, article.text, spans, article.meta)
            file.write(json.dumps(found.record(), ensure_ascii=False) + "\n")
    if not to_stdout:
        print(f"{output}: {len(articles)} articles")


if __name__ == "__main__":
    run(main)
