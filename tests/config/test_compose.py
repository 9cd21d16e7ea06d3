"""What a RunSpec is, and which commands give the same one."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest
from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from omegaconf import OmegaConf

from initlab.config import TrainingSpec, compose
from initlab.errors import ConfigError, PluginError, UnknownNameError
from initlab.init import Xavier, Zeros


def test_the_overrides_decide_the_spec(composed):
    spec = composed("+init=xavier init.weight.magnitude=2 training.epochs=7 seed=3 threads=2")
    assert spec.init.roles == {"weight": Xavier(magnitude=2.0), "bias": Zeros()}
    assert spec.training == TrainingSpec(epochs=7, batch_size=64)
    assert (spec.seed, spec.threads) == (3, 2)
    assert spec.source.seed == 3


def test_a_group_needs_no_plus_and_minds_none(composed):
    assert composed("init=he model=deep_mlp") == composed("+init=he +model=deep_mlp")


def test_equal_commands_give_equal_specs(composed):
    one, other = composed("init=he seed=3"), composed("seed=3 init=he")
    assert one == other
    assert hash(one) == hash(other)
    assert one.identity == other.identity


@pytest.mark.parametrize(
    "line",
    [
        "seed=4", "threads=2", "init=he", "init.weight.scale=0.08", "model.depth=2",
        "training.epochs=7", "optim.lr=0.2", "probes=none", "data=spirals",
        "+model.ties.t.parameter=hidden.2.bias +model.ties.t.to=hidden.1.bias",
    ],
)  # fmt: skip
def test_whatever_decides_the_result_changes_the_identity(composed, line):
    assert composed(line).identity != composed().identity


def test_the_place_of_the_record_does_not_change_what_the_run_is(composed):
    there, nowhere = composed(), composed("tracking=none")
    assert there.identity == nowhere.identity
    assert there != nowhere


def rules(*names):
    uses = {"a": "zeros", "b": "ones"}
    return " ".join(
        f"+init.rules.{name}.match=**.weight +init.rules.{name}.use.name={uses[name]}"
        for name in names
    )


def test_the_order_of_rules_decides_and_so_does_the_identity(composed):
    assert composed(rules("a", "b")).identity != composed(rules("b", "a")).identity


def test_a_spec_cannot_be_changed(composed):
    spec = composed()
    with pytest.raises(FrozenInstanceError):
        spec.seed = 1
    with pytest.raises(FrozenInstanceError):
        spec.training.epochs = 1


def values_within(value):
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from values_within(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from values_within(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from values_within(item)


def test_nothing_of_hydra_is_left_in_a_spec(composed):
    spec = composed("+init=lsuv model=residual_mlp optim.schedule.name=cosine")
    modules = {type(value).__module__.partition(".")[0] for value in values_within(spec)}
    assert not modules & {"omegaconf", "hydra", "antlr4"}
    assert "initlab" in modules


def test_a_spec_crosses_processes(composed):
    spec = composed("+init=lsuv")
    again = pickle.loads(pickle.dumps(spec))
    assert again == spec
    assert again.init == spec.init


def test_a_spec_shows_its_label_and_prints_its_config(composed):
    spec = composed("+init=he seed=5")
    assert repr(spec).startswith("RunSpec(he-mlp-digits-s5, ")
    assert "seed: 5" in str(spec).splitlines()


def test_what_is_recorded_is_flat_text_by_dotted_key(composed):
    flat = composed("+init=he model.depth=5").flat
    assert flat["model.depth"] == "5"
    assert flat["init.weight.name"] == flat["init"] == "he"
    assert all(isinstance(value, str) for value in flat.values())


@pytest.mark.parametrize("word", ["wibble", "-m", "--cfg"])
def test_what_is_no_override_is_refused_with_how_one_looks(catalog, word):
    with pytest.raises(ConfigError, match=f"'{word}' is no override: write KEY=VALUE"):
        compose([word], catalog=catalog)


def test_a_plugin_is_named_where_it_is_wanted(tmp_path):
    with pytest.raises(PluginError, match=r"gone\.py"):
        compose([], plugins=[str(tmp_path / "gone.py")])


def test_a_program_that_has_a_hydra_of_its_own_keeps_it(composed, tmp_path):
    (tmp_path / "theirs.yaml").write_text("answer: 42")
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        assert composed("seed=5").seed == 5
        assert hydra_compose("theirs").answer == 42
    assert composed("seed=6").seed == 6


def test_hydras_own_part_is_composed_where_it_is_asked_for_and_changes_no_spec(composed):
    plain = composed("init=he +experiment=tied_mlp")
    whole = composed("init=he +experiment=tied_mlp hydra.sweep.dir=elsewhere hydra/launcher=joblib")
    assert whole == plain
    with pytest.raises(UnknownNameError, match=r"hydra\.sweep\.dri'\. Did you mean"):
        composed("hydra.sweep.dri=elsewhere")


def test_a_program_finds_hydras_defaults_as_they_were(composed, tmp_path):
    (tmp_path / "theirs.yaml").write_text("answer: 42")
    composed("seed=5")
    with initialize_config_dir(str(tmp_path), version_base="1.3"):
        hydra = hydra_compose("theirs", ["hydra/job_logging=none"], return_hydra_config=True).hydra
    assert hydra.runtime.choices["hydra/launcher"] == "basic"
    assert hydra.launcher._target_.endswith("BasicLauncher")


def test_a_specs_text_is_what_omegaconf_writes():
    spec = compose(
        ["init=constant", "tracking.experiment='1e5'", "tracking.uri='sqlite:///zäh.db'"]
    )
    assert "experiment: '1e5'" in spec.text
    assert spec.text == OmegaConf.to_yaml(OmegaConf.create(dict(spec.config)))
