"""Split annotated articles into train, dev and test."""

from pathlib import Path

from ar_news.data.articles import Article, read_articles
from ar_news.data.files import InputError


def read_files(paths: list[Path]) -> list[tuple[str, list[Article]]]:
    """Path and gold articles of every JSONL file; InputError with every fault of all of them."""
    files: list[tuple[str, list[Article]]] = []
    faults: list[str] = []
    for path in paths:
        try:
            files.append((str(path), read_articles([path])))
        except InputError as error:
            faults.extend(error.messages)
    if faults:
        raise InputError(*faults)
    return files


def genre(article: Article) -> str:
    return str(article.meta.get("genre"))
