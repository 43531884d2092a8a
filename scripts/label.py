"""Label windows by one or more fine-tuned taggers, with how sure they are."""
from pathlib import Path
from typing import Tuple

import numpy
import typer
from ar_news.tagger import likely_tags
from articles import InputError, placing, run
from reader import Tagger, device, probabilities, read_windows
from typing_extensions import Annotated


def read_head(folder: Path) -> Tuple[numpy.ndarray, numpy.ndarray]:
    """Weights (tags, width) and bias (tags) of a tagger's last layer; InputError if the folder holds no tagger."""
    try:
        with numpy.load(folder / "head.npz") as head:
            return head["W"], head["b"]
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no tagger ({str(error).splitlines()[0]}); train one with finetune.py") from None


def main(
    windows: Annotated[Path, typer.Argument(help="Windows (.npz), as encode.py wrote them.")],
    model: Annotated[Path, typer.Option(help="Folder of a tagger, or one that holds several (*/tagger), which vote by their mean.")],
    output: Annotated[Path, typer.Option(help="File for the labels, .npz; nothing is done if it is there already.")],
):
    """Write, for every token of every article, its best tag and the probability of that tag in 255ths.

    Where the taggers do not all choose the same tag, the token gets the probability 0.
    """
    if output.exists():
        print(f"{output}: there already; remove it to label again")
        return
    columns = read_windows(windows)
    folders = sorted(model.glob("*/tagger")) or [model]
    votes = [probabilities(Tagger(folder, head=read_head(folder)).to(device()), columns) for folder in folders]
    tags, sure, size = [], [], []
    for rows in zip(*votes):
        mean = sum(rows) / len(rows)
        best = numpy.array(likely_tags(mean), dtype="u1")
        chance = mean[numpy.arange(len(best)), best]
        for own in rows:
            chance = numpy.where(own.argmax(1) == best, chance, 0)
        tags.append(best)
        sure.append((255 * chance).astype("u1"))
        size.append(len(best))
    with placing(output) as temporary, open(temporary, "wb") as file:
        numpy.savez_compressed(file, tags=numpy.concatenate(tags), sure=numpy.concatenate(sure), size=numpy.array(size))
    print(f"{output}: {len(size)} articles, {sum(size)} tokens, labelled by {', '.join(map(str, folders))}")


if __name__ == "__main__":
    run(main)
