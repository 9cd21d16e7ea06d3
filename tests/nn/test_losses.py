from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])
CE, L2 = nn.SoftmaxCrossEntropyLoss(), nn.L2Loss()


def wide(x):
    return nd.array(x, dtype="float64")


def softmax(x):
    return np.exp(x) / np.exp(x).sum(1, keepdims=True)


def test_cross_entropy_is_minus_the_log_of_the_labels_probability():
    expected = -np.log(softmax(LOGITS)[np.arange(6), LABELS])
    assert_allclose(CE(wide(LOGITS), LABELS), expected, rtol=1e-12)


def test_equal_logits_cost_the_log_of_the_number_of_classes():
    assert_allclose(CE(wide(np.zeros((3, 10))), [0, 5, 9]), np.log(10), rtol=1e-12)


def test_its_gradient_is_softmax_minus_onehot():
    logits = wide(LOGITS)
    logits.attach_grad()
    with record():
        loss = CE(logits, LABELS)
    loss.backward()
    assert_allclose(logits.grad, softmax(LOGITS) - np.eye(4)[LABELS], rtol=1e-10, atol=1e-15)


def test_its_gradient_is_that_of_central_differences():
    check_gradients(lambda x: CE(x, LABELS), LOGITS)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_large_logits_neither_overflow_nor_lose_their_gradient(dtype):
    logits = nd.array([[1e4, 0, -1e4], [1e4, 0, -1e4]], dtype=dtype)
    logits.attach_grad()
    with record():
        loss = CE(logits, [0, 2])
    loss.backward()
    assert_array_equal(loss, [0, 2e4])
    assert_array_equal(logits.grad, [[0, 0, 0], [1, 0, -1]])


def test_labels_may_be_tensors_of_any_type():
    assert_array_equal(CE(wide(LOGITS), nd.array(LABELS)), CE(wide(LOGITS), LABELS))


def test_a_label_that_is_no_class_is_refused():
    with pytest.raises(BadValueError, match=r"Label 4 is none of the 4 classes 0 to 3"):
        CE(wide(LOGITS), LABELS + 1)


def test_labels_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"Labels of shape \(5,\) do not fit .* must be \(6,\)"):
        CE(wide(LOGITS), LABELS[:5])


def test_l2_is_half_the_mean_square_a_sample():
    out, target = RNG.standard_normal((2, 5, 3, 2))
    expected = ((out - target) ** 2).mean((1, 2)) / 2
    assert_allclose(L2(wide(out), wide(target)), expected, rtol=1e-12)
    assert_array_equal(L2(wide([3.0, -1.0]), wide([1.0, -1.0])), [2, 0])


def test_l2s_gradient_is_the_error_divided_by_the_values_a_sample():
    out, target = RNG.standard_normal((2, 5, 4))
    x = wide(out)
    x.attach_grad()
    with record():
        loss = L2(x, wide(target))
    loss.backward()
    assert_allclose(x.grad, (out - target) / 4, rtol=1e-12)
    check_gradients(L2, out, target)


def test_l2_refuses_shapes_that_would_broadcast():
    with pytest.raises(
        ShapeError, match=r"outputs of shape \(5, 1\) with targets of shape \(5,\).*units to fit"
    ):
        L2(wide(np.ones((5, 1))), wide(np.ones(5)))


@pytest.mark.peers
def test_cross_entropy_is_torchs():
    import torch

    peer = torch.nn.functional.cross_entropy(
        torch.tensor(LOGITS), torch.tensor(LABELS), reduction="none"
    )
    assert_allclose(CE(wide(LOGITS), LABELS), peer.numpy(), rtol=1e-12)
