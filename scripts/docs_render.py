"""Render the measured figures of the pages (README.md, corpus/datasheet.md, docs/*.md) from what the workflow wrote."""

from ar_news.cli import run

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import in_project, write_json, write_text
from ar_news.figures import MEASURED, PAGES, measure, render


def main(
    training: Annotated[
        Path, typer.Argument(help="Folder that the workflow filled with figures of this project's own corpus.")
    ] = in_project("training/ent_news_sm"),
):
    """Keep the figures of the last run in docs/measured.json and render them in README.md, corpus/datasheet.md and docs/*.md.

    For those who maintain this project; runs on another corpus are refused. The pages are written by hand but for their
    marked blocks. Run it after `spacy project run seeds`, `run speed`, `run quality`, `run best` or the tests, which measure
    Doccano and take its screenshots; what was not run keeps its figures.
    """
    before = json.loads(MEASURED.read_text(encoding="utf-8")) if MEASURED.exists() else {}
    measured = measure(training, before)
    pages = {path: render(path.read_text(encoding="utf-8"), measured) for path in PAGES}
    write_json(MEASURED, measured)
    if (training / "curve" / "curve.png").exists():
        shutil.copy(training / "curve" / "curve.png", MEASURED.with_name("learning-curve.png"))
    for shot in sorted((training.parent / "screenshots").glob("*.png")):
        shutil.copy(shot, MEASURED.with_name(shot.name))
    for path, page in pages.items():
        write_text(path, page)
        print(f"{path}: figures of the last run")


if __name__ == "__main__":
    run(main)
