"""What a server of forks imports and how it ends, and what a door gives without joblib."""

import os
import subprocess
import sys
import time

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


SERVER = """
from multiprocessing.forkserver import set_forkserver_preload
from initlab.jobs import workers
workers.set_forkserver_preload = lambda names: set_forkserver_preload([names[0], "endless"])
workers.warm_workers(record=True)
print("on its way", flush=True)
input()
"""


@pytest.mark.parametrize("killed", [False, True])
def test_a_server_that_still_imports_ends_with_its_command_and_lets_its_output_go(killed, tmp_path):
    begun = tmp_path / "begun"
    endless = f"import time, pathlib; pathlib.Path({str(begun)!r}).touch(); time.sleep(600)"
    (tmp_path / "endless.py").write_text(endless)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as started:  # fmt: skip
        assert started.stdout.readline() == b"on its way\n"
        wait_until(begun.exists)
        if killed:
            started.kill()
        else:
            started.stdin.close()
        started.wait()
        assert started.stdout.read() == b""  # nobody holds it any more


def wait_until(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_everything_in_config_is_there_without_the_joblib_launcher():
    code = "import sys; sys.modules['hydra_plugins'] = None; from initlab.config import *"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
