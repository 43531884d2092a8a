"""Loading a pipeline, with a clear word when it is not there."""
from importlib import import_module
from pathlib import Path

import spacy
from articles import InputError
from spacy.language import Language

import ar_news  # noqa: F401  (registers the tokeniser for pipelines loaded from a folder)

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
        return spacy.load(pipeline)
    except ModuleNotFoundError as error:
        raise InputError(f"{pipeline}: needs the package {error.name}; pip install -r requirements-best.txt") from None
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{pipeline}: cannot be loaded ({str(error).splitlines()[0]}); train or install it again") from None
