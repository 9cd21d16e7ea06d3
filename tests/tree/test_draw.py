from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nn
from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.init import (
    Centred,
    Constant,
    HaarOrthogonal,
    Initializer,
    Load,
    Mixed,
    Normal,
    Rule,
    Scaled,
    Sparse,
    make_plan,
)
from initlab.nd.random import Streams, cores, stream
from initlab.tree import (
    ParameterDict,
    apply_plan,
    fresh_names,
    parameters,
    resolve_shapes,
    slots,
    tie,
)


def net(*names):
    made = nn.Sequential({name: nn.Dense(4) for name in names})
    resolve_shapes(made, np.zeros((1, 4), "float32"))
    return made


def applied(made, **options):
    apply_plan(made, make_plan(slots(made), **options), Streams(7))
    return {path: p.data().asnumpy() for path, p in parameters(made).items()}


def test_each_parameter_is_drawn_from_the_stream_of_its_path():
    made = net("a", "b")
    values = applied(made, default=Normal(0.5))
    for path in ("a.weight", "b.weight"):
        expected = Normal(0.5)(parameters(made)[path].spec, stream(7, path))
        assert_array_equal(values[path], expected, strict=True)
    assert not np.any(values["a.weight"] == values["b.weight"])


def test_a_layer_more_changes_no_draw_of_the_others():
    few, many = applied(net("a", "c")), applied(net("a", "b", "c"))
    assert all(np.array_equal(few[path], many[path]) for path in few)


def test_rules_and_own_initializers_are_carried_out():
    values = applied(net("a", "b"), rules=[Rule("last", "b.weight", Constant(2))])
    assert_array_equal(values["b.weight"], np.full((4, 4), 2))
    assert_array_equal(values["b.bias"], np.zeros(4))


def test_a_tied_parameter_is_drawn_once_by_its_first_path():
    made = net("a", "b")
    tie(made, "b.weight", to="a.weight")
    assert_array_equal(applied(made)["a.weight"], applied(net("a", "b"))["a.weight"])


def test_applying_again_writes_into_the_same_arrays():
    made = net("a")
    applied(made)
    array = np.asarray(made[0].weight.data())
    applied(made, default=Constant(3))
    assert_array_equal(array, np.full((4, 4), 3))


class Refuses(Initializer):
    def __call__(self, spec, rng):
        raise BadValueError("not today")


class Misfits(Initializer):
    def __call__(self, spec, rng):
        return np.zeros((2, 2), "float32")


@pytest.mark.parametrize(
    ("use", "error", "match"),
    [
        (Refuses(), BadValueError, "not today"),
        (Misfits(), ShapeError, r"'a\.weight' has shape \(4, 4\), which \(2, 2\) does not fit"),
    ],
)
def test_what_an_initializer_refuses_or_gets_wrong_is_told_with_the_path(use, error, match):
    made = net("a")
    with pytest.raises(error, match=match) as caught:
        applied(made, rules=[Rule("odd", "a.weight", use)])
    assert caught.value.__notes__[-1] == f"drawing a.weight by {use}"


def test_a_plan_of_another_net_is_refused():
    plan = make_plan(slots(net("a")))
    with pytest.raises(UnknownNameError, match=r"Unknown parameter path 'a\.weight'.*b\.weight"):
        apply_plan(net("b"), plan, Streams(0))


def matrices(count, side=256):
    """As many parameters, each small beside a core's share of all and worth a thread."""
    return nn.Sequential({f"m{k:02}": nn.Dense(side, in_units=side) for k in range(count)})


def on(monkeypatch, count):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(count), raising=False)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("use", [Normal(0.5), HaarOrthogonal(), Centred(), Sparse()], ids=str)
def test_what_is_drawn_at_once_has_the_bits_of_what_is_drawn_alone(monkeypatch, count, use):
    on(monkeypatch, count)
    made = matrices(25)
    values = applied(made, default=use)
    assert len(values) == 50
    on(monkeypatch, 1)
    for path in ("m00.weight", "m11.weight", "m24.weight"):
        expected = use(parameters(made)[path].spec, stream(7, path))
        assert_array_equal(values[path], expected, strict=True)


class Noted(Initializer):
    """Notes in which thread it draws what, and how many cores it may use there."""

    def __init__(self, meeting=None):
        self._seen, self._meeting = [], meeting

    def note(self, name):
        self._seen.append((str(name), threading.current_thread(), cores()))

    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__


class Pure(Noted):
    def __call__(self, spec, rng):
        if self._meeting:
            self._meeting.wait()
        self.note(spec.name)
        return np.ones(spec.shape, spec.dtype)


