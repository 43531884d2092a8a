"""Check the gold corpus and count it: the first step of the workflow."""

from ar_news.cli import run

from pathlib import Path
from typing import Annotated

import typer

from ar_news.data.files import write_json
from ar_news.quality.corpus import NearCopies, manifest


def main(
    corpus: Annotated[Path, typer.Argument(help="Folder with train.jsonl, dev.jsonl and test.jsonl.")],
    output: Annotated[Path, typer.Option(help="JSON file for the counts.")],
    near: Annotated[
        NearCopies, typer.Option("--near-copies", help="What to do about sentences that are nearly the same.")
    ] = NearCopies.refuse,
):
    """Check every article of CORPUS, those of CORPUS/everyday too if it has them, and write a manifest with counts and checksums.

    Checked: UTF-8 and JSON, keys, offsets in range, the surface of every span against the text, known
    labels, no overlap, no white space or punctuation at a span's edge, no article twice or in two splits, no sentence
    nearly the same as another, names apart.
    Every fault is one line with file, line and article id; the exit code is then 1.
    """
    counts = manifest(corpus, near is NearCopies.refuse)
    write_json(output, counts)
    for split in counts:
        names = ", ".join(f"{label} {n['mentions']}" for label, n in counts[split]["names"].items())
        print(f"{split:<13}{counts[split]['articles']:>5} articles {counts[split]['words']:>7} words  {names}")


if __name__ == "__main__":
    run(main)
