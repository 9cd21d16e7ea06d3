"""Every file of conf/ and experiments/ composes to a RunSpec and plans."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from omegaconf import OmegaConf

import initlab
from initlab.config import ProbeSpec, TrainingSpec, compose, read_sweep
from initlab.help import help_of
from initlab.probes import WeightMoments
from initlab.tracking import TrackingSpec

ROOT = Path(__file__).parents[2]
OPTIONS = sorted(f"{file.parent.name}={file.stem}" for file in ROOT.glob("conf/*/*.yaml")) + sorted(
    f"+experiment={file.stem}" for file in ROOT.glob("experiments/**/*.yaml")
)


def test_there_are_files_to_test():
    assert "model=mlp" in OPTIONS
    assert "+experiment=tied_mlp" in OPTIONS


OF_A_SIZE = {"model=lenet": ["data=teacher", "data.inputs=784"]}  # pictures of 28 x 28


@pytest.mark.parametrize("option", OPTIONS)
def test_a_file_composes_and_plans(catalog, option):
    plan = initlab.plan(compose([option, *OF_A_SIZE.get(option, [])], catalog=catalog))
    assert plan.entries
    assert all(0 not in entry.spec.shape for entry in plan.entries)


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.startswith("model=")])
def test_a_model_keeps_the_name_of_its_file(catalog, option):
    name = option.partition("=")[2]
    assert compose([option], catalog=catalog).label == f"uniform-{name}-digits-s0"


@pytest.mark.parametrize("option", [o for o in OPTIONS if o.startswith("+experiment")])
def test_an_experiment_tells_question_expectation_source_and_command(option):
    text = (ROOT / "experiments" / f"{option.partition('=')[2]}.yaml").read_text()
    for word in ("Question", "Expectation", "Source", "Command"):
        assert re.search(rf"^# {word}: \S", text, re.MULTILINE), word
    assert f"python -m initlab {option}" in text


def test_the_defaults_in_code_are_those_of_the_files(catalog):
    spec = compose([], catalog=catalog)
    assert spec.training == TrainingSpec()
    assert spec.tracking == TrackingSpec()
    (weights,) = [probe for probe in spec.probes if probe.name == "weights"]
    assert weights == ProbeSpec("weights", WeightMoments())


def test_every_probe_is_looked_at_by_default(catalog):
    default = OmegaConf.load(ROOT / "conf" / "probes" / "default.yaml")
    own = {name for name, entry in catalog.probes.items() if entry.package == "initlab"}
    asked_for = {
        "signal_rms",  # theory foretells it, which not every net allows
        "gradient_rms",  # likewise
        "weight_entropy",  # a histogram takes as long as all the moments
        "weight_spectrum",  # and singular values much longer
    }
    assert {node.name for node in default.values()} == own - asked_for


COMMANDS = re.findall(r"^  python -m initlab ((?:-m )?\+.*?)(?:  .*)?$", help_of([]), re.MULTILINE)


def test_help_has_commands():
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_help_composes(catalog, command):
    sweep = read_sweep(command.split(), catalog, cores=2)
    assert sweep.jobs[0].spec.seed in (0, 1, 7)
