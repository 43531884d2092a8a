"""A component behind ner that drops and mends names by what is certain: lists, and the words and marks beside a name.

The rules are data: configs/name_rules.json and the states of configs/countries.json, read when a pipeline is initialised
and kept with it, as spaCy's entity ruler keeps its patterns.

This file imports nothing but spaCy and what ships beside it: it is copied into the wheel as it is.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import srsly
from spacy import util
from spacy.attrs import NORM, ORTH, SPACY
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokens import Doc, Span
from spacy.training import Example

from .tokenizer import fold

# In a wheel there are no such files: its pipeline has the rules already.
CONFIGS = (Path(__file__).resolve().parent / "../../../configs").resolve()
RULE_FILES = ("name_rules.json", "countries.json")

# Where and what a name is: first token, the one behind the last, label.
Name = tuple[int, int, str]
# Listed names, as norms, by each of their words, and the place of the word within.
Index = dict[str, list[tuple[tuple[str, ...], int]]]

# Marks within a Latin name.
WITHIN = frozenset("-.'’&")
QUOTES = frozenset("«»\"“”„'‘’`")
PROCLITICS = frozenset("وفبلكس")
# Of these an address is made; one with a scheme, www, an @, or a host whose top-level domain is in small letters.
ADDRESS = re.compile(r"[!#$%&+,./0-9:;=?@A-Z_a-z~-]*")
IS_ADDRESS = re.compile(r".*(?:[a-z]+://|www\.|@\w|(?:^|[^A-Za-z0-9.-])(?:[A-Za-z0-9-]+\.)+[a-z]{2,6}(?:[/:?#,;!.]|$))")
LATIN = re.compile(r"[A-Za-z\u00C0-\u024F][A-Za-z0-9\u00C0-\u024F]*")
# Arabic letters that a Latin one may stand for at the beginning of a word, folded: Macron and ماكرون.
SOUNDS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        "اعه ب كقسشتص دضذظ اعيه ف غجقك هحا ايع جيخه كخق ل م ن اعو بف قك ر سشصز تطث ايعو فب و شسخز يا زظضتس".split(),
    )
)
# The lists whose words are single, and stand beside a name or in it.
WORD_LISTS = (
    *("outlet_nouns", "agency_nouns", "outlets_with_an_adjective", "names_with_a_state", "names_with_a_person"),
    *("titles_within_names", "state_nouns", "definite_state_nouns", "nationalities", "plain_adjectives"),
    *("agreement_nouns", "agreement_words", "titles"),
)
LISTS = ("other_names", "outlets", "states", "cities_named_as_a_state", "agreements_without_noun", *WORD_LISTS)
# A definite feminine noun, folded, behind which the name of a state can only be its adjective: الأجهزة السعودية. Of 317 times that the
# gold names السعودية it is behind none; of 263 adjectives of that spelling 181 are.
FEMININE = re.compile("ال.+(?:ه|ات)")
# The article, whole or behind ل.
ARTICLE = re.compile("^ا?ل")
# Letters of other languages that write Arabic letters.
BORROWED = str.maketrans("پچڤگژ", "بجفغز")
# A bracket beside a name is read so far, in tokens.
BRACKET = 8
# So many tokens a state may be longer than what ner found of it.
MORE = 4
# So far before its name the noun of an agreement may stand, in tokens: معاهدة روما وماستريخت, اتفاقية «رامسار».
NOUN = 8


def key(text: str) -> str:
    """A name as one folded word without marks: تُونس, USA, الولايات_المتحدة."""
    return "".join(filter(str.isalnum, fold(text).translate(BORROWED)))


def rough(key: str) -> str:
    """The consonants of a key without article, its g one letter: of تونجا and تونغا. With three, its beginning stands before them."""
    stem = re.sub("^ا?ل", "", key).translate(str.maketrans("جقكط", "غغغت"))
    consonants = re.sub("[اويه]", "", stem)
    return consonants if len(consonants) > 3 else f"{stem[:3]} {consonants}"


def transcribes(latin: str, name: str) -> bool:
    """Whether a Latin name may be an Arabic one, by the letters that they begin with."""
    sounds = SOUNDS.get(fold(latin)[:1], "")
    return bool({fold(name)[:1], fold(name).removeprefix("ال")[:1]} & set(sounds))


class Strings:
    """The norms or texts of a doc's tokens, looked up when they are read: most never are."""

    def __init__(self, numbers: list[int], strings: StringStore):
        self.numbers = numbers
        self.strings = strings

    def __getitem__(self, place: int) -> str:
        return self.strings[self.numbers[place]]

    def between(self, start: int, end: int) -> list[str]:
        return [self.strings[number] for number in self.numbers[start:end]]


