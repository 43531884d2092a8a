"""Rates of a corpus that tell how much it looks like news: names, quotations, nationalities, lengths, marks, topics.

A word is a run without white space, as everywhere in this project; a token is one of the news tokeniser, so words of a
list are found behind proclitics as well. Every rate tells its unit in its name.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans
from tqdm import tqdm

from ar_news.data.articles import Article, read_articles
from ar_news.data.files import numbered_lines
from ar_news.data.lists import name_key, read_list
from ar_news.docs import blank_pipeline
from ar_news.pipeline.tokenizer import fold

# Most words of a short thing in quotation marks: an outlet, a film, an operation, not somebody's sentence.
SHORT_QUOTE = 3


# Words of an article that is a flash, and of one that is a long read.
FLASH, LONG_READ = 100, 600


# Fewest words of a topic's list in an article of that topic.
KEYWORDS = 3
OTHER = "other"


MARKS = tuple('، , ؛ ; : . ؟ ? ! « » " “ ” ( ) [ ] - – — / … # @'.split())


# Marks as books have them, and the keys of a keyboard that stand for them.
TYPOGRAPHIC = {
    "typographic quotation marks, % of all": ("«»“”", '"'),
    "typographic dashes, % of all": ("–—", "-"),
    "Arabic commas, semicolons and question marks, % of all": ("،؛؟", ",;?"),
}


# What an agreement's name begins with, in the numbers that news have.
HEADS = (
    "اتفاق اتفاقان اتفاقين اتفاقي اتفاقات اتفاقية اتفاقيتان اتفاقيتين اتفاقيتي اتفاقيات معاهدة معاهدتان معاهدتين معاهدتي معاهدات "
    "بروتوكول بروتوكولان بروتوكولين بروتوكولات ميثاق مواثيق هدنة إعلان"
).split()


# Names of states that are mostly another word: مالي is money's adjective before it is Mali.
HOMOGRAPHS = ("مالي",)


# Adjectives of nationality, without their endings, that no rule makes of the state's name.
IRREGULAR = "أميرك أمريك كور أفغان كازاخ أوزبك طاجيك قرغيز تركمان نمساو بنغال كونغول سريلانك".split()
_NISBA = ("ي", "ية", "يون", "يين", "يان", "يتان", "يتين", "يات", "يا")


_QUOTED = re.compile(r"«([^«»\n]+)»|“([^“”\n]+)”|\"([^\"\n]+)\"")


# A point behind a single letter, as in «د. سالم», ends no sentence.
_SENTENCE_END = re.compile(r"(?<!\b[^\W\d])[.!?؟…]+[\"»”)\]]*(?=\s|$)|\n")


_LATIN = re.compile(r"[A-Za-z\u00C0-\u024F]")


class Rate(NamedTuple):
    """A rate in the unit that its name tells, and how many of that unit were counted: thousands of words, hundreds of names.

    Value times units is the number of places that were found; of a percentile there are no units.
    """

    value: float
    units: float | None = None


class Part(NamedTuple):
    """What one article adds to a rate: `per` times the sum of `found` over that of `of`."""

    rate: str
    found: float
    of: float
    per: int = 100


def per_thousand(what: str, found: int, words: int) -> Part:
    return Part(f"{what} per 1,000 words", found, words, 1000)


def read_corpus(paths: Iterable[Path]) -> list[Article]:
    """The articles of some JSONL files; where none has `spans`, they count as annotated for no label.

    Raises InputError as `read_articles` does, also where only some have `spans`.
    """
    paths = list(paths)
    if any(_annotated(line) for path in paths for _, line, _ in numbered_lines(path)):
        return read_articles(paths)
    return [replace(article, annotated_for=()) for article in read_articles(paths, spans=False)]


def _annotated(line: str) -> bool:
    """Whether a line is a record with spans; what is wrong with another one is told when it is read."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "spans" in record


def nationalities() -> set[str]:
    """The folded adjectives of the states of configs/countries.json, made of their short names of one word.

    None is made of a name in ي (مالي), as the adjective is the name itself, and often another word.
    """
    names = [name for state in read_list("countries.json") for name in state["short"]]
    stems = [re.sub("(يا|ية|ا|ة)$", "", name.removeprefix("ال")) for name in names if not re.search(r"\s|ي$", name)]
    return {fold(article + stem + ending) for article in ("", "ال") for stem in stems + IRREGULAR for ending in _NISBA}


