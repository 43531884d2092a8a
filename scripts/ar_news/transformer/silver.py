"""Turn the labels of taggers into silver articles: sure names are spans, unsure stretches teach nothing."""

import re
from collections.abc import Callable
from dataclasses import replace
from re import Pattern

import numpy
from spacy.tokens import Doc

from ar_news.data.articles import Article, Span
from ar_news.data.labels import label_names
from ar_news.data.lists import name_key
from ar_news.pipeline.bare import is_edge
from ar_news.pipeline.tagger import spans_of_tags
from ar_news.pipeline.tokenizer import fold


def any_of(*beginnings: str) -> Pattern[str]:
    """Finds the beginnings of nouns in a text whose spelling is folded."""
    return re.compile("|".join(map(fold, beginnings)))


HEADS = any_of(
    *("اتفاق", "معاهد", "ميثاق", "بروتوكول", "إعلان", "هدن", "مذكر", "خط", "عهد", "وثيق", "تفاهم", "صلح", "وعد", "سلام")
)


# Of an outlet, in its name or in the five tokens before it. 13,828 of 16,084 MEDIA names of the taggers stand on a list or
# have one; few of the others that are frequent are outlets: the Pentagon, the FBI, FIFA, days of the week.
OUTLET_HEADS = any_of(
    *(
        "صحيف",
        "صحف",
        "جريد",
        "جرائد",
        "مجلة",
        "مجلات",
        "وكال",
        "قناة",
        "قنوات",
        "شبكة",
        "شبكات",
        "فضائي",
        "إذاع",
        "راديو",
    ),
    *("تلفزيون", "تليفزيون", "محطة", "موقع", "بوابة", "نيوز", "برس", "تايمز"),
)


Known = dict[str, set[str]]


def unlisted_country(text: str, before: str, known: Known) -> bool:
    """A country that no list knows."""
    return name_key(text) not in known["COUNTRY"]


def unlisted_outlet(text: str, before: str, known: Known) -> bool:
    """An outlet that no list knows, without a head noun in it or in the tokens before it."""
    return name_key(text) not in known["MEDIA"] and not OUTLET_HEADS.search(fold(f"{before} {text}"))


def headless_agreement(text: str, before: str, known: Known) -> bool:
    """An Arabic agreement without a head noun."""
    return not HEADS.search(fold(text)) and any("\u0620" <= c <= "\u064a" for c in text)


# What speaks against a found name, by its label; of a label that is not here nothing does but its edges.
RULES: dict[str, Callable[[str, str, Known], bool]] = {
    "COUNTRY": unlisted_country,
    "MEDIA": unlisted_outlet,
    "AGREEMENT": headless_agreement,
}


def doubtful(text: str, before: str, label: str, known: Known) -> bool:
    """Whether a found name is against the lists or the rules.

    before: the five tokens before it. known: as known_names gives it.
    """
    if is_edge(text[0]) or is_edge(text[-1]) or "\n" in text:
        return True
    return label in RULES and RULES[label](text, before, known)


def silver(article: Article, doc: Doc, tags: numpy.ndarray, sure: numpy.ndarray, least: float, known: Known) -> Article:
    """The article with its own spans, the sure spans of the labels it was not annotated for, and the unsure stretches.

    tags, sure: best tag and its probability in 255ths, one a token.
    """
    names, own = label_names(), article.labels
    spans, unsure = list(article.spans), set(article.unsure)
    doubt = sure < 255 * least
    for start, end, number in spans_of_tags(tags.tolist()):
        found = doc[start:end]
        span = Span(found.start_char, found.end_char, names[number])
        if span.label in own or any(s.start < span.end and span.start < s.end for s in article.spans):
            doubt[start:end] = False
        elif doubt[start:end].any() or doubtful(found.text, doc[max(0, start - 5) : start].text, span.label, known):
            doubt[start:end] = True
        else:
            spans.append(span)
    for token in doc:
        if doubt[token.i] and not any(s.start < token.idx + len(token) and token.idx < s.end for s in spans):
            unsure.add((token.idx, token.idx + len(token)))
    return replace(article, spans=tuple(sorted(spans)), annotated_for=None, unsure=tuple(sorted(unsure)))
