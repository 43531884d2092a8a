"""Train floret vectors on raw articles, for the pipeline to start from."""

from collections.abc import Iterator
from enum import Enum

from spacy.language import Language


class Method(str, Enum):
    """What the vectors of a word and its neighbours learn to tell: the word, or the neighbours."""

    cbow = "cbow"
    skipgram = "skipgram"


def norm_lines(nlp: Language, text: str) -> Iterator[str]:
    """The paragraphs of a text as floret reads them: the NORM of every token, one space between."""
    for paragraph in text.split("\n"):
        norms = [token.norm_ for token in nlp.make_doc(paragraph) if not token.is_space]
        if norms:
            yield " ".join(norms)
