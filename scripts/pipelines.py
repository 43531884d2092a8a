"""Loading a pipeline, with a clear word when it is not there."""
from articles import InputError, Span, in_project, trimmed  # isort: skip
from importlib import import_module
from pathlib import Path
from typing import Tuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import ar_news  # noqa: F401  (registers the tokeniser for pipelines loaded from a folder)

# The pipeline of `run all`, from wherever a command is started.
TRAINED = str(in_project("training/news_ner_sm/pipeline"))
# Letters of the longest article. spaCy's own limit of a million guards its parser's memory, which this pipeline has not.
LONGEST = 1_000_000_000
# What a pipeline's config names that its wheel would bring along.
PARTS = {"ar_news_tagger": "ar_news.tagger", "ar_news.TransformerModel.v1": "ar_news.windows"}


def load(pipeline: str) -> Language:
    """A pipeline by folder or package name; InputError if there is none or it cannot be loaded."""
    if not Path(pipeline).exists() and not spacy.util.is_package(pipeline):
        raise InputError(f"{pipeline}: no such pipeline; train one with `spacy project run all` or pip install its wheel")
    config = Path(pipeline) / "config.cfg"
    try:
        text = config.read_text(encoding="utf-8") if config.exists() else ""
        for name, module in PARTS.items():
            if name in text:
                import_module(module)
        nlp = spacy.load(pipeline)
    except ModuleNotFoundError as error:
        raise InputError(f"{pipeline}: needs the package {error.name}; pip install -r requirements-best.txt") from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{pipeline}: cannot be loaded ({str(error).splitlines()[0]}); train or install it again") from None
    nlp.max_length = LONGEST
    return nlp


def spans_of(doc: Doc) -> Tuple[Span, ...]:
    """The names of a doc as spans that may stand in gold: without marks at their edges, none over a line break."""
    # Doc.text is put together anew each time it is asked for.
    text, spans = doc.text, []
    for ent in doc.ents:
        start, end = trimmed(text, ent.start_char, ent.end_char)
        if start < end and "\n" not in text[start:end]:
            spans.append(Span(start, end, ent.label_))
    return tuple(spans)
