"""Which sweeps pay for a server of forks, and what a door gives without joblib."""

import subprocess
import sys

import pytest

from initlab.catalog import load_catalog
from initlab.jobs import run_sweep, sweep

JOBS = [
    "-m",
    "+init=xavier",
    "training.epochs=1",
    "hydra/launcher=joblib",
    "hydra.launcher.n_jobs=1",
]


@pytest.fixture
def warmed(monkeypatch, tmp_path):
    """Whether each server that was asked for was to import MLflow."""
    monkeypatch.chdir(tmp_path)
    calls = []
    monkeypatch.setattr(sweep, "warm_workers", lambda *, record: calls.append(record))
    return calls


def test_workers_are_warmed_without_a_record_without_mlflow(warmed):
    run_sweep([*JOBS, "seed=1", "tracking=none"], load_catalog())
    assert set(warmed) == {False}


def test_a_worker_that_joblib_started_in_its_own_way_does_its_job():
    code = """
from joblib import Parallel, delayed
from initlab.jobs.workers import at_work

def work():
    with at_work():
        return "done"

assert Parallel(n_jobs=2)([delayed(work)()]) == ["done"]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_a_sweep_that_is_done_already_warms_nothing(warmed):
    sweep = [*JOBS, "seed=1,2"]
    assert run_sweep(sweep, load_catalog()) == 0
    assert set(warmed) == {True}
    warmed.clear()
    assert run_sweep(sweep, load_catalog()) == 0
    assert warmed == []


def test_everything_in_config_is_there_without_the_joblib_launcher():
    code = "import sys; sys.modules['hydra_plugins'] = None; from initlab.config import *"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
