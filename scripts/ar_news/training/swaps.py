"""Copies of the training articles in which names are other names and rare words are other rare words.

In a corpus of names, one in four words that training never saw is a person's; in real news it is one in twenty. A pipeline
that learns the corpus by heart takes an unknown word for a person, and knows a person by the name. In a copy with other
names and other words neither helps, and what is left is what stands around a name.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import log10
from random import Random

from spacy.language import Language
from spacy.tokens import Doc, Span, Token
from spacy.training import Example
from spacy.util import registry
from wordfreq import get_frequency_dict

from ar_news.data.articles import Article
from ar_news.data.articles import Span as Name
from ar_news.data.lists import known_names, read_list
from ar_news.docs import gold_doc
from ar_news.pipeline.second_look import BEFORE, BEHIND
from ar_news.pipeline.tokenizer import fold
from ar_news.training.chain import Augmenter

# A word of a name: no white space, mark or sign in it.
_WORD = re.compile(r"[^\W\d_]+(?:[\u064B-\u065F\u0670\u0640]+[^\W\d_]*)*")
_ARABIC = re.compile(r"[\u0621-\u064A]+")
# The commonest words that may stand in a name and are none of its own: الثاني, الكبير.
COMMON = 5.0
# What is rarer than the rarest word of the frequency list.
UNKNOWN = 1.0
# A word with a proclitic before it, which would be two tokens.
_PROCLITIC = re.compile("و|ف?[بكل]ال|ف?لل")
# How far the frequencies of two words may lie apart, in Zipf units, for one to stand in the other's place.
NEAR = 0.3
# Words that are shorter are mostly particles, abbreviations and halves of names.
SHORTEST = 4
# By what a word ends in its form is told: plural, feminine, relation, dual, pronoun, accusative.
ENDINGS = ("ات", "ون", "ين", "ان", "ية", "ة", "ي", "ها", "هم", "ه", "اً", "ا", "وا", "ت")
# By what it begins with: a noun with the article, or what may be a verb.
BEGINNINGS = ("ال", "ي", "ت", "ن", "سي", "ست", "م", "أ", "إ", "است")


def shape(word: str) -> tuple[str, str, int]:
    """What two words have in common that can stand in each other's place: beginning, ending, and whether they are long."""
    begins = max((part for part in BEGINNINGS if word.startswith(part)), key=len, default="")
    ends = max((part for part in ENDINGS if word.endswith(part)), key=len, default="")
    return begins, ends, len(word) // 3


@cache
def frequencies() -> dict[str, float]:
    """Zipf values of the words of the wordfreq package, by Robyn Speer, spelt as they are there."""
    return {word: log10(value) + 9 for word, value in get_frequency_dict("ar", wordlist="best").items()}


class Words:
    """Ordinary words of the frequency list by shape. names: folded words that are not ordinary."""

    def __init__(self, names: set[str], rarer_than: float):
        self.rarer_than = rarer_than
        self.shapes: dict[tuple[str, str, int], list[tuple[float, str]]] = {}
        for word, zipf in frequencies().items():
            if zipf < rarer_than and self.fits(word) and not _PROCLITIC.match(word) and fold(word) not in names:
                self.shapes.setdefault(shape(word), []).append((zipf, word))
        for rows in self.shapes.values():
            rows.sort()

    @staticmethod
    def fits(word: str) -> bool:
        return len(word) >= SHORTEST and _ARABIC.fullmatch(word) is not None

    def is_rare(self, word: str) -> bool:
        return self.fits(word) and frequencies().get(word, UNKNOWN) < self.rarer_than

    def like(self, word: str, random: Random) -> str:
        """A word of the same shape and about the same frequency; itself if there is none."""
        rows = self.shapes.get(shape(word), [])
        zipf = frequencies().get(word, UNKNOWN)
        low, high = (bisect_left(rows, (zipf + step,)) for step in (-NEAR, NEAR))
        return random.choice(rows[low:high])[1] if low < high else word


class People:
    """Names of people, by the region that they come from.

    rows: of configs/people.json, region → part (men, women, family) → names of one word. A name with the article ال stands
    in the place of one with it.
    """

    def __init__(self, rows: dict[str, dict[str, list[str]]]):
        self.regions = sorted(rows)
        self.pools: dict[tuple[str, str, bool], list[str]] = {}
        self.parts: dict[str, list[tuple[str, str]]] = {}
        for region, parts in rows.items():
            for part, names in parts.items():
                for name in names:
                    self.pools.setdefault((region, part, name.startswith("ال")), []).append(name)
                    self.parts.setdefault(fold(name), []).append((region, part))

    def region_of(self, words: Sequence[str], random: Random) -> str:
        """The region that a name comes from, of which it may say more than one; any if none of its words is known."""
        known = [region for word in words for region, _ in self.parts.get(word, ())]
        return random.choice(known or self.regions)

    def part_of(self, words: Sequence[str], place: int) -> str:
        """What a word of a name is by its place in it: a given name of men or women, or a family name."""
        parts = {part for _, part in self.parts.get(words[place], ())}
        given = "women" if "women" in parts and "men" not in parts else "men"
        if place == len(words) - 1 and (place or "family" in parts or not parts):
            return "family"
        return given if place == 0 or parts & {"men", "women"} or words[place - 1] in BEFORE else "family"

    def other(self, region: str, part: str, article: bool, random: Random) -> str:
        """A name, of any region if this one has none that is like it; "" if none has."""
        for place in (region, *random.sample(self.regions, len(self.regions))):
            if pool := self.pools.get((place, part, article)):
                return random.choice(pool)
        return ""


