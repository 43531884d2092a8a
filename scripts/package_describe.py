"""Give a trained pipeline its full description, ready to be packaged."""

from ar_news.cli import run

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from ar_news.data.files import ROOT, InputError, placing, read_json, write_json, write_text
from ar_news.data.labels import load_labels
from ar_news.training.description import (
    Size,
    described,
    forget_training,
    licence_lines,
    made_of,
    performance,
    tell_start,
    warn_missing,
)


def main(
    model: Annotated[Path, typer.Argument(help="Folder of the trained pipeline.")],
    scores: Annotated[Path, typer.Argument(help="Its scores on the test split, as evaluate.py wrote them.")],
    output: Annotated[Path, typer.Argument(help="Folder for the described pipeline; an old one is replaced.")],
    corpus: Annotated[Path, typer.Option(help="Folder of the corpus that it was trained on.")] = ROOT / "corpus",
    author: Annotated[str, typer.Option(help="Who made it; of this project's own corpus it is known.")] = "",
    licence: Annotated[str, typer.Option("--license", help="Licence of the pipeline; likewise.")] = "",
    source: Annotated[str, typer.Option(help="Name of the corpus; likewise.")] = "",
    size: Annotated[
        Size,
        typer.Option(
            help="md and trf add the licence and sources of configs/meta-best.json, as more than the corpus went in."
        ),
    ] = Size.sm,
    more: Annotated[
        Path | None, typer.Option(help="What it was trained on besides, as train_convert.py wrote it (more.json).")
    ] = None,
    start: Annotated[
        str,
        typer.Option(
            help='The pipeline or wheel whose word layers it began with, "" for none: its sources are told too.'
        ),
    ] = "",
):
    """Copy MODEL to OUTPUT with labels, test scores, sources, licence and what it was made of in its meta.json."""
    for path in (model / "meta.json", scores):
        if not path.exists():
            raise InputError(f"{path}: no such file; run `spacy project run all` first")
    meta = read_json(model / "meta.json", "train it again")
    warn_missing(meta)
    besides = read_json(more, "convert the articles again") if more else {"data": {}, "collections": []}
    meta.update(described(corpus, author, licence, source, besides["collections"]))
    if size is not Size.sm:
        best: dict[str, Any] = read_json(ROOT / "configs" / "meta-best.json", "restore it")[size.value]
        meta["sources"] += best["sources"]
        meta["license"] = licence or ("" if besides["collections"] else best["license"])
    meta["performance"] = performance(read_json(scores, "evaluate it again"))
    meta["label_definitions"] = {row["label"]: row["definition_en"] for row in load_labels()}
    meta["label_colours"] = {row["label"]: row["colour"] for row in load_labels()}
    meta["made_of"] = made_of(corpus)
    meta["made_of"]["data"].update(besides["data"])
    tell_start(meta, start)
    with placing(output, holds="meta.json") as temporary:
        shutil.copytree(model, temporary)
        forget_training(temporary)
        write_json(temporary / "meta.json", meta)
        shutil.copy(ROOT / "LICENSE", temporary)
        write_text(temporary / "LICENSES_SOURCES", licence_lines(meta["sources"]))
    print(f"{output}: ready to be packaged")


if __name__ == "__main__":
    run(main)
