"""The nets that are more than perceptrons train from the command line's own configs."""

from __future__ import annotations

import struct

import numpy as np
import pytest

import initlab


@pytest.mark.parametrize(
    "options",
    [
        ["model=cnn", "model.channels=4"],
        ["model=deep_cnn", "model.depth=3", "model.channels=4", "optim.lr=0.1"],
        ["model=transformer", "data=text", "model.depth=1", "model.width=32"],
        ["model=lstm", "data=text", "model.width=32"],
        ["model=tied_language", "data=text", "model.width=32"],
    ],
)
def test_a_net_learns(catalog, options):
    small = ["training.epochs=2", "optim.lr=0.5"]
    if "data=text" in options:
        small += ["data.length=16", "data.characters=8000"]
    spec = initlab.compose(["+init=xavier", "tracking=none", *small, *options], catalog=catalog)
    result = initlab.run(spec)
    (_, first), (_, last) = result.scores
    assert last.loss < first.loss


def test_lenet_learns_pictures_of_its_size(catalog, tmp_path):
    digits = np.random.default_rng(0).integers(0, 10, 400).astype(np.uint8)
    pictures = np.broadcast_to(20 * digits[:, None, None], (400, 28, 28))
    for part, many in (("train", slice(0, 300)), ("t10k", slice(300, 400))):
        for kind, values in (("images-idx3", pictures[many]), ("labels-idx1", digits[many])):
            magic = 0x800 + values.ndim
            head = struct.pack(f">{1 + values.ndim}I", magic, *values.shape)
            (tmp_path / f"{part}-{kind}-ubyte").write_bytes(head + values.tobytes())
    options = ["model=lenet", "data=mnist", f"data.folder={tmp_path}", "training.epochs=3"]
    spec = initlab.compose(["+init=he", "tracking=none", *options], catalog=catalog)
    result = initlab.run(spec)
    (_, first), *_, (_, last) = result.scores
    assert last.loss < first.loss
    weights = {path: p.shape for path, p in result.net.collect_params().items()}
    assert sum(np.prod(shape) for shape in weights.values()) == 61706  # LeCun et al. (1998), dense
