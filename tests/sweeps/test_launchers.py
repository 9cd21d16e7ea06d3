"""Hydra's launchers by name, each real: the same jobs, the same numbers, wherever they run."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.slow

AXES = ["-m", "-p", "mine.py", "+init=mine,he", "seed=1,2", "training.epochs=20"]
LAUNCHERS = {
    "basic": [],
    "joblib": ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"],
    "submitit": ["hydra/launcher=submitit_local", "hydra.sweeper.max_batch_size=2"],
}
RAY = ["hydra/launcher=ray", "+hydra.launcher.ray.init.num_cpus=2",
       "+hydra.launcher.ray.init.include_dashboard=false"]  # fmt: skip

MINE = """
from dataclasses import dataclass
import initlab
from initlab.init import Initializer

@dataclass(frozen=True)
class Mine(Initializer):
    scale: float = 0.1

    def __call__(self, spec, rng):
        return (self.scale * rng.standard_normal(spec.shape)).astype(spec.dtype)

@initlab.hookimpl
def initlab_initializers():
    return {"mine": Mine}
"""


@pytest.fixture
def mine(lab):
    (lab.place / "mine.py").write_text(MINE)
    return lab


@pytest.fixture(scope="module")
def alone():
    """The losses that the first launcher gave, for the others to meet."""
    return {}


def check(mine, alone, launcher):
    status, text = mine.run(*AXES, *launcher)
    assert status == 0, text
    assert mine.statuses() == {"FINISHED": 4}
    losses = mine.losses()
    assert len(losses) == 4
    assert alone.setdefault("losses", losses) == losses
    ((sweeps,),) = mine.ask("select count(distinct value) from tags where key = 'initlab.sweep'")
    assert sweeps == 1
    conditions = mine.ask("select distinct value from tags where key = 'initlab.condition'")
    assert sorted(conditions) == [("init=he",), ("init=mine",)]
    return text


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_a_launcher_runs_a_local_plugins_jobs_to_the_same_bits(mine, alone, launcher):
    text = check(mine, alone, LAUNCHERS[launcher])
    assert ": 4 jobs on " in text


@pytest.mark.ray
def test_a_local_ray_cluster_does_too(mine, alone):
    check(mine, alone, RAY)


SEARCH = [
    "-m", "optim.lr=interval(0.01,0.5)", "+init=xavier,he", "hydra/sweeper=optuna",
    "hydra.sweeper.n_trials=5", "hydra.sweeper.sampler.seed=1", "training.epochs=10",
]  # fmt: skip


def test_optuna_searches_and_the_same_search_again_is_read_from_the_record(lab):
    status, text = lab.run(*SEARCH)
    assert status == 0, text
    assert lab.statuses() == {"FINISHED": 5}
    assert ": 5 jobs on basic" in text
    assert re.search(r"[1-4]/5 done, .*about \d+ (s|min) left", text)
    assert "\x1b" not in text  # Optuna's colours are for terminals
    names = re.findall(r"lr=(0\.\d+)", text)
    assert names
    assert max(map(len, names)) <= len("0.04321")
    rates = {rate for (rate,) in lab.ask("select value from params where key = 'optim.lr'")}
    assert len(rates) == 5
    assert all(0.01 <= float(rate) <= 0.5 for rate in rates)
    ((condition,),) = lab.ask(
        "select value from tags where key = 'initlab.condition' order by value limit 1"
    )
    assert "optim.lr=" in condition
    assert "init=" in condition
    status, text = lab.run(*SEARCH)
    assert status == 0, text
    assert "5 finished (5 of them before)" in text
    assert lab.statuses() == {"FINISHED": 5}
