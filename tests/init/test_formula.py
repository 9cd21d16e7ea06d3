"""Entries by row and column stand where the layer that declares the axes reads them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab.init import Formula, ParameterSpec, as_matrices, from_matrices
from initlab.init.matrices import matrices_of


class Place(Formula):
    """1000 for each output, and 1 for each number that it sums."""

    def entry(self, spec, i, j):
        return 1000 * i + j


LAYOUTS = {
    "dense": (ParameterSpec((6, 5)), lambda o, i: 1000 * o + i),
    "large": (ParameterSpec((4, 90_000)), lambda o, i: 1000 * o + i),  # rows are cut
    "embedding": (
        ParameterSpec((5, 6), in_axes=(0,), out_axes=(1,)),
        lambda i, o: 1000 * o + i,
    ),
    "kernel": (ParameterSpec((6, 4, 3, 2)), lambda o, i, h, w: 1000 * o + (3 * i + h) * 2 + w),
    "channels last": (
        ParameterSpec((3, 2, 4, 6), in_axes=(-2,), out_axes=(-1,)),
        lambda h, w, i, o: 1000 * o + (3 * i + h) * 2 + w,
    ),
    "groups": (ParameterSpec((6, 4, 3), groups=2), lambda o, i, k: 1000 * (o % 3) + 3 * i + k),
    "transposed": (
        ParameterSpec((4, 6, 3), in_axes=(0,), out_axes=(1,)),
        lambda i, o, k: 1000 * o + 3 * i + k,
    ),
    "transposed groups": (
        ParameterSpec((4, 6, 3), in_axes=(0,), out_axes=(1,), groups=2),
        lambda i, o, k: 1000 * o + 3 * (i % 2) + k,
    ),
    "copies": (
        ParameterSpec((3, 5, 6), in_axes=(1,), out_axes=(2,), batch_axes=(0,)),
        lambda _, i, o: 1000 * o + i,
    ),
    "heads": (
        ParameterSpec((2, 5, 6), in_axes=(2,), out_axes=(0, 1)),
        lambda head, o, i: 1000 * (5 * head + o) + i,
    ),
    "outputs apart": (
        ParameterSpec((2, 6, 5), in_axes=(1,), out_axes=(0, 2)),
        lambda head, i, o: 1000 * (5 * head + o) + i,
    ),
}


@pytest.mark.parametrize(("spec", "place"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_entry_stands_where_its_layer_reads_it(spec, place):
    expected = np.fromfunction(place, spec.shape).astype(np.float32)
    assert_array_equal(Place()(spec, None), np.broadcast_to(expected, spec.shape), strict=True)


@pytest.mark.parametrize("spec", [spec for spec, _ in LAYOUTS.values()], ids=LAYOUTS)
def test_the_matrices_that_are_lent_are_those_that_are_returned_and_are_written_back(spec):
    values = np.arange(np.prod(spec.shape), dtype=np.float64).reshape(spec.shape)
    whole = np.array(as_matrices(values, spec))
    assert_array_equal(from_matrices(whole, spec), values.astype(np.float32))
    with matrices_of(values, spec) as matrices:
        assert_array_equal(matrices.reshape(whole.shape), whole)
        np.negative(matrices, out=matrices)
    assert_array_equal(as_matrices(values, spec), -whole)


def test_only_outputs_apart_are_copied():
    lent = {}
    for name, (spec, _) in LAYOUTS.items():
        out = np.empty(spec.shape)
        with matrices_of(out, spec) as matrices:
            lent[name] = np.may_share_memory(matrices, out)
    assert [name for name, shared in lent.items() if not shared] == ["outputs apart"]
