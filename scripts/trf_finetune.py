"""Fine-tune an encoder to tag names, on a GPU if there is one."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import in_project
from ar_news.transformer.fine_tuning import fine_tune


def main(
    windows: Annotated[list[Path], typer.Argument(help="Training windows (.npz), as trf_windows.py wrote them.")],
    dev: Annotated[Path, typer.Option(help="Windows of the dev articles.")],
    output: Annotated[Path, typer.Option(help="Folder for the tagger; nothing is done if it is up to date.")],
    encoder: Annotated[Path, typer.Option(help="Folder of the encoder, or of a tagger, to start from.")] = in_project(
        "training/encoder"
    ),
    epochs: Annotated[int, typer.Option(min=1, help="Times that every window is read.")] = 7,
    # At 2e-4 two of twelve trainings never found a name.
    rate: Annotated[float, typer.Option(help="Highest learning rate; ten times as high for the new layer.")] = 1e-4,
    batch: Annotated[int, typer.Option(min=512, help="Wordpieces in a batch, padding included.")] = 4096,
    seed: Annotated[int, typer.Option(help="Of the order of the windows and of dropout.")] = 0,
):
    """Train a tagger on WINDOWS and report its dev scores after each epoch. The last epoch is kept.

    On two CPU cores an epoch takes a quarter of an hour, a third of that where they know bfloat16, on a GPU seconds. A
    stopped training goes on after its last whole epoch when the same command is given again, and begins anew when its
    settings or inputs have changed.
    """
    settings = {"epochs": epochs, "rate": rate, "batch": batch, "seed": seed}
    said = fine_tune(windows, dev, output, encoder, settings)
    if said:
        print(f"{output}: {said}")


if __name__ == "__main__":
    run(main)
