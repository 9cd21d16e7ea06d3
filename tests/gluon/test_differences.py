"""Every line of docs/differences-from-gluon.md, held: the line ends with the test's name."""

from __future__ import annotations

import pickle
import re
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file

from initlab import autograd, init, nd, nn
from initlab.catalog import load_catalog
from initlab.errors import (
    BadTypeError,
    BadValueError,
    DataError,
    GraphError,
    InPlaceError,
    NotInitializedError,
    ShapeError,
    UnknownNameError,
)
from initlab.init.registry import REGISTRY
from initlab.tree import fresh_names, tie

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "differences-from-gluon.md").read_text()


@pytest.fixture(autouse=True)
def _names_from_zero():
    with fresh_names():
        yield


@pytest.fixture
def file(tmp_path):
    return tmp_path / "net.safetensors"


def dense(units=2, how="ones", **options):
    layer = nn.Dense(units, in_units=2, **options)
    layer.initialize(how)
    return layer


# ---- the page and the tests
def test_each_line_names_its_test_and_each_test_has_its_line():
    lines = re.findall(r"^- .*$", PAGE, re.MULTILINE)
    named = [re.search(r" `([\w/.:]+)`$", line) for line in lines]
    assert [line for line, found in zip(lines, named, strict=True) if not found] == []
    names = [found[1] for found in named]
    elsewhere = [name for name in names if "::" in name]
    for name in elsewhere:
        path, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(), name
    here = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert sorted(set(names) - set(elsewhere)) == sorted(
        here
        - {"each_line_names_its_test_and_each_test_has_its_line", "the_page_counts_the_scenarios"}
    )
    assert len(set(names)) == len(names)


def test_the_page_counts_the_scenarios():
    files = sorted((ROOT / "tests" / "gluon").glob("*.txt"))
    scenarios = sum(len(re.findall(r"^# ", file.read_text(), re.MULTILINE)) for file in files)
    assert f"{scenarios} scenarios" in PAGE.replace("\n", " ")


# ---- errors
def test_mistakes_are_value_errors_and_assertion_errors():
    shared, refused = nn.Dense(8), []
    for mistake in (
        lambda: nn.Parameter("w", grad_req="sum"),
        lambda: shared.initialize("nosuch"),
        lambda: nn.Dense(9, params=shared.params),
        lambda: dense().weight.set_data(np.ones(3)),
    ):
        with pytest.raises(AssertionError) as caught:
            mistake()
        refused.append(caught.value)
    assert all(isinstance(error, BadValueError | ValueError) for error in refused)


def test_messages_are_filled_in():
    block, w = nn.Block(), nn.Parameter("w", shape=(4, 5))
    block.w = w
    with pytest.raises(AssertionError, match=r"Block\.w is already a Parameter.*pass params="):
        block.w = nn.Parameter("v")
    with pytest.raises(AssertionError, match=r"'w' has shape \(4, 5\), which \(4, 6\) does not"):
        w.shape = (4, 6)


def test_a_bad_initializer_is_refused_at_once_while_deferred():
    with pytest.raises(UnknownNameError, match="nosuch"):
        nn.Dense(2).initialize("nosuch")


def test_bad_options_are_refused_when_made():
    with pytest.raises(ValueError, match="factor_type must be one of avg, in, out, got 'both'"):
        init.Xavier(factor_type="both")


def test_a_negative_dimension_is_refused_when_made():
    with pytest.raises(AssertionError, match=r"cannot be negative, got \(-1, 3\)"):
        nn.Parameter("w", shape=(-1, 3))


def test_errors_have_the_usual_types_too(file):
    for kind in (DataError, OSError, RuntimeError):
        with pytest.raises(kind, match=r"Cannot load arrays from .*net\.safetensors"):
            nn.Dense(2).load_parameters(file)
    w = nn.Parameter("w", shape=(2,))
    for access in (w.data, w.grad, w.list_data, lambda: w.set_data([1, 2])):
        with pytest.raises(NotInitializedError, match="'w' has not been initialized"):
            access()


# ---- parameters
class Fails(init.Initializer):
    def _init_weight(self, name, data):
        data[:] = 7
        raise BadValueError("no more numbers")


def test_a_failed_forced_draw_keeps_the_data():
    layer = dense()
    layer.weight.grad()[:] = 5
    with pytest.raises(BadValueError, match="no more numbers"):
        layer.initialize(Fails(), force_reinit=True)
    assert_array_equal(layer.weight.data(), np.ones((2, 2)))
    assert_array_equal(layer.weight.grad(), np.full((2, 2), 5))


@pytest.mark.parametrize("wrong", [None, init.Xavier, "nosuch"])
def test_a_refused_initializer_keeps_the_data(wrong):
    layer = dense()
    with pytest.raises(AssertionError):
        layer.initialize(wrong, force_reinit=True)
    assert_array_equal(layer.weight.data(), np.ones((2, 2)))


