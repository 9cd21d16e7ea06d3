"""Axes that are permuted in their own memory come out as NumPy's transpose has them."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from initlab.init.permuted import PIECE, permute


def assert_permutes(shape, axes):
    values = np.arange(prod(shape)).reshape(shape)
    expected = np.transpose(values, axes).copy()
    moved = permute(values, axes)
    assert_array_equal(moved, expected, strict=True)
    assert_array_equal(values.reshape(-1), expected.reshape(-1))


@given(
    given=st.lists(st.integers(1, 7), max_size=5).flatmap(
        lambda shape: st.tuples(st.just(shape), st.permutations(range(len(shape))))
    ),
    piece=st.integers(1, 100),
)
def test_any_axes_in_pieces_of_any_size_are_numpys(given, piece):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("initlab.init.permuted.PIECE", piece)
        assert_permutes(*given)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((701, 1009), (1, 0)),
        ((3, 300_007), (1, 0)),
        ((300_007, 3), (1, 0)),
        ((2, 3, 150_001), (1, 0, 2)),
        ((600, 2, 500), (0, 2, 1)),
        ((3, 5, 7, 11, 13, 31), (5, 2, 3, 0, 4, 1)),
        ((31, 1, 13, 11, 1, 7, 15), (4, 5, 6, 2, 3, 1, 0)),
    ],
    ids=str,
)
def test_so_are_those_of_more_numbers_than_are_copied_at_once(shape, axes):
    assert prod(shape) > PIECE
    assert_permutes(shape, axes)
