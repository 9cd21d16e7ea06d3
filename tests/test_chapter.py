"""The chapter "Parameter Management": its listings run, with their import lines changed.

Names, shapes and structure are the chapter's, to the letter; numbers are checked by what the
chapter says of them, for its generator is another one.
"""

from __future__ import annotations

import ast
import contextlib
import io
from textwrap import dedent

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import autograd
from initlab.tree import fresh_names

LISTINGS = {
    "a multilayer perceptron": """
        from initlab import init, nd
        from initlab import nn

        net = nn.Sequential()
        net.add(nn.Dense(256, activation='relu'))
        net.add(nn.Dense(10))
        net.initialize() # Use the default initialization method

        x = nd.random.uniform(shape=(2, 20))
        net(x) # Forward computation
    """,
    "params": """
        print(net[0].params)
        print(net[1].params)
    """,
    "by attribute": """
        print(net[1].bias)
        print(net[1].bias.data())
    """,
    "by name": """
        print(net[0].params['dense0_weight'])
        print(net[0].params['dense0_weight'].data())
    """,
    "gradient": """
        net[0].weight.grad()
    """,
    "collect_params": """
        # parameters only for the first layer
        print(net[0].collect_params())
        # parameters of the entire network
        print(net.collect_params())
    """,
    "from the collection": """
        net.collect_params()['dense1_bias'].data()
    """,
    "regular expressions": """
        print(net.collect_params('.*weight'))
        print(net.collect_params('dense0.*'))
    """,
    "Rube Goldberg": """
        def block1():
            net = nn.Sequential()
            net.add(nn.Dense(32, activation='relu'))
            net.add(nn.Dense(16, activation='relu'))
            return net

        def block2():
            net = nn.Sequential()
            for i in range(4):
                net.add(block1())
            return net

        rgnet = nn.Sequential()
        rgnet.add(block2())
        rgnet.add(nn.Dense(10))
        rgnet.initialize()
        rgnet(x)
    """,
    "its structure": """
        print(rgnet.collect_params)
        print(rgnet.collect_params())
    """,
    "its third bias": """
        rgnet[0][1][0].bias.data()
    """,
    "normal": """
        # force_reinit ensures that the variables are initialized again, regardless of
        # whether they were already initialized previously
        net.initialize(init=init.Normal(sigma=0.01), force_reinit=True)
        net[0].weight.data()[0]
    """,
    "constant": """
        net.initialize(init=init.Constant(1), force_reinit=True)
        net[0].weight.data()[0]
    """,
    "one by one": """
        net[1].initialize(init=init.Constant(42), force_reinit=True)
        net[0].weight.initialize(init=init.Xavier(), force_reinit=True)
        print(net[1].weight.data()[0,0])
        print(net[0].weight.data()[0])
    """,
    "custom": """
        class MyInit(init.Initializer):
            def _init_weight(self, name, data):
                print('Init', name, data.shape)
                data[:] = nd.random.uniform(low=-10, high=10, shape=data.shape)
                data *= data.abs() >= 5

        net.initialize(MyInit(), force_reinit=True)
        net[0].weight.data()[0]
    """,
    "set directly": """
        net[0].weight.data()[:] += 1
        net[0].weight.data()[0,0] = 42
        net[0].weight.data()[0]
    """,
    "tied": """
        net = nn.Sequential()
        # We need to give the shared layer a name such that we can reference its
        # parameters
        shared = nn.Dense(8, activation='relu')
        net.add(nn.Dense(8, activation='relu'),
                shared,
                nn.Dense(8, activation='relu', params=shared.params),
                nn.Dense(10))
        net.initialize()

        x = nd.random.uniform(shape=(2, 20))
        net(x)

        # Check whether the parameters are the same
        print(net[1].weight.data()[0] == net[2].weight.data()[0])
        net[1].weight.data()[0,0] = 100
        # Make sure that they're actually the same object rather than just having the
        # same value
        print(net[1].weight.data()[0] == net[2].weight.data()[0])
    """,
}

DENSE0 = """\
  Parameter dense0_weight (shape=(256, 20), dtype=float32)
  Parameter dense0_bias (shape=(256,), dtype=float32)
"""
DENSE1 = """\
  Parameter dense1_weight (shape=(10, 256), dtype=float32)
  Parameter dense1_bias (shape=(10,), dtype=float32)
"""


class Cell:
    """What a notebook shows of a listing: its prints, then the value of its last expression."""

    def __init__(self, code, names):
        body = ast.parse(dedent(code)).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(ast.Module(body, []), "listing", "exec"), names)
            value = last and eval(compile(ast.Expression(last.value), "listing", "eval"), names)
        self.printed = out.getvalue()
        self.value = None if value is None else np.array(value)


@pytest.fixture(scope="module")
def chapter():
    """Run all listings in one namespace, as a reader does."""
    names = {}
    with fresh_names():
        cells = {title: Cell(code, names) for title, code in LISTINGS.items()}
    return cells, names


@pytest.fixture(scope="module")
def cells(chapter):
    return chapter[0]


def test_a_net_maps_two_samples_to_ten_outputs_each(cells):
    assert cells["a multilayer perceptron"].value.shape == (2, 10)


def test_params_lists_a_layers_weight_and_bias(cells):
    assert cells["params"].printed == f"dense0_ (\n{DENSE0})\ndense1_ (\n{DENSE1})\n"


