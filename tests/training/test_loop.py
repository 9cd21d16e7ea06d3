"""The training loop: its steps by hand, its order, its generator."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.data import Digits, batches
from initlab.nd.random import Streams
from initlab.optim import SGD
from initlab.training import Score, evaluate, steps_per_epoch, train
from initlab.tree import parameters


def going(net, data, optimizer, *, epochs=1, batch_size=64, loss=None, source=None):
    stepper = optimizer.bind(list(parameters(net).values()), total=100)
    return train(
        net, loss or nn.L2Loss(), stepper, data, source or Streams(0),
        epochs=epochs, batch_size=batch_size,
    )  # fmt: skip


def test_one_step_by_hand(dense, regression):
    # y = 2x against 5, 1 at x = 1, 2: residuals -3, 3; losses 4.5, 4.5; dL/dw = (-3*1 + 3*2)/2
    # = 1.5, dL/db = 0; with lr 0.5 the weight goes to 1.25 and the bias stays
    net = dense([[2.0]])
    (step,) = going(net, regression([[1], [2]], [[5], [1]]), SGD(lr=0.5))
    assert (step.number, step.epoch, step.loss, step.accuracy) == (0, 0, 4.5, None)
    assert net[0].weight.data().array.item() == 1.25
    assert net[0].bias.data().array.item() == 0


def test_two_epochs_of_two_layers_are_numpy_s(dense, regression):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 3)), rng.standard_normal((10, 2))
    w, v = rng.standard_normal((4, 3)) / 2, rng.standard_normal((2, 4)) / 2
    b, c = np.zeros(4), np.zeros(2)
    net = dense(w, v, activation="tanh")
    losses = [s.loss for s in going(net, regression(x, y), SGD(0.3), epochs=2, batch_size=4)]
    expected = []
    for epoch in range(2):
        for p, q in batches(x, y, 4, Streams(0), epoch):
            h = np.tanh(p @ w.T + b)
            o = np.tanh(h @ v.T + c)
            expected.append(np.mean((o - q) ** 2) / 2)
            d = (o - q) / q.size * (1 - o**2)
            e = d @ v * (1 - h**2)
            v, c = v - 0.3 * d.T @ h, c - 0.3 * d.sum(axis=0)
            w, b = w - 0.3 * e.T @ p, b - 0.3 * e.sum(axis=0)
    assert losses == pytest.approx(expected, rel=1e-5)
    found = [np.asarray(p.data()) for p in parameters(net).values()]
    for ours, theirs in zip(found, (w, b, v, c), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_loss_is_the_mean_over_the_last_smaller_batch_too(dense, regression):
    net = dense([[0.0]])
    x = np.zeros((5, 1))
    steps = list(going(net, regression(x, x + 2), SGD(lr=0.0), batch_size=4))
    assert [s.loss for s in steps] == [2, 2]  # half of 2 squared, whether of four or of one


class WithInput(nn.Block):
    """A net that returns its input, too."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x), x


def test_a_net_may_return_more_than_one_tensor(dense, regression):
    # y = 2x against 5, 1 at x = 1, 2, as above; and without a step half of 3 squared
    def loss(outputs, y):
        return nn.L2Loss()(outputs[0], y)

    net = WithInput(dense([[2.0]]))
    data = regression([[1], [2]], [[5], [1]])
    assert evaluate(net, loss, data.test_x, data.test_y) == Score(4.5, None)
    (step,) = going(net, data, SGD(lr=0.5), loss=loss)
    assert (step.loss, step.accuracy) == (4.5, None)
    assert net.net[0].weight.data().array.item() == 1.25


def test_on_a_line_gradient_descent_contracts_as_theory_says(dense, regression):
    # loss = w^2/2 at x = 1, y = 0 (the bias frozen): w <- (1 - lr) w
    net = dense([[1.0]])
    net[0].bias.grad_req = "null"
    data = regression([[1.0]], [[0.0]])
    losses = [s.loss for s in going(net, data, SGD(lr=0.25), epochs=6, batch_size=1)]
    assert losses == pytest.approx([0.5 * 0.75 ** (2 * k) for k in range(6)])


