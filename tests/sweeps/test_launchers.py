"""Hydra's launchers by name, each real: the same jobs, the same numbers, wherever they run."""

from __future__ import annotations

import os
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


SLURM = {
    "sbatch": """
cp "${@: -1}" submitted; echo Submitted batch job 7
for task in 0 1 2 3; do
  SLURM_JOB_ID=7_$task SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$task \\
    SLURM_NTASKS=1 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 SLURM_JOB_NUM_NODES=1 \\
    SLURM_NODELIST=n1 SLURM_JOB_NODELIST=n1 bash submitted > log$task 2>&1 &
done
""",
    "srun": """
while [[ $1 == -* ]]; do [[ $1 == --unbuffered ]] && shift || shift 2; done
exec "$@"
""",
    "sacct": "echo 'JobID|State|NodeList'",
}


def test_slurm_is_given_an_array_that_does_the_jobs(mine, alone, monkeypatch):
    programs = mine.place / "programs"
    programs.mkdir()
    for name, script in SLURM.items():
        (programs / name).write_text(f"#!/bin/bash\n{script}")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    check(mine, alone, ["hydra/launcher=submitit_slurm", "hydra.launcher.partition=gpu"])
    asked = (mine.place / "submitted").read_text()
    assert "#SBATCH --array=0-3" in asked
    assert "#SBATCH --partition=gpu" in asked


SEARCH = [
    "-m", "optim.lr=interval(0.01,0.5)", "+init=xavier,he", "hydra/sweeper=optuna",
    "hydra.sweeper.n_trials=5", "hydra.sweeper.sampler.seed=1", "training.epochs=10",
]  # fmt: skip


def test_optuna_searches_and_the_same_search_again_is_read_from_the_record(lab):
    status, text = lab.run(*SEARCH)
    assert status == 0, text
    assert lab.statuses() == {"FINISHED": 5}
    assert ": 5 jobs on basic" in text
    assert re.search("[1-4]/5 done, .*about [0-9]+ s left", text)
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
