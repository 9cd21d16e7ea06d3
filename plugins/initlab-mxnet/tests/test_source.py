"""The source in library use and in a run: one sequence, in Gluon's order."""

from __future__ import annotations

import initlab_mxnet
import numpy as np
import pytest
from initlab_mxnet import MXNet
from numpy.testing import assert_array_equal

import initlab
from initlab import init, nd, nn
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadTypeError, BadValueError
from initlab.nd.random import Streams
from initlab.testing import check_random_source
from initlab.tree import parameters

SMALL = ["model.width=8", "model.depth=1", "training.epochs=1", "tracking=none", "seed=4"]


@pytest.fixture(autouse=True)
def streams_again():
    yield
    nd.random.seed(0, Streams)


def test_known_shapes_draw_at_initialize_and_deferred_ones_at_the_first_forward():
    nd.random.seed(11, MXNet)
    known = nn.Dense(3, in_units=4)
    net = nn.Sequential()
    net.add(deferred := nn.Dense(4), known)
    net.initialize(init.Normal(1))
    # MXNet 1.9.1: mx.random.seed(11) and the same lines
    at_once = [0.8837150931358337, 2.90222430229187, -0.1954347938299179, 1.2076330184936523]
    assert_array_equal(known.weight.data()[0], np.array(at_once, np.float32))
    net(nd.ones((1, 2)))
    later = [[0.6834419369697571, 1.676589846611023], [0.23785774409770966, 0.18862932920455933]]
    assert_array_equal(deferred.weight.data()[:2], np.array(later, np.float32))
    net.initialize(init.Uniform(0.5), force_reinit=True)  # all known now: in collect order
    again = [0.01241004467010498, 0.3330438733100891]
    assert_array_equal(deferred.weight.data()[0], np.array(again, np.float32))
    again = [-0.24576714634895325, 0.08637481927871704, 0.27084147930145264, 0.35187846422195435]
    assert_array_equal(known.weight.data()[0], np.array(again, np.float32))


def test_bounds_are_rounded_as_mxnet_rounds_them():
    nd.random.seed(3, MXNet)
    # MXNet 1.9.1: mx.random.seed(3); nd.random.uniform(-0.3, 1.7, shape=3), then normal(0.3, 1.7)
    expected = np.array([0.870604455471039, 0.5433150529861450, 0.5827821493148804], np.float32)
    assert_array_equal(nd.random.uniform(-0.3, 1.7, shape=3), expected)


def test_it_keeps_the_contract_of_a_random_source():
    check_random_source(MXNet)


def test_seed_starts_the_sequence_of_the_source_in_force_anew():
    nd.random.seed(7, MXNet)
    first = nd.random.normal(shape=5).asnumpy()
    nd.random.seed(7)
    assert_array_equal(nd.random.normal(shape=5), first)


def test_a_seed_is_a_whole_number_not_below_zero():
    with pytest.raises(BadValueError, match="got -1"):
        MXNet(-1)
    with pytest.raises(BadTypeError, match="integer, got 'x'"):
        nd.random.seed("x", MXNet)


@pytest.fixture(scope="module")
def spec():
    catalog = load_catalog([initlab_mxnet], installed=False)
    return compose(["random_source.name=mxnet", *SMALL], catalog=catalog)


def test_a_run_draws_from_it_and_begins_anew_each_time(spec):
    assert spec.source == MXNet(4)
    first, again = initlab.run(spec), initlab.run(spec)
    assert first.steps == again.steps
    for path, weight in parameters(first.net).items():
        assert_array_equal(weight.data(), parameters(again.net)[path].data())
