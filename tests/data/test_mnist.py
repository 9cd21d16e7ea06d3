from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from initlab.data import MNIST, FashionMNIST
from initlab.errors import DataError
from initlab.nd.random import Streams

NAMES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


def idx(array):
    """The bytes of an IDX file, written from the format's description (LeCun et al., 1998)."""
    array = np.asarray(array, np.uint8)
    sizes = b"".join(struct.pack(">I", size) for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return {
        "train": (rng.integers(0, 256, (20, 28, 28)), rng.integers(0, 10, 20)),
        "t10k": (rng.integers(0, 256, (6, 28, 28)), rng.integers(0, 10, 6)),
    }


@pytest.fixture
def folder(tmp_path, pictures):
    place = tmp_path / "mnist"
    place.mkdir()
    for part, (x, y) in pictures.items():
        (place / f"{part}-images-idx3-ubyte").write_bytes(idx(x))
        (place / f"{part}-labels-idx1-ubyte").write_bytes(idx(y))
    return place


def load(folder):
    return MNIST(folder=str(folder)).load(Streams(0))


def refusal(folder):
    with pytest.raises(DataError) as refused:
        load(folder)
    return str(refused.value)


@pytest.mark.parametrize("kind", [MNIST, FashionMNIST])
def test_pictures_come_standardized_by_the_training_pixels_in_the_files_own_split(
    folder, pictures, kind
):
    data = kind(folder=str(folder)).load(Streams(0))
    train, test = pictures["train"][0][:, None], pictures["t10k"][0][:, None]
    np.testing.assert_allclose(data.train_x, (train - train.mean()) / train.std(), atol=1e-5)
    np.testing.assert_allclose(data.test_x, (test - train.mean()) / train.std(), atol=1e-5)
    assert data.train_x.shape == (20, 1, 28, 28)
    assert data.train_x.dtype == data.test_x.dtype == np.float32
    np.testing.assert_array_equal(data.test_y, pictures["t10k"][1])
    assert data.train_y.dtype == data.test_y.dtype == np.int64
    assert data.source == f"IDX files in {folder}"


def test_gzipped_files_are_the_same_data(folder):
    plain = load(folder)
    for name in NAMES[1:]:
        file = folder / name
        file.with_name(f"{name}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    packed = load(folder)
    assert packed.digest == plain.digest
    np.testing.assert_array_equal(packed.test_x, plain.test_x)


def test_the_two_sets_have_their_own_names_and_default_folders(folder):
    assert (MNIST().folder, FashionMNIST().folder) == ("data/mnist", "data/fashion_mnist")
    names = [kind(str(folder)).load(Streams(0)).name for kind in (MNIST, FashionMNIST)]
    assert names == ["mnist", "fashion_mnist"]


def test_a_home_folder_may_be_written_with_a_tilde(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder.parent))
    assert load("~/mnist").digest == load(folder).digest


def test_a_missing_folder_is_told_with_all_the_names_that_belong_there(tmp_path):
    message = refusal(tmp_path / "nowhere")
    assert message.startswith(f"mnist: {', '.join(NAMES)} missing: {tmp_path}/nowhere does not")
    assert "Put the missing files there under these names, gzipped (.gz) or not" in message
    assert "data.folder=PLACE" in message


def test_only_what_is_missing_is_asked_for_and_what_is_there_is_told(folder):
    (folder / NAMES[3]).rename(folder / "labels")
    (folder / NAMES[0]).rename(folder / "images")
    assert refusal(folder).startswith(
        f"mnist: {NAMES[0]}, {NAMES[3]} missing: {folder} holds images, labels, {NAMES[2]}, "
    )


def test_a_relative_folder_is_told_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"missing: {tmp_path}/data/mnist does not exist" in refusal("data/mnist")


def test_an_empty_a_crowded_and_a_false_folder_are_told_apart(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    for number in range(12):
        (tmp_path / "full" / f"{number:02}").touch()
    (tmp_path / "file").touch()
    assert "empty holds nothing." in refusal(tmp_path / "empty")
    assert "full holds 00, 01, 02, 03, 04, 05, 06, 07 and 4 more." in refusal(tmp_path / "full")
    assert "file is no folder." in refusal(tmp_path / "file")


LABELS = idx(np.zeros(20))
BROKEN = [
    (0, b"", "holds 0 bytes, but IDX images begin with the magic number 2051"),
    (0, LABELS, "begins with 2049, but IDX images begin with the magic number 2051"),
    (1, b"<html>", "begins with 1013478509, but IDX labels begin with the magic number 2049"),
    (2, idx(np.zeros((6, 28, 28)))[:10], "is cut within its header: 10 bytes of 16"),
    (1, LABELS[:-3], "is cut: its header promises 20 bytes for shape (20,), 17 follow"),
    (1, LABELS + b"!", "is too long: its header promises 20 bytes for shape (20,), 21 follow"),
]


@pytest.mark.parametrize(("which", "content", "message"), BROKEN)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_its_place(
    folder, which, content, message
):
    file = folder / NAMES[which]
    file.write_bytes(content)
    assert refusal(folder) == f"{file} {message}. Put a whole {file.name} into {folder}."


@pytest.mark.parametrize("broken", [lambda raw: raw[:-20], lambda raw: b"plain " + raw])
def test_a_cut_or_false_archive_is_refused_with_its_place(folder, broken):
    file = folder / NAMES[0]
    packed = file.with_name(f"{file.name}.gz")
    packed.write_bytes(broken(gzip.compress(file.read_bytes())))
    file.unlink()
    assert re.match(
        rf"{packed} is cut or no gzip file \(.+\)\. Put a whole {packed.name} into {folder}\.$",
        refusal(folder),
    )


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that reads as error")
def test_a_file_that_cannot_be_read_is_refused_with_the_system_s_reason(folder):
    (folder / NAMES[1]).unlink()
    (folder / NAMES[1]).symlink_to("/proc/self/mem")
    assert f"{NAMES[1]} cannot be read ([Errno 5] Input/output error). Put" in refusal(folder)


MISFITS = [
    (idx(np.arange(20) % 11), idx(np.eye(28)[None].repeat(20, 0)), "20 labels up to 10"),
    (idx(np.zeros(19)), idx(np.eye(28)[None].repeat(20, 0)), "19 labels up to 0"),
    (idx(np.zeros(20)), idx(np.eye(32)[None].repeat(20, 0)), "pictures of shape (20, 32, 32)"),
    (idx(np.zeros(20)), idx(np.zeros((20, 28, 28))), "with values up to 0, 20 labels"),
    (idx(np.zeros(0)), idx(np.zeros((0, 28, 28))), "shape (0, 28, 28) with values up to 0, 0 la"),
]


@pytest.mark.parametrize(("labels", "images", "message"), MISFITS)
def test_pictures_and_labels_that_do_not_belong_together_are_refused(
    folder, labels, images, message
):
    (folder / NAMES[0]).write_bytes(images)
    (folder / NAMES[1]).write_bytes(labels)
    told = refusal(folder)
    assert told.startswith(f"{NAMES[0]} and {NAMES[1]} in {folder} are no pictures and their")
    assert message in told
    assert told.endswith("Put two files of one set there.")
