from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file

from initlab import nd, nn
from initlab.errors import DataError, ShapeError, UnknownNameError
from initlab.tree import load_parameters, parameters, save_parameters, tie


def net(*units, in_units=3):
    made = nn.Sequential()
    for n in units:
        made.add(nn.Dense(n, in_units=in_units))
        in_units = n
    return made


def tied():
    made = net(3, 3)
    tie(made, "1.weight", to="0.weight")
    return made


@pytest.fixture
def file(tmp_path):
    return tmp_path / "net.safetensors"


def saved(made, file):
    made.initialize()
    save_parameters(made, file)
    return {path: p.data().asnumpy() for path, p in parameters(made).items()}


def test_what_is_saved_is_loaded_bit_by_bit(file):
    values = saved(net(4, 2), file)
    other = net(4, 2)
    other.initialize(init="ones")
    array = np.asarray(other[0].weight.data())
    load_parameters(other, file)
    for path, parameter in parameters(other).items():
        assert_array_equal(parameter.data(), values[path], strict=True)
    assert_array_equal(array, values["0.weight"])  # written into the array that was there


def test_loading_initializes_and_fills_unknown_shapes(file):
    values = saved(net(4, 2), file)
    other = nn.Sequential()
    other.add(nn.Dense(4), nn.Dense(2))
    load_parameters(other, file)
    assert other[0].weight.shape == (4, 3)
    assert_array_equal(other[1].weight.data(), values["1.weight"])
    assert other(nd.array(np.ones((1, 3)))).shape == (1, 2)


def test_the_file_is_plain_safetensors_by_path_with_tied_ones_once(file):
    values = saved(tied(), file)
    stored = load_file(file)
    assert set(stored) == {"0.weight", "0.bias", "1.bias"}
    for path, array in stored.items():
        assert_array_equal(array, values[path], strict=True)


@pytest.mark.parametrize("other", [tied, lambda: net(3, 3)])
def test_a_tied_net_is_loaded_into_a_tied_or_an_untied_one(file, other):
    values, made = saved(tied(), file), other()
    load_parameters(made, file)
    assert_array_equal(made[0].weight.data(), values["0.weight"])
    assert_array_equal(made[1].weight.data(), values["0.weight"])


def test_parameters_without_data_are_left_out_with_their_ties(file):
    first = nn.Dense(2)
    made = nn.Sequential()
    made.add(first, nn.Dense(2, params=first.params))
    made.initialize()  # the weight waits, the bias does not
    save_parameters(made, file)
    assert set(load_file(file)) == {"0.bias"}
    with pytest.raises(
        UnknownNameError, match=r"Unknown parameter of net\.safetensors '0\.weight'.*Known: 0\.bias"
    ):
        load_parameters(made, file)


def fails_and_leaves_ones(made, file, error, match):
    made.initialize(init="ones")
    before = {path: p.data().asnumpy() for path, p in parameters(made).items()}
    with pytest.raises(error, match=match) as caught:
        load_parameters(made, file)
    for path, parameter in parameters(made).items():
        assert_array_equal(parameter.data(), before[path])
    return caught.value


def test_a_path_that_the_file_lacks_is_refused_and_nothing_is_written(file):
    saved(net(4), file)
    fails_and_leaves_ones(
        net(4, 2), file, UnknownNameError, r"Unknown parameter of net\.safetensors '1\.weight'"
    )


def test_a_path_that_the_net_lacks_is_refused_and_nothing_is_written(file):
    saved(net(4, 2), file)
    fails_and_leaves_ones(
        net(4),
        file,
        UnknownNameError,
        r"path of net\.safetensors, which the net lacks: '1\.\w+'.*Known: 0\.bias, 0\.weight",
    )


def test_another_shape_is_refused_with_the_path_and_nothing_is_written(file):
    saved(net(4, 2), file)
    error = fails_and_leaves_ones(
        net(4, 3), file, ShapeError, r"'dense3_weight' has shape \(3, 4\), which \(2, 4\) does not"
    )
    assert error.__notes__ == [f"loading 1.weight from {file}"]


def test_a_file_that_is_missing_or_no_safetensors_is_refused_with_its_name(file):
    with pytest.raises(DataError, match=r"Cannot load parameters from .*net\.safetensors: "):
        load_parameters(net(4), file)
    file.write_bytes(b"weights")
    with pytest.raises(DataError, match=r"Cannot load parameters from .*net\.safetensors: "):
        load_parameters(net(4), file)