def test_digits_are_learned():
    data = Digits().load(Streams(0))
    net = nn.Sequential()
    net.add(nn.Dense(32, activation="relu"), nn.Dense(10))
    net.initialize()
    net(Tensor(data.train_x[:2]))
    loss = nn.SoftmaxCrossEntropyLoss()
    before = evaluate(net, loss, data.test_x, data.test_y)
    steps = list(going(net, data, SGD(0.1), epochs=5, loss=loss))
    after = evaluate(net, loss, data.test_x, data.test_y)
    assert before.loss == pytest.approx(np.log(10), abs=0.2)
    assert before.accuracy < 0.4
    assert after.loss < before.loss / 3
    assert after.accuracy > 0.85  # a linear classifier reaches more
    assert np.mean([s.accuracy for s in steps[-23:]]) > 0.85


def test_steps_are_done_one_by_one_as_they_are_asked_for(dense, regression):
    net = dense([[1.0]])
    steps = going(net, regression([[1]] * 3, [[0]] * 3), SGD(0.25), batch_size=1)
    weight = net[0].weight.data()
    assert weight.array.item() == 1
    # o = w + b: 1, then 3/4 - 1/4; both move by a quarter of it
    for loss, after in ((0.5, 0.75), (0.125, 0.625)):
        assert next(steps).loss == loss
        assert weight.array.item() == after
    assert not autograd.is_recording()
    assert np.geterr()["over"] == "warn"


def test_numbers_and_epochs_count_from_zero(dense, regression):
    data = regression([[1.0]] * 5, [[0.0]] * 5)
    steps = list(going(dense([[1.0]]), data, SGD(0.1), epochs=2, batch_size=2))
    assert [s.number for s in steps] == [0, 1, 2, 3, 4, 5]
    assert [s.epoch for s in steps] == [0, 0, 0, 1, 1, 1]
    assert steps_per_epoch(5, 2) == 3
    assert [steps_per_epoch(n, 4) for n in (1, 4, 8, 9)] == [1, 1, 2, 3]


def test_no_epoch_is_no_step(dense, regression):
    assert list(going(dense([[1.0]]), regression([[1]], [[1]]), SGD(), epochs=0)) == []


def test_the_order_is_the_seed_s(dense, regression):
    data = regression(np.arange(6)[:, None], np.zeros((6, 1)))

    def losses(seed):
        steps = going(dense([[1.0]]), data, SGD(0.01), epochs=3, batch_size=1, source=Streams(seed))
        return [s.loss for s in steps]

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_training_drops_out_and_scoring_does_not(regression):
    net = nn.Sequential()
    net.add(nn.Dropout(0.5), nn.Dense(1, use_bias=False, in_units=1))
    net.initialize()
    net[1].weight.set_data(np.ones((1, 1), np.float32))
    data = regression(np.ones((1000, 1)), np.zeros((1000, 1)))
    (step,) = going(net, data, SGD(lr=0.0), batch_size=1000)
    # each sample gives 0 or (1/0.5)^2 / 2 = 2 at equal odds: 1 +- 1/sqrt(1000), four of these
    assert step.loss == pytest.approx(1, abs=4 / 1000**0.5)
    assert step.loss != 1
    assert evaluate(net, nn.L2Loss(), data.test_x, data.test_y).loss == 0.5


def test_a_score_is_the_same_in_any_number_of_batches():
    data = Digits().load(Streams(0))
    net = nn.Sequential()
    net.add(nn.Dense(10))
    net.initialize()
    loss = nn.SoftmaxCrossEntropyLoss()
    whole = evaluate(net, loss, data.test_x, data.test_y)
    logits = data.test_x.astype(float) @ np.asarray(net[0].weight.data(), float).T
    right = np.mean(np.argmax(logits, axis=1) == data.test_y)
    log_norm = np.log(np.exp(logits).sum(axis=1))
    expected = np.mean(log_norm - logits[np.arange(len(logits)), data.test_y])
    for batch_size in (1000, 100, 7):
        score = evaluate(net, loss, data.test_x, data.test_y, batch_size)
        assert score.loss == pytest.approx(expected, rel=1e-5)
        assert score.accuracy == pytest.approx(right)
    assert isinstance(whole, Score)


def test_numbers_to_predict_have_no_accuracy(dense):
    x = np.ones((3, 1), np.float32)
    assert evaluate(dense([[1.0]]), nn.L2Loss(), x, x) == Score(0.0, None)