def with_article(words: Iterable[str]) -> set[str]:
    """Words as they are and with their article, folded."""
    return {fold(article + word) for article in ("", "ال") for word in words}


@dataclass
class Lists:
    """What articles are searched for.

    states: finds names of states. nationalities, heads: folded words. topics: the folded keywords of each.
    seen: folded tokens of the training articles, and `trained` their texts; both empty if there are none.
    """

    states: PhraseMatcher
    nationalities: set[str]
    heads: set[str]
    topics: dict[str, set[str]]
    seen: set[str] = field(default_factory=set)
    trained: set[str] = field(default_factory=set)


def make_lists(nlp: Language, train: list[Article]) -> Lists:
    states = PhraseMatcher(nlp.vocab, attr="NORM")
    for state in read_list("countries.json"):
        forms = [form for form in state["short"] + state["official"] if form not in HOMOGRAPHS]
        states.add(state["code"], [nlp.make_doc(form) for form in forms])
    topics = {topic: with_article(words.split()) for topic, words in read_list("topics.json").items()}
    lists = Lists(states, nationalities(), with_article(HEADS), topics, trained={article.text for article in train})
    for article in tqdm(train, desc="training words", unit="article", disable=None):
        lists.seen.update(token.norm_ for token in nlp.make_doc(article.text))
    return lists


def person_parts(article: Article) -> Iterator[Part]:
    """Surnames alone, surnames again, and mentions of a person, in one article.

    A mention is of the same person as a longer name that holds all its words.
    """
    names = [
        [name_key(word) for word in re.split(r"[\s_]+", article.text[span.start : span.end])]
        for span in article.spans
        if span.label == "PERSON"
    ]
    again = sum(
        any(len(before) > len(name) and name[-1] in before for before in names[:place])
        for place, name in enumerate(names)
    )
    words = [frozenset(name) for name in names]
    people = {one for one in words if not any(one < other for other in words)}
    yield Part("PERSON of one word, % of PERSON", sum(len(name) == 1 for name in names), len(names))
    yield Part("PERSON whose last word stood in a longer name before, % of PERSON", again, len(names))
    yield Part("mentions of a person in an article", len(names), len(people), 1)


def quote_parts(article: Article, words: int) -> Iterator[Part]:
    """Short things in quotation marks, and how many of them are or hold an outlet."""
    quoted = [match.span(match.lastindex or 0) for match in _QUOTED.finditer(article.text)]
    short = [(start, end) for start, end in quoted if 0 < len(article.text[start:end].split()) <= SHORT_QUOTE]
    yield per_thousand(f"quotations of {SHORT_QUOTE} words or less", len(short), words)
    if "MEDIA" in article.labels:
        outlets = [span for span in article.spans if span.label == "MEDIA"]
        media = sum(any(span.start < end and start < span.end for span in outlets) for start, end in short)
        yield Part("quotations that are MEDIA, % of the short ones", media, len(short))


def mark_parts(text: str, words: int) -> Iterator[Part]:
    """Punctuation by kind, and how much of it is as in print."""
    counts = Counter(text)
    for mark in MARKS:
        yield per_thousand(mark, counts[mark], words)
    for name, (printed, typed) in TYPOGRAPHIC.items():
        found = sum(counts[mark] for mark in printed)
        yield Part(name, found, found + sum(counts[mark] for mark in typed))


def topic_parts(norms: list[str], topics: dict[str, set[str]]) -> Iterator[Part]:
    """One topic an article: that with the most keywords, the first of two with as many."""
    counts = {topic: sum(norm in words for norm in norms) for topic, words in topics.items()}
    best = max(counts, key=lambda topic: counts[topic])
    found = best if counts[best] >= KEYWORDS else OTHER
    for topic in (*topics, OTHER):
        yield Part(f"topic {topic}, % of articles", topic == found, 1)


