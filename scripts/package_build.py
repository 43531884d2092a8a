"""Build an installable wheel of a pipeline, and say what came out in one line."""

from ar_news.cli import run

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import InputError, placing, read_json, write_text
from ar_news.training.packaging import ALWAYS, SHIPPED, build, lay_out, stated


def main(
    pipeline: Annotated[Path, typer.Argument(help="Folder of the described pipeline.")],
    output: Annotated[Path, typer.Argument(help="Folder for the wheel and build.log; an old one is replaced.")],
    name: Annotated[str, typer.Option(help="Name without the language: ent_news_sm makes the package ar_ent_news_sm.")],
    code: Annotated[
        list[Path], typer.Option(help="File of scripts/ar_news/pipeline that goes along; may be given several times.")
    ],
    version: Annotated[str, typer.Option(help="Version of the package; that of pyproject.toml if none is given.")] = "",
):
    """Package PIPELINE as a wheel in OUTPUT that needs nothing of this project."""
    meta = read_json(pipeline / "meta.json", "run `spacy project run describe` first")
    for path in code:
        if not path.is_file():
            raise InputError(f"{path}: no such file; give one of scripts/ar_news/pipeline")
    modules = list(dict.fromkeys([*ALWAYS, *(f"{SHIPPED}.{path.stem}" for path in code)]))
    with tempfile.TemporaryDirectory() as folder:
        sources = lay_out(pipeline, modules, name, version or stated("version"), Path(folder))
        wheel, said = build(sources)
        if wheel is None:
            write_text(output / "build.log", said)
            last = (said.strip().splitlines() or ["nothing"])[-1]
            raise InputError(f"{pipeline}: no wheel came out ({last}); see {output / 'build.log'}")
        with placing(output, holds="build.log") as temporary:
            temporary.mkdir()
            shutil.copy(wheel, temporary)
            write_text(temporary / "build.log", said)
    score = meta.get("performance", {}).get("ents_f")
    told = "" if score is None else f", F {100 * score:.1f} on the test articles"
    print(f"{output / wheel.name}: {(output / wheel.name).stat().st_size / 1e6:.1f} MB{told}")


if __name__ == "__main__":
    run(main)
