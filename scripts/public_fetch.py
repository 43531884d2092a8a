"""Fetch the public corpora that best/project.yml lists as assets, and check them."""

from ar_news.cli import run

import sys
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import ROOT, InputError
from ar_news.public.fetching import FOLDER, Mirror, ensure, read_assets


def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Beginnings of the files wanted, such as ANERCorp or saudinewsnet/2015-07; all if not given."
        ),
    ] = None,
    mirror: Mirror = "",
    verify: Annotated[bool, typer.Option("--verify", help="Fetch nothing, only check what is there.")] = False,
    root: Annotated[Path, typer.Option(help="Folder of the project that gets the files.")] = ROOT,
):
    """Fetch the assets of best/project.yml that are missing or damaged, and check every one by its md5.

    Ends with an error if one is missing, cannot be fetched or is not what it should be, and leaves no such file
    behind. (`spacy project assets` knows the same list, but takes a bad file for good and ends without an error.)
    """
    wanted = [a for a in read_assets() if not names or a["dest"].removeprefix(FOLDER).startswith(tuple(names))]
    if not wanted:
        raise InputError(f"{', '.join(names or [])}: no such asset in best/project.yml; see its section assets")
    fetched = ensure(wanted, root, mirror, verify)
    print(f"{len(wanted)} assets are as they should be, {fetched} of them fetched now", file=sys.stderr)


if __name__ == "__main__":
    run(main)
