"""Label windows by one or more fine-tuned taggers, with how sure they are."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import numpy
import typer

from ar_news.data.stamps import Stamp
from ar_news.pipeline.tagger import likely_tags
from ar_news.transformer.arrays import write_arrays
from ar_news.transformer.labelling import READER, votes
from ar_news.transformer.token_tagger import read_windows


def main(
    windows: Annotated[Path, typer.Argument(help="Windows (.npz), as trf_windows.py wrote them.")],
    model: Annotated[list[Path], typer.Option(help="Folder of a tagger; several vote by the mean of their chances.")],
    output: Annotated[Path, typer.Option(help="File for the labels, .npz; nothing is done if it is up to date.")],
):
    """Write, for every token of every article, its best tag and the probability of that tag in 255ths.

    Where the taggers do not all choose the same tag, the token gets the probability 0. When the command was stopped,
    the same one goes on with the taggers that have not read the windows yet.
    """
    stamp = Stamp(output, {}, [windows, *model, READER])
    if stamp.fresh():
        return
    parts = [
        Stamp(output.with_name(f"{output.stem}.{i}.npz"), {}, [windows, folder, READER])
        for i, folder in enumerate(model)
    ]
    with stamp.making() as temporary:
        columns = read_windows(windows)
        tags, sure, size = [], [], []
        for rows in zip(*(votes(folder, columns, part) for folder, part in zip(model, parts))):
            mean = sum(rows) / len(rows)
            best = numpy.array(likely_tags(mean), dtype="u1")
            chance = mean[numpy.arange(len(best)), best]
            for own in rows:
                chance = numpy.where(own.argmax(1) == best, chance, 0)
            tags.append(best)
            sure.append((255 * chance).astype("u1"))
            size.append(len(best))
        write_arrays(temporary, tags=numpy.concatenate(tags), sure=numpy.concatenate(sure), size=numpy.array(size))
    for part in parts:
        part.output.unlink()
        part.path.unlink()
    print(f"{output}: {len(size)} articles, {sum(size)} tokens, labelled by {', '.join(map(str, model))}")


if __name__ == "__main__":
    run(main)
