"""Registered spaCy code of the project: everything in this package ships inside the wheel."""
from . import tokenizer  # noqa: F401  (importing it registers the functions)
