"""Arabic news NER: reading articles, loading and tokenising, scoring.

    from ar_news import load, read_news, read_articles, blank_pipeline, exact

What is heavy (spaCy, scikit-learn) is imported only when one of these names is asked for.
"""

from importlib import import_module

_HOMES = {
    "Article": "data.articles",
    "Span": "data.articles",
    "News": "data.articles",
    "read_articles": "data.articles",
    "read_news": "data.articles",
    "write_articles": "data.articles",
    "InputError": "data.files",
    "load": "docs",
    "blank_pipeline": "docs",
    "gold_doc": "docs",
    "spans_of": "docs",
    "predict": "scores.evaluation",
    "exact": "scores.scoring",
    "Pair": "scores.scoring",
}
__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'ar_news' has no attribute {name!r}")
    return getattr(import_module(f"ar_news.{_HOMES[name]}"), name)


def __dir__():
    return sorted(__all__)
