"""Training sees the signs of print and those of the keyboard: an augmenter that writes the one for the other.

News sites write «…», ،, – and …; those who type write "…", a comma, - and three full stops. Their NORM is the same (`fold`),
PREFIX and SUFFIX are not, and a corpus has the habits of its writers.
"""

import random
from collections.abc import Callable, Iterator

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from ar_news.pipeline.tokenizer import fold

QUOTES = (("«", "»"), ("“", "”"))
# What is printed for what is typed. A hyphen within a word is one in print too.
PRINTED = {",": "،", ";": "؛", "?": "؟", "%": "٪", "...": "…", "-": "–"}


def typed(words: list[str]) -> list[str]:
    """The tokens with the signs of a keyboard."""
    return [word if any(map(str.isalnum, word)) or word.isspace() else fold(word) for word in words]


def printed(words: list[str], spaces: list[bool], quotes: tuple[str, str]) -> list[str]:
    """The tokens with the signs of print, where they belong to Arabic words; of ASCII quotes every second one closes."""
    found, inside, foreign = [], False, False
    for i, word in enumerate(words):
        sign = fold(word)
        if word[-1].isalpha():
            foreign = word[-1].isascii()
        if sign == '"':
            inside = word in "«“„" or (word not in "»”" and not inside)
            word = quotes[not inside]
        elif sign in PRINTED and not foreign and (sign != "-" or (i and spaces[i - 1] and spaces[i])):
            word = PRINTED[sign]
        found.append(word)
    return found


def rewritten(doc: Doc, style: int) -> list[str]:
    """The tokens of a doc in a style: 0 for the keyboard, then one for each pair of QUOTES. As many as there were."""
    words = [token.text for token in doc]
    return printed(words, [bool(token.whitespace_) for token in doc], QUOTES[style - 1]) if style else typed(words)


@registry.augmenters("ar_news.signs.v1")
def make_signs(level: float) -> Callable[[Language, Example], Iterator[Example]]:
    """An augmenter for `[corpora.train.augmenter]` that gives every article its signs in one style, a random one.

    level: the share of articles (0 to 1) that are changed; the others stay as they are. Names stay on their tokens.
    """

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        if random.random() >= level:
            yield example
            return
        reference = example.reference
        words = rewritten(reference, random.randrange(len(QUOTES) + 1))
        spaces = [bool(token.whitespace_) for token in reference]
        tags = [f"{token.ent_iob_}-{token.ent_type_}" if token.ent_type else token.ent_iob_ for token in reference]
        made = Doc(nlp.vocab, words=words, spaces=spaces, ents=tags)
        yield Example(nlp.make_doc(made.text), made)

    return augment
