"""Make gold articles of two public corpora: ANERcorp's text and people, NewsFANE's countries and outlets."""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc
from tqdm import tqdm

from ar_news.data.articles import Article, Span, text_faults, write_articles
from ar_news.data.files import InputError, read_lines, write_json
from ar_news.data.lists import country_forms, name_key
from ar_news.docs import blank_pipeline, tokens_of
from ar_news.pipeline.bare import is_edge
from ar_news.pipeline.tokenizer import PROCLITICS, fold

LABELS: tuple[str, ...] = ("PERSON", "COUNTRY", "MEDIA")


# Letters of the stretches by which a sentence is looked for in NewsFANE.
ANCHOR = 16


PEOPLE = {"Politician", "Athlete", "Artist", "Other_PER", "Scientist", "Police", "Businessperson", "Lawyer", "Engineer"}


CLASSES = {"Nation": "COUNTRY", "Media": "MEDIA", **dict.fromkeys(PEOPLE, "PERSON")}


# Saints and prophets: some are people of the news, some are formulas; the class does not tell.
UNDECIDED = {"Religious_PER"}


# NewsFANE's Media holds publishers, studios and the internet as well.
NO_OUTLET = re.compile("دار|مؤسس|موسس|مدين|اكاديمي|انترنت|إنترنت|غوغل|سينما|فيلم|كيبل|[اأ]يرو|لكترون")


# (الفرنسية) under a picture is an agency, but no name of one.
ADJECTIVE = re.compile("(ال)?(فرنسية|[اأ]وروبية|[اأ]لمانية|عربي)$")


# Agencies by their letters: the alif is no letter of a key.
LETTERS = re.compile(r"[فدشب](\W+[فدشب])*$")


BEFORE, AFTER = re.compile(r"(?<!\w)[أا]\W{1,2}$"), re.compile(r"\W{1,2}[أا](?!\w)")


GENERIC = re.compile(
    r"(?:صحيفة|جريدة|مجلة|شبكة|فضائية|محطة|موقع|قناة|وكالة(?!\s+ال?[اأ]نباء)|وكالة\s+[أا]نباء(?=\s+(?!الشرق)))\s+"
)


AGENCY = re.compile(r"(?:وكالة\s+)?(?:الصحافة|الأنباء|الانباء)\s+$")


_CLOSE = "،.؛:؟!)]}»,;"


_OPEN = "([{«"


class Token(NamedTuple):
    text: str
    tag: str


@dataclass
class Sentence:
    """Natural text, and for every letter of its key the place in the text and ANERcorp's tag."""

    text: str = ""
    key: str = ""
    places: list[int] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def letters(text: str) -> str:
    """The text for comparison: spelling folded, without alif and hamza, which the corpora write differently."""
    return re.sub(r"[^\w]|[اءﻻ_]", "", fold(text))


def read_tokens(path: Path, lines: Iterator[tuple[int, str]]) -> Iterator[list[Token]]:
    """Sentences of a file with a token and its tag a line; InputError for a line of another form."""
    sentence: list[Token] = []
    last = 0
    for number, line in lines:
        if number > last + 1 and sentence:
            yield sentence
            sentence = []
        last = number
        parts = line.replace("\u200e", "").replace("\ufeff", "").split()
        if len(parts) != 2:
            raise InputError(f"{path}:{number}: {line!r} is not a token and its tag; fetch the file again")
        sentence.append(Token(*parts))
    if sentence:
        yield sentence


def natural(tokens: list[Token]) -> Sentence:
    """The sentence as it is written: no space before closing and after opening marks, quotes by parity."""
    found, quoted, glue = Sentence(), False, True
    for text, tag in tokens:
        opens = text[0] in _OPEN or (text == '"' and not quoted)
        closes = text[0] in _CLOSE or (text == '"' and quoted)
        quoted ^= text == '"'
        if not glue and not closes:
            found.text += " "
        for char in text:
            for letter in letters(char):
                found.key += letter
                found.places.append(len(found.text))
                found.tags.append(tag)
            found.text += char
        glue = opens
    return found


class News(NamedTuple):
    """NewsFANE as one string of letters, the number of the entity that each belongs to (0 for none), and their classes."""

    key: str
    entity: list[int]
    classes: list[str]