class Words:
    """The tokens of a doc, as the rules read them: texts, norms, and whether a space is behind."""

    def __init__(self, doc: Doc):
        texts, norms, spaces = doc.to_array([ORTH, NORM, SPACY]).T.tolist()
        self.texts, self.norms = Strings(texts, doc.vocab.strings), Strings(norms, doc.vocab.strings)
        self.spaces = spaces
        self.length = len(spaces)

    def __len__(self) -> int:
        return self.length

    def joined(self, start: int, end: int) -> str:
        """Some tokens as one folded word."""
        found = self.norms[start] if end == start + 1 else "".join(self.norms.between(start, end))
        return found.translate(BORROWED) if found.isalnum() else key(found)

    def before(self, start: int, quoted: bool = False) -> dict[str, int]:
        """The word before a token, and where it begins, if nothing but a space, or a quote too, stands between.

        It is told without and with what the tokeniser took for proclitics: of بجامعة and ولاية too.
        """
        place = start - 1
        while quoted and place >= 0 and self.texts[place] in QUOTES:
            place -= 1
        if place < 0 or not (self.spaces[place] or place < start - 1):
            return {}
        found, word = {}, ""
        while place >= 0 and self.norms[place].isalpha() and not (word and self.spaces[place]):
            word = self.norms[place] + word
            found[word] = place
            place -= 1
        return found

    def is_initial(self, place: int) -> bool:
        return len(self.norms[place]) == 1 and self.norms[place].isalpha()

    def initials(self, end: int) -> int:
        """Where the initials begin, each with its point, that end before a token."""
        while end > 1 and self.texts[end - 1] == "." and self.is_initial(end - 2):
            end -= 2
        return end

    def is_whole(self, start: int, end: int) -> bool:
        """Whether no letter is written onto some tokens but a proclitic."""
        if end < len(self) and not self.spaces[end - 1] and self.texts[end][0].isalnum():
            return False
        if not start or self.spaces[start - 1] or self.texts[start - 1] in PROCLITICS:
            return True
        return not self.texts[start - 1][-1].isalnum()

    def in_address(self, start: int, end: int) -> bool:
        """Whether some tokens are, or hold a part of, a web or mail address or a handle."""
        for place in range(start, end):
            if not self.texts[place].isascii() or self.texts[place].isspace():
                continue
            first, last = place, place + 1
            while first and not self.spaces[first - 1] and ADDRESS.fullmatch(self.texts[first - 1]):
                first -= 1
            while last < len(self) and not self.spaces[last - 1] and ADDRESS.fullmatch(self.texts[last]):
                last += 1
            if IS_ADDRESS.match("".join(self.texts.between(first, last))):
                return True
        return False


@Language.factory(
    "ar_news_name_rules",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    requires=["doc.ents"],
    default_config={"person": "PERSON", "country": "COUNTRY", "media": "MEDIA", "agreement": "AGREEMENT"},
)
def make_name_rules(nlp: Language, name: str, person: str, country: str, media: str, agreement: str) -> "NameRules":
    return NameRules(nlp.tokenizer, name, person=person, country=country, media=media, agreement=agreement)


