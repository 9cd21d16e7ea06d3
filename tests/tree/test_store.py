from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file

from initlab import nd, nn
from initlab.errors import BadValueError, DataError, NotInitializedError, ShapeError
from initlab.tree import ParameterDict, parameters, tie


def net(*units, in_units=3, prefix=None):
    made = nn.Sequential(prefix=prefix)
    with made.name_scope():
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


def values(made):
    return {path: p.data().asnumpy() for path, p in parameters(made).items()}


def saved(made, file, **options):
    made.initialize()
    made.save_parameters(file, **options)
    return values(made)


def test_what_is_saved_is_loaded_bit_by_bit(file):
    before = saved(net(4, 2), file)
    other = net(4, 2)
    other.initialize(init="ones")
    array = np.asarray(other[0].weight.data())
    other.load_parameters(file)
    for path, parameter in parameters(other).items():
        assert_array_equal(parameter.data(), before[path], strict=True)
    assert_array_equal(array, before["0.weight"])  # written into the array that was there


def test_loading_initializes_and_fills_unknown_shapes(file):
    before = saved(net(4, 2), file)
    other = nn.Sequential()
    other.add(nn.Dense(4), nn.Dense(2))
    other.load_parameters(file)
    assert other[0].weight.shape == (4, 3)
    assert_array_equal(other[1].weight.data(), before["1.weight"])
    assert other(nd.array(np.ones((1, 3)))).shape == (1, 2)


def test_loading_takes_the_place_of_an_initialization_that_waits(file):
    before = saved(net(4), file)
    other = nn.Sequential()
    other.add(nn.Dense(4))
    other.initialize(init="ones")
    other.load_parameters(file)
    other(nd.array(np.ones((1, 3))))
    assert_array_equal(other[0].weight.data(), before["0.weight"])


def test_the_file_is_plain_safetensors_by_path(file):
    before = saved(net(4, 2), file)
    stored = load_file(file)
    assert set(stored) == {"0.weight", "0.bias", "1.weight", "1.bias"}
    for path, array in stored.items():
        assert_array_equal(array, before[path], strict=True)


def test_a_tied_parameter_stands_under_each_path_or_once_under_its_first(file):
    before = saved(tied(), file)
    assert_array_equal(load_file(file)["1.weight"], before["0.weight"])
    saved(tied(), file, deduplicate=True)
    assert set(load_file(file)) == {"0.weight", "0.bias", "1.bias"}


@pytest.mark.parametrize("deduplicate", [False, True])
def test_a_tied_net_is_loaded_from_either_file(file, deduplicate):
    before, made = saved(tied(), file, deduplicate=deduplicate), tied()
    made.load_parameters(file)
    assert made[0].weight is made[1].weight
    assert_array_equal(made[1].weight.data(), before["0.weight"])


def test_a_tied_net_is_loaded_into_an_untied_one(file):
    before, made = saved(tied(), file, deduplicate=True), net(3, 3)
    made.load_parameters(file)
    assert made[0].weight is not made[1].weight
    assert_array_equal(made[1].weight.data(), before["0.weight"])
    assert set(nd.load(file)) == {"0.weight", "0.bias", "1.bias"}


def test_what_has_no_data_cannot_be_saved(file):
    made = nn.Dense(2)
    made.initialize()
    with pytest.raises(NotInitializedError, match="'dense0_weight' has not been initialized yet"):
        made.save_parameters(file)
    assert not file.exists()


def fails_and_leaves_ones(made, file, error, match):
    made.initialize(init="ones")
    before = values(made)
    with pytest.raises(error, match=match):
        made.load_parameters(file)
    for path, value in values(made).items():
        assert_array_equal(value, before[path])


def test_a_path_that_the_file_lacks_is_refused_and_nothing_is_written(file):
    saved(net(4), file)
    fails_and_leaves_ones(
        net(4, 2),
        file,
        BadValueError,
        r"'1\.weight' is missing in file '.*net\.safetensors', which contains '0\.weight' and 1 "
        r"more\. Set allow_missing=True",
    )


def test_a_path_that_the_net_lacks_is_refused_and_nothing_is_written(file):
    saved(net(4, 2), file)
    fails_and_leaves_ones(
        net(4),
        file,
        BadValueError,
        r"'1\.bias' loaded from file '.*' is not present here, where there are '0\.bias' and 1 "
        r"more\. Set ignore_extra=True",
    )


def test_missing_and_extra_ones_can_be_allowed(file):
    before = saved(net(4, 2), file)
    smaller, larger = net(4), net(4, 2, 5)
    smaller.load_parameters(file, ignore_extra=True)
    assert_array_equal(smaller[0].weight.data(), before["0.weight"])
    larger.initialize(init="ones")
    larger.load_parameters(file, allow_missing=True)
    assert_array_equal(larger[1].weight.data(), before["1.weight"])
    assert_array_equal(larger[2].weight.data(), np.ones((5, 2)))


