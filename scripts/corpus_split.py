"""Split annotated articles into train, dev and test."""

from ar_news.cli import run

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from sklearn.model_selection import train_test_split

from ar_news.data.articles import SPLITS, Article, write_articles
from ar_news.data.files import InputError
from ar_news.quality.corpus import split_faults
from ar_news.quality.splits import genre, read_files


def main(
    articles: Annotated[list[Path], typer.Argument(help="JSONL files of gold articles.")],
    output: Annotated[Path, typer.Option(help="Folder for train.jsonl, dev.jsonl and test.jsonl.")],
    dev: Annotated[float, typer.Option(min=0.01, max=0.4, help="Share of the articles for dev.")] = 0.15,
    test: Annotated[float, typer.Option(min=0.01, max=0.4, help="Share of the articles for test.")] = 0.15,
    seed: Annotated[int, typer.Option(help="Same seed, same split.")] = 0,
):
    """Split ARTICLES by article, at random but the same for a seed, into three files in OUTPUT.

    Where every article names a genre, each split gets its share of every genre that has enough articles.
    """
    files = read_files(articles)
    pool = sorted((article for _, part in files for article in part), key=lambda article: article.id)
    faults = split_faults(files)
    if len(pool) < 10:
        faults.append(f"{len(pool)} articles are too few to split; give it at least 10")
    if faults:
        raise InputError(*faults)
    sizes = Counter(genre(article) for article in pool)

    def strata(part: list[Article]) -> list[str]:
        return [genre(article) if sizes[genre(article)] * min(dev, test) >= 3 else "rest" for article in part]

    def cut(part: list[Article], share: float):
        groups = strata(part)
        fits = min(groups.count(g) for g in set(groups)) >= 2 and share * len(part) >= len(set(groups))
        return train_test_split(part, test_size=share, random_state=seed, stratify=groups if fits else None)

    rest, test_part = cut(pool, test)
    train_part, dev_part = cut(rest, dev / (1 - test))
    for name, part in zip(SPLITS, (train_part, dev_part, test_part)):
        path = output / f"{name}.jsonl"
        write_articles(path, sorted(part, key=lambda article: article.id))
        print(f"{path}: {len(part)} articles")


if __name__ == "__main__":
    run(main)
