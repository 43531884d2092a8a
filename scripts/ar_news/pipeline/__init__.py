"""What ships in wheels: this folder is copied into each of them, and imports nothing of the rest of the project."""

# The Doccano commands have an environment without spaCy, in which articles are read and no pipeline is.
try:
    import spacy  # noqa: F401
except ModuleNotFoundError:
    pass
else:
    # First of all, as it decides whose modules the others are.
    from ar_news.pipeline import once  # noqa: F401, I001
    from ar_news.pipeline import looks  # noqa: F401
