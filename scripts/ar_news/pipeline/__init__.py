"""What ships in wheels: this folder is copied into each of them, and imports nothing of the rest of the project."""

# First of all, as it decides whose modules the others are.
from ar_news.pipeline import once  # noqa: F401, I001
from ar_news.pipeline import looks  # noqa: F401
