"""Make a spaCy pipeline of a fine-tuned tagger."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import placing
from ar_news.transformer.assembling import assemble


def main(
    folder: Annotated[Path, typer.Argument(help="Folder of the tagger, as trf_finetune.py wrote it.")],
    output: Annotated[Path, typer.Argument(help="Folder for the pipeline; an old one is replaced.")],
    overlap: Annotated[float, typer.Option(help="Share of a window that the next one repeats.")] = 0.25,
    stock: Annotated[bool, typer.Option("--stock", help="For windows that trf_windows.py cut with --stock.")] = False,
):
    """Write a spaCy pipeline to OUTPUT that tags as the tagger in FOLDER does."""
    with placing(output, holds="config.cfg") as temporary:
        nlp = assemble(folder, overlap, stock)
        nlp.to_disk(temporary)
    print(f"{output}: {nlp.pipe_names}")


if __name__ == "__main__":
    run(main)