def test_another_shape_is_refused_with_the_name_and_nothing_is_written(file):
    saved(net(4, 2), file)
    fails_and_leaves_ones(
        net(4, 3), file, ShapeError, r"'sequential1_dense1_\w+' from saved params: shape incompat"
    )


def test_another_rank_is_refused(file):
    nd.save(file, {"weight": np.ones((4, 3, 1), "float32"), "bias": np.zeros(4, "float32")})
    with pytest.raises(ShapeError, match=r"expected \(4, 3\) vs saved \(4, 3, 1\)\."):
        nn.Dense(4, in_units=3).load_parameters(file)


def test_another_precision_is_refused_unless_it_may_be_cast_to_either_ones(file):
    before = saved(net(4), file)
    made = net(4)
    made.cast("float64")
    with pytest.raises(
        BadValueError, match=r"expected float64 vs saved float32\. Set cast_dtype=True to cast"
    ):
        made.load_parameters(file)
    made.load_parameters(file, cast_dtype=True)
    assert made[0].weight.data().dtype == np.float64
    made.load_parameters(file, cast_dtype=True, dtype_source="saved")
    assert made[0].weight.data().dtype == made[0].weight.dtype == np.float32
    assert_array_equal(made[0].weight.data(), before["0.weight"])
    with pytest.raises(BadValueError, match="must be 'current' or 'saved', got 'file'"):
        made.load_parameters(file, cast_dtype=True, dtype_source="file")


def test_a_file_that_is_missing_or_no_safetensors_is_refused_with_its_name(file):
    with pytest.raises(DataError, match=r"Cannot load arrays from .*net\.safetensors: "):
        net(4).load_parameters(file)
    file.write_bytes(b"weights")
    with pytest.raises(DataError, match=r"Cannot load arrays from .*net\.safetensors: "):
        net(4).load_parameters(file)


def test_a_file_of_mxnets_is_called_that(file):
    file.write_bytes((0x112).to_bytes(8, "little") + bytes(40))
    with pytest.raises(DataError, match=r"a \.params file of MXNet: pip install initlab-mxnet"):
        net(4).load_parameters(file)


# ---- dictionaries, by name
def test_a_dictionary_is_saved_by_name_and_loaded_under_another_prefix(file):
    one, other = net(4, prefix="one_"), net(4, prefix="other_")
    one.initialize()
    one.collect_params().save(file, strip_prefix="one_")
    assert set(load_file(file)) == {"dense0_weight", "dense0_bias"}
    other.collect_params().load(file, restore_prefix="other_")
    assert_array_equal(other[0].weight.data(), one[0].weight.data())


def test_a_file_by_name_is_what_a_block_reads_too(file):
    one, other = net(4, 2, prefix="one_"), net(4, 2, prefix="other_")
    one.initialize()
    one.collect_params().save(file, strip_prefix="one_")
    other.load_parameters(file)
    assert_array_equal(other[1].weight.data(), one[1].weight.data())


def test_a_prefix_that_a_name_lacks_is_refused(file):
    made = net(4, prefix="one_")
    made.initialize()
    params = made.collect_params()
    with pytest.raises(BadValueError, match=r"strip_prefix is 'two_', but Parameter 'one_dense0_w"):
        params.save(file, strip_prefix="two_")
    params.save(file)
    with pytest.raises(BadValueError, match=r"restore_prefix is 'two_', but Parameter 'one_dense"):
        params.load(file, restore_prefix="two_")


def test_the_marks_of_old_files_are_dropped(file):
    nd.save(file, {"arg:w": np.ones(2, "float32"), "aux:mean": np.zeros(2, "float32")})
    params = ParameterDict()
    params.get("w")
    params.get("mean")
    params.load(file)
    assert_array_equal(params["w"].data(), [1, 1])


def test_arrays_are_saved_by_name_only(file):
    with pytest.raises(TypeError, match=r"as a mapping of names, got list: write save\(file, \{"):
        nd.save(file, [np.ones(2)])


def test_arrays_that_were_read_elsewhere_are_taken_by_path_and_by_name():
    made = nn.Dense(2, in_units=3, use_bias=False, prefix="fc_")
    for stored in (
        {"weight": np.full((2, 3), 5.0, "f4")},
        {"arg:weight": np.full((2, 3), 6, "f4")},
    ):
        made.load_parameters(stored)
        np.testing.assert_array_equal(made.weight.data(), *stored.values())
    made.collect_params().load({"fc_weight": nd.ones((2, 3))})
    np.testing.assert_array_equal(made.weight.data(), np.ones((2, 3)))
    with pytest.raises(BadValueError, match="'weight' is missing in the given arrays, which"):
        made.load_parameters({"0.weight": nd.ones((2, 3))})
