"""The weights of an encoder on disk: whole numbers and scales where these say the same, at a third of the size.

This file imports nothing but numpy, srsly, PyTorch and spacy-transformers: it is copied into the wheel as it is.
"""

import zlib
from io import BytesIO
from typing import Any

import numpy
import srsly
import torch
from spacy_transformers.layers.hf_shim import HFShim

# Most that a whole number of a row that `rounded` made comes to: 10 bits with its sign. With 8 bits two names of 1,637 in
# 108 real articles are others, with 10 one, as when the articles are read in batches of 5 instead of 32.
MOST = 511
# Numbers that share a scale in ggml's Q4_0 (https://github.com/ggml-org/ggml), and the most that one of them can come to.
BLOCK, FEW = 32, 8


def coarse(scales: numpy.ndarray) -> numpy.ndarray:
    """Scales of 11 significant bits: their products with whole numbers of up to 13 bits are exact in float32."""
    parts, powers = numpy.frexp(scales)
    return numpy.ldexp(numpy.rint(parts * 2048) / 2048, powers).astype("f4")


def rounded(values: numpy.ndarray) -> numpy.ndarray:
    """A matrix (rows, width), float32, each row as whole numbers up to MOST times one scale; as it is if `steps` fits it already."""
    if steps(values) is not None:
        return values
    scale = coarse(numpy.abs(values).max(1, keepdims=True) / MOST)
    whole = numpy.rint(values / numpy.where(scale, scale, 1)).clip(-MOST, MOST)
    return (whole * scale).astype("f4")


def steps(values: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray] | None:
    """Whole numbers (groups, width), int8 or int16, and scales (groups,), float32, whose products are exactly a matrix.

    A group is a row, or BLOCK numbers of one. None if there are no such numbers.
    """
    for width, tops in ((BLOCK, [*range(FEW, 0, -1)]), (values.shape[1], [MOST])):
        if values.shape[1] % width:
            continue
        groups = values.reshape(-1, width)
        # Most matrices are told by their beginning.
        if all_in_steps(groups[:100], tops) is not None and (found := all_in_steps(groups, tops)) is not None:
            return found
    return None


def all_in_steps(groups: numpy.ndarray, tops: list[int]) -> tuple[numpy.ndarray, numpy.ndarray] | None:
    """`steps` of groups in each of which the largest whole number is one of `tops`."""
    most = numpy.abs(groups).max(1)
    whole, scales = numpy.zeros(groups.shape, "i1" if max(tops) < 128 else "i2"), numpy.zeros(len(groups), "f4")
    left = numpy.arange(len(groups))
    for top in tops:
        scale = coarse(most[left] / top)
        found = numpy.rint(groups[left] / numpy.where(scale, scale, 1)[:, None])
        fits = (found * scale[:, None] == groups[left]).all(1)
        whole[left[fits]], scales[left[fits]] = found[fits], scale[fits]
        left = left[~fits]
    return None if len(left) else (whole, scales)


def squeezed(values: numpy.ndarray) -> bytes:
    """Numbers, compressed: first the lowest byte of each, then the next."""
    return zlib.compress(numpy.ascontiguousarray(values.view("u1").reshape(-1, values.itemsize).T).tobytes(), 9)


def unsqueezed(data: bytes, kind: str) -> numpy.ndarray:
    """The numbers, in one dimension. kind: as numpy names it: i1, i2 or f4."""
    planes = numpy.frombuffer(zlib.decompress(data), "u1").reshape(numpy.dtype(kind).itemsize, -1)
    return numpy.ascontiguousarray(planes.T).view(kind).ravel()


def pack(tensor: torch.Tensor) -> dict[str, Any]:
    """A tensor for msgpack, as it is or, where nothing is lost by it, as whole numbers and scales."""
    values = tensor.detach().cpu().numpy()
    row: dict[str, Any] = {"shape": list(values.shape), "kind": values.dtype.str}
    found = steps(values) if values.ndim == 2 and values.dtype == "f4" and values.size else None
    if found is None:
        return {**row, "values": values.tobytes()}
    whole, scales = found
    return {**row, "size": whole.itemsize, "whole": squeezed(whole), "scales": squeezed(scales)}


def unpack(row: dict[str, Any]) -> torch.Tensor:
    """The tensor that `pack` was given."""
    if "values" in row:
        values = numpy.frombuffer(row["values"], row["kind"]).copy()
    else:
        scales = unsqueezed(row["scales"], "f4")
        values = (unsqueezed(row["whole"], f"i{row['size']}").reshape(len(scales), -1) * scales[:, None]).astype("f4")
    return torch.from_numpy(values.reshape(row["shape"]))


class PackedShim(HFShim):
    """spacy-transformers' encoder, which writes its weights by `pack` and reads those that spacy-transformers wrote as well."""

    def to_bytes(self) -> bytes:
        message = srsly.msgpack_loads(super().to_bytes())
        if message["state"]:
            message["state"] = {name: pack(tensor) for name, tensor in self._model.state_dict().items()}
        return srsly.msgpack_dumps(message)

    def from_bytes(self, bytes_data: bytes) -> "PackedShim":
        message = srsly.msgpack_loads(bytes_data)
        if isinstance(message["state"], dict):
            state = BytesIO()
            torch.save({name: unpack(row) for name, row in message["state"].items()}, state)
            message["state"] = state.getvalue()
        return super().from_bytes(srsly.msgpack_dumps(message))
