"""Near copies among the sentences of a corpus: the same sentence again, or one template filled with other names."""

import re
import string
from collections.abc import Iterator
from typing import NamedTuple

from datasketch import MinHash, MinHashLSH

from ar_news.data.articles import Article
from ar_news.data.labels import label_names
from ar_news.pipeline.tokenizer import fold

# Short sentences and lists of names are alike without being copies: words of one letter and names do not count.
MIN_WORDS = 8


THRESHOLD = 0.5


SHINGLE = 3


_SENTENCE = re.compile(r"[^\n.!?؟؛…]+")


_WORD = re.compile(r"\w+")


class Sentence(NamedTuple):
    article: str
    text: str
    shingles: set[tuple[str, ...]]


def sentences(article: Article) -> Iterator[Sentence]:
    """The longer sentences of an article, each with its runs of three words; every name is a letter of its label's own."""
    letters = dict(zip(label_names(), string.ascii_uppercase))
    for match in _SENTENCE.finditer(article.text):
        masked = match.group()
        for start, end, label in reversed(article.spans):
            if match.start() <= start and end <= match.end():
                masked = f"{masked[: start - match.start()]} {letters[label]} {masked[end - match.start() :]}"
        words = [fold(word) for word in _WORD.findall(masked)]
        if sum(len(word) > 1 for word in words) >= MIN_WORDS:
            runs = {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
            yield Sentence(article.id, match.group().strip(), runs)


def near_copies(articles: list[Article]) -> list[tuple[Sentence, Sentence, float]]:
    """Pairs of sentences of two articles whose runs of three words have a Jaccard similarity of THRESHOLD or more.

    Candidates come from MinHash with locality-sensitive hashing (Broder 1997; the datasketch package);
    the similarity of each is then counted exactly.
    """
    pool = [sentence for article in articles for sentence in sentences(article)]
    lsh = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    found: dict[tuple[int, int], float] = {}
    encoded = ([" ".join(run).encode() for run in sorted(sentence.shingles)] for sentence in pool)
    for index, sketch in enumerate(MinHash.generator(encoded, num_perm=128)):
        for other in lsh.query(sketch):
            one, two = pool[other].shingles, pool[index].shingles
            similarity = len(one & two) / len(one | two)
            # Within one article parallel sentences are style: decrees, lists, refrains.
            if similarity >= THRESHOLD and pool[other].article != pool[index].article:
                found[other, index] = similarity
        lsh.insert(index, sketch)
    return [(pool[one], pool[two], similarity) for (one, two), similarity in sorted(found.items())]
