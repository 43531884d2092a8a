"""The release: wheels beside a page of what made them, what they hold and how well they read."""

import itertools
import shutil
from pathlib import Path
from typing import Any

from ar_news.comparison.ablation import measured
from ar_news.comparison.speed import usual
from ar_news.data.files import InputError, placing, read_json, write_json
from ar_news.data.stamps import digest
from ar_news.docs import load
from ar_news.release import PACKAGES, unpacked
from ar_news.scores.measuring import read_tests

# Bytes of a wheel that a repository may carry.
LARGEST = 40_000_000
# Times that the speed is measured, and on how many words; the first time they are words that the pipeline has not seen.
ROUNDS, WORDS = 5, 20_000
# What makes each size.
COMMANDS = {
    "sm": 'python scripts/in_venv.py -m spacy project run all . --vars.start ""',
    "md": "python scripts/in_venv.py -m spacy project run best best",
    "trf": "python scripts/in_venv.py -m spacy project run best best",
}


def beginning(texts: list[str], words: int) -> list[str]:
    """The first texts, of at least so many words in all if there are as many."""
    read = [0, *itertools.accumulate(len(text.split()) for text in texts)]
    return [text for text, before in zip(texts, read) if before < words]


def entry(wheel: Path, tests: list[str]) -> dict[str, Any]:
    """What is to be known of a wheel: file, size in bytes, SHA-256, what made it, licences, scores and speed.

    The speed is words a second of CPU time on one thread. tests: NAME=FILE of gold articles. Raises InputError for a wheel that was made of files in no commit.
    """
    folder = unpacked(wheel)
    meta = read_json(folder / "meta.json", "build it again")
    made_of, size = meta["made_of"], meta["name"].rpartition("_")[2]
    if size not in COMMANDS:
        raise InputError(f"{wheel}: is none of {', '.join(COMMANDS)}; release what `run all` and `run best best` make")
    if not made_of["commit"] or made_of["commit"].endswith("+"):
        raise InputError(f"{wheel}: was made of files that are in no commit; commit them and make it again")
    texts = beginning([article.text for gold in read_tests(tests).values() for article in gold], WORDS)
    figures = measured(folder, tests, wheel.with_name("measured.json"))
    return {
        "wheel": wheel.name,
        "shipped": wheel.stat().st_size <= LARGEST,
        "bytes": wheel.stat().st_size,
        "sha256": digest(wheel),
        "version": meta["version"],
        "license": meta["license"],
        "sources": meta["sources"],
        "made_of": {"command": COMMANDS[size], **made_of},
        "tests": figures["tests"],
        "words_per_second": usual(load(str(folder)), texts, ROUNDS),
        "memory_mb": figures["memory_mb"],
    }


def release(wheels: list[Path], tests: list[str], output: Path) -> dict[str, dict[str, Any]]:
    """Put the wheels and release.json into a folder, in the place of an earlier release; the entries by size.

    A wheel above LARGEST is described and not copied. Raises InputError for a wheel that cannot be released.
    """
    found = {}
    for wheel in wheels:
        if not wheel.is_file():
            raise InputError(f"{wheel}: no such wheel; make it with `spacy project run all` or `run best best`")
        row = entry(wheel, tests)
        found[row["wheel"].partition("-")[0]] = row
    if not set(found) & set(PACKAGES):
        raise InputError(f"{output}: not written, as none of {', '.join(PACKAGES)} is among the wheels; give one")
    with placing(output, holds="release.json") as temporary:
        temporary.mkdir()
        write_json(temporary / "release.json", found)
        for wheel in wheels:
            if wheel.stat().st_size <= LARGEST:
                shutil.copy(wheel, temporary)
    return found
