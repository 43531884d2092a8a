"""Turn the labels of taggers into silver articles: sure names are spans, unsure stretches teach nothing."""

from ar_news.cli import run

from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy
import typer
from tqdm import tqdm

from ar_news.data.articles import read_articles, write_articles
from ar_news.data.files import InputError
from ar_news.data.lists import known_names
from ar_news.docs import blank_pipeline
from ar_news.transformer.arrays import read_arrays
from ar_news.transformer.silver import silver


def main(
    articles: Annotated[Path, typer.Argument(help="JSONL of the labelled articles.")],
    labels: Annotated[Path, typer.Argument(help="Their labels (.npz), as silver_label.py wrote them.")],
    output: Annotated[Path, typer.Option(help="JSONL of silver articles.")],
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="Least probability of a sure tag.")] = 0.7,
    most_unsure: Annotated[
        float, typer.Option(help="Articles with a larger share of unsure words are left out.")
    ] = 0.1,
):
    """Write ARTICLES with the names that their taggers are sure of.

    The labels that an article was annotated for stay as they are; the other labels come from the taggers. Unsure
    tokens, countries that no list knows, unlisted outlets and agreements without a head noun are listed as unsure.
    """
    pool = read_articles([articles])
    arrays = read_arrays(labels, ["tags", "sure", "size"], "write it with silver_label.py")
    tags, sure, ends = arrays["tags"], arrays["sure"], arrays["size"].cumsum()
    if len(pool) != len(ends):
        raise InputError(f"{labels}: labels of {len(ends)} articles, but {articles} has {len(pool)}; label it again")
    nlp, known, kept = blank_pipeline(), known_names(), []
    counts: Counter = Counter()
    for article, end, size in zip(
        tqdm(pool, desc="silver", unit="article", disable=None), ends, numpy.diff(ends, prepend=0)
    ):
        doc = nlp.make_doc(article.text)
        if len(doc) != size:
            raise InputError(f"{articles}: article {article.id}: {len(doc)} tokens, labels for {size}; label it again")
        found = silver(article, doc, tags[end - size : end], sure[end - size : end], least, known)
        if len(found.unsure) <= most_unsure * size:
            kept.append(found)
            counts.update(span.label for span in found.spans)
    write_articles(output, kept)
    print(
        f"{output}: {len(kept)} of {len(pool)} articles, names: "
        + ", ".join(f"{k} {v}" for k, v in sorted(counts.items()))
    )


if __name__ == "__main__":
    run(main)
