from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nd
from initlab.errors import DataError

KINDS = [
    "float16",
    "float32",
    "float64",
    "bool",
    *(f"{u}int{8 * n}" for u in ("", "u") for n in (1, 2, 4, 8)),
]


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_every_type_and_shape_come_back_as_others_read_them(tmp_path, kind, copy):
    from safetensors.numpy import load_file

    rng, file = np.random.default_rng(0), tmp_path / "x"
    arrays = {
        name: (10 * rng.standard_normal(shape)).astype(kind)
        for name, shape in {"a": (3, 2), "scalar": (), "empty": (0, 4), "odd": (7,)}.items()
    } | {"byte": np.ones(3, np.int8)}  # what stands behind it may lie off its type's boundary
    nd.save(file, arrays)
    found, theirs = nd.load(file, copy=copy), load_file(file)
    assert set(found) == set(theirs) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == theirs[name].dtype == array.dtype
        assert_array_equal(found[name], array)
        assert_array_equal(theirs[name], array)


def test_a_copy_is_the_readers_own_and_what_is_none_cannot_be_written(tmp_path):
    nd.save(tmp_path / "x", {"x": np.zeros(3)})
    own, lent = nd.load(tmp_path / "x")["x"], nd.load(tmp_path / "x", copy=False)["x"]
    own[:] = 1
    with pytest.raises(ValueError, match="read-only"):
        lent[:] = 1
    assert_array_equal(nd.load(tmp_path / "x")["x"], np.zeros(3))


def test_a_type_that_numpy_lacks_is_named(tmp_path):
    header = json.dumps({"x": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(DataError, match=r"Array 'x' is of type BF16, which NumPy does not have"):
        nd.load(tmp_path / "x")


@pytest.mark.parametrize("keep", [0, 4, 20, -1])
def test_a_cut_file_is_refused(tmp_path, keep):
    nd.save(tmp_path / "x", {"x": np.zeros(30)})
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:keep])
    with pytest.raises(DataError, match=r"Cannot load arrays from .*x: "):
        nd.load(tmp_path / "x")


def test_offsets_that_lie_outside_the_file_are_refused(tmp_path):
    header = json.dumps({"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    (tmp_path / "x").write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    with pytest.raises(DataError, match="Cannot load arrays"):
        nd.load(tmp_path / "x")
