"""From the config to who draws what: precedence, roles, ties, interpolations, names."""

from __future__ import annotations

import pytest

import initlab
from initlab.errors import BadTypeError, BadValueError, ConfigError, InitlabError, UnknownNameError
from initlab.init import Constant, Normal, Uniform, VarianceScaling, Xavier, Zeros
from initlab.probes import WeightMoments


def rule(name, match, use, **more):
    given = {"match": match, "use.name": use, **more}
    return " ".join(f"+init.rules.{name}.{key}={value}" for key, value in given.items())


def uses(spec):
    return {entry.path: entry.initializer for entry in initlab.plan(spec).entries}


def reasons(spec):
    return {entry.path: entry.why for entry in initlab.plan(spec).entries}


WRITTEN = "+model.children.output.init.weight.name=normal"


def test_without_a_named_initializer_weights_are_uniform_and_biases_zero(composed):
    found = uses(composed("model.depth=1"))
    assert found["output.weight"] == Uniform(0.07)
    assert found["output.bias"] == Zeros()


def test_a_role_speaks_for_its_parameters_alone(composed):
    spec = composed("+init=he model=residual_mlp model.depth=1 +init.gain.name=constant")
    found = uses(spec)
    assert found["body.0.body.norm.gamma"] == Constant(0.0)
    assert found["body.0.body.norm.beta"] == Zeros()
    assert found["encoder.weight"] == VarianceScaling(2.0)
    assert reasons(spec)["encoder.weight"] == "role weight"


def test_what_is_written_on_a_block_is_stronger_than_the_role(composed):
    spec = composed(f"+init=xavier {WRITTEN} +model.children.output.init.weight.sigma=0.02")
    assert uses(spec)["output.weight"] == Normal(0.02)
    assert uses(spec)["hidden.0.weight"] == Xavier()
    assert reasons(spec)["output.weight"] == "written on output"


def test_what_is_written_on_a_repeated_block_holds_for_each(composed):
    found = uses(composed("+model.children.hidden.of.init.weight.name=he model.depth=3"))
    assert [found[f"hidden.{i}.weight"] for i in range(3)] == [VarianceScaling(2.0)] * 3
    assert found["output.weight"] == Uniform(0.07)


def test_a_rule_is_stronger_than_what_is_written(composed):
    spec = composed(f"{WRITTEN} {rule('head', 'output.*', 'he', role='weight')}")
    assert uses(spec)["output.weight"] == VarianceScaling(2.0)
    assert reasons(spec)["output.weight"] == "rule head"
    assert uses(spec)["output.bias"] == Zeros()


def test_of_two_rules_the_later_one_speaks(composed):
    first, second = rule("a", "**.weight", "ones"), rule("b", "output.**", "he", role="weight")
    assert uses(composed(f"{first} {second}"))["output.weight"] == VarianceScaling(2.0)
    assert uses(composed(f"{second} {first}"))["output.weight"] == initlab.init.Ones()


def test_gluons_way_to_hand_a_layer_its_initializer_works(composed):
    found = uses(composed("+model.children.output.weight_initializer=ones"))
    assert found["output.weight"] == initlab.init.Ones()


def test_an_initializer_may_be_named_alone(composed):
    assert composed("init.weight=he").init.roles["weight"] == VarianceScaling(2.0)


def test_a_role_set_to_null_says_nothing(composed):
    assert composed("init.weight=null").init.roles == {"bias": Zeros()}


def test_a_tie_makes_two_places_one_parameter(composed):
    spec = composed(
        "+model.ties.t.parameter=hidden.2.weight +model.ties.t.to=hidden.1.weight model.depth=3"
    )
    assert "hidden.2.weight" not in uses(spec)
    (entry,) = [e for e in initlab.plan(spec).entries if e.path == "hidden.1.weight"]
    assert entry.aliases == ("hidden.2.weight",)


def test_the_models_sizes_follow_what_they_refer_to(composed):
    plan = initlab.plan(composed("model.depth=2 model.width=5 data=teacher data.outputs=3"))
    shapes = {entry.path: entry.spec.shape for entry in plan.entries}
    assert shapes["hidden.1.weight"] == (5, 5)
    assert shapes["output.weight"] == (3, 5)
    assert "hidden.2.weight" not in shapes


