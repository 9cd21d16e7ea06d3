"""What a draw takes beside the array that it fills: a block a thread, whatever the initializer."""

from __future__ import annotations

import os
import tracemalloc

import numpy as np
import pytest

from initlab import nd
from initlab.errors import InitlabError
from initlab.init import (
    ICNR,
    NPRNN,
    RAI,
    Centred,
    Constant,
    ConvOrthogonal,
    Cosine,
    DeltaOrthogonal,
    EqualRows,
    HaarOrthogonal,
    LogShares,
    Masked,
    Mirror,
    Normal,
    Orthogonal,
    ParameterSpec,
    Placed,
    Scaled,
    Sinusoidal,
    Sparse,
    Spectral,
    Standardized,
    TruncatedNormal,
    Twin,
    Unitary,
    initializers,
)
from initlab.nd.random import BLOCK, stream

VECTOR = {"role": "bias", "in_axes": (), "out_axes": (0,)}
SPECS = [
    ParameterSpec((1024, 2048), name="w"),
    ParameterSpec((1448, 1448), name="w"),
    ParameterSpec((512, 456, 3, 3), name="w"),
    ParameterSpec((2049, 1, 1024), name="w"),
    ParameterSpec((4 * BLOCK,), name="w", **VECTOR),
    ParameterSpec((1024, 1024), "complex64", name="w"),
    ParameterSpec((2,), name="w", **VECTOR),
]
LAYOUTS = {
    "tall": ParameterSpec((400_000, 5)),
    "one row": ParameterSpec((1, 4 * BLOCK)),
    "grouped": ParameterSpec((512, 114, 6, 6), groups=4),
    "channels last": ParameterSpec((3, 3, 456, 512), in_axes=(2,), out_axes=(3,)),
    "transposed": ParameterSpec((456, 512, 3, 3), in_axes=(0,), out_axes=(1,)),
    "transposed, grouped": ParameterSpec((456, 512, 3, 3), in_axes=(0,), out_axes=(1,), groups=4),
    "copies": ParameterSpec((8, 512, 512), in_axes=(1,), out_axes=(2,), batch_axes=(0,)),
    "half": ParameterSpec((1024, 2048), "float16"),
    "half, channels last": ParameterSpec((3, 3, 456, 512), "float16", in_axes=(2,), out_axes=(3,)),
    "half, transposed, grouped": ParameterSpec(
        (456, 512, 3, 3), "float16", in_axes=(0,), out_axes=(1,), groups=4
    ),
    "double": ParameterSpec((1024, 2048), "float64"),
    "complex": ParameterSpec((1024, 2048), "complex64"),
    "complex, channels last": ParameterSpec(
        (3, 3, 456, 512), "complex64", in_axes=(2,), out_axes=(3,)
    ),
    "outputs apart": ParameterSpec((64, 512, 64), in_axes=(1,), out_axes=(0, 2)),
    "outputs apart, grouped": ParameterSpec((64, 512, 64), in_axes=(1,), out_axes=(0, 2), groups=4),
    "copies apart": ParameterSpec((4, 128, 64, 64), in_axes=(1,), out_axes=(0, 2), batch_axes=(3,)),
    "inputs apart, grouped": ParameterSpec((60, 512, 64), in_axes=(0, 2), out_axes=(1,), groups=8),
    "large kernel, transposed": ParameterSpec((2, 1024, 32, 32), in_axes=(0,), out_axes=(1,)),
}
SQUARE = {
    "channels last": ParameterSpec((3, 3, 128, 1152), in_axes=(2,), out_axes=(3,)),
    "transposed": ParameterSpec((128, 1152, 3, 3), in_axes=(0,), out_axes=(1,)),
    "outputs apart": ParameterSpec((32, 1024, 32), in_axes=(1,), out_axes=(0, 2)),
    "copies": LAYOUTS["copies"],
    "half": ParameterSpec((1448, 1448), "float16"),
    "complex": ParameterSpec((1448, 1448), "complex64"),
}
FROM_FILES = ("load", "mxnet.load", "weight_selection", "pretrained_statistics")


def beside(made, spec):
    """Return how much memory a draw takes beside the array, by a block's."""
    out = np.empty(spec.shape, spec.dtype)
    tracemalloc.start()
    try:
        made.write(spec, stream(0, "w"), out)
        return tracemalloc.get_traced_memory()[1] / (BLOCK * spec.dtype.itemsize)
    finally:
        tracemalloc.stop()


