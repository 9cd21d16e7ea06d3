"""Entries by row and column stand where the layer that declares the axes reads them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab.init import Formula, ParameterSpec, as_matrices, from_matrices
from initlab.init.matrices import matrices_of, whole_matrices


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
    "copies apart": (
        ParameterSpec((3, 5, 2, 6), in_axes=(1,), out_axes=(3,), batch_axes=(0, 2)),
        lambda _, i, __, o: 1000 * o + i,
    ),
    "groups behind copies": (
        ParameterSpec((4, 5, 3), in_axes=(1,), out_axes=(0,), batch_axes=(2,), groups=2),
        lambda o, i, _: 1000 * (o % 2) + i,
    ),
    "inputs of a group apart": (
        ParameterSpec((2, 4, 9, 2), in_axes=(0, 2), out_axes=(1,), groups=3),
        lambda i, o, j, k: 1000 * o + 2 * ((9 * i + j) % 6) + k,
    ),
}


@pytest.mark.parametrize(("spec", "place"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_entry_stands_where_its_layer_reads_it(spec, place):
    expected = np.fromfunction(place, spec.shape).astype(np.float32)
    assert_array_equal(Place()(spec, None), np.broadcast_to(expected, spec.shape), strict=True)


@pytest.mark.parametrize("spec", [spec for spec, _ in LAYOUTS.values()], ids=LAYOUTS)
def test_the_matrices_that_are_lent_are_those_that_are_returned_in_the_arrays_memory(spec):
    values = np.arange(np.prod(spec.shape), dtype=np.float64).reshape(spec.shape)
    whole = np.array(as_matrices(values, spec))
    assert_array_equal(from_matrices(whole, spec), values.astype(np.float32))
    with matrices_of(values, spec) as matrices:
        assert np.may_share_memory(matrices, values)
        assert_array_equal(matrices.reshape(whole.shape), whole)
        np.negative(matrices, out=matrices)
    assert_array_equal(as_matrices(values, spec), -whole)


@pytest.mark.parametrize("spec", [spec for spec, _ in LAYOUTS.values()], ids=LAYOUTS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "complex128"])
def test_matrices_that_are_drawn_whole_stand_in_the_layers_own_order_if_so_wished(spec, dtype):
    values = np.empty(spec.shape, dtype)
    with whole_matrices(values, spec, ordered=True) as lent:
        lent[...] = np.arange(lent.size).reshape(lent.shape) % 2039
        drawn = lent.copy()
    matrices = as_matrices(values, spec)
    assert any(np.array_equal(matrices, w) for w in (drawn, np.swapaxes(drawn, 1, 2)))
