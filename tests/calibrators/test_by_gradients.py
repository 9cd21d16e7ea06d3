"""GradInit and MetaInit lower what they descend on; their derivatives against differences."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.calibrators import Batch, GradInit, MetaInit, gradient_quotient
from initlab.calibrators.gradinit import _Search
from initlab.calibrators.metainit import _slope_of_quotient
from initlab.calibrators.slopes import curvature, gradient, part
from initlab.errors import BadValueError
from initlab.tree import parameters


def doubled(net):
    for p in parameters(net).values():
        p.cast("float64")
    return net


def in_double(batch):
    return Batch(batch.x.astype(np.float64), batch.y, batch.loss, batch.seed)


def weights_of(net):
    return [p.data() for path, p in parameters(net).items() if path.endswith("weight")]


def test_the_curvature_is_the_difference_of_gradients(chain, batch):
    net, batch = doubled(chain("tanh", depth=2)), in_double(batch)
    weights = weights_of(net)
    rng = np.random.default_rng(0)
    direction = [rng.standard_normal(w.shape) for w in weights]
    bent = curvature(net, batch, weights, direction)
    step, sides = 1e-5, []
    for sign in (1, -1):
        for w, d in zip(weights, direction, strict=True):
            w.array[...] += sign * step * d
        sides.append(gradient(net, batch, weights)[1])
        for w, d in zip(weights, direction, strict=True):
            w.array[...] -= sign * step * d
    for h, a, b in zip(bent, *sides, strict=True):
        np.testing.assert_allclose(h, (a - b) / (2 * step), rtol=1e-5, atol=1e-7)


def factors_moved(net, weights, drawn, which, by):
    weights[which].array[...] = (1 + by) * drawn[which]


@pytest.mark.parametrize("gamma", [1e-6, 1e6])
def test_gradinits_slopes_are_those_of_its_objectives(gamma, chain, batch):
    net, batch = doubled(chain("tanh", depth=2)), in_double(batch)
    weights = weights_of(net)
    search = _Search(GradInit(gamma=gamma), net, batch, weights)
    _, norm, slope = search._look()
    drawn = [np.array(w) for w in weights]
    for k in range(len(weights)):
        sides = []
        for by in (1e-5, -1e-5):
            factors_moved(net, weights, drawn, k, by)
            v, n, _ = search._look()
            sides.append(n if norm > gamma else v)
            factors_moved(net, weights, drawn, k, 0)
        assert slope[k] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-4, abs=1e-8)


def test_the_step_is_undone(chain, batch, arrays):
    net = chain()
    before = arrays(net)
    _Search(GradInit(), net, batch, weights_of(net))._look()
    for path, after in arrays(net).items():
        np.testing.assert_array_equal(after, before[path])


def test_gradinit_lowers_the_loss_after_a_step(chain, batch):
    net = chain(depth=4)
    start = _Search(GradInit(), net, batch, weights_of(net))._look()[0]
    done = GradInit(rate=0.03, iterations=100).calibrate(net, batch)
    assert all(c.converged for c in done)
    assert done[0].reached < start - 0.05
    again = _Search(GradInit(), net, batch, weights_of(net))._look()[0]
    assert again == pytest.approx(done[0].reached, rel=1e-4)


def test_gradinit_brings_an_exploding_gradient_below_gamma(chain, batch):
    net = chain(depth=4)
    for w in weights_of(net):
        w.array[...] *= 1.6
    search = _Search(GradInit(), net, batch, weights_of(net))
    assert search._look()[1] > 1
    assert all(c.converged for c in GradInit(rate=0.03).calibrate(net, batch))
    assert _Search(GradInit(), net, batch, weights_of(net))._look()[1] <= 1 + 1e-5


def test_gradinit_says_when_the_gradient_stays_large(chain, batch):
    done = GradInit(gamma=1e-9, iterations=2).calibrate(chain(), batch)
    assert not any(c.converged for c in done)
    assert "the gradient's norm stayed above gamma" in done[0].why


def test_gradinit_says_when_numbers_end(chain, batch):
    net = chain()
    net[0].weight.data().array[...] = np.inf
    done = GradInit().calibrate(net, batch)
    assert done[0].why == "the loss or its gradient is not finite"


def test_gradinit_needs_samples_to_part(chain, batch):
    with pytest.raises(BadValueError, match="3 samples at least, got 2"):
        GradInit().calibrate(chain(), part(batch, slice(0, 2)))


def test_the_quotient_is_its_definition(chain, batch):
    net, batch = doubled(chain("tanh", depth=2)), in_double(batch)
    weights = weights_of(net)
    _, g = gradient(net, batch, weights)
    h = curvature(net, batch, weights, g)
    g, h = (np.concatenate([a.ravel() for a in arrays]) for arrays in (g, h))
    sign = np.where(g < 0, -1, 1)
    exact = np.mean(np.abs((g - h) / (g + 1e-5 * sign) - 1))
    assert gradient_quotient(net, batch, weights) == pytest.approx(exact, rel=1e-9)


def test_the_quotients_slope_is_that_of_differences(chain, batch):
    net, batch = doubled(chain("tanh", depth=2)), in_double(batch)
    weights = weights_of(net)
    _, slope = _slope_of_quotient(net, batch, weights, 1e-3)
    drawn = [np.array(w) for w in weights]
    for k in range(len(weights)):
        sides = []
        for by in (1e-6, -1e-6):
            factors_moved(net, weights, drawn, k, by)
            sides.append(gradient_quotient(net, batch, weights, 1e-3))
            factors_moved(net, weights, drawn, k, 0)
        assert slope[k] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=0.01, abs=1e-5)


def test_metainit_lowers_the_gradient_quotient(chain, batch):
    """Dauphin & Schoenholz (2019): the quotient falls; that training gains is not claimed."""
    net = chain(depth=6)
    for w in weights_of(net):
        w.array[...] *= 1.5
    rng = batch.generator()
    imagined = Batch(rng.standard_normal(batch.x.shape).astype(np.float32), batch.y, batch.loss)
    start = gradient_quotient(net, imagined, weights_of(net))
    done = MetaInit().calibrate(net, batch)
    assert all(c.converged for c in done)
    assert done[0].iterations < 300
    end = gradient_quotient(net, imagined, weights_of(net))
    assert end == pytest.approx(done[0].reached, rel=1e-3)
    assert end < 0.7 * start


@pytest.mark.parametrize("iterations", [1, 9])
def test_metainit_says_when_its_steps_end_too_soon(chain, batch, iterations):
    net = chain(depth=6)
    for w in weights_of(net):
        w.array[...] *= 1.5
    done = MetaInit(iterations=iterations).calibrate(net, batch)
    assert not any(c.converged for c in done)
    assert "still fell when the steps ended, from" in done[0].why
    assert done[0].iterations == iterations


def test_metainit_says_when_numbers_end(chain, batch):
    net = chain()
    net[0].weight.data().array[...] = np.inf
    assert MetaInit().calibrate(net, batch)[0].why == "the gradient quotient is not finite"
