"""Arrays in .npz files: tags are numbers there, so each file names the labels that they stand for, in order."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy

from ar_news.data.files import InputError
from ar_news.data.labels import label_names

Arrays = dict[str, numpy.ndarray]


def check_labels(path: Path, found: Sequence[str], todo: str) -> None:
    """InputError, with what to do, unless these are the labels of configs/labels.json in their order."""
    wanted = label_names()
    if list(found) != wanted:
        theirs = f"its labels are {', '.join(found)}" if len(found) else "it names no labels"
        raise InputError(f"{path}: {theirs}, but those of configs/labels.json are {', '.join(wanted)}; {todo}")


def write_arrays(path: Path, **arrays) -> None:
    """Write arrays of any shape, and under `labels` the names of configs/labels.json."""
    with open(path, "wb") as file:
        numpy.savez_compressed(file, labels=numpy.array(label_names()), **arrays)


def read_arrays(path: Path, names: Sequence[str], todo: str) -> Arrays:
    """The arrays of these names.

    Raises InputError, with what to do, for a file that is missing, broken, without one of them or of other labels.
    """
    try:
        with numpy.load(path) as file:
            found = {name: file[name] for name in file.files}
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); {todo}") from None
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: no whole .npz file ({str(error).splitlines()[0]}); {todo}") from None
    missing = [name for name in names if name not in found]
    if missing:
        raise InputError(f"{path}: holds no {', '.join(missing)}; {todo}")
    check_labels(path, found.get("labels", numpy.array([])).tolist(), todo)
    return {name: found[name] for name in names}