def test_a_bias_is_reached_as_an_attribute_and_is_zero(cells):
    parameter, zeros = cells["by attribute"].printed.splitlines()
    assert parameter == "Parameter dense1_bias (shape=(10,), dtype=float32)"
    assert zeros == "[0. 0. 0. 0. 0. 0. 0. 0. 0. 0.]"


def test_a_weight_is_reached_by_its_name_and_prints_as_an_abridged_matrix(cells):
    parameter, *matrix = cells["by name"].printed.splitlines()
    assert parameter == "Parameter dense0_weight (shape=(256, 20), dtype=float32)"
    assert matrix[0].startswith("[[")
    assert "..." in matrix[0]


def test_the_gradient_is_zero_and_of_the_weights_shape_before_any_backward_pass(cells):
    assert_array_equal(cells["gradient"].value, np.zeros((256, 20), "float32"), strict=True)


def test_collect_params_lists_a_layer_or_the_whole_net(cells):
    assert cells["collect_params"].printed == (
        f"dense0_ (\n{DENSE0})\nsequential0_ (\n{DENSE0}{DENSE1})\n"
    )
    assert_array_equal(cells["from the collection"].value, np.zeros(10, "float32"), strict=True)


def test_regular_expressions_select(cells):
    weights = DENSE0.splitlines(keepends=True)[0] + DENSE1.splitlines(keepends=True)[0]
    assert cells["regular expressions"].printed == (
        f"sequential0_ (\n{weights})\nsequential0_ (\n{DENSE0})\n"
    )


def test_the_nested_net_prints_its_structure_then_its_names(cells):
    assert cells["Rube Goldberg"].value.shape == (2, 10)
    inner = "".join(
        f"    ({i}): Sequential(\n"
        f"      (0): Dense({20 if i == 0 else 16} -> 32, Activation(relu))\n"
        "      (1): Dense(32 -> 16, Activation(relu))\n"
        "    )\n"
        for i in range(4)
    )
    structure = (
        "<bound method Block.collect_params of Sequential(\n"
        f"  (0): Sequential(\n{inner}  )\n  (1): Dense(16 -> 10, linear)\n)>\n"
    )
    shapes = [(32, 20), (16, 32), *[(32, 16), (16, 32)] * 3, (10, 16)]
    names = "".join(
        f"  Parameter dense{i}_weight (shape={shape}, dtype=float32)\n"
        f"  Parameter dense{i}_bias (shape=({shape[0]},), dtype=float32)\n"
        for i, shape in enumerate(shapes, start=2)
    )
    assert cells["its structure"].printed == f"{structure}sequential1_ (\n{names})\n"


def test_a_layer_of_the_nested_net_is_reached_by_its_indices(cells):
    assert_array_equal(cells["its third bias"].value, np.zeros(32, "float32"), strict=True)


def test_normal_draws_have_the_sigma_that_was_asked_for(cells):
    row = cells["normal"].value
    assert row.shape == (20,)
    # the std of 20 draws has a relative standard error of 1/sqrt(40) = 16%; four of them
    assert abs(row.std() / 0.01 - 1) < 4 / np.sqrt(40)


def test_constant_reaches_the_weights_and_leaves_the_bias_its_zeros(cells):
    assert_array_equal(cells["constant"].value, np.ones(20, "float32"), strict=True)


def test_one_layer_is_42_and_one_weight_is_xaviers(cells):
    first, *rest = cells["one by one"].printed.splitlines()
    assert float(first) == 42
    row = np.array(" ".join(rest).strip("[]").split(), float)
    bound = np.sqrt(3 / ((20 + 256) / 2))  # Glorot and Bengio (2010): 0.1474
    assert row.shape == (20,)
    assert bound / 2 < abs(row).max() <= bound  # below half: 20 times in a row, p = 2^-20


def test_the_custom_initializer_meets_the_weights_only_and_in_order(cells):
    assert cells["custom"].printed == "Init dense0_weight (256, 20)\nInit dense1_weight (10, 256)\n"
    size = abs(cells["custom"].value)
    assert set(size >= 5) == {True, False}
    assert np.all((size == 0) | ((size >= 5) & (size <= 10)))


def test_writing_into_data_is_writing_into_the_parameter(cells):
    before, after = cells["custom"].value, cells["set directly"].value
    assert after[0] == 42
    assert_array_equal(after[1:], before[1:] + 1)


def test_tied_weights_are_equal_before_and_after_one_of_them_is_written_to(cells):
    assert cells["tied"].printed == "[ True  True  True  True  True  True  True  True]\n" * 2


def test_tied_layers_hold_one_parameter_and_one_gradient(chapter):
    _, names = chapter
    net = names["net"]
    assert net[1].weight is net[2].weight
    assert net[1].weight.grad() is net[2].weight.grad()
    assert net[2].weight.data()[0, 0] == 100
    assert len(net.collect_params()) == 6


def test_the_chapters_advice_holds_and_set_data_inside_record_leaves_the_gradient_right(chapter):
    nn, nd = chapter[1]["nn"], chapter[1]["nd"]
    layer = nn.Dense(1, in_units=2, use_bias=False)
    layer.initialize(init="ones")
    with autograd.record():
        y = layer(nd.array([[3, 4]])) * layer.weight.data().sum()  # 3a + 4b, times a + b
        layer.weight.set_data([[100, 100]])
    y.backward()
    # d/da = 3 (a + b) + 3a + 4b at a = b = 1, where the forward pass was
    assert_array_equal(layer.weight.grad(), [[13, 15]])
    assert_array_equal(layer.weight.data(), [[100, 100]])
