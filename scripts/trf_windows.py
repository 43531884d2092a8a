"""Cut articles into the wordpiece windows that an encoder is trained on."""

from ar_news.cli import run

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from ar_news.data.articles import more_files, read_articles
from ar_news.data.files import in_project, placing
from ar_news.docs import blank_pipeline
from ar_news.pipeline.windows import LIMIT, windows
from ar_news.transformer.arrays import write_arrays
from ar_news.transformer.windows_file import encode, read_tokenizer


def main(
    articles: Annotated[list[Path], typer.Argument(help="JSONL of articles, gold, silver or bare.")],
    output: Annotated[Path, typer.Option(help="File for the windows, .npz.")],
    more: Annotated[
        str, typer.Option(help='JSONL of more training articles, such as rebuilt stand-off gold; "" for none.')
    ] = "",
    encoder: Annotated[Path, typer.Option(help="Folder of the encoder whose wordpieces are wanted.")] = in_project(
        "training/encoder"
    ),
    overlap: Annotated[
        float, typer.Option(min=0.0, max=0.9, help="Share of a window that the next one repeats.")
    ] = 0.25,
    limit: Annotated[int, typer.Option(min=16, max=LIMIT, help="Wordpieces in a window.")] = LIMIT,
    stock: Annotated[
        bool,
        typer.Option("--stock", help="Take spaCy's own tokens and the text as it stands, as others do, to compare."),
    ] = False,
):
    """Tokenise ARTICLES as the pipeline does, cut them into overlapping windows, and write OUTPUT for trf_finetune.py.

    An article that was annotated for some labels only teaches nothing about the others where it has no name.
    """
    found = read_articles([*articles, *more_files(more)])
    nlp, tokenizer = blank_pipeline(stock), read_tokenizer(encoder)
    bar = tqdm(found, desc=output.stem, unit="article", disable=None)
    columns = encode(
        nlp, tokenizer, bar, partial(windows, tokenizer=tokenizer, overlap=overlap, limit=limit, split=not stock)
    )
    with placing(output) as temporary:
        write_arrays(temporary, **columns)
    print(f"{output}: {len(found)} articles, {len(columns['window'])} windows, {len(columns['ids'])} wordpieces")


if __name__ == "__main__":
    run(main)
