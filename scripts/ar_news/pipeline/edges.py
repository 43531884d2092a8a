"""Where a name begins and ends: the one rule, and the component that keeps the names of a pipeline to it.

A name neither begins nor ends with white space, punctuation, a symbol, a control or tatweel; it begins with no mark, and
crosses no empty line. So it holds a letter or a digit. Gold that is otherwise is refused by the same rule.

This file imports nothing but spaCy and the standard library: it is copied into the wheel as it is.
"""

import re
import unicodedata

from spacy.language import Language
from spacy.tokens import Doc, Span

# Two line breaks with nothing or only white space between. \r\n is one.
EMPTY_LINE = re.compile(r"\n\s*\n|\r\s*\r")


def is_edge(char: str) -> bool:
    """Whether a character never begins or ends a name: white space, punctuation, a symbol, a control, tatweel."""
    return char.isspace() or unicodedata.category(char)[0] in "PZCS" or char == "\u0640"


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without what a mouse takes along at its edges; start == end if nothing is left.

    A mark (tashkeel, the variation selector of an emoji) belongs to the character before it, so it begins no name. A
    plus sign is part of some outlets' names: +972, Canal+.
    """

    def plus(place: int, beside: int) -> bool:
        return (
            text[place] == "+"
            and start <= beside < end
            and (text[beside].isdigit() if beside > place else text[beside].isalpha())
        )

    while (
        start < end
        and (is_edge(text[start]) or unicodedata.category(text[start])[0] == "M")
        and not plus(start, start + 1)
    ):
        start += 1
    while start < end:
        last = end - 1
        while last > start and unicodedata.category(text[last])[0] == "M":
            last -= 1
        if not is_edge(text[last]) or plus(last, last - 1):
            break
        end = last
    return start, end


def crosses(text: str, start: int, end: int) -> bool:
    """Whether a stretch goes over an empty line."""
    return EMPTY_LINE.search(text, start, end) is not None


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """The name in a stretch: trimmed, and of a stretch over an empty line what is before it. start == end for none."""
    start, end = trimmed(text, start, end)
    line = EMPTY_LINE.search(text, start, end)
    return trimmed(text, start, line.start()) if line else (start, end)


def name_in(span: Span) -> Span | None:
    """The whole tokens of a span that make a name by the rule, with its label and ids; the span itself, or None for none.

    A token of which only a part is inside the rule (هـ) is left out: its other part can be of no name.
    """
    found: Span | None = span
    while found is not None:
        text = found.text
        start, end = bare(text, 0, len(text))
        if (start, end) == (0, len(text)):
            break
        begin, doc = found.start_char, span.doc
        # Of characters within one token spaCy makes a span without tokens.
        inside = doc.char_span(begin + start, begin + end, alignment_mode="contract") if start < end else None
        found = Span(doc, inside.start, inside.end, span.label, kb_id=span.kb_id, span_id=span.id) if inside else None
    return found


def mend(doc: Doc) -> Doc:
    """The doc, its names kept to the rule. Tokens of other names, and those of which nothing is known, stay as they are."""
    changed, freed = [], []
    for ent in doc.ents:
        name = name_in(ent)
        if name is ent:
            continue
        if name is None:
            freed.append(ent)
            continue
        changed.append(name)
        freed += [part for part in (doc[ent.start : name.start], doc[name.end : ent.end]) if len(part)]
    if freed:
        doc.set_ents(changed, outside=freed, default="unmodified")
    return doc


@Language.factory("ar_news_edges", assigns=["doc.ents", "token.ent_iob", "token.ent_type"], requires=["doc.ents"])
def make_edges(nlp: Language, name: str):
    """The component, which learns nothing; it comes behind whatever finds the names."""
    return mend