class NameRules:
    """Drops names that are none, and mends edges and labels of others, by rules that hold for every text.

    tokenizer: the pipeline's own, which cuts the listed names as it cuts texts. person, country, media, agreement: the
    labels that the rules are about; a name of any other label stays as it is. Without rules, before `initialize` or
    `from_disk`, nothing changes.
    """

    def __init__(
        self,
        tokenizer: Callable[[str], Doc],
        name: str = "ar_news_name_rules",
        *,
        person: str = "PERSON",
        country: str = "COUNTRY",
        media: str = "MEDIA",
        agreement: str = "AGREEMENT",
    ):
        self.tokenizer = tokenizer
        self.name = name
        self.person, self.country, self.media, self.agreement = person, country, media, agreement
        self.rules: dict[str, Any] = {}
        # Those that the pipeline gives: no rule gives another.
        self.labels: frozenset[str] = frozenset()
        self.ready = False

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]] | None = None,
        *,
        nlp: Language | None = None,
        rules: dict[str, Any] | None = None,
    ) -> None:
        """Take the rules given, those of the project, or, in a wheel, those that are there; and the pipeline's labels.

        rules: a dictionary as configs/name_rules.json, whose `states` are all names of states. Raises ValueError if one of
        its lists is not there.
        """
        files = [CONFIGS / name for name in RULE_FILES]
        if rules is None and all(path.exists() for path in files):
            rules, today = (json.loads(path.read_text(encoding="utf-8")) for path in files)
            known = [form for state in today for form in state["short"] + state["official"]]
            rules = {**rules, "states": sorted({*known, *rules["states"]})}
        if rules is not None:
            missing = [name for name in LISTS if name not in rules]
            if missing:
                raise ValueError(f"ar_news_name_rules: the rules have no {missing[0]}; restore configs/name_rules.json")
            self.rules = rules
        if nlp is not None:
            parts = nlp.pipe_labels.items()
            self.labels = frozenset(label for name, labels in parts if name != self.name for label in labels)
        self.ready = False

    def prepare(self) -> None:
        """Make of the rules what texts are compared with: not before the first one, as the tokeniser must have its words."""
        rules = self.rules
        self.others = self.index(name for names in rules["other_names"].values() for name in names)
        self.outlets = self.index(rules["outlets"])
        self.states = {key(name) for name in rules["states"]}
        self.rough_states = {*map(rough, self.states)}
        cut = [[token.norm_ for token in self.tokenizer(name)] for name in rules["states"]]
        # As the tokeniser has them, and as words: in another place it may not cut off their first letter.
        cut += [fold(name).split() for name in rules["states"]]
        self.state_begins = {norms[0] for norms in cut if len(norms) > 1}
        self.state_goes_on = {norm for norms in cut for norm in norms[1:]}
        self.cities = {key(name) for name in rules["cities_named_as_a_state"]["names"]}
        self.city_words = {fold(word) for word in rules["cities_named_as_a_state"]["behind"]}
        self.words = {name: {fold(word) for word in rules[name]} for name in WORD_LISTS}
        self.agreements = {key(name) for name in rules["agreements_without_noun"]}
        # السعودية is a state, and what is of it.
        self.adjectives = self.states & self.words["nationalities"]
        self.ready = True

    def index(self, names: Iterable[str]) -> Index:
        found: Index = {}
        for name in names:
            norms = tuple(token.norm_ for token in self.tokenizer(name))
            for place, norm in enumerate(norms):
                found.setdefault(norm, []).append((norms, place))
        return found

    def __call__(self, doc: Doc) -> Doc:
        ents = {(ent.start, ent.end, ent.label_): ent for ent in doc.ents}
        if not ents or not self.rules:
            return doc
        if not self.ready:
            self.prepare()
        words = Words(doc)
        names: list[Name] = []
        for name in ents:
            # What an earlier one has grown over is part of it.
            if names and name[0] < names[-1][1]:
                continue
            mended = self.mended(words, name, ents)
            if mended is None:
                continue
            while names and mended[0] < names[-1][1]:
                names.pop()
            names.append(mended)
            names += self.beside(words, mended)
        if names != list(ents):
            found = [ents.get(name) or Span(doc, *name) for name in names]
            taken = {i for span in found for i in range(span.start, span.end)}
            freed = [doc[i : i + 1] for start, end, _ in ents for i in range(start, end) if i not in taken]
            doc.set_ents(found, outside=freed, default="unmodified")
        return doc

    def mended(self, words: Words, name: Name, ents: Collection[Name]) -> Name | None:
        """A name as the rules have it, None if it is none. ents: all names of the doc."""
        start, end, label = name
        if label not in (self.person, self.country, self.media, self.agreement):
            return name
        if words.in_address(start, end):
            return None
        if label == self.agreement:
            wrong = self.is_bare_agreement(words, start, end) or not self.has_a_noun(words, start, end)
            return None if wrong else name
        first, last = self.around(words, start, end, self.outlets)
        if last and self.media in self.labels:
            return first, last, self.media
        first, last = self.around(words, start, end, self.others)
        if last and not (label == self.media and self.words["outlet_nouns"] & words.before(first, quoted=True).keys()):
            return None
        if label == self.country:
            return self.mended_country(words, start, end)
        by_initials = self.mended_initials(words, name, ents)
        if by_initials:
            return by_initials
        return self.mended_person(words, name) if label == self.person else self.mended_outlet(words, name)

    def around(self, words: Words, start: int, end: int, index: Index) -> tuple[int, int]:
        """The longest listed name, as whole words, that some tokens are or are in; (0, 0) for none."""
        best = (0, 0)
        for norms, place in index.get(words.norms[start], ()):
            first, last = start - place, start - place + len(norms)
            if first < 0 or last < end or last - first <= best[1] - best[0]:
                continue
            if tuple(words.norms.between(first, last)) == norms and words.is_whole(first, last):
                best = (first, last)
        return best

    def mended_country(self, words: Words, start: int, end: int) -> Name | None:
        """The state that some tokens are, are part of, or hold; None if there is none, or it is part of another name."""
        known = self.known_state(words, start, end)
        if known is None:
            return None
        before = words.before(known[0]).keys()
        if before & self.words["names_with_a_state"]:
            return None
        if words.joined(*known) in self.adjectives and any(FEMININE.fullmatch(word) for word in before):
            return None
        if before & self.city_words and words.joined(*known) in self.cities:
            return None
        return *known, self.country

    def known_state(self, words: Words, start: int, end: int) -> tuple[int, int] | None:
        """Where a state is named in or around some tokens; those themselves if the lists cannot tell."""
        norms = words.norms
        last = end
        while last < min(len(words), end + MORE) and (norms[last] in self.state_goes_on or norms[last].isspace()):
            last += 1
        first = min([start, *(place for word, place in words.before(start).items() if word in self.state_begins)])
        for stop in range(last, end - 1, -1):
            for begin in range(first, start + 1):
                if norms[begin].isalnum() and norms[stop - 1].isalnum() and words.joined(begin, stop) in self.states:
                    return begin, stop
        if any(LATIN.match(text) for text in words.texts.between(start, end)):
            return start, end
        if end - start > 1:
            definite = norms[start] in self.words["definite_state_nouns"] and norms[start + 1].endswith("يه")
            if definite or norms[start] in self.words["state_nouns"]:
                return start, end
        if rough(words.joined(start, end)) in self.rough_states:
            return start, end
        for length in range(end - start - 1, 0, -1):
            for begin in range(start, end - length + 1):
                if words.joined(begin, begin + length) in self.states:
                    return begin, begin + length
        return None

    def mended_person(self, words: Words, name: Name) -> Name | None:
        """A person; None where the name is that of a place or body; an outlet where a noun before it tells so."""
        start, end, _ = name
        before = words.before(start)
        titles = [place for word, place in before.items() if word in self.words["titles_within_names"]]
        for place in (start, *titles):
            if self.words["names_with_a_person"] & words.before(place).keys():
                return None
        if self.media in self.labels and (self.words["outlet_nouns"] | self.words["agency_nouns"]) & before.keys():
            return self.mended_outlet(words, (start, end, self.media))
        return name

    def mended_outlet(self, words: Words, name: Name) -> Name | None:
        """An outlet without the nationality behind it; None for one letter, and for a nationality alone."""
        start, end, label = name
        if end - start == 1 and words.is_initial(start):
            return None
        if not self.words["outlet_nouns"] & words.before(start).keys():
            return name
        adjectives = self.words["nationalities"]
        if end - start == 1:
            return None if "ال" + words.norms[start] in adjectives else name
        if words.norms[start] in self.words["outlets_with_an_adjective"]:
            return name
        while end - start > 1 and words.norms[end - 1] in adjectives:
            end -= 1
        return start, end, label

    def mended_initials(self, words: Words, name: Name, ents: Collection[Name]) -> Name | None:
        """A person who was cut at the point of an initial, or taken for an outlet for that of a title; None for others."""
        start, end, label = name
        if self.person not in self.labels:
            return None
        first = start
        while first + 2 < end and words.is_initial(first) and words.texts[first + 1] == ".":
            first += 2
        if first > start and len(words.norms[first]) > 2:
            more = words.initials(start)
            titles = all(words.norms[place] in self.words["titles"] for place in range(start, first, 2))
            return (first if titles and more == start else more), end, self.person
        if label == self.person and words.is_initial(end - 1) and end < len(words) and words.texts[end] == ".":
            for other in ents:
                if other[0] > end and other[2] == label and words.initials(other[0]) <= end - 1:
                    return start, other[1], label
        return None

    def is_bare_agreement(self, words: Words, start: int, end: int) -> bool:
        """Whether an agreement is called nothing but a noun, or one and adjectives that any agreement may have."""
        norms = words.norms.between(start, end)
        nouns, adjectives = self.words["agreement_nouns"], self.words["plain_adjectives"]
        if len(norms) == 1:
            return norms[0].removeprefix("ال") in nouns
        return norms[0] in nouns and all(
            norm in adjectives or norm.removesuffix("ا") in adjectives for norm in norms[1:]
        )

    def has_a_noun(self, words: Words, start: int, end: int) -> bool:
        """Whether a word for an agreement is in a name or a little before it, or it is one of those that need none, or in Latin letters.

        No agreement of the gold is dropped by it; the lists were written with those of the gold in view.
        """
        if any(LATIN.fullmatch(text) for text in words.texts.between(start, end)):
            return True
        nouns = self.words["agreement_words"]
        around = words.norms.between(max(0, start - NOUN), end)
        if any(ARTICLE.sub("", part) in nouns for norm in around for part in norm.split("_")):
            return True
        return any(words.joined(start, stop) in self.agreements for stop in range(start + 1, end + 1))

    def beside(self, words: Words, name: Name) -> list[Name]:
        """The same name in Latin letters, which alone stands in brackets right behind an Arabic one."""
        start, end, label = name
        if end >= len(words) or words.texts[end] != "(":
            return []
        inner = words.texts.between(end + 1, end + BRACKET)
        inner = inner[: inner.index(")")] if ")" in inner else []
        if not inner:
            return []
        found = [(end + 1, end + 1 + len(inner), label)]
        whole = " ".join(words.texts.between(start, end))
        if LATIN.match(whole) or not all(text in WITHIN or LATIN.fullmatch(text) for text in inner):
            return []
        if label == self.agreement or (label == self.media and inner[0][0].isupper()):
            return found
        # Of states and people no acronym: (CNN) behind a dateline is an agency.
        if label not in (self.person, self.country) or any(len(text) > 1 and text.isupper() for text in inner):
            return []
        return found if inner[0][0].isupper() and transcribes(inner[0], whole) else []

    def told(self) -> dict[str, Any]:
        return {"labels": sorted(self.labels), "rules": self.rules}

    def take(self, told: dict[str, Any]) -> "NameRules":
        self.labels, self.rules, self.ready = frozenset(told["labels"]), told["rules"], False
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The rules and the labels of the pipeline."""
        return srsly.msgpack_dumps(self.told())

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "NameRules":
        """Take what `to_bytes` gave."""
        return self.take(srsly.msgpack_loads(data))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the rules and the labels to one JSON file, for all to read."""
        text = json.dumps(self.told(), ensure_ascii=False, indent=1)
        util.ensure_path(path).write_text(text + "\n", encoding="utf-8", newline="\n")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "NameRules":
        """Read the file that `to_disk` wrote."""
        return self.take(json.loads(util.ensure_path(path).read_text(encoding="utf-8")))
