"""A lossless Arabic news tokeniser for spaCy that gives every name its own boundaries.

Arabic writes the conjunctions و ف and the prepositions ب ل ك onto the next word, and spaCy's own
tokeniser leaves them there, so that no token boundary fits the name in وترامب or بكازاخستان. This
one splits such a proclitic off when the rest of the word is clearly commoner than the whole
(frequencies: the wordfreq package by Robyn Speer, https://github.com/rspeer/wordfreq). A split too
many costs the model a little context; a split too few makes a name unreachable, so doubt splits.

This file imports nothing but spaCy and the standard library: it is copied into the wheel as it is.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import inf, log10
from pathlib import Path

import srsly
from spacy import util
from spacy.attrs import NORM
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

# Tokens of a run without white space, and the places of those that lost an alif in لل.
Pieces = tuple[list[str], list[int]]

PROCLITICS = "وفبلك"
CONJUNCTIONS = "وف"
# What speaks for a proclitic and what against it, in powers of ten, beside how much commoner the rest is than the whole: fitted
# (logistic regression) to the names of corpus/train.jsonl, as they stand there and behind each of the letters, and rounded.
# What it brings on dev and test stands in tests/test_tokenizer.py.
MARGINS = {"و": -0.65, "ف": 0.6, "ب": 0.4, "ل": 0.3, "ك": 0.65}
# Against: no list knows the whole. Then it counts how words begin: many with توك, none with لتوك.
NEW = 1.1
# For: the rest begins with hamza, which stands second in no name. Against: it is commoner with a hamza, and is not written so here.
HAMZA = 2.0
BARE = 2.1
# For: the rest begins with the article. Against: it has two or three letters.
ARTICLE = 0.5
SHORT = 0.65
# How much commoner than the rest a word with a tatweel behind its first letter must be to stay whole.
STRETCHED = 0.3
# Zipf value of a listed name that is rarer in the frequency list, or not there.
NAMED = 3.0
# Zipf value of a word that is in no list: below the rarest word of the list (1.0 = once in 100 M words).
UNKNOWN = 0.8
# Names that begin with the letter of a proclitic; in a wheel there is no such list, nor need of one.
NAMES = Path(__file__).resolve().parent / "../../../configs" / "names.txt"
# Letters of the runs whose tokens are kept: 150,000 runs of the news, 60 MB.
CACHE_LETTERS = 1_000_000

_ARABIC = r"\u0620-\u065F\u066E-\u06D3\u06D5-\u06DC\u06DF-\u06E8\u06EA-\u06EF\u06FA-\u06FF\u0750-\u077F\u08A0-\u08FF\uFB50-\uFDFB\uFE70-\uFEFC"
# Nobody sees them, and they come along from web pages: soft hyphen, Arabic letter mark, zero-width space and joiners, marks of
# direction, word joiner, byte order mark.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_LATIN = r"A-Za-z0-9\u00C0-\u024F\u0300-\u036F"
_WEB = r"[^\s\u0600-\u06FF<>«»\"“”]"
_WEB_END = r"[^\s\u0600-\u06FF<>«»\"“”.,;:!?)\]']"
# What could run on is tried once a run and has a longest form (a local part has 64 characters: RFC 5321; a part of a domain 63:
# RFC 1035): else a long run takes time by its square.
_PIECES = re.compile(
    rf"(?P<url>(?:https?://|www\.){_WEB}+{_WEB_END}"
    rf"|(?<![A-Za-z0-9._+-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}/(?:{_WEB}*{_WEB_END})?)"
    r"|(?P<email>(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?P<handle>(?<![A-Za-z0-9._+-])@[A-Za-z0-9_]{1,30}(?![A-Za-z0-9_]))"
    r"|(?P<number>[0-9]+(?:[.,][0-9]+)*|[٠-٩]+(?:[.,٫٬][٠-٩]+)*|[۰-۹]+(?:[.,٫٬][۰-۹]+)*)"
    rf"|(?P<arabic>[{_ARABIC}]+(?:[{_UNSEEN}]+[{_ARABIC}]+)*)"
    rf"|(?P<latin>[A-Za-z\u00C0-\u024F][{_LATIN}]*(?:[{_UNSEEN}]+[{_LATIN}]+)*)"
    r"|(?P<other>[^\W\d_]+)"
    r"|(?P<mark>(?P<char>.)(?P=char)*)",
    re.DOTALL,
)
_CHUNKS = re.compile(r"\s+|\S+")
_STRETCHED = re.compile(rf"^([وف]?)([وفبلك]|[بك]?ال)(ـ[ـ{_UNSEEN}]*)(?=(.*))", re.DOTALL)
_UNSEEN_CHAR = re.compile(f"[{_UNSEEN}]")
# Ligatures and the shapes that a letter has in a word, as PDF files give them.
_FORMS = re.compile("[\ufb50-\ufdff\ufe70-\ufefc]")
# One spelling of what is written in several ways: hamza, Persian, Urdu, Kurdish and Pashto letters, signs.
_SAME = {
    "ا": "أإآٱٲٳ",
    "ب": "پ",
    "ت": "ٹټ",
    "ج": "چ",
    "د": "ڈډ",
    "ر": "ڑړڕ",
    "ز": "ژ",
    "ش": "ښ",
    "ف": "ڤ",
    "ك": "کګگڪ",
    "ل": "ڵ",
    "ن": "ںڼ",
    "ه": "ةہھەۀۂۃ",
    "و": "ؤۆۇۈۋۏ",
    "ي": "ىئیېۍێےۓ",
    '"': "«»“”„‟",
    "'": "‘’‚‛‹›",
    "-": "‐‑‒–—―−",
    "...": "…",
    ",": "،٬",
    ".": "٫۔",
    ";": "؛",
    "?": "؟",
    "%": "٪",
    "*": "٭",
}
_FOLD: dict[int, str | None] = {ord(char): one for one, chars in _SAME.items() for char in chars}
_FOLD.update({c: None for c in range(0x0610, 0x0900) if unicodedata.category(chr(c)) == "Mn"})
_FOLD.update({c: None for c in range(0x10000) if c == 0x0640 or _UNSEEN_CHAR.match(chr(c))})
_FOLD.update({zero + i: str(i) for zero in (0x0660, 0x06F0) for i in range(10)})


def shapes(letters: str) -> dict[str, str]:
    """The letters by every character that is one of them, in whatever shape."""
    forms = (chr(c) for c in range(0xFB50, 0xFEFD))
    return {letter: letter for letter in letters} | {
        form: letter for form in forms if (letter := unicodedata.normalize("NFKC", form)) in set(letters)
    }


# The letter that a character is, for what may begin a word.
_PROCLITIC = shapes(PROCLITICS) | {"ک": "ك"}
_HAMZA = frozenset(shapes("أإآ"))
_ALIF = re.compile(f"[{PROCLITICS}]?ا")


def fold(string: str) -> str:
    """Spelling variants of one word or sign to one form: no tashkeel or tatweel, one alif, ya and ha, ASCII digits and signs.

    The result may be shorter than the string, so it serves as a key or NORM and never for offsets.
    """
    folded = string.translate(_FOLD)
    if _FORMS.search(folded):
        # A mark that stands alone has a space to stand on.
        folded = re.sub(" (?=[\u064b-\u0652])", "", unicodedata.normalize("NFKC", folded)).translate(_FOLD)
    return folded.lower() or string


def listed(path: Path) -> frozenset[str]:
    """The words of a list, folded; lines that begin with # are for those who read it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(fold(word) for line in lines if not line.startswith("#") for word in line.split())


