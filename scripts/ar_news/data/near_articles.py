"""Near copies among whole articles: an agency's report in two outlets, or a held-out article under another id."""

import re
import zlib
from collections import Counter, defaultdict

from datasketch import MinHash, MinHashLSH

from ar_news.data.articles import Article
from ar_news.pipeline.tokenizer import fold

SHINGLE = 5


# One shingle in four stands for all: the same for every article, as it depends on the words alone.
SAMPLE = 4


# Share of the shorter of two texts that the other holds. Two reports of one event share quotations; agencies' copies
# that differ in their first line share nearly all.
COPY = 0.5


# Held-out texts are guarded more strictly: two or three sentences in common are enough.
HELD_OUT = 0.2


_WORD = re.compile(r"\w+")


def shingles(text: str) -> set[int]:
    """32-bit hashes of the runs of five words, spelling folded (Broder 1997)."""
    words = [fold(word) for word in _WORD.findall(text)]
    return {zlib.crc32(" ".join(words[i : i + SHINGLE]).encode()) for i in range(len(words) - SHINGLE + 1)}


class Copies:
    """Finds near copies among articles that come one by one, by MinHash and locality-sensitive hashing."""

    def __init__(self, held_out: list[Article]):
        self.ids = {article.id for article in held_out}
        self.sizes: list[int] = []
        self.owners: dict[int, list[int]] = defaultdict(list)
        for number, article in enumerate(held_out):
            found = shingles(article.text)
            self.sizes.append(len(found))
            for shingle in found:
                self.owners[shingle].append(number)
        self.lsh = MinHashLSH(threshold=COPY, num_perm=64)
        self.empty = MinHash(num_perm=64, hashfunc=int)
        self.seen: dict[str, set[int]] = {}

    def reason(self, article: Article) -> str:
        """Why an article is left out, or "" and it is remembered."""
        if article.id in self.ids:
            return "held out"
        found = shingles(article.text)
        hits = Counter(number for shingle in found if shingle in self.owners for number in self.owners[shingle])
        if any(count >= HELD_OUT * min(len(found), self.sizes[number]) for number, count in hits.items()):
            return "near copy of a held-out article"
        sample = {shingle for shingle in found if shingle % SAMPLE == 0} or found
        sketch = self.empty.copy()
        sketch.update_batch(sample)
        for other in self.lsh.query(sketch):
            if len(sample & self.seen[other]) >= COPY * min(len(sample), len(self.seen[other])):
                return "near copy of another article"
        self.lsh.insert(article.id, sketch)
        self.seen[article.id] = sample
        return ""