def test_set_data_while_recording():
    layer = dense(1, use_bias=False)
    with autograd.record():
        y = layer(nd.array([[3, 4]])) ** 2
        layer.weight.set_data([[100, 100]])
    y.backward()
    assert_array_equal(layer.weight.grad(), [[2 * 7 * 3, 2 * 7 * 4]])  # at weights of 1
    assert_array_equal(layer.weight.data(), [[100, 100]])


def test_in_place_errors_come_first():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record(), pytest.raises(InPlaceError, match="pause"):
        x[:] = 3
    assert_array_equal(x, [1, 2])


def test_verbose_is_not_sticky(caplog):
    caplog.set_level("INFO", "initlab")
    nn.Dense(2, in_units=2, use_bias=False).initialize("ones", verbose=True)
    nn.Dense(2, in_units=2).initialize()
    assert caplog.messages == ["Initialized dense0_weight as Ones(): 1"]


def test_whole_numbers_have_no_gradient():
    counts = nn.Parameter("counts", shape=(2,), dtype="int32")
    counts.initialize("zeros")
    assert counts.grad_req == "null"


def test_what_is_refused_changes_nothing():
    w = nn.Parameter("w", shape=(2, 0))
    with pytest.raises(NotInitializedError):
        w.set_data(np.ones((2, 3)))
    assert w.shape == (2, 0)


