"""The nets that are more than perceptrons train from the command line's own configs."""

from __future__ import annotations

import pytest

import initlab


@pytest.mark.parametrize(
    "options",
    [
        ["model=cnn", "model.channels=4"],
        ["model=deep_cnn", "model.depth=3", "model.channels=4", "optim.lr=0.1"],
        ["model=transformer", "data=text", "model.depth=1", "model.width=32"],
        ["model=lstm", "data=text", "model.width=32"],
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