@pytest.fixture(autouse=True)
def one_core(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)
    HaarOrthogonal()(ParameterSpec((100, 100)), stream(0, "w"))  # SciPy is imported


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("trained") / "w.safetensors"
    nd.save(path, {"w": np.ones(SPECS[0].shape, np.float32)})
    return path


@pytest.mark.parametrize("name", sorted(initializers()))
def test_a_draw_takes_less_than_a_block_a_thread_beside_the_array(name, file):
    given = initializers()[name]
    made = given(*[file] * (name in FROM_FILES)) if isinstance(given, type) else given
    for spec in SPECS:
        try:
            taken = beside(made, spec)
        except InitlabError:  # the next shape is for it
            continue
        assert taken < 1
        return
    assert isinstance(made, Placed)  # a rule, which others draw for


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize(
    "shape", [(800, 800), (300, 2000), (2000, 400), (1, 4 * BLOCK), (400_000, 5)]
)
def test_singular_vectors_are_made_where_they_stay(shape, dtype):
    assert beside(Orthogonal(), ParameterSpec(shape, dtype)) < 1


def test_shares_are_turned_into_logarithms_some_at_a_time():
    shares = np.arange(1.0, 2 * BLOCK + 1)
    assert beside(LogShares(shares), ParameterSpec(shares.shape, **VECTOR)) < 1


@pytest.mark.parametrize("spec", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    "made",
    [Normal(), TruncatedNormal(), Constant(3.0), Scaled(3.0, Normal()), Cosine(), Sinusoidal()],
    ids=str,
)
def test_neither_the_layout_nor_the_precision_changes_that(made, spec):
    assert beside(made, spec) < 1


PAIRED = LAYOUTS.keys() - {"tall", "one row", "inputs apart, grouped"}
KERNELS = {
    "grouped",
    "channels last",
    "transposed",
    "transposed, grouped",
    "half, channels last",
    "half, transposed, grouped",
    "complex, channels last",
}


@pytest.mark.parametrize(
    ("made", "layouts"),
    [
        *((made, LAYOUTS) for made in (Centred(Normal()), EqualRows(), Standardized(), RAI())),
        *((made, LAYOUTS) for made in (Masked(Normal()), Spectral(Normal()))),
        (Sparse(), LAYOUTS.keys() - {"tall"}),
        (Sparse(None, per="inputs"), LAYOUTS.keys() - {"one row"}),
        *((made, PAIRED) for made in (Mirror(Normal()), Mirror())),
        (Twin(Normal()), PAIRED),
        (ICNR(of=Normal()), KERNELS),
        (DeltaOrthogonal(), KERNELS),
        (ConvOrthogonal(), KERNELS),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_changed_some_at_a_time_takes_no_more_in_any_layout(made, layouts):
    taken = {layout: beside(made, LAYOUTS[layout]) for layout in sorted(layouts)}
    assert not {layout: blocks for layout, blocks in taken.items() if blocks >= 1}


@pytest.mark.parametrize("spec", SQUARE.values(), ids=SQUARE)
@pytest.mark.parametrize("made", [NPRNN(), Unitary()], ids=str)
def test_recurrent_matrices_are_made_where_they_stay(made, spec):
    assert beside(made, spec) < 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_orthogonal_matrices_are_made_where_they_stay(layout):
    assert beside(HaarOrthogonal(), LAYOUTS[layout]) < 1


@pytest.mark.parametrize("shape", [(2048, 2048), (60_000, 300), (20, 200_000), (1, 2**21)])
def test_in_half_precision_they_are_too_of_any_shape(shape):
    assert beside(HaarOrthogonal(), ParameterSpec(shape, "float16")) < 1


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_many_small_orthogonal_matrices_are_decomposed_some_at_a_time(dtype):
    spec = ParameterSpec((8000, 20, 16), dtype, in_axes=(1,), out_axes=(2,), batch_axes=(0,))
    assert beside(HaarOrthogonal(), spec) < 1


@pytest.mark.parametrize("made", [Spectral(Normal()), EqualRows(), HaarOrthogonal()], ids=str)
def test_of_half_a_million_matrices_some_are_looked_at_at_a_time(made):
    spec = ParameterSpec((2**19, 2, 2), in_axes=(1,), out_axes=(2,), batch_axes=(0,))
    assert beside(made, spec) < 1