@pytest.mark.parametrize("copy", [deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copied_net_learns(copy):
    net = nn.Sequential()
    net.add(dense())
    net.add(nn.Dense(2, in_units=2, params=net[0].params))
    made = copy(net)
    with autograd.record():
        y = made(nd.ones((1, 2))).sum()
    y.backward()
    assert made[0].weight is made[1].weight
    assert_array_equal(made[0].weight.grad(), np.full((2, 2), 4))  # 2 by each use
    assert_array_equal(net[0].weight.grad(), np.zeros((2, 2)))
    made[0].weight.set_data(np.zeros((2, 2)))
    assert_array_equal(net[0].weight.data(), np.ones((2, 2)))


def test_one_device_and_dense():
    layer = nn.Dense(2, in_units=2)
    layer.initialize("ones", ctx="cpu(0)")
    assert_array_equal(layer.weight.data("cpu(0)"), np.ones((2, 2)))
    assert not any(hasattr(layer.weight, name) for name in ("list_ctx", "reset_ctx", "var"))
    with pytest.raises(AssertionError, match="all arrays are dense"):
        nn.Parameter("w", stype="row_sparse")


def test_fans_are_declared():
    assert nn.Embedding(50, 3).weight.spec.fan_in == 50  # a one-hot row times the table
    assert init.ParameterSpec((32, 4, 3, 3), groups=4).fan_out == 8 * 9


def test_draws_do_not_depend_on_each_other():
    def second(first):
        nd.random.seed(1)
        with fresh_names():
            net = nn.Sequential()
            net.add(nn.Dense(4, in_units=4), nn.Dense(4, in_units=4))
        net[0].initialize(first)
        net[1].initialize("normal")
        return net[1].weight.data().asnumpy()

    assert_array_equal(second("zeros"), second("uniform"))


# ---- dictionaries
def test_unknown_attributes_are_refused():
    params = nn.Dense(2).params
    with pytest.raises(TypeError, match="colour"):
        params.get("weight", colour="red")
    with pytest.raises(TypeError, match="has no attribute 'lr_mul'"):
        params.setattr("lr_mul", 2)


def test_sharing_goes_on():
    first = nn.Dense(2)
    middle = nn.Sequential(params=first.params)
    assert nn.Dense(2, params=middle.params).weight is first.weight
    assert len(middle.params) == 0


def test_a_dictionary_has_a_length():
    assert len(nn.Dense(2).params) == 2
    assert len(nn.ParameterDict()) == 0
    assert bool(nn.ParameterDict())


# ---- blocks
def test_only_blocks_can_be_added():
    with pytest.raises(BadTypeError, match="Only Blocks can be part of Sequential, got 'relu'"):
        nn.Sequential().add("relu")


def test_an_assigned_parameter_is_collected():
    block = nn.Block()
    block.free = nn.Parameter("free", shape=(2,))
    block.initialize("ones")
    assert_array_equal(block.free.data(), [1, 1])


def test_the_same_parameter_again():
    layer = nn.Dense(2)
    layer.weight = weight = layer.weight
    assert layer.weight is weight


def test_a_hook_registered_twice():
    layer, calls = dense(), []

    def hook(block, inputs, output):
        calls.append(block.name)

    layer.register_forward_hook(hook)
    layer.register_forward_hook(hook)
    layer(nd.ones((1, 2)))
    assert calls == ["dense0", "dense0"]


def test_registered_children_are_printed():
    block = nn.Block()
    block.register_child(nn.Flatten(), "flat")
    assert repr(block) == "Block(\n  (flat): Flatten\n)"


def test_a_summary_has_one_row_a_call(capsys):
    net, layer = nn.Sequential(), nn.Dense(2)
    net.add(layer, layer)
    net.initialize()
    net.summary(nd.ones((1, 2)))
    out = capsys.readouterr().out
    assert out.count("Dense-") == 2
    assert "Symbol" not in out


def test_an_empty_batch():
    assert dense(3)(nd.zeros((0, 2))).shape == (0, 3)


def test_a_scope_inside_itself():
    net = nn.Block(prefix="net_")
    with net.name_scope(), net.name_scope():
        inner = nn.Dense(1)
    assert (inner.name, nn.Dense(1).name) == ("net_dense0", "dense0")


def test_sequential_takes_names():
    net = nn.Sequential({"first": nn.Dense(2)})
    net.add(last=nn.Dense(1))
    assert list(net.children) == ["first", "last"]
    with pytest.raises(TypeError, match="mapping of names"):
        nn.Sequential("net_")


# ---- files
def test_files_are_safetensors(file):
    dense().save_parameters(file)
    assert set(load_file(file)) == {"weight", "bias"}


def test_loading_is_all_or_nothing(file):
    dense(2, "ones").save_parameters(file)
    other = dense(3, "zeros")
    with pytest.raises(ShapeError):
        other.load_parameters(file)
    assert_array_equal(other.weight.data(), np.zeros((3, 2)))


def test_another_rank_is_refused(file):
    nd.save(file, {"weight": np.ones((2, 2, 1), "float32"), "bias": np.ones(2, "float32")})
    with pytest.raises(ShapeError, match=r"expected \(2, 2\) vs saved \(2, 2, 1\)"):
        dense().load_parameters(file)


def test_deduplicate_keeps_the_first_path(file):
    net, untied = nn.Sequential(), nn.Sequential()
    net.add(dense(), dense(2, "zeros"))
    untied.add(dense(2, "zeros"), dense(2, "zeros"))
    tie(net, "1.weight", to="0.weight")
    net.save_parameters(file, deduplicate=True)
    assert set(load_file(file)) == {"0.weight", "0.bias", "1.bias"}
    untied.load_parameters(file)
    assert_array_equal(untied[1].weight.data(), np.ones((2, 2)))


def test_a_single_tied_layer_is_loaded(file):
    shared = dense()
    layer = nn.Dense(2, in_units=2, params=shared.params)
    layer.save_parameters(file)
    shared.weight.set_data(np.zeros((2, 2)))
    layer.load_parameters(file)
    assert_array_equal(shared.weight.data(), np.ones((2, 2)))


def test_the_shape_is_known_after_loading(file):
    nd.save(file, {"w": nd.ones((2, 3))})
    params = nn.ParameterDict()
    params.get("w")
    params.load(file)
    assert params["w"].shape == (2, 3)


# ---- initializers
def test_load_and_mixed_initialize():
    layer = nn.Dense(1, in_units=2)
    layer.initialize(init.Load({"dense0_weight": [[1, 2]], "dense0_bias": [3]}))
    assert_array_equal(layer(nd.array([[10, 100]])), [[213]])
    layer.initialize(init.Mixed(["dense0_.*", ".*"], ["ones", "zeros"]), force_reinit=True)
    assert_array_equal(layer.weight.data(), [[1, 1]])
    assert_array_equal(layer.bias.data(), [0])


def test_two_orthogonals():
    spec = init.ParameterSpec((4, 4), np.dtype("float64"))
    haar = load_catalog().initializers["orthogonal"].value()
    for made, scale in ((haar, 1), (init.create("orthogonal"), 1.414), (init.Orthogonal(), 1.414)):
        w = made(spec, np.random.default_rng(0))
        np.testing.assert_allclose(w @ w.T, scale**2 * np.eye(4), atol=1e-12)


def test_shapes_that_are_not_theirs():
    for made, shape in ((init.LSTMBias(), (6,)), (init.Bilinear(), (3, 3))):
        parameter = nn.Parameter("w", shape=shape)
        with pytest.raises(ShapeError, match=r"Parameter 'w' of shape"):
            parameter.initialize(made)


def test_registered_names_are_for_scripts():
    @init.register
    class Scripts(init.Initializer):
        def _init_weight(self, name, data):
            data[:] = 2

    try:
        assert_array_equal(dense(1, "scripts").weight.data(), [[2, 2]])
        assert "scripts" not in load_catalog().initializers
    finally:
        del REGISTRY["scripts"]


# ---- gradients
def test_head_gradients_of_another_shape():
    x = nd.array([1, 2])
    x.attach_grad()
    with autograd.record():
        y = x * 2
    with pytest.raises(BadValueError, match=r"has shape \(3,\), its Tensor has \(2,\)"):
        y.backward(nd.array([1, 2, 3]))


def tracked(*values):
    x = nd.array(list(values))
    x.attach_grad()
    return x


def test_every_head_is_recorded():
    x = tracked(1, 2)
    with autograd.record():
        y = x * x
    with pytest.raises(GraphError, match=r"not in a computational graph"):
        autograd.backward([y, nd.ones((2,))])
    assert_array_equal(x.grad, [0, 0])


@pytest.mark.parametrize("which", [nd.maximum, nd.minimum])
def test_maximum_shares_the_gradient_of_a_tie(which):
    x, y = tracked(1, 2), tracked(1, 2)
    with autograd.record():
        z = which(x, y)
    z.backward()
    assert_array_equal([x.grad, y.grad], np.full((2, 2), 0.5))


def test_clip_adds_its_gradient():
    x = nd.array([1, 2])
    x.attach_grad("add")
    for _ in range(2):
        with autograd.record():
            y = nd.clip(x, -1, 1.5)
        y.backward()
    assert_array_equal(x.grad, [2, 0])


def test_gradients_of_what_does_not_matter():
    x, other = tracked(1, 2), tracked(3, 4)
    with autograd.record():
        y = x * x
    assert_array_equal(autograd.grad(y, [x, other]), [[2, 4], [0, 0]])


def test_second_derivatives_of_area_functions():
    for function, argument, slope in (
        (nd.arcsinh, 1.5, lambda x: (x**2 + 1) ** -0.5),
        (nd.arccosh, 1.5, lambda x: (x**2 - 1) ** -0.5),
    ):
        x = tracked(argument)
        with autograd.record():
            first = autograd.grad(function(x), x, create_graph=True)
        first.backward()
        bend = (slope(argument + 1e-4) - slope(argument - 1e-4)) / 2e-4
        assert bend < 0
        np.testing.assert_allclose(x.grad, [bend], rtol=1e-5)


def test_grad_of_one_array():
    x = tracked(1, 2)
    with autograd.record():
        y = x * x
    assert autograd.grad(y, x, retain_graph=True).shape == (2,)
    assert isinstance(autograd.grad(y, [x]), list)


def test_recorded_values_are_not_written():
    x, y = tracked(1, 2), nd.zeros((2,))
    for key in (slice(None), 0):
        with autograd.record(), pytest.raises(InPlaceError, match="would lose its gradient"):
            y[key] = x[key] * 2
    assert_array_equal(y, [0, 0])


def test_arrays_without_a_gradient_may_be_written():
    x, factor = tracked(1, 2), nd.array([5, 5])
    with autograd.record():
        y = x * factor
        factor[:] = 7
    y.backward()
    assert_array_equal(x.grad, [7, 7])


def test_a_gradient_of_a_product_is_differentiable():
    x = nd.array([2])
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(x * x * x, x, create_graph=True)
    slope.backward()
    assert_array_equal([slope, x.grad], [[12], [12]])  # 3x^2 and 6x


# ---- layers
def test_a_dropout_rate_is_checked():
    for rate in (1, -0.1):
        with pytest.raises(BadValueError, match=f"rate of at least 0 and below 1, got {rate}"):
            nn.Dropout(rate)


def test_activation_knows_more_functions():
    assert_array_equal(nn.Activation("elu")(nd.array([0, 2])), nn.ELU()(nd.array([0, 2])))


def test_first_states_have_the_inputs_precision():
    cell = nn.rnn.RNNCell(2, input_size=2)
    cell.initialize()
    cell.cast("float64")
    _, (state,) = cell.unroll(1, nd.ones((1, 1, 2), dtype="float64"))
    assert state.dtype == np.float64


# ---- how things print
def test_arrays_print_as_numpys():
    weight = dense().weight.data()
    assert str(weight) == "[[1. 1.]\n [1. 1.]]"
    assert repr(weight) == "array([[1., 1.],\n       [1., 1.]], dtype=float32)"


def test_one_element_is_a_number():
    assert str(dense(2, init.Constant(42)).weight.data()[0, 0]) == "42.0"


def test_comparisons_are_booleans():
    data = nd.array([1, -7])
    assert str(data == data) == "[ True  True]"
    assert_array_equal(data * (data.abs() >= 5), [0, -7])


def test_two_precisions():
    assert dense()(nd.ones((1, 2), dtype="float64")).dtype == np.float64


def test_sums_have_no_axes():
    assert nd.ones((2, 3)).sum().shape == ()


def test_initializers_print_as_python():
    assert [repr(made) for made in (init.Constant(42), init.Zero())] == [
        "Constant(value=42)",
        "Zeros()",
    ]
