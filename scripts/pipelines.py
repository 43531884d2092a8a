"""Loading a pipeline, with a clear word when it is not there."""
from pathlib import Path

import spacy
from articles import InputError
from spacy.language import Language

import ar_news  # noqa: F401  (registers the tokeniser for pipelines loaded from a folder)


def load(pipeline: str) -> Language:
    """A pipeline by folder or package name; InputError if there is none or it cannot be loaded."""
    if not Path(pipeline).exists() and not spacy.util.is_package(pipeline):
        raise InputError(f"{pipeline}: no such pipeline; train one with `spacy project run all` or pip install its wheel")
    try:
        return spacy.load(pipeline)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{pipeline}: cannot be loaded ({str(error).splitlines()[0]}); train or install it again") from None
