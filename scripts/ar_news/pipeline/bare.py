"""Where a name begins and ends: the one rule, for gold, annotators and pipelines.

A name neither begins nor ends with white space, punctuation, a symbol, a control or tatweel; it begins with no mark, and
crosses no empty line. So it holds a letter or a digit. Gold that is otherwise is refused.

This file imports nothing but the standard library: it is copied into the wheel as it is, and read where spaCy is not.
"""

import re
import unicodedata

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
