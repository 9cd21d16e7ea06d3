"""`.params` files, written here byte by byte as MXNet's versions lay them out, and spoiled ones.

While this was built MXNet 1.9.1 opened all that is opened here, and what `save` writes.
"""

from __future__ import annotations

import random
import struct
import tracemalloc

import numpy as np
import pytest
from initlab_mxnet import load, save

from initlab.errors import BadTypeError, DataError

WORDS = (0, 1, 0x112, 2**31, 0xF993FAC8, 0xF993FAC9, 0xF993FACA, 2**32 - 1, 2**63, 2**64 - 1)


def dense(version, shape, flag, data, device=(1, 0)):
    """Lay out one array; version 0 is that of files from before V1."""
    storage = [0] if version in ("V2", "V3") else []
    magic = {"V1": [0xF993FAC8], "V2": [0xF993FAC9], "V3": [0xF993FACA], 0: []}[version]
    dims = struct.pack(f"<{len(shape)}{'q' if version else 'I'}", *shape)
    head = struct.pack(f"<{len(magic + storage) + 1}I", *magic, *storage, len(shape))
    return head + dims + struct.pack("<iii", *device, flag) + data


def file_of(*arrays, names=()):
    written = [struct.pack("<Q", len(name)) + name for name in names]
    counted = [struct.pack("<Q", len(items)) + b"".join(items) for items in (arrays, written)]
    return struct.pack("<QQ", 0x112, 0) + b"".join(counted)


ONE_TWO_THREE = struct.pack("<3f", 1, 2, 3)
USUAL = file_of(
    dense("V2", (1, 3), 0, ONE_TWO_THREE), dense("V2", (2,), 6, struct.pack("<2q", -1, 2**40)),
    names=[b"0.weight", b"0.bias"],
)  # fmt: skip


@pytest.fixture
def opened(tmp_path):
    def open_(content):
        path = tmp_path / "net.params"
        path.write_bytes(content)
        return load(path)

    return open_


@pytest.mark.parametrize("version", [0, "V1", "V2", "V3"])
def test_files_of_every_version_open(opened, version):
    found = opened(file_of(dense(version, (1, 3), 0, ONE_TWO_THREE), names=[b"dense0_weight"]))
    assert list(found) == ["dense0_weight"]
    expected = np.array([[1, 2, 3]], np.float32)
    np.testing.assert_array_equal(found["dense0_weight"], expected, strict=True)
    found["dense0_weight"] += 1  # ours to change


@pytest.mark.parametrize(
    ("flag", "layout", "dtype"),
    [(0, "f", "float32"), (1, "d", "float64"), (2, "e", "float16"), (3, "B", "uint8"),
     (4, "i", "int32"), (5, "b", "int8"), (6, "q", "int64"), (7, "?", "bool")],
)  # fmt: skip
def test_every_dtype_opens(opened, flag, layout, dtype):
    content = file_of(dense("V2", (2,), flag, struct.pack(f"<2{layout}", 1, 0)), names=[b"w"])
    np.testing.assert_array_equal(opened(content)["w"], np.array([1, 0], dtype), strict=True)


def test_bfloat16_opens_as_the_float32_numbers_that_it_holds(opened):
    halves = struct.pack("<2H", 0x3FC0, 0xC010)  # the upper halves of 1.5 and -2.25
    found = opened(file_of(dense("V2", (2,), 12, halves), names=[b"w"]))["w"]
    np.testing.assert_array_equal(found, np.array([1.5, -2.25], np.float32), strict=True)


def test_arrays_from_a_gpu_open(opened):
    content = file_of(dense("V2", (3,), 0, ONE_TWO_THREE, device=(2, 3)), names=[b"w"])
    assert opened(content)["w"].tolist() == [1, 2, 3]


def test_arrays_without_names_are_numbered(opened):
    assert list(opened(file_of(*[dense("V2", (3,), 0, ONE_TWO_THREE)] * 2))) == ["0", "1"]


def test_names_stand_as_they_are_in_the_file(opened):
    names = [b"arg:fc_weight", b"aux:bn_moving_mean", "größe".encode()]
    arrays = [dense("V2", (3,), 0, ONE_TWO_THREE)] * 3
    assert list(opened(file_of(*arrays, names=names))) == [name.decode() for name in names]


def test_save_writes_what_mxnet_writes(tmp_path):
    save(tmp_path / "a", {"0.weight": np.float32([[1, 2, 3]]), "0.bias": np.array([-1, 2**40])})
    assert (tmp_path / "a").read_bytes() == USUAL