def test_a_user_may_refer_to_any_key(composed):
    assert composed("model.width=${training.batch_size}").flat["model.width"] == "64"


def test_a_size_of_the_models_own_is_welcome_where_something_uses_it(composed):
    line = "+model.bottleneck=7 model.children.hidden.of.units=${model.bottleneck}"
    spec = composed(f"{line} ~model.width")
    assert {e.spec.shape[0] for e in initlab.plan(spec).entries} == {7, 10}
    with pytest.raises(UnknownNameError, match="which nothing uses: 'width'") as error:
        composed(line)
    assert "to remove it: ~model.width" in error.value.full()


def test_a_reference_to_nothing_is_refused_with_its_place(composed):
    with pytest.raises(ConfigError, match=r"'model\.wdth' not found") as error:
        composed("model.children.output.units=${model.wdth}")
    assert "in model.children.output.units" in error.value.full()


NODES = [
    "init.weight", "init.bias", "init", "data", "optim", "optim.schedule", "training", "tracking",
    "random_source", "probes.weights", "model", "model.children.output", "model.children.hidden.of",
]  # fmt: skip


@pytest.mark.parametrize("node", NODES)
def test_no_node_takes_an_import_path(composed, node):
    with pytest.raises(InitlabError, match="_target_"):
        composed(f"+{node}._target_=os.getcwd")


@pytest.mark.parametrize("key", ["init.weight.name", "model.children.output.block", "data.name"])
def test_a_name_is_looked_up_and_never_imported(composed, key):
    with pytest.raises(UnknownNameError, match="antigravity"):
        composed(f"{key}=antigravity.main")


def test_a_probe_takes_its_places_and_times_from_the_config(composed):
    (probe,) = composed(
        "probes=none +probes.w.name=weight_moments +probes.w.match=output.* +probes.w.every=3"
    ).probes
    assert probe.probe == WeightMoments()
    assert (probe.name, probe.match, probe.times, probe.every) == ("w", "output.*", 20, 3)


def test_a_probe_set_to_null_is_left_out(composed):
    assert "dead_units" not in {p.name for p in composed("probes.dead_units=null").probes}


def test_a_misspelled_key_of_a_probe_is_told_those_that_it_has(composed):
    with pytest.raises(UnknownNameError, match="Did you mean 'every'") as error:
        composed("+probes.weights.evry=3")
    assert error.value.known == ["every", "match", "times"]


@pytest.mark.parametrize("key", ["seed", "threads", "init", "probes", "training", "tracking"])
def test_a_part_that_every_run_needs_is_named_when_it_is_deleted(composed, key):
    with pytest.raises(ConfigError, match=f"The config has no '{key}'"):
        composed(f"~{key}")


def test_a_deleted_option_has_the_value_that_it_had(composed):
    assert composed("~training.epochs").training == composed().training


@pytest.mark.parametrize(
    ("line", "error", "text"),
    [
        ("seed=abc", BadTypeError, r"seed must be a whole number, got 'abc'"),
        ("seed=true", BadTypeError, r"seed must be a whole number, got True"),
        ("threads=0", BadValueError, r"threads must be at least 1, got 0"),
        ("training.batch_size=0", BadValueError, r"batch_size of at least 1, got .*batch_size=0"),
        ("probes.weights.times=-1", BadValueError, r"times of at least 0 .*got times=-1"),
        ("init.rules=5", BadTypeError, r"init\.rules must be a mapping of names to values, got 5"),
        ("+init.rules.r.match=a", ConfigError, r"init\.rules\.r needs `match`.* and `use`"),
        ("model.ties=3", BadTypeError, r"model\.ties must be a mapping"),
        ("+model.ties.t.to=a", ConfigError, r"model\.ties\.t needs `parameter` and `to`"),
        ("model.children.output=5", ConfigError, r"model\.children\.output is no block: 5"),
        ("random_source=streams", BadTypeError, r"random_source must be a mapping"),
        ("+init.calibrate.tolerance=1", ConfigError, r"init\.calibrate has no name"),
        ("model.block=dense", ConfigError, r"layer 'dense' needs units: model\.units=VALUE"),
    ],
)
def test_a_node_of_the_wrong_form_is_refused_with_its_key(composed, line, error, text):
    with pytest.raises(error, match=text):
        composed(line)