@dataclass
class Lists:
    """Names of states and outlets by the list that they stand in, and what is known of each: folded name → its list."""

    names: dict[str, list[list[str]]]

    @classmethod
    def read(cls) -> "Lists":
        states, outlets = read_list("countries.json"), read_list("outlets.json")
        country, media = known_names()
        return cls(
            {
                country: [[name for state in states for name in state[kind]] for kind in ("short", "official")],
                media: [outlets["anywhere"], outlets["after_a_generic_noun"]],
            }
        )

    def other(self, label: str, name: str, random: Random) -> str:
        """A name of the list that this one stands in, with the article if it has it; "" if it stands in none."""
        for names in self.names.get(label, ()):
            if name in names:
                like = [other for other in names if other.startswith("ال") == name.startswith("ال")]
                return random.choice(like)
        return ""


class Swap:
    """One copy of one article, in which a word is everywhere swapped for the same other one, or nowhere.

    chances: of a word of a person's name, of a name of a list, and of a rare word.
    """

    def __init__(self, people: People, lists: Lists, words: Words, chances: tuple[float, float, float], random: Random):
        self.people, self.lists, self.words = people, lists, words
        self.of_people, self.of_lists, self.of_words = chances
        self.random = random
        self.swapped: dict[tuple[str, str], str] = {}

    def once(self, kind: str, word: str, chance: float, make: Callable[[], str]) -> str:
        """The word that stands for this one in the whole article."""
        key = (kind, fold(word))
        if key not in self.swapped:
            self.swapped[key] = (make() if self.random.random() < chance else "") or word
        return self.swapped[key]

    def edits(self, doc: Doc, person: str) -> Iterator[tuple[int, int, str]]:
        """Stretches of the text and what is to stand there."""
        # A full name first: it tells what its last word is.
        for ent in sorted(doc.ents, key=lambda ent: -len(ent.text.split())):
            if ent.label_ == person:
                yield from self.person(ent)
            else:
                make = partial(self.lists.other, ent.label_, ent.text, self.random)
                other = self.once(ent.label_, ent.text, self.of_lists, make)
                yield ent.start_char, ent.end_char, other
        for token in doc:
            if self.is_plain(token) and self.words.is_rare(token.text):
                other = self.once("", token.text, self.of_words, partial(self.words.like, token.text, self.random))
                yield token.idx, token.idx + len(token), other

    def person(self, ent: Span) -> Iterator[tuple[int, int, str]]:
        found = list(_WORD.finditer(ent.text))
        words = [fold(match.group()) for match in found]
        region = self.people.region_of(words, self.random)
        for place, match in enumerate(found):
            word = match.group()
            if not self.is_own(words, place) or not _ARABIC.match(word):
                continue
            part = self.people.part_of(words, place)
            make = partial(self.people.other, region, part, word.startswith("ال"), self.random)
            other = self.once(ent.label_, word, self.of_people, make)
            yield ent.start_char + match.start(), ent.start_char + match.end(), other

    def is_own(self, words: list[str], place: int) -> bool:
        """Whether a word is a name by itself: بن, الله and what they stand beside are not."""
        word = words[place]
        if len(word) < 3 or word in BEFORE or word in BEHIND:
            return False
        if (place and words[place - 1] == "عبد") or (place + 1 < len(words) and words[place + 1] in BEHIND):
            return False
        return word in self.people.parts or frequencies().get(word, UNKNOWN) < COMMON

    @staticmethod
    def is_plain(token: Token) -> bool:
        """Whether a token is known to be outside of all names, and not beside one: صحيفة and المهندس say what is a name."""
        beside = (place for place in (token.i - 1, token.i, token.i + 1) if 0 <= place < len(token.doc))
        # ENT_IOB 2: outside. Of لل the norm is another word than the text.
        return all(token.doc[place].ent_iob == 2 for place in beside) and token.norm_ == fold(token.text)


def other_article(doc: Doc, edits: Iterator[tuple[int, int, str]]) -> Article:
    """The gold of a doc with these stretches of its text replaced."""
    text, parts, shifts, done = doc.text, [], [(0, 0)], 0
    for start, end, new in sorted(edits):
        parts += [text[done:start], new]
        done = end
        shifts.append((end, shifts[-1][1] + len(new) - (end - start)))
    parts.append(text[done:])

    def moved(place: int) -> int:
        return place + shifts[bisect_left(shifts, (place + 1,)) - 1][1]

    names = tuple(Name(moved(ent.start_char), moved(ent.end_char), ent.label_) for ent in doc.ents)
    open_places = tuple((moved(token.idx), moved(token.idx + len(token))) for token in doc if token.ent_iob == 0)
    return Article("", "".join(parts), names, unsure=open_places)


@registry.augmenters("ar_news.swap_words.v1")
def make_swaps(
    copies: int, people: float, lists: float, words: float, rarer_than: float, seed: int, label: str = "PERSON"
) -> Augmenter:
    """An augmenter that gives every article as it is, and so many copies with other words in it.

    people, lists, words: how many of the words of people's names, of the names of states and outlets, and of the other
    words that are rarer than `rarer_than` (a Zipf value) are swapped, 0 to 1. seed: the same one gives the same copies.
    label: of people.
    """
    rows = read_list("people.json")
    table, known = People(rows), Lists.read()
    ordinary: list[Words] = []

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        if copies and not ordinary:
            ordinary.append(Words(set(table.parts), rarer_than))
        doc = example.reference
        for copy in range(copies):
            random = Random(f"{seed} {copy} {doc.text}")
            swap = Swap(table, known, ordinary[0], (people, lists, words), random)
            other, _ = gold_doc(nlp, other_article(doc, swap.edits(doc, label)))
            yield Example(nlp.make_doc(other.text), other)

    return augment
