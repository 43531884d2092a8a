"""A second look at an article: whom it names in full is a person by the surname alone as well.

This file imports nothing but spaCy and the tokeniser beside it: it is copied into the wheel as it is. Word frequencies are
those of the pipeline's own tokeniser.
"""

import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from .tokenizer import UNKNOWN

# A word of a text: its tokens, folded. كيري may be two.
Word = tuple[str, ...]

# Words of a name, folded, that the word behind them does not go without: آل نهيان, بن سلمان, أبو الغيط, دي ميستورا.
BEFORE = frozenset("ال ابو ابي ابا بو ام عبد ولد بن ابن بنت ايت دي دا دو ديل دوس دير دن فان فون لا لو سان ماك".split())
# Those that do not go without the word before them: نصر الله, سعد الدين.
BEHIND = frozenset("الله الدين الاسلام".split())
# Behind a surname these tell that a longer name begins with it: نهيان بن مبارك.
GOES_ON = frozenset("بن ابن بنت ال".split())
# A name behind these is part of another one, which is no person's: مطار رفيق الحريري, عائلة الأسد.
OTHERS = frozenset(
    "ال عايله اسره قبيله عشيره جامعه مدرسه مستشفي مطار شارع ميدان ساحه جسر ملعب استاد مسجد جامع قصر فندق متحف كاس جايزه "
    "مدينه بلده قريه حي جبل بحيره جزيره محافظه ولايه منطقه موسسه مركز شركه مجموعه بنك حزب نادي لواء كتيبه".split()
)
PROCLITICS = frozenset("وفبلكس")
HYPHENS = frozenset("-–_ـ")
# A surname with the article and ة is rarer than this: التربوية is none.
FEMININE = 2.5
# No word that is so common is a surname, even where ner says so.
NEVER = 5.5


@cache
def warn_no_frequencies() -> None:
    """Say, once a process, that there is nothing to tell names from words by."""
    warnings.warn(
        "ar_news_second_look: the tokeniser of this pipeline has no word frequencies, and nothing is added: load the "
        "whole pipeline, with its own tokeniser",
        stacklevel=2,
    )


def words_of(span: Span) -> list[Word]:
    """The words of a name."""
    found: list[list[str]] = [[]]
    for token in span:
        if not token.is_space:
            found[-1].append(token.norm_)
        if (token.whitespace_ or token.is_space) and found[-1]:
            found.append([])
    return [tuple(word) for word in found if word]


def surname_start(words: list[str]) -> int:
    """Number of the first word of the surname in a full name, whose words are folded."""
    start = len(words) - 1
    if words[start] in BEHIND and start:
        start -= 1
    while start and words[start - 1] in BEFORE:
        start -= 1
    return start


@Language.factory(
    "ar_news_second_look",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    requires=["doc.ents"],
    default_config={"label": "PERSON", "common": 4.0},
)
def make_second_look(nlp: Language, name: str, label: str, common: float) -> "SecondLook":
    return SecondLook(nlp.tokenizer, name, label=label, common=common)


