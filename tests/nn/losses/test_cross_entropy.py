from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.standard_normal((6, 4)), np.array([0, 3, 1, 1, 2, 0])
PIXELS, PLACES = RNG.standard_normal((2, 4, 3)), np.array([[0, 3, 1], [2, 2, 0]])
CE = nn.SoftmaxCrossEntropyLoss()


def wide(x):
    return nd.array(x, dtype="float64")


def softmax(x, axis=1):
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def test_it_is_minus_the_log_of_the_labels_probability():
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


@pytest.mark.parametrize("options", [{}, {"from_logits": True}])
def test_labels_may_keep_the_axis_of_the_classes(options):
    loss = nn.SoftmaxCrossEntropyLoss(**options)
    assert_array_equal(loss(wide(LOGITS), LABELS[:, None]), loss(wide(LOGITS), LABELS))


def test_the_classes_may_stand_on_another_axis_and_the_rest_of_a_sample_is_averaged():
    chances = softmax(PIXELS)
    picked = np.stack([chances[i, PLACES[i], np.arange(3)] for i in range(2)])
    got = nn.SoftmaxCrossEntropyLoss(axis=1)(wide(PIXELS), PLACES)
    assert_allclose(got, -np.log(picked).mean(1), rtol=1e-12)


def test_samples_may_be_counted_on_another_axis():
    got = nn.SoftmaxCrossEntropyLoss(axis=0, batch_axis=1)(wide(LOGITS.T), LABELS)
    assert_allclose(got, CE(wide(LOGITS), LABELS), rtol=1e-12)


@pytest.mark.parametrize("axis", [1, -1])
def test_a_distribution_as_label_is_the_mean_over_its_classes(axis):
    weights = softmax(RNG.standard_normal(PIXELS.shape), axis)
    got = nn.SoftmaxCrossEntropyLoss(axis, sparse_label=False)(wide(PIXELS), weights)
    logs = np.log(softmax(PIXELS, axis))
    assert_allclose(got, -(weights * logs).sum(axis).mean(1), rtol=1e-12)


@pytest.mark.parametrize("sparse", [True, False])
def test_log_probabilities_are_taken_as_they_are(sparse):
    logs = np.log(softmax(LOGITS))
    label = LABELS if sparse else np.eye(4)[LABELS]
    got = nn.SoftmaxCrossEntropyLoss(-1, sparse, from_logits=True)(wide(logs), label)
    assert_allclose(got, CE(wide(LOGITS), LABELS), rtol=1e-12)


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
def test_one_weight_a_sample_multiplies_its_loss(shape):
    weights = np.arange(6.0)
    loss = nn.SoftmaxCrossEntropyLoss(weight=0.5)
    got = loss(wide(LOGITS), LABELS, weights.reshape(shape))
    assert_allclose(got, 0.5 * weights * np.asarray(CE(wide(LOGITS), LABELS)), rtol=1e-12)


def test_weights_of_single_labels_count_before_the_mean():
    weights = np.array([[1.0, 0, 0], [0, 2, 0]])
    loss = nn.SoftmaxCrossEntropyLoss(axis=1)
    chances = softmax(PIXELS)
    expected = [-np.log(chances[0, 0, 0]) / 3, -2 * np.log(chances[1, 2, 1]) / 3]
    assert_allclose(loss(wide(PIXELS), PLACES, weights), expected, rtol=1e-12)
    assert_allclose(loss(wide(PIXELS), PLACES, weights[:, None]), expected, rtol=1e-12)


def test_its_gradients_are_those_of_central_differences():
    check_gradients(lambda x: CE(x, LABELS), LOGITS)
    loss = nn.SoftmaxCrossEntropyLoss(axis=1)
    check_gradients(lambda x: loss(x, PLACES), PIXELS)


def test_the_dense_and_the_log_forms_too():
    weights = softmax(RNG.standard_normal(LOGITS.shape))
    check_gradients(nn.SoftmaxCrossEntropyLoss(sparse_label=False), LOGITS, weights)
    logs = nn.SoftmaxCrossEntropyLoss(from_logits=True)
    check_gradients(lambda x: logs(x, LABELS) ** 2, LOGITS)


@pytest.mark.parametrize("options", [{}, {"from_logits": True}])
def test_a_label_that_is_no_class_is_refused(options):
    with pytest.raises(BadValueError, match=r"Label 4 is none of the 4 classes"):
        nn.SoftmaxCrossEntropyLoss(**options)(wide(LOGITS), LABELS + 1)


def test_labels_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"Labels of shape \(5,\) do not fit .* must be \(6,\)"):
        CE(wide(LOGITS), LABELS[:5])


@pytest.mark.peers
def test_it_is_torchs():
    import torch

    peer = torch.nn.functional.cross_entropy(
        torch.tensor(LOGITS), torch.tensor(LABELS), reduction="none"
    )
    assert_allclose(CE(wide(LOGITS), LABELS), peer.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("rest", "expected"), [((3,), 1.5664554), ((3, 2), 1.3304576)])
def test_classes_on_the_batch_axis_make_one_sample(rest, expected):
    """Means of all losses, of shape (1,), as MXNet 1.9.1 returns them."""
    pred = nd.array(np.sin(np.arange(4 * np.prod(rest))).reshape(4, *rest), dtype="float32")
    label = np.arange(np.prod(rest)).reshape(rest) % 4
    loss = nn.SoftmaxCrossEntropyLoss(axis=0)(pred, label)
    assert loss.shape == (1,)
    assert_allclose(loss, [expected], rtol=1e-6)
