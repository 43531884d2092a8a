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
from math import log10
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
# How much commoner than the whole the rest must be for a split, in Zipf units (powers of ten).
MARGINS = {"و": 0.3, "ف": 0.6, "ب": 0.6, "ل": 0.6, "ك": 0.6}
# Added where the rest has two or three letters: كيري is no ك and يري.
SHORT_MARGIN = 0.5
# Zipf value of a word that is in no list: below the rarest word of the list (1.0 = once in 100 M words).
UNKNOWN = 0.8
# Letters of the runs whose tokens are kept: 150,000 runs of the news, 60 MB.
CACHE_LETTERS = 1_000_000

_ARABIC = r"\u0620-\u065F\u066E-\u06D3\u06D5-\u06DC\u06DF-\u06E8\u06EA-\u06EF\u06FA-\u06FF\u0750-\u077F\u08A0-\u08FF\uFB50-\uFDFB\uFE70-\uFEFC"
_PIECES = re.compile(
    r"(?P<url>(?:https?://|www\.)[^\s\u0600-\u06FF<>«»\"“”]+[^\s\u0600-\u06FF<>«»\"“”.,;:!?)\]'])"
    # Tried once a run, and 64 characters are the longest local part (RFC 5321): else a long run takes time by its square.
    r"|(?P<email>(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?P<number>[0-9]+(?:[.,][0-9]+)*|[٠-٩]+(?:[.,٫٬][٠-٩]+)*)"
    rf"|(?P<arabic>[{_ARABIC}]+)"
    r"|(?P<latin>[A-Za-z\u00C0-\u024F][A-Za-z0-9\u00C0-\u024F\u0300-\u036F]*)"
    r"|(?P<other>[^\W\d_]+)"
    r"|(?P<mark>(?P<char>.)(?P=char)*)",
    re.DOTALL,
)
_CHUNKS = re.compile(r"\s+|\S+")
_STRETCHED = re.compile(r"^([وف]?)([وفبلك]|[بك]?ال)(ـ+)(?=(.*))", re.DOTALL)
_FORMS = re.compile("[\ufb50-\ufefc]")
_FOLD: dict[int, str | None] = {ord(c): "ا" for c in "أإآٱ"}
_FOLD.update({ord("ى"): "ي", ord("ئ"): "ي", ord("ؤ"): "و", ord("ة"): "ه", ord("ـ"): None})
_FOLD.update({ord("ک"): "ك", ord("ی"): "ي", ord("ګ"): "ك", ord("ہ"): "ه", ord("ھ"): "ه"})
_FOLD.update({c: None for c in (0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF, 0x0670)})
_FOLD.update({c: None for c in range(0x0610, 0x061B)})
_FOLD.update({c: None for c in range(0x064B, 0x0660)})
_FOLD.update({c: None for c in range(0x06D6, 0x06EE) if unicodedata.category(chr(c)) == "Mn"})
_FOLD.update({0x0660 + i: str(i) for i in range(10)})


def fold(string: str) -> str:
    """Spelling variants of one word to one form: no tashkeel or tatweel, one alif, ya and ha, ASCII digits.

    The result may be shorter than the string, so it serves as a key or NORM and never for offsets.
    """
    folded = string.translate(_FOLD)
    if _FORMS.search(folded):
        folded = unicodedata.normalize("NFKC", folded).translate(_FOLD)
    return folded.lower() or string


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
        """Read word frequencies from the wordfreq package; both arguments are spaCy's and unused.

        Raises ImportError if wordfreq is not installed. A saved tokeniser does not need it.
        """
        from wordfreq import get_frequency_dict

        totals: dict[str, float] = {}
        for word, frequency in get_frequency_dict("ar", wordlist="best").items():
            if "\u0620" <= word[0] <= "\u06ff" and len(word) < 25:
                key = fold(word)
                totals[key] = totals.get(key, 0.0) + frequency
        self.zipf = {word: round(log10(frequency) + 9, 2) for word, frequency in totals.items()}
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
            for start, end in zip([0, *cuts], [*cuts, len(piece)]):
                doubled = start and piece[start - 1] == "ل" and piece[start] == "ل" and end - start > 3
                if doubled and self._zipf("ال" + fold(piece[start + 1 : end])) >= self._zipf(fold(piece[start:end])):
                    fused.append(len(pieces))
                pieces.append(piece[start:end])
        return pieces, fused

    def _zipf(self, word: str) -> float:
        return self.zipf.get(word, UNKNOWN)

    def _cuts(self, word: str) -> list[int]:
        """Offsets in one Arabic word at which a proclitic ends."""
        stretched = _STRETCHED.match(word)
        if stretched:
            conjunction, particle, _tatweel, rest = stretched.groups()
            if not rest or self._zipf(fold(word)) < self._zipf(fold(rest)) + MARGINS["و"]:
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
        first = 1
        while first < len(word) and unicodedata.category(word[first]) == "Mn":
            first += 1
        rest = word[first:]
        if rest == "أ" and word[0] in PROCLITICS:
            return whole, [first]  # of أ ف ب or أ ش أ; no word is spelt so
        if depth > 2 or word[0] not in PROCLITICS or len(fold(rest)) < 2 or rest == "ال":
            return whole, []
        if word[0] in CONJUNCTIONS and depth:
            return whole, []
        if word[0] == "ل" and rest[0] == "ل" and len(fold(rest)) > 2:
            return max(self._zipf("ا" + folded), self._zipf(fold(rest))), [first]
        value, cuts = self._best(rest, depth + 1)
        if not self._splits(folded, whole, fold(rest), value):
            return whole, []
        return value, [first, *(first + cut for cut in cuts)]

    def _splits(self, word: str, whole: float, rest: str, value: float) -> bool:
        """Whether the first letter of a word is a proclitic, by the Zipf values of the whole and of the rest."""
        margin = MARGINS[word[0]] + (SHORT_MARGIN if len(rest) < 4 else 0.0)
        if word in self.zipf:
            return value >= whole + margin
        return value > UNKNOWN or (bool(self.zipf) and word[0] in CONJUNCTIONS and len(rest) > 3)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The frequency table, compressed."""
        steps: dict[int, list[str]] = {}
        for word, value in self.zipf.items():
            steps.setdefault(round(value * 100), []).append(word)
        table = {str(step): " ".join(sorted(words)) for step, words in sorted(steps.items())}
        return zlib.compress(srsly.msgpack_dumps(table), 9)

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NewsTokenizer":
        """Restore what `to_bytes` gave."""
        table = srsly.msgpack_loads(zlib.decompress(data))
        self.zipf = {word: int(step) / 100 for step, words in table.items() for word in words.split(" ")}
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


def _restore(vocab: Vocab, data: bytes) -> NewsTokenizer:
    return NewsTokenizer(vocab).from_bytes(data)


@registry.tokenizers("ar_news.tokenizer.v1")
def create_tokenizer() -> Callable[[Language], NewsTokenizer]:
    """Factory for the `[nlp.tokenizer]` block of a config."""

    def make(nlp: Language) -> NewsTokenizer:
        return NewsTokenizer(nlp.vocab)

    return make