def test_what_is_saved_opens_again(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {
        f"{dtype}.w": (9 * rng.standard_normal((3, 2, 4))).astype(dtype)
        for dtype in ("float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool")
    } | {"transposed": rng.random((3, 4)).T, "big-endian": np.arange(3, dtype=">f4")}
    save(tmp_path / "a", arrays)
    found = load(tmp_path / "a")
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        expected = array.astype(array.dtype.newbyteorder("="))
        np.testing.assert_array_equal(found[name], expected, strict=True)


def test_scalars_and_empty_arrays_make_a_file_of_the_numpy_mode(tmp_path):
    save(tmp_path / "a", {"scalar": 2.5, "empty": np.zeros((0, 3)), "usual": np.ones(2)})
    assert (tmp_path / "a").read_bytes()[24:28] == struct.pack("<I", 0xF993FACA)
    assert {name: array.shape for name, array in load(tmp_path / "a").items()} == {
        "scalar": (), "empty": (0, 3), "usual": (2,),
    }  # fmt: skip


def test_a_dtype_that_mxnet_lacks_is_refused_before_the_file_is_touched(tmp_path):
    (tmp_path / "a").write_bytes(USUAL)
    with pytest.raises(BadTypeError, match="'z' has dtype complex128, which MXNet does not have"):
        save(tmp_path / "a", {"w": np.ones(2), "z": np.ones(2, complex)})
    assert (tmp_path / "a").read_bytes() == USUAL


def test_anything_but_a_mapping_is_refused(tmp_path):
    with pytest.raises(BadTypeError, match="a mapping of names, got list"):
        save(tmp_path / "a", [np.ones(2)])


def test_a_write_that_fails_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    save(tmp_path / "a", {"w": np.ones(2)})
    before = (tmp_path / "a").read_bytes()
    monkeypatch.setattr("initlab_mxnet.writing._named", lambda names: [1 / 0 for _ in names])
    with pytest.raises(ZeroDivisionError):
        save(tmp_path / "a", {"w": np.zeros(2)})
    assert (tmp_path / "a").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


SPOILED = {
    "it begins with 0x6e6f7420666f2065": b"e of ton" + USUAL[8:],
    "array 0 is sparse .storage 1.": file_of(struct.pack("<IiiqiqiiI", 0xF993FAC9, 1, *[0] * 7)),
    "array 0 has the dtype number 99": file_of(dense("V2", (3,), 99, ONE_TWO_THREE)),
    "array 0 has the version or rank 0x21": file_of(dense(0, (1,) * 33, 0, ONE_TWO_THREE)),
    r"array 0 has the shape \(3, 0\): it was saved without": file_of(dense("V1", (3, 0), 0, b"")),
    r"array 0 has the shape \(\): it was saved without": file_of(dense("V2", (), 0, b"")),
    r"array 0 has the shape \(-1,\)": file_of(dense("V2", (-1,), 0, b"")),
    r"shape \(0, 1152921504606846976\), which no": file_of(dense("V3", (0, 2**60), 0, b"")),
    "it has 1 arrays and 2 names": file_of(dense(0, (3,), 0, ONE_TWO_THREE), names=[b"a", b"b"]),
    "more than one array of the name 'a'": file_of(
        *[dense(0, (3,), 0, ONE_TWO_THREE)] * 2, names=[b"a", b"a"]
    ),
    r"name 0, b'\\xff', is no UTF-8": file_of(dense(0, (3,), 0, ONE_TWO_THREE), names=[b"\xff"]),
    "2 bytes follow after its end": USUAL + b"xx",
    "the arrays would take 17,179,869,184 bytes at byte 24, and": file_of()[:16]
    + struct.pack("<Q", 2**32),
    r"array 0 of shape \(4294967295,\) and dtype float64 would take 34,359,738,360 bytes": file_of(
        dense(0, (2**32 - 1,), 1, b"")
    ),
    "the header would take 16 bytes at byte 0, and 3 are left": USUAL[:3],
}


@pytest.mark.parametrize("reason", SPOILED)
def test_a_spoiled_file_is_refused_with_the_reason(opened, reason):
    with pytest.raises(DataError, match=f"Cannot load .*net.params as an MXNet file: .*{reason}"):
        opened(SPOILED[reason])


def test_a_file_cut_anywhere_is_refused(opened):
    for length in range(len(USUAL)):
        with pytest.raises(DataError):
            opened(USUAL[:length])


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="nowhere as an MXNet file: No such file or directory"):
        load(tmp_path / "nowhere")


def test_two_thousand_spoiled_files_open_or_are_refused_in_little_memory(opened):
    """Words of a valid file overwritten by numbers that are dangerous as sizes, or cut out."""
    draw = random.Random(7)
    outcomes = set()
    tracemalloc.start()
    for _ in range(2000):
        content = bytearray(USUAL)
        for _ in range(draw.choice((1, 1, 2, 8))):
            at, size = draw.randrange(len(content)), draw.choice((1, 4, 8))
            word = (draw.choice(WORDS) % 2 ** (8 * size)).to_bytes(size, "little")
            content[at : at + size] = draw.choice((word, b""))
        try:
            opened(bytes(content))
            outcomes.add("opened")
        except DataError:
            outcomes.add("refused")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert outcomes == {"opened", "refused"}
    assert peak < 2**20