def weights(made):
    return [path for path, p in parameters(made).items() if p.role == "weight"]


def seen(use, made=None, source=None):
    made = made or matrices(24)
    roles = {"weight": use, "bias": Constant(0)}
    apply_plan(made, make_plan(slots(made), roles=roles), source or Streams(7))
    names, threads, shares = zip(*use._seen, strict=True)
    assert sorted(names) == weights(made)
    return list(names), set(threads), set(shares)


def test_several_small_parameters_are_drawn_at_once_each_on_a_core_of_its_own(monkeypatch):
    on(monkeypatch, 3)
    meeting = threading.Barrier(3, timeout=30)  # broken unless three draw at the same time
    _, threads, shares = seen(Pure(meeting))
    assert (len(threads), shares) == (3, {1})
    assert threading.current_thread() not in threads
    assert cores() == 3


def test_a_nets_initialize_draws_at_once_too_with_the_bits_of_each_parameter_alone(monkeypatch):
    on(monkeypatch, 3)
    use = Pure(threading.Barrier(3, timeout=30))
    matrices(24).initialize(use)
    assert {share for _, _, share in use._seen} == {1}
    with fresh_names():
        made = matrices(24)
    with fresh_names():
        alone = matrices(24)
    made.initialize(HaarOrthogonal())
    for name, parameter in alone.collect_params().items():
        parameter.initialize(default_init=HaarOrthogonal())
        assert_array_equal(made.collect_params()[name].data(), parameter.data(), strict=True)


class Chapters(Noted):
    def _init_weight(self, name, data):
        self.note(name)
        data[:] = 1


class Sequence(Streams):
    def stream(self, path):
        return np.random.default_rng(0)


class OneStream(Streams):
    def stream(self, path):
        return ONE


ONE = stream(0, "one")


@pytest.mark.parametrize("case", ["large", "few", "tiny", "sequence", "one stream", "again"])
def test_others_are_drawn_one_after_another_in_the_plans_order(monkeypatch, case):
    on(monkeypatch, 3)
    use = Pure()
    made = matrices({"few": 11}.get(case, 24), {"tiny": 255}.get(case, 256))
    if case == "large":
        made = matrices(2, 1024)
    if case == "again":
        applied(made)
    source = {"sequence": Sequence(), "one stream": OneStream()}.get(case)
    names, threads, shares = seen(use, made, source)
    assert (threads, shares) == ({threading.current_thread()}, {3})
    assert names == weights(made)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda use: use,
        lambda use: Scaled(2.0, use),
        lambda use: Mixed([".*"], [use]),
        lambda use: Load({}, default_init=use, verbose=True),
    ],
)
def test_what_fills_tensors_is_drawn_in_order_also_by_another_initializer(monkeypatch, wrapped):
    on(monkeypatch, 3)
    use, made = Chapters(), matrices(24)
    plan = make_plan(slots(made), roles={"weight": wrapped(use), "bias": Constant(0)})
    apply_plan(made, plan, Streams(7))
    names, threads, _ = zip(*use._seen, strict=True)
    assert (list(names), set(threads)) == (weights(made), {threading.current_thread()})


def test_what_is_loaded_is_logged_in_order(monkeypatch, caplog):
    on(monkeypatch, 3)
    made = matrices(24)
    caplog.set_level("INFO", "initlab")
    apply_plan(made, make_plan(slots(made), default=Load({}, Pure(), verbose=True)), Streams(7))
    assert [record.args[0] for record in caplog.records] == weights(made)


def test_a_parameter_under_two_names_is_drawn_once(monkeypatch):
    on(monkeypatch, 3)
    with fresh_names():
        made = matrices(12)
    twice, use = ParameterDict(), Pure()
    for name, parameter in made.collect_params().items():
        twice.update({name: parameter, f"again_{name}": parameter})
    twice.initialize(use)
    assert len(use._seen) == 12  # biases start at 0


class RefusesTwo(Initializer):
    def __call__(self, spec, rng):
        if spec.name in ("m05.weight", "m06.weight"):
            raise BadValueError(f"no {spec.name}")
        return np.zeros(spec.shape, spec.dtype)


def test_of_several_that_fail_at_once_the_plans_first_is_told_and_none_has_values(monkeypatch):
    on(monkeypatch, 2)
    made = matrices(24)
    with pytest.raises(BadValueError, match=r"no m05\.weight") as caught:
        applied(made, roles={"weight": RefusesTwo()})
    assert caught.value.__notes__ == [f"drawing m05.weight by {RefusesTwo()}"]
    assert not any(made[k].weight.settled for k in (5, 6))