class Cache:
    """Tokens of runs without white space; begun anew when their letters are more than CACHE_LETTERS."""

    def __init__(self) -> None:
        self.kept: dict[str, Pieces] = {}
        self.letters = 0

    def keep(self, chunk: str, pieces: Pieces) -> None:
        if len(chunk) > CACHE_LETTERS:
            return
        self.letters += len(chunk)
        if self.letters > CACHE_LETTERS:
            # In its place: a text that is being read holds on to it.
            self.kept.clear()
            self.letters = len(chunk)
        self.kept[chunk] = pieces


class NewsTokenizer:
    """Split Arabic news text into tokens; the tokens and their spaces always spell the input again.

    vocab: the shared vocabulary. Its NORM getter is replaced by `fold`.
    Until `initialize` or `from_disk` gives it word frequencies it splits at punctuation and script
    changes, and splits off only those proclitics that a tatweel or لل makes certain.
    """

    def __init__(self, vocab: Vocab):
        self.vocab = vocab
        self.zipf: dict[str, float] = {}
        # How many words begin with three letters, behind their own proclitics and the article; and with four, of which the
        # first could be a proclitic.
        self.starts: dict[str, float] = {}
        # By how many powers of ten a word, or the word behind a proclitic, is rarer without its first hamza.
        self.hamza: dict[str, float] = {}
        # Words that are cut nowhere, as no proclitic begins them.
        self.names: frozenset[str] = frozenset()
        self._cache = Cache()
        # What is kept until the end of an open `nlp.memory_zone`.
        self._zone: Cache | None = None
        vocab.lex_attr_getters[NORM] = fold  # type: ignore[attr-defined]

    def __call__(self, text: str) -> Doc:
        """Doc with `doc.text == text` for every string that can be encoded as UTF-8."""
        words: list[str] = []
        spaces: list[bool] = []
        norms: list[tuple[int, str]] = []
        cache = self._cache.kept
        for chunk in _CHUNKS.findall(text):
            if chunk[0].isspace():
                # One plain space belongs to the token before it; all other white space is a token.
                if chunk[0] == " " and words and not spaces[-1]:
                    spaces[-1] = True
                    chunk = chunk[1:]
                if chunk:
                    words.append(chunk)
                    spaces.append(False)
                continue
            pieces, fused = cache.get(chunk) or self._new(chunk)
            norms.extend((len(words) + i, "ال" + fold(pieces[i])[1:]) for i in fused)
            words.extend(pieces)
            spaces.extend([False] * len(pieces))
        doc = Doc(self.vocab, words=words, spaces=spaces)
        for i, norm in norms:
            doc[i].norm_ = norm
        return doc

    def pipe(self, texts: Iterable[str], batch_size: int = 1000):
        """Tokenise a stream of texts."""
        return map(self, texts)

    def initialize(self, get_examples: Callable[[], Iterable[Example]] | None = None, nlp=None) -> None:
        """Read word frequencies from the wordfreq package and names from the project; both arguments are spaCy's and unused.

        Raises ImportError if wordfreq is not installed. A saved tokeniser needs neither it nor the project.
        """
        from wordfreq import get_frequency_dict

        totals: dict[str, float] = {}
        without: dict[str, float] = {}
        for word, frequency in get_frequency_dict("ar", wordlist="best").items():
            if "\u0620" <= word[0] <= "\u06ff" and len(word) < 25:
                key = fold(word)
                totals[key] = totals.get(key, 0.0) + frequency
                if _ALIF.match(key):
                    without[key] = without.get(key, 0.0) + (frequency if _HAMZA.isdisjoint(word[:2]) else 0.0)
        self.zipf = {word: round(log10(frequency) + 9, 2) for word, frequency in totals.items()}
        self.names = listed(NAMES) if NAMES.exists() else self.names
        self.hamza = {}
        for word, frequency in without.items():
            rarer = round(self.zipf[word] - max(UNKNOWN, log10(frequency or 1e-9) + 9), 1)
            if rarer > 0:
                self.hamza[word] = rarer
        counts: dict[str, int] = {}
        for word in {*self.zipf, *self.names}:
            stem = self._stem(word) if word[0] in PROCLITICS else word.removeprefix("ال") or word
            for start in {stem[:3], stem[:4]} if stem[0] in PROCLITICS else {stem[:3]}:
                counts[start] = counts.get(start, 0) + 1
        self.starts = {start: float(count) for start, count in counts.items()}
        self._cache = Cache()

    @contextmanager
    def memory_zone(self, mem: object = None) -> Iterator[object]:
        """What `nlp.memory_zone` opens: the tokens of new words are forgotten at its end."""
        self._zone = Cache()
        try:
            yield mem
        finally:
            self._zone = None

    def _new(self, chunk: str) -> Pieces:
        """Tokens of a run that is not in the cache, which are kept there or in that of the open memory zone."""
        cache = self._cache if self._zone is None else self._zone
        found = cache.kept.get(chunk)
        if found is None:
            found = self._pieces(chunk)
            cache.keep(chunk, found)
        return found

    def _pieces(self, chunk: str) -> Pieces:
        """Tokens of one run without white space."""
        pieces: list[str] = []
        fused: list[int] = []
        for match in _PIECES.finditer(chunk):
            piece = match.group()
            if match.lastgroup != "arabic":
                pieces.append(piece)
                continue
            cuts = self._cuts(piece)
            before = ""
            for start, end in zip([0, *cuts], [*cuts, len(piece)]):
                word = fold(piece[start:end])
                doubled = before == word[0] == "ل" and len(word) > 3
                if doubled and self._zipf("ال" + word[1:]) >= self._zipf(word):
                    fused.append(len(pieces))
                pieces.append(piece[start:end])
                before = word
        return pieces, fused

    def _zipf(self, word: str) -> float:
        known = self.zipf.get(word, UNKNOWN)
        return max(known, NAMED) if word in self.names else known

    def _stem(self, word: str) -> str:
        """A word of the list without the proclitics and the article that its frequencies tell of."""
        while len(word) > 3 and word[0] in PROCLITICS and word not in self.names:
            if self._zipf(word[1:]) < self._zipf(word) + 0.6:
                break
            word = word[1:]
        return word.removeprefix("ال") or word

    def _cuts(self, word: str) -> list[int]:
        """Offsets in one Arabic word at which a proclitic ends."""
        stretched = _STRETCHED.match(word)
        if stretched:
            conjunction, particle, _tatweel, rest = stretched.groups()
            if not rest or self._zipf(fold(word)) < self._zipf(fold(rest)) + STRETCHED:
                end = stretched.end(3)
                cuts = [len(conjunction)] if conjunction else []
                if len(particle) == 3:
                    cuts.append(len(conjunction) + 1)
                return cuts + ([end] if rest else [])
        return self._best(word)[1]

    def _best(self, word: str, depth: int = 0) -> tuple[float, list[int]]:
        """Commonest reading of a word: its Zipf value, and where its proclitics end."""
        folded = fold(word)
        whole = self._zipf(folded)
        letter = _PROCLITIC.get(word[0])
        first = 1
        while first < len(word) and (unicodedata.category(word[first]) == "Mn" or _UNSEEN_CHAR.match(word[first])):
            first += 1
        rest = word[first:]
        if rest == "أ" and letter:
            return whole, [first]  # of أ ف ب or أ ش أ; no word is spelt so
        bare = fold(rest) if rest else ""
        # Nothing stands before a conjunction, and before a preposition a conjunction alone.
        if letter is None or len(bare) < 2 or bare == "ال" or depth > (letter not in CONJUNCTIONS):
            return whole, []
        if letter == "ل" and bare[0] == "ل" and len(bare) > 2:
            return max(self._zipf("ا" + folded), self._zipf(bare)), [first]
        value, cuts = self._best(rest, depth + 1) if letter in CONJUNCTIONS else (self._zipf(bare), [])
        if not self.zipf or self._odds(folded, whole, rest, bare, value, fold(rest[cuts[-1] :]) if cuts else bare) < 0:
            return whole, []
        return value, [first, *(first + cut for cut in cuts)]

    def _odds(self, word: str, whole: float, rest: str, bare: str, value: float, stem: str) -> float:
        """How much likelier than not the first letter of a word is a proclitic, in powers of ten.

        word: the folded word. whole: its Zipf value. rest: what is behind the letter, as written. bare: that, folded.
        value: the Zipf value of its reading. stem: it without proclitics of its own, folded.
        """
        hamza = rest[0] in _HAMZA
        if word in self.names and not hamza:
            return -inf
        odds = value - whole - MARGINS[word[0]]
        if word not in self.zipf:
            stem = stem.removeprefix("ال") or stem
            odds += log10((self.starts.get(stem[:3], 0) + 0.5) / (self.starts.get(word[:4], 0) + 0.5)) - NEW
        odds += HAMZA if hamza else -BARE * max(0.0, self.hamza.get(bare, 0.0) - self.hamza.get(word, 0.0))
        if bare.startswith("ال"):
            odds += ARTICLE
        return odds if len(bare) > 3 else odds - SHORT

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """What `initialize` read, compressed."""
        table = {
            **_by_value({word: round(value * 100) for word, value in self.zipf.items()}),
            "starts": _by_value({start: round(count) for start, count in self.starts.items()}),
            "hamza": _by_value({word: round(value * 10) for word, value in self.hamza.items()}),
            "names": " ".join(sorted(self.names)),
        }
        return zlib.compress(srsly.msgpack_dumps(table), 9)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NewsTokenizer":
        """Restore what `to_bytes` gave; of one that was saved without names and starts, the frequencies alone."""
        table = srsly.msgpack_loads(zlib.decompress(data))
        self.names = frozenset(table.pop("names", "").split())
        self.starts = _words(table.pop("starts", {}), 1)
        self.hamza = _words(table.pop("hamza", {}), 10)
        self.zipf = _words(table, 100)
        self._cache = Cache()
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the frequency table to one file."""
        util.ensure_path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "NewsTokenizer":
        """Read the frequency table from the file that `to_disk` wrote."""
        return self.from_bytes(util.ensure_path(path).read_bytes())

    def __reduce__(self):
        return _restore, (self.vocab, self.to_bytes())


def _by_value(values: dict[str, int]) -> dict[str, str]:
    """The words of each value, in one string."""
    table: dict[int, list[str]] = {}
    for word, value in values.items():
        table.setdefault(value, []).append(word)
    return {str(value): " ".join(sorted(words)) for value, words in sorted(table.items())}


def _words(table: dict[str, str], parts: int) -> dict[str, float]:
    """What `_by_value` was given, divided by `parts`."""
    return {word: int(value) / parts for value, words in table.items() for word in words.split(" ")}


def _restore(vocab: Vocab, data: bytes) -> NewsTokenizer:
    return NewsTokenizer(vocab).from_bytes(data)


@registry.tokenizers("ar_news.tokenizer.v1")
def create_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """Factory for the `[nlp.tokenizer]` block of a config."""

    def make(nlp: Language) -> NewsTokenizer:
        return NewsTokenizer(nlp.vocab)

    return make
