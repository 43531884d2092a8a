"""Train floret vectors on raw articles, for the pipeline to start from."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from spacy.language import Language
from spacy.training.initialize import convert_vectors
from tqdm import tqdm

from ar_news.data.articles import Article, read_articles
from ar_news.data.files import InputError
from ar_news.docs import blank_pipeline


class Method(str, Enum):
    """What the vectors of a word and its neighbours learn to tell: the word, or the neighbours."""

    cbow = "cbow"
    skipgram = "skipgram"


@dataclass(frozen=True)
class Settings:
    """dim: numbers in a vector. buckets: rows of the table. minn, maxn: letters of the parts of a word that have rows.

    epochs: times that all text is read. tokens: how many of random articles are read. min_count: words that are rarer
    are not trained on.
    """

    dim: int
    buckets: int
    minn: int
    maxn: int
    method: Method
    epochs: int
    tokens: int
    seed: int
    min_count: int
    threads: int


def norm_lines(nlp: Language, text: str) -> Iterator[str]:
    """The paragraphs of a text as floret reads them: the NORM of every token, one space between."""
    for paragraph in text.split("\n"):
        norms = [token.norm_ for token in nlp.make_doc(paragraph) if not token.is_space]
        if norms:
            yield " ".join(norms)


def write_text(pool: list[Article], path: Path, tokens: int) -> int:
    """Write articles for floret until so many tokens are written, the last article whole; the tokens written."""
    nlp, total = blank_pipeline(), 0
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for article in tqdm(pool, desc="tokenise", unit="article", disable=None):
            for line in norm_lines(nlp, article.text):
                file.write(line + "\n")
                total += line.count(" ") + 1
            if total >= tokens:
                break
    return total


def train_vectors(articles: Path, output: Path, settings: Settings) -> int:
    """Train vectors on the words of a JSONL file and write a folder for `paths.vectors`; the tokens that were read.

    Raises InputError if floret is missing or fails, for lengths that exclude each other, and for a folder that cannot be
    written or holds something else than vectors.
    """
    if settings.minn > settings.maxn:
        raise InputError(
            f"--minn {settings.minn} is more than --maxn {settings.maxn}; give the length of the shortest part first"
        )
    if output.exists() and not (output / "vocab" / "vectors").exists():
        raise InputError(f"{output}: there already, and holds no vectors that could be replaced; choose another folder")
    try:
        import floret
    except ImportError:
        raise InputError("the floret package is not installed; run: python -m pip install floret") from None
    pool = read_articles([articles], spans=False)
    random.Random(settings.seed).shuffle(pool)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as name:
            folder = Path(name)
            total = write_text(pool, folder / "text", settings.tokens)
            try:
                trained = floret.train_unsupervised(
                    str(folder / "text"),
                    mode="floret",
                    model=settings.method.value,
                    dim=settings.dim,
                    bucket=settings.buckets,
                    minn=settings.minn,
                    maxn=settings.maxn,
                    hashCount=2,
                    neg=10,
                    minCount=settings.min_count,
                    epoch=settings.epochs,
                    thread=settings.threads,
                )
            except (ValueError, RuntimeError) as error:
                raise InputError(f"{articles}: floret failed ({error}); give it more text") from None
            trained.save_floret_vectors(str(folder / "floret"))
            # A new vocabulary: the one that read the articles would add their 10 MB of strings to every pipeline.
            nlp = blank_pipeline()
            convert_vectors(nlp, folder / "floret", truncate=0, prune=0, mode="floret", attr="NORM")
            nlp.to_disk(folder / "vectors")
            # Only now does the old folder go: nothing half-written takes its name.
            if output.exists():
                shutil.rmtree(output)
            (folder / "vectors").replace(output)
    except OSError as error:
        raise InputError(f"{output}: cannot be written ({error.strerror}); choose another folder") from None
    return total