def token_parts(article: Article, doc: Doc, words: int, lists: Lists) -> Iterator[Part]:
    """What is found by tokens: states and their adjectives, heads of agreements, numbers, Latin words, topics, new words."""
    tokens = [token for token in doc if not token.is_space]
    states = filter_spans(lists.states(doc, as_spans=True))
    # السعودية and سورية are names of states, too, and count as such.
    named = {token.i for span in states for token in span}
    nisbas = sum(token.norm_ in lists.nationalities and token.i not in named for token in tokens)
    yield per_thousand("names of states", len(states), words)
    yield per_thousand("adjectives of nationality", nisbas, words)
    yield Part("adjectives of nationality per name of a state", nisbas, len(states), 1)
    heads = [token.idx for token in tokens if token.norm_ in lists.heads]
    yield per_thousand("words for an agreement", len(heads), words)
    if "AGREEMENT" in article.labels:
        yield Part("words for an agreement inside an AGREEMENT, %", _inside(article, "AGREEMENT", heads), len(heads))
    yield Part("numbers, % of tokens", sum(token.text[0].isdigit() for token in tokens), len(tokens))
    yield per_thousand("Latin words", sum(bool(_LATIN.match(token.text)) for token in tokens), words)
    yield from topic_parts([token.norm_ for token in tokens], lists.topics)
    if lists.seen and article.text not in lists.trained:
        letters = [token for token in tokens if token.text[0].isalpha()]
        unseen = [token.idx for token in letters if token.norm_ not in lists.seen]
        yield Part("words unseen in training, % of tokens with letters", len(unseen), len(letters))
        if "PERSON" in article.labels:
            yield Part("words unseen in training that are PERSON, %", _inside(article, "PERSON", unseen), len(unseen))


def _inside(article: Article, label: str, places: list[int]) -> int:
    """How many of some offsets lie in a span of the label."""
    spans = [span for span in article.spans if span.label == label]
    return sum(any(span.start <= place < span.end for span in spans) for place in places)


def sentence_lengths(text: str) -> list[int]:
    """Words of each sentence; a title and every other line without a point is one."""
    counts = (sum(bool(re.search(r"\w", word)) for word in part.split()) for part in _SENTENCE_END.split(text))
    return [count for count in counts if count]


def length_rates(kind: str, lengths: list[int]) -> dict[str, Rate]:
    """Median and first and last tenth of some lengths in words."""
    shown = {"10th percentile": 10, "median": 50, "90th percentile": 90}
    return {
        f"words in {kind}, {name}": Rate(round(float(numpy.percentile(lengths, place)), 4))
        for name, place in shown.items()
    }


def article_parts(article: Article, doc: Doc, lists: Lists) -> Iterator[Part]:
    """All that one article adds."""
    words = len(article.text.split())
    for label in article.labels:
        yield Part(f"{label} per 100 words", sum(span.label == label for span in article.spans), words)
    if "PERSON" in article.labels:
        yield from person_parts(article)
    yield from quote_parts(article, words)
    yield from mark_parts(article.text, words)
    yield from token_parts(article, doc, words, lists)
    yield Part(f"articles under {FLASH} words, %", words < FLASH, 1)
    yield Part(f"articles over {LONG_READ} words, %", words > LONG_READ, 1)


def rates(articles: list[Article], train: list[Article]) -> dict[str, Rate]:
    """Every rate of some articles, by its name.

    A rate of something that does not occur at all (names without annotation, quoted outlets without quotations) is left out.
    train: articles whose words are known; of the others is counted what they do not know.
    """
    nlp = blank_pipeline()
    lists = make_lists(nlp, train)
    found: dict[str, float] = defaultdict(float)
    units: dict[str, float] = defaultdict(float)
    for article in tqdm(articles, desc="count", unit="article", disable=None):
        for part in article_parts(article, nlp.make_doc(article.text), lists):
            found[part.rate] += part.found
            units[part.rate] += part.of / part.per
    counted = {name: Rate(round(found[name] / n, 4), round(n, 4)) for name, n in units.items() if n}
    counted |= length_rates("a sentence", [n for article in articles for n in sentence_lengths(article.text)])
    return counted | length_rates("an article", [len(article.text.split()) for article in articles])
