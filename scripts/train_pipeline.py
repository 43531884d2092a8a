"""Train a CPU pipeline by a config and overrides, so that the same inputs on one machine give the same weights."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import InputError
from ar_news.release import folder_of
from ar_news.training.pipelines import Overrides, read_overrides, train_pipeline


def main(
    config: Annotated[Path, typer.Argument(help="Training configuration.")],
    output: Annotated[Path, typer.Argument(help="Folder for model-best and model-last.")],
    train_docs: Annotated[Path, typer.Option("--train", help="Training articles as .spacy, by train_convert.py.")],
    dev_docs: Annotated[
        Path, typer.Option("--dev", help="Dev articles as .spacy: they choose the best of the pipelines on the way.")
    ],
    seed: Annotated[int, typer.Option(help="Same seed, same inputs, same machine: same weights.")] = 0,
    gpu_id: Annotated[int, typer.Option(help="Number of the GPU; -1 for the CPU.")] = -1,
    overrides: Overrides = "",
    start: Annotated[
        str,
        typer.Option(
            help="Begin with the word layers of this pipeline: its folder, its wheel, or training/release. From nothing if empty."
        ),
    ] = "",
):
    """Train CONFIG on the CPU or a GPU. Four to eight minutes on one core for the corpus of this project.

    Nothing is done if OUTPUT is there already, made of the same articles, config, overrides and seed. A training that was
    stopped leaves nothing behind and begins anew.
    """
    values = {
        **read_overrides(overrides),
        "paths.train": str(train_docs),
        "paths.dev": str(dev_docs),
        "system.seed": seed,
    }
    for path in (config, train_docs, dev_docs):
        if not path.exists():
            raise InputError(f"{path}: no such file; run `spacy project run convert` first")
    words = folder_of(Path(start)) if start else None
    if train_pipeline(config, output, values, gpu=gpu_id, words=words):
        print(f"{output}: trained with seed {seed}")


if __name__ == "__main__":
    run(main)
