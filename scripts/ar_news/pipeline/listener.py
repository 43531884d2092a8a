"""How `ner` hears the word layers: spaCy's own way, which says so once when the words are not cut by our tokeniser.

This file imports nothing but spaCy, thinc and the tokeniser beside it: it is copied into the wheel as it is.
"""

import warnings
from collections.abc import Callable
from functools import cache, partial

from spacy.attrs import NORM
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model
from thinc.types import Floats2d

from .tokenizer import fold


@cache
def warn_foreign() -> None:
    """Say, once a process, that the words come from another tokeniser."""
    warnings.warn(
        "ar_news: this ner was trained on the tokens of its own pipeline. Another tokeniser leaves proclitics on the "
        "words, and the names behind them are missed: load the whole pipeline and add your components to it",
        stacklevel=2,
    )


def watched(forward: Callable, model: Model, docs: list[Doc], is_train: bool) -> tuple[list[Floats2d], Callable]:
    """The forward pass of a listener, after a look at where its words come from."""
    # The tokeniser makes `fold` the NORM of its vocabulary.
    if docs and docs[0].vocab.lex_attr_getters.get(NORM) is not fold:  # type: ignore[attr-defined]
        warn_foreign()
    return forward(model, docs, is_train)


@registry.architectures("ar_news.Tok2VecListener.v1")
def make_listener(width: int, upstream: str = "*") -> Model[list[Doc], list[Floats2d]]:
    """`spacy.Tok2VecListener.v1` with the same arguments; only its forward pass is watched."""
    model = registry.architectures.get("spacy.Tok2VecListener.v1")(width, upstream)
    model._func = partial(watched, model._func)
    return model
