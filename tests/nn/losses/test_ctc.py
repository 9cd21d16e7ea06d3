from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import check_gradients
from initlab.errors import BadValueError, ShapeError, UnknownNameError

RNG = np.random.default_rng(0)
WORKED = [18.82820702, 16.50581741]  # MXNet's own test of it


def chance(outputs, labels):
    """The sum over all paths that read as the labels, one by one."""
    p = np.exp(outputs) / np.exp(outputs).sum(1, keepdims=True)
    blank, total = outputs.shape[1] - 1, 0.0
    for path in product(range(blank + 1), repeat=len(outputs)):
        read = [c for c, before in zip(path, (None, *path), strict=False) if c != before]
        if [c for c in read if c != blank] == list(labels):
            total += np.prod(p[np.arange(len(path)), path])
    return total


@pytest.mark.parametrize("labels", [[0], [1, 0], [1, 1], [0, 1, 0], []])
def test_it_is_minus_the_log_of_the_sum_over_all_paths(labels):
    outputs = RNG.standard_normal((5, 3))
    padded = np.array([[*labels, -1, -1]])
    got = nn.CTCLoss()(nd.array(outputs[None], dtype="float64"), padded)
    assert_allclose(got, [-np.log(chance(outputs, labels))], rtol=1e-10)


@pytest.mark.parametrize(
    ("options", "pred", "args"),
    [
        ({}, (2, 20, 4), ([[1, 0, -1, -1], [2, 1, 1, -1]],)),
        ({"layout": "TNC"}, (20, 2, 4), ([[1, 0, -1, -1], [2, 1, 1, -1]],)),
        (
            {"layout": "TNC", "label_layout": "TN"},
            (20, 2, 4),
            ([[1, 2], [0, 1], [-1, 1], [-1, -1]],),
        ),
        ({}, (2, 20, 4), ([[2, 1, 2, 2], [2, 1, 1, 2]], None, [2, 3])),
        ({}, (2, 25, 4), ([[2, 1, -1, -1], [2, 1, 1, -1]], [20, 20])),
        ({}, (2, 25, 4), ([[2, 1, 2, 2], [2, 1, 1, 2]], [20, 20], [2, 3])),
    ],
)
def test_layouts_and_lengths_give_mxnets_numbers(options, pred, args):
    assert_allclose(nn.CTCLoss(**options)(nd.ones(pred), *args), WORKED, rtol=1e-6)


def test_its_gradients_are_those_of_central_differences():
    loss = nn.CTCLoss(weight=0.5)
    label, lengths = np.array([[1, 0], [1, 1]]), np.array([4, 3])
    check_gradients(lambda x: loss(x, label, lengths, None, [1.0, 3.0]), RNG.normal(size=(2, 4, 3)))


def test_labels_that_do_not_fit_the_steps_are_nearly_impossible_but_no_nan():
    got = np.asarray(nn.CTCLoss()(nd.ones((1, 2, 3)), [[1, 1]]))
    assert np.isfinite(got).all()
    assert got[0] > 1e6


def test_what_cannot_be_is_refused():
    with pytest.raises(UnknownNameError, match="layout 'NCT'"):
        nn.CTCLoss("NCT")
    with pytest.raises(BadValueError, match=r"labels from 0 to 3, the last of 4 .* got 0 to 4"):
        nn.CTCLoss()(nd.ones((1, 5, 4)), [[4, 0]])
    for lengths in ([3], [-1]):
        with pytest.raises(BadValueError, match=rf"label_lengths from 0 to 2, .* got {lengths[0]}"):
            nn.CTCLoss()(nd.ones((1, 5, 4)), [[1, 0]], None, lengths)
    with pytest.raises(ShapeError, match=r"outputs of 1 samples with labels of shape \(2, 2\)"):
        nn.CTCLoss()(nd.ones((1, 5, 4)), [[1, 0], [1, 0]])


@pytest.mark.peers
def test_it_is_torchs():
    import torch

    outputs = RNG.standard_normal((3, 6, 4))
    labels = np.array([[1, 0, 2], [2, 2, 0], [1, 1, 1]])
    logs = torch.log_softmax(torch.tensor(outputs), 2).transpose(0, 1)
    peer = torch.nn.functional.ctc_loss(
        logs, torch.tensor(labels), torch.tensor([6, 6, 5]), torch.tensor([3, 2, 1]),
        blank=3, reduction="none",
    )  # fmt: skip
    got = nn.CTCLoss()(nd.array(outputs, dtype="float64"), labels, [6, 6, 5], [3, 2, 1])
    assert_allclose(got, peer.numpy(), rtol=1e-10)


def test_the_blank_may_be_a_label():
    """MXNet's own tests have it; two of these numbers come from a run of MXNet 1.9.1."""
    x = nd.array(np.random.RandomState(0).randn(2, 6, 4), dtype="float32")
    got = nn.CTCLoss()(x, np.array([[1, 3, 1], [3, 3, 0]]))
    assert_allclose(got, [7.3028874, 6.2577477], rtol=1e-5)