class SecondLook:
    """Marks the surnames of the people whom a doc names in full, wherever they stand alone.

    tokenizer: one whose `zipf` holds word frequencies (Zipf values of folded words). label: of people. common: a word of
    this frequency or a higher one is taken for a surname only where ner has found it alone in the same doc.

    The surname is the last word of a name of two words or more, with the particles before it. It is marked where it has
    no label yet, or where it alone was taken for an outlet or, if no list knows the word, for a state.
    """

    def __init__(
        self, tokenizer: Any, name: str = "ar_news_second_look", *, label: str = "PERSON", common: float = 4.0
    ):
        self.tokenizer = tokenizer
        self.name = name
        self.label = label
        self.common = common

    def __call__(self, doc: Doc) -> Doc:
        ents = doc.ents
        if not any(ent.label_ == self.label for ent in ents):
            return doc
        if not getattr(self.tokenizer, "zipf", None):
            warn_no_frequencies()
            return doc
        surnames = self.surnames(ents)
        if not surnames:
            return doc
        found = list(self.alone(doc, ents, surnames))
        if found:
            starts = {span.start for span in found}
            kept = [ent for ent in ents if ent.start not in starts]
            doc.set_ents([*kept, *found], default="unmodified")
        return doc

    def is_name(self, word: str, most: float) -> bool:
        """Whether a folded word is rarer than `most` and has not the shape of an adjective or of a noun with a pronoun."""
        value = self.zipf(word)
        if len(word) < 3 or not word.isalpha() or value >= most:
            return False
        # A noun with a pronoun; one behind a preposition and the article that the tokeniser left (بالفساد).
        if len(word) > 4 and word.endswith(("ها", "هم")):
            return False
        if word[1:3] == "ال" and self.zipf(word[1:]) > value:
            return False
        if not word.startswith("ال"):
            # An accusative: قادما.
            return word[-1] != "ا" or self.zipf(word[:-1]) <= value
        if word.endswith("ه"):
            return value < FEMININE
        # An adjective is as common of women and things.
        return not word.endswith("ي") or self.zipf(word + "ه") <= max(1.0, value)

    def zipf(self, word: str) -> float:
        return self.tokenizer.zipf.get(word, UNKNOWN)

    def surnames(self, ents: Sequence[Span]) -> dict[Word, set[str]]:
        """The tokens of each surname, and the words that stand before it in the full names."""
        people = [(ent, words_of(ent)) for ent in ents if ent.label_ == self.label]
        alone = {"".join(words[0]) for _, words in people if len(words) == 1}
        found: dict[Word, set[str]] = {}
        for ent, words in people:
            if len(words) < 2 or any(
                token.is_punct and token.text not in HYPHENS and token.text != "." for token in ent
            ):
                continue
            flat = ["".join(word) for word in words]
            start = surname_start(flat)
            one = start == len(words) - 1
            if not start or (one and not self.is_name(flat[-1], NEVER if flat[-1] in alone else self.common)):
                continue
            form = tuple(token for word in words[start:] for token in word)
            # In another place its first letter may not have been taken for a proclitic.
            for tokens in {form, (flat[-1],)} if one else {form}:
                found.setdefault(tokens, set()).add(flat[start - 1])
        return found

    def alone(self, doc: Doc, ents: Sequence[Span], surnames: dict[Word, set[str]]) -> Iterator[Span]:
        """The places of a doc where a surname stands alone and is not marked."""
        begins: dict[str, list[Word]] = {}
        for tokens in sorted(surnames, key=len, reverse=True):
            begins.setdefault(tokens[0], []).append(tokens)
        norms = [token.norm_ for token in doc]
        taken = {i: ent for ent in ents for i in range(ent.start, ent.end)}
        done = 0
        for i, norm in enumerate(norms):
            for tokens in begins.get(norm, ()) if i >= done else ():
                end = i + len(tokens)
                if tuple(norms[i:end]) != tokens:
                    continue
                if self.is_free(tokens, [taken.get(place) for place in range(i, end)]) and self.is_apart(
                    doc, i, end, surnames[tokens], taken
                ):
                    yield Span(doc, i, end, self.label)
                done = end
                break

    def is_free(self, tokens: Word, ents: list[Span | None]) -> bool:
        """Whether tokens have no label, or one that is likely to be wrong on a surname. ents: the names that hold them."""
        first = ents[0]
        if first is None:
            return not any(ents)
        if any(ent is None or ent.start != first.start for ent in ents) or len(first) != len(tokens):
            return False
        unknown = "".join(tokens) not in self.tokenizer.zipf
        return first.label_ == "MEDIA" or (first.label_ == "COUNTRY" and unknown)

    def is_apart(self, doc: Doc, start: int, end: int, before: set[str], taken: dict[int, Span]) -> bool:
        """Whether a surname is whole words and no part of a longer name. before: words before it in full names."""
        last = doc[end - 1]
        if end < len(doc):
            after = doc[end]
            if not last.whitespace_ and (after.text[0].isalpha() or after.text in HYPHENS):
                return False
            if after.norm_ in GOES_ON or (last.whitespace_ and self.is_person(taken.get(end))):
                return False
        if not start:
            return True
        if not doc[start - 1].whitespace_ and doc[start - 1].text not in PROCLITICS:
            if doc[start - 1].text in HYPHENS or doc[start - 1].text[-1].isalpha():
                return False
        elif doc[start - 1].whitespace_:
            if self.is_person(taken.get(start - 1)):
                return False
            # ner has read the full name here and did not take it for one.
            first = start - 1
            while first and not (doc[first - 1].whitespace_ or doc[first - 1].is_space):
                first -= 1
            if "".join(token.norm_ for token in doc[first:start]) in before:
                return False
        place = start - 1
        while place and doc[place].is_quote:
            place -= 1
        return doc[place].norm_ not in OTHERS

    def is_person(self, ent: Span | None) -> bool:
        return ent is not None and ent.label_ == self.label
