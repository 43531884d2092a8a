"""Which articles of a pool are read next: at random, outlet by outlet, of a length, with a word."""

import random
import re
from collections import defaultdict

from ar_news.data.articles import Article


def with_a_word(articles: list[Article], words: list[str]) -> list[Article]:
    """Those in which one of the words stands, bare or behind proclitics and the article; all of them without words."""
    if not words:
        return articles
    place = re.compile(rf"\b[وف]?[بلك]?(?:ال|ل)?(?:{'|'.join(map(re.escape, words))})\b")
    return [article for article in articles if place.search(article.text)]


def in_turn(articles: list[Article], key: str) -> list[Article]:
    """The articles, one of each value of `meta[key]` in turn, so that any beginning of them holds about as many of each."""
    groups: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        groups[str(article.meta.get(key, ""))].append(article)
    turns = ((turn, group, article) for group, found in groups.items() for turn, article in enumerate(found))
    return [article for _, _, article in sorted(turns, key=lambda entry: entry[:2])]


def sample(
    articles: list[Article],
    number: int,
    *,
    seed: int = 0,
    evenly: str = "",
    words: tuple[int, int] = (0, 0),
    having: list[str] = [],
) -> list[Article]:
    """So many of the articles, in random order.

    evenly: a key of their meta, such as `outlet`, of whose values each gives as many, as far as there are. words: the least
    and the greatest length in words; 0 is no bound. having: words of which one at least stands in each.
    """
    least, most = words
    pool = [a for a in articles if least <= len(a.text.split()) <= (most or float("inf"))]
    pool = with_a_word(pool, having)
    rng = random.Random(seed)
    rng.shuffle(pool)
    if evenly:
        pool = in_turn(pool, evenly)[:number]
        rng.shuffle(pool)
    return pool[:number]
