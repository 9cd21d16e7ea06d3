"""First values from a trained net's file: parts of it, its statistics, the mask of a ticket."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import initlab
from initlab import nd
from initlab.errors import BadTypeError, BadValueError, DataError, ShapeError
from initlab.init import (
    Entries,
    Law,
    Masked,
    Normal,
    ParameterSpec,
    PretrainedStatistics,
    Uniform,
    WeightSelection,
)
from initlab.nd.random import stream
from initlab.running import assemble
from initlab.tree import apply_plan, parameters


def spec_of(*shape, name="w"):
    return ParameterSpec(shape, name=name)


@pytest.fixture
def file(tmp_path):
    """A file of one array, 6 x 10, and a vector of 4."""
    path = tmp_path / "larger.safetensors"
    w = np.arange(60, dtype=np.float32).reshape(6, 10)
    nd.save(path, {"w": w, "b": np.float32([1, 2, 3, 6])})
    return path


def test_elements_are_chosen_evenly_along_each_axis(file):
    """Xu et al. (2023): every second of 6, and of 10 the four at 0, 3, 6, 9."""
    chosen = WeightSelection(file)(spec_of(3, 4), None)
    assert_array_equal(chosen, [[0, 3, 6, 9], [20, 23, 26, 29], [40, 43, 46, 49]])
    assert_array_equal(WeightSelection(file)(spec_of(2, name="b"), None), [1, 3])
    assert_array_equal(WeightSelection(file)(spec_of(6, 10), None), np.arange(60).reshape(6, 10))


def test_a_net_that_is_not_larger_and_a_path_that_it_lacks_are_refused(file):
    with pytest.raises(ShapeError, match=r"has shape \(7, 4\) and larger\.safetensors \(6, 10\)"):
        WeightSelection(file)(spec_of(7, 4), None)
    with pytest.raises(ShapeError, match=r"chooses from a net at least as large on each axis"):
        WeightSelection(file)(spec_of(3, 4, 1), None)
    with pytest.raises(ShapeError, match=r"\(3, 0\), where 0 is a dimension that is not known"):
        WeightSelection(file)(spec_of(3, 0), None)
    with pytest.raises(BadValueError, match=r"holds nothing for 'v' .* by a rule"):
        WeightSelection(file)(spec_of(3, 4, name="v"), None)
    for name, near in (("bb", "b"), ("elsewhere.far", "b, w")):  # else the first that there are
        with pytest.raises(BadValueError, match=rf"'{name}' \(nearest: {near}\)"):
            WeightSelection(file)(spec_of(3, 4, name=name), None)
    with pytest.raises(DataError, match="nowhere"):
        PretrainedStatistics(file.parent / "nowhere.safetensors")


def test_statistics_are_those_of_the_file_whatever_the_shape(file):
    law = PretrainedStatistics(file).law(spec_of(100, 3, name="b"))
    assert (law.mean, law.variance) == (3.0, pytest.approx(3.5))  # of 1, 2, 3, 6


@pytest.mark.parametrize("make", [WeightSelection, PretrainedStatistics, lambda f: Masked(file=f)])
def test_a_file_by_its_name_is_the_file(file, make):
    assert make(str(file)) == make(file)
    assert repr(make(str(file))) == repr(make(file))


def test_of_the_smallest_ticket_one_weight_stays(file):
    w = Masked(Normal(1.0), keep=0.001, file=file)(spec_of(6, 10), stream(0, "w"))
    assert np.flatnonzero(w).tolist() == [59]  # the largest


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_of_the_largest_weights_as_many_stay_as_numpys_sort_has_first(tmp_path, dtype):
    """300,000 weights, of which in half precision thousands have one size: the first of these."""
    trained = np.random.default_rng(0).standard_normal((3, 100_000)).astype(dtype)
    path = saved_from({"w": trained}, tmp_path / "trained.safetensors")
    ticket = Masked(Normal(1.0), keep=0.3, file=path)
    first = np.argsort(-np.abs(trained), axis=None, kind="stable")[:90_000]
    w = ticket(spec_of(3, 100_000), stream(0, "w"))
    assert_array_equal(np.flatnonzero(w), np.sort(first))


def drawn(*overrides):
    spec = initlab.compose([*overrides, "model.depth=2", "tracking=none"])
    net, plan = assemble(spec)
    apply_plan(net, plan, spec.source)
    return {path: np.asarray(p.data()) for path, p in parameters(net).items()}, spec


def saved_from(values, path):
    nd.save(path, values)
    return path


def test_a_run_takes_every_parameter_from_a_larger_nets_file(tmp_path):
    larger, _ = drawn("+init=he", "init.bias.name=normal", "model.width=24")
    path = saved_from(larger, tmp_path / "a.safetensors")
    smaller, spec = drawn("+init=weight_selection", f"init.weight.file={path}", "model.width=8")
    assert_array_equal(smaller["hidden.1.weight"], larger["hidden.1.weight"][::3, ::3])
    assert_array_equal(smaller["hidden.0.bias"], larger["hidden.0.bias"][::3])
    again = path.rename(tmp_path / "b.safetensors")
    option = f"init.weight.file={again}"
    _, moved = drawn("+init=weight_selection", option, "model.width=8")
    assert moved.identity == spec.identity  # the content counts, not its place
    saved_from({name: 2 * value for name, value in larger.items()}, again)
    _, other = drawn("+init=weight_selection", option, "model.width=8")
    assert other.identity != spec.identity


def test_a_ticket_is_drawn_by_the_command_line(tmp_path):
    """Frankle & Carbin (2019): the first values under the mask of the largest trained weights."""
    first, _ = drawn("+init=he", "model.width=16", "seed=3")
    rng = np.random.default_rng(0)
    trained = {name: rng.standard_normal(w.shape, np.float32) for name, w in first.items()}
    path = saved_from(trained, tmp_path / "parameters.safetensors")
    options = [f"init.weight.file={path}", "init.weight.keep=0.25", "model.width=16", "seed=3"]
    ticket, _ = drawn("+init=masked", *options)
    w, size = ticket["hidden.1.weight"], np.abs(trained["hidden.1.weight"])
    kept = w != 0
    assert kept.sum() == 64
    assert size[kept].min() > size[~kept].max()
    assert_array_equal(w[kept], first["hidden.1.weight"][kept])


@pytest.mark.parametrize("mask_of", [np.float32, lambda trained: np.abs(trained) > 0.9])
def test_a_files_mask_may_follow_from_the_values_so_its_law_is_the_support(tmp_path, mask_of):
    """Of weights that training left where they were, the kept ones have 2.3 times a mixture's."""
    start = Uniform(1.0)(spec_of(40, 50), stream(0, "w"))
    path = saved_from({"w": mask_of(start)}, tmp_path / "trained.safetensors")
    ticket = Masked(Uniform(1.0), keep=0.1, file=path)
    w = ticket(spec_of(40, 50), stream(0, "w"))
    kept = np.abs(start) > np.quantile(np.abs(start), 0.9)
    assert_array_equal(
        w, np.where(kept if mask_of is np.float32 else np.abs(start) > 0.9, start, 0)
    )
    assert np.mean(w**2) > 2 * Masked(Uniform(1.0), keep=0.1).law(spec_of(40, 50)).variance
    assert ticket.law(spec_of(40, 50)) == Law(low=-1.0, high=1.0, entries=Entries.dependent)


