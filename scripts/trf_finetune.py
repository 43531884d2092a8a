"""Fine-tune an encoder to tag names, on a GPU if there is one."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import torch
import typer

from ar_news.data.files import InputError
from ar_news.data.labels import label_names
from ar_news.data.stamps import Stamp
from ar_news.transformer.fine_tuning import PROGRAMS, fit, join, new_head, write
from ar_news.transformer.token_tagger import Tagger, device, read_windows


def main(
    windows: Annotated[list[Path], typer.Argument(help="Training windows (.npz), as trf_windows.py wrote them.")],
    dev: Annotated[Path, typer.Option(help="Windows of the dev articles.")],
    output: Annotated[Path, typer.Option(help="Folder for the tagger; nothing is done if it is up to date.")],
    encoder: Annotated[Path, typer.Option(help="Folder of the encoder, or of a tagger, to start from.")] = Path(
        "training/encoder"
    ),
    epochs: Annotated[int, typer.Option(min=1, help="Times that every window is read.")] = 7,
    # At 2e-4 two of twelve trainings never found a name.
    rate: Annotated[float, typer.Option(help="Highest learning rate; ten times as high for the new layer.")] = 1e-4,
    batch: Annotated[int, typer.Option(min=512, help="Wordpieces in a batch, padding included.")] = 4096,
    seed: Annotated[int, typer.Option(help="Of the order of the windows and of dropout.")] = 0,
):
    """Train a tagger on WINDOWS and report its dev scores after each epoch. The last epoch is kept.

    On two CPU cores an epoch takes a quarter of an hour, on a GPU seconds. A stopped training goes on after its
    last whole epoch when the same command is given again, and begins anew when its settings or inputs have changed.
    """
    settings = {"epochs": epochs, "rate": rate, "batch": batch, "seed": seed}
    stamp = Stamp(output, settings, [*windows, dev, encoder, *PROGRAMS])
    if stamp.fresh():
        return
    state = output.with_name(f"{output.name}.checkpoint")
    name = torch.cuda.get_device_name() if device().type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    with stamp.making("training.json") as temporary:
        made_of = stamp.made_of()
        columns = join([read_windows(path) for path in windows])
        model = Tagger(encoder, new_head(encoder)).to(device())
        log, seconds = fit(model, columns, read_windows(dev), made_of, state)
        if log[-1]["f1"] == 0:
            state.unlink(missing_ok=True)
            raise InputError(
                f"{output}: not written, as the tagger found no name on dev; take another seed or a lower rate"
            )
        how = {"device": name, "seconds": round(seconds), **settings, "inputs": made_of["inputs"]}
        write(model, encoder, temporary, {"labels": label_names(), **how, "log": log})
    state.unlink(missing_ok=True)
    print(f"{output}: dev F {log[-1]['f1']:.4f} after {round(seconds)} s on {name}")


if __name__ == "__main__":
    run(main)
