"""Label windows by one or more fine-tuned taggers, with how sure they are."""

from pathlib import Path

import numpy

from ar_news.data.files import LIBRARY
from ar_news.data.stamps import Stamp
from ar_news.transformer.arrays import read_arrays, write_arrays
from ar_news.transformer.token_tagger import Columns, Tagger, device, probabilities

READER = LIBRARY / "transformer" / "token_tagger.py"


def read_head(folder: Path) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Weights (tags, width) and bias (tags) of a tagger's last layer.

    Raises InputError if the folder holds no tagger, or one of other labels.
    """
    head = read_arrays(folder / "head.npz", ["W", "b"], "train the tagger with trf_finetune.py")
    return head["W"], head["b"]


def votes(folder: Path, columns: Columns, stamp: Stamp) -> list[numpy.ndarray]:
    """Tag probabilities of each article by one tagger, shape (tokens, tags), kept in the file of the stamp."""
    if not stamp.fresh():
        with stamp.making() as temporary:
            rows = probabilities(Tagger(folder, head=read_head(folder)).to(device()), columns)
            write_arrays(temporary, rows=numpy.concatenate(rows), size=numpy.array([len(own) for own in rows]))
    kept = read_arrays(stamp.output, ["rows", "size"], "remove it and label again")
    return numpy.split(kept["rows"], kept["size"].cumsum()[:-1])