def test_a_file_of_masks_is_taken_as_it_is(tmp_path):
    mask = np.eye(4, dtype=bool)
    path = saved_from({"w": mask}, tmp_path / "masks.safetensors")
    w = Masked(Normal(1.0), file=path)(spec_of(4, 4), stream(0, "w"))
    assert_array_equal(w != 0, mask)


def test_a_mask_by_a_files_name_is_told_where_to_go():
    with pytest.raises(BadTypeError, match=r"mask is an array, got 'm\.npy'.*init\.weight\.file=F"):
        initlab.compose(["+init=masked", "init.weight.mask=m.npy"])


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32])
def test_a_file_of_zeros_and_ones_is_a_mask_whatever_its_type(tmp_path, dtype):
    mask = np.arange(20).reshape(4, 5) % 2 == 0
    path = saved_from({"w": mask.astype(dtype)}, tmp_path / "masks.safetensors")
    w = Masked(Normal(1.0), file=path)(spec_of(4, 5), stream(0, "w"))
    assert_array_equal(w != 0, mask)


def test_a_mask_and_a_file_at_once_are_refused(file):
    with pytest.raises(BadValueError, match=r"mask and file both say what stays\. Give one"):
        Masked(mask=np.eye(4), file=file)


def test_of_one_file_two_are_equal_while_its_content_is(file):
    first = Masked(file=file)
    assert first == Masked(file=file)
    assert hash(first) == hash(Masked(file=file))
    nd.save(file, {"w": np.ones((6, 10), np.float32)})
    assert first != Masked(file=file)


@pytest.mark.parametrize("make", [WeightSelection, PretrainedStatistics, lambda f: Masked(file=f)])
@pytest.mark.parametrize(
    ("values", "told"), [([np.nan, 1], "values that are not finite"), ([], "an empty array")]
)
def test_what_nothing_can_start_from_is_refused_by_name(tmp_path, make, values, told):
    path = saved_from({"w": np.float32(values)}, tmp_path / "gone.safetensors")
    with pytest.raises(DataError, match=rf"gone\.safetensors holds {told} for 'w'.*did not div"):
        make(path).law(spec_of(2))
