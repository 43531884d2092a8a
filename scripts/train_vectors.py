"""Train floret vectors on raw articles, for the pipeline to start from."""

from ar_news.cli import run

import random
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from spacy.training.initialize import convert_vectors
from tqdm import tqdm

from ar_news.data.articles import read_articles
from ar_news.data.files import InputError
from ar_news.docs import blank_pipeline
from ar_news.training.vectors import Method, norm_lines


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of raw articles, as public_raw.py writes them.")],
    output: Annotated[Path, typer.Argument(help="Folder for the vectors, to be given as --paths.vectors.")],
    dim: Annotated[int, typer.Option(min=1, help="Numbers in a vector.")] = 100,
    buckets: Annotated[int, typer.Option(min=1, help="Rows of the table; 20000 of 100 numbers are 8 MB.")] = 20000,
    minn: Annotated[int, typer.Option(min=1, help="Letters of the shortest part of a word that has rows.")] = 3,
    maxn: Annotated[int, typer.Option(min=1, help="Letters of the longest.")] = 5,
    model: Annotated[Method, typer.Option(help="skipgram takes several times as long.")] = Method.cbow,
    epochs: Annotated[int, typer.Option(min=1, help="Times that all text is read.")] = 3,
    tokens: Annotated[int, typer.Option(min=1, help="Tokens of random articles that are read.")] = 6_000_000,
    seed: Annotated[int, typer.Option(help="Another seed, another order of the articles.")] = 0,
    min_count: Annotated[int, typer.Option(min=1, help="Rarer words are not trained on, but have vectors.")] = 5,
    threads: Annotated[int, typer.Option(min=1, help="With one thread, another run gives the same vectors.")] = 1,
):
    """Train vectors on the words of ARTICLES and write OUTPUT for `spacy train --paths.vectors OUTPUT`.

    Every word has a vector, the sum of hashed rows of its parts (floret by Explosion, after Bojanowski et al. 2017
    and Svenstrup et al. 2017). Tokens are looked up by NORM, so that spellings with and without hamza, tashkeel or
    tatweel share a vector.
    """
    if minn > maxn:
        raise InputError(f"--minn {minn} is more than --maxn {maxn}; give the length of the shortest part first")
    if output.exists() and not (output / "vocab" / "vectors").exists():
        raise InputError(f"{output}: there already, and holds no vectors that could be replaced; choose another folder")
    try:
        import floret
    except ImportError:
        raise InputError("the floret package is not installed; run: python -m pip install floret") from None
    pool = read_articles([articles], spans=False)
    random.Random(seed).shuffle(pool)
    nlp, total = blank_pipeline(), 0
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as name:
            folder = Path(name)
            with open(folder / "text", "w", encoding="utf-8", newline="\n") as file:
                for article in tqdm(pool, desc="tokenise", unit="article", disable=None):
                    for line in norm_lines(nlp, article.text):
                        file.write(line + "\n")
                        total += line.count(" ") + 1
                    if total >= tokens:
                        break
            try:
                trained = floret.train_unsupervised(
                    str(folder / "text"), mode="floret", model=model.value, dim=dim, bucket=buckets, minn=minn, maxn=maxn,
                    hashCount=2, neg=10, minCount=min_count, epoch=epochs, thread=threads,
                )  # fmt: skip
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
    print(f"{output}: {buckets} rows of {dim}, trained on {total} tokens, {epochs} times")


if __name__ == "__main__":
    run(main)