def read_news(path: Path) -> News:
    """NewsFANE out of the zip of WikiFANE, a token and its tag a line; InputError if it is not there."""
    try:
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if "NewsFANE" in name)
            lines = archive.read(name).decode("utf-8-sig").split("\n")
    except (OSError, zipfile.BadZipFile, StopIteration, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no readable zip with NewsFANE ({error}); fetch it again") from None
    key: list[str] = []
    entity: list[int] = []
    classes = ["O"]
    for line in lines:
        text, _, tag = line.strip().replace("\u200e", "").partition("\t")
        kind = tag[2:]
        named, goes_on = tag[:2] in ("B-", "I-"), bool(entity) and classes[entity[-1]] == kind
        if tag[:2] == "B-" or (named and not goes_on):
            classes.append(kind)
        for letter in letters(text):
            key.append(letter)
            entity.append(len(classes) - 1 if named else 0)
    return News("".join(key), entity, classes)


def anchored(news: News) -> dict[str, list[int]]:
    """Every stretch of ANCHOR letters of NewsFANE, with the places where it begins."""
    anchors: dict[str, list[int]] = {}
    for i in range(len(news.key) - ANCHOR + 1):
        anchors.setdefault(news.key[i : i + ANCHOR], []).append(i)
    return anchors


def align(sentence: Sentence, news: News, anchors: dict[str, list[int]]) -> list[int] | None:
    """For each letter of the sentence its place in NewsFANE, -1 for none; None if the sentence is not there.

    anchors: as `anchored` gives them.
    """
    place = news.key.find(sentence.key)
    if place >= 0:
        return list(range(place, place + len(sentence.key)))
    votes: Counter = Counter()
    for i in range(0, max(1, len(sentence.key) - ANCHOR), 3):
        for found in anchors.get(sentence.key[i : i + ANCHOR], []):
            votes[(found - i) // 40] += 1
    if not votes:
        return None
    start = max(0, votes.most_common(1)[0][0] * 40 - 60)
    region = news.key[start : start + len(sentence.key) + 160]
    places = [-1] * len(sentence.key)
    for a, b, n in SequenceMatcher(None, sentence.key, region, autojunk=False).get_matching_blocks():
        places[a : a + n] = range(start + b, start + b + n)
    return places


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch with the alifs and marks at its edges, which are no letters of a key."""
    while start and text[start - 1].isalpha() and not letters(text[start - 1]):
        start -= 1
    while end < len(text) and not text[end].isspace() and not is_edge(text[end]) and not letters(text[end]):
        end += 1
    return start, end


def bare(doc: Doc, start: int, end: int, label: str) -> tuple[int, int] | None:
    """The name without proclitics, marks at its edges and a generic noun before an outlet; None if nothing is left."""
    text = doc.text
    if label == "MEDIA":
        agency = AGENCY.search(text[:start])
        if agency and text[start:end].startswith("ال"):
            start = agency.start()
        if LETTERS.match(text[start:end]):
            before, after = BEFORE.search(text[:start]), AFTER.match(text[end:])
            start, end = before.start() if before else start, end + after.end() if after else end
        generic = GENERIC.match(text[start:end])
        if generic:
            start += generic.end()
    moved = True
    while moved and start < end:
        moved = False
        for token in doc:
            if token.idx == start and token.text in PROCLITICS and not token.whitespace_ and end > start + 1:
                start, moved = start + 1, True
        while start < end and is_edge(text[start]):
            start, moved = start + 1, True
    while start < end and is_edge(text[end - 1]):
        end -= 1
    return (start, end) if start < end else None


def runs(numbers: list[int]) -> Iterator[tuple[int, int, int]]:
    """(number, first place, place after the last) of every stretch of one number that is not 0."""
    for number, group in groupby(range(len(numbers)), key=lambda i: numbers[i]):
        places = list(group)
        if number:
            yield number, places[0], places[-1] + 1


def spans_of(
    sentence: Sentence, doc: Doc, numbers: list[int], labels: dict[int, str], countries: set[str]
) -> list[Span]:
    """The spans of numbered stretches of letters, as bare names that the rules know."""
    spans = []
    for number, first, last in runs(numbers):
        label = labels.get(number, "")
        bounds = (
            bare(doc, *whole(sentence.text, sentence.places[first], sentence.places[last - 1] + 1), label)
            if label
            else None
        )
        if not bounds:
            continue
        found = sentence.text[slice(*bounds)]
        if (label == "COUNTRY" and name_key(found) not in countries) or (label == "MEDIA" and NO_OUTLET.search(found)):
            continue
        spans.append(Span(*bounds, label))
    return spans


def people(sentence: Sentence) -> list[int]:
    """ANERcorp's people, numbered, one number a letter."""
    numbers, number = [], 0
    for i, tag in enumerate(sentence.tags):
        # The letters of one token have one tag; another token with B-PERS begins another person.
        new_token = i == 0 or sentence.tags[i - 1] != tag or sentence.text[sentence.places[i] - 1].isspace()
        begins = tag == "B-PERS" and new_token
        number += begins
        numbers.append(number if tag.endswith("PERS") else 0)
    return numbers


def annotate(
    sentence: Sentence, nlp: Language, news: News, places: list[int], countries: set[str]
) -> tuple[list[Span], str]:
    """The spans of a sentence, and why it is doubtful, or ""."""
    doc = nlp.make_doc(sentence.text)
    entities = [news.entity[place] if place >= 0 else 0 for place in places]
    # A national team is called by its country, and clubs are not in the list of countries.
    labels = {number: {**CLASSES, "Sports": "COUNTRY"}.get(news.classes[number], "") for number in set(entities)}
    theirs = spans_of(sentence, doc, entities, labels, countries)
    numbers = people(sentence)
    named = spans_of(sentence, doc, numbers, dict.fromkeys(numbers, "PERSON"), countries)
    rest = [
        span
        for span in theirs
        if span.label != "PERSON" and not any(s.start < span.end and span.start < s.end for s in named)
    ]
    marked = {token.i for span in [*named, *rest] for token in tokens_of(doc, span.start, span.end)}
    taken = {sentence.places[i] for i, number in enumerate(entities) if number}
    if any(news.classes[number] in UNDECIDED for number in set(entities)):
        reason = "saint or prophet"
    elif any(span.label == "MEDIA" and ADJECTIVE.match(sentence.text[span.start : span.end]) for span in rest):
        reason = "an outlet by its adjective"
    elif any(name_key(sentence.text[span.start : span.end]) == name_key("عمان") for span in rest):
        reason = "عمان, the state or the city"
    elif any(
        name_key(t.text) in countries and t.i not in marked and len(t) > 3 and t.idx + 1 not in taken for t in doc
    ):
        reason = "a country that is not marked"
    elif sum(place < 0 for place in places) > 0.03 * len(places):
        reason = "not aligned"
    elif set(named) != {span for span in theirs if span.label == "PERSON"}:
        reason = "the corpora differ in a person"
    else:
        reason = ""
    return sorted([*named, *rest]), reason


def make_gold(assets: Path, output: Path) -> dict[str, dict]:
    """Write anercorp-test.jsonl, anercorp-train.jsonl and counts.json; sentences, names and what was dropped, by split.

    assets: folder with ANERCorp_CamelLab_*.txt and the zip of WikiFANE. Raises InputError for what cannot be read.
    """
    news = read_news(assets / "WikiFANE_2014_Gold_standard.zip")
    anchors, nlp, countries = anchored(news), blank_pipeline(), country_forms()
    report: dict[str, dict] = {}
    tested: set[str] = set()
    for split in ("test", "train"):
        path = assets / f"ANERCorp_CamelLab_{split}.txt"
        articles: list[Article] = []
        dropped: Counter = Counter()
        sentences = list(read_tokens(path, read_lines(path)))
        for number, tokens in enumerate(tqdm(sentences, desc=split, unit="sentence", disable=None)):
            sentence = natural(tokens)
            if text_faults(sentence.text):
                dropped["no Arabic letter"] += 1
                continue
            places = align(sentence, news, anchors)
            spans, reason = annotate(sentence, nlp, news, places or [-1] * len(sentence.key), countries)
            labels = LABELS
            if split == "test":
                tested.add(sentence.key)
                labels = LABELS if places else ("PERSON",)
            elif sentence.key in tested:
                dropped["in the test part"] += 1
                continue
            elif reason:
                dropped[reason] += 1
                continue
            meta = {"source": "ANERcorp"}
            articles.append(Article(f"anercorp-{split}-{number}", sentence.text, tuple(spans), meta, labels))
        write_articles(output / f"anercorp-{split}.jsonl", articles)
        names = Counter(span.label for article in articles for span in article.spans)
        report[split] = {"sentences": len(articles), "names": dict(names), "dropped": dict(dropped)}
    write_json(output / "counts.json", report)
    return report
