"""A real sweep, recorded once, and a record that a stranger wrote."""

from __future__ import annotations

import subprocess
import sys

import pytest

from initlab.catalog import load_catalog
from initlab.tracking import Past, RunInfo, Status, TrackingSpec, make_tracker, prepare

PROBES = ("weights", "gradients", "gradient_ratios", "update_ratios", "activations", "dead_units")
SWEEP = [
    "-m",
    "+init=xavier,he,torch.normal",
    "model.depth=2,4,10",
    "seed=1,2,3",
    "training.epochs=3",
    "model.width=32",
    *(f"probes.{name}.times=3" for name in PROBES),
]  # N(0, 1) is far too wide: of its deep nets most diverge


@pytest.fixture(scope="session")
def catalog():
    return load_catalog(installed=False)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A directory with the record of 27 runs, some of which diverged."""
    here = tmp_path_factory.mktemp("lab")
    command = [sys.executable, "-m", "initlab", *SWEEP]
    subprocess.run(command, cwd=here, check=True, capture_output=True)
    _leave_one_killed(here)
    return here


def _leave_one_killed(here):
    """Add a run of the sweep that came to nothing, as of a process that died before the others."""
    past = Past(TrackingSpec(uri=f"sqlite:///{here}/mlflow.db"))
    run = past.run("he-mlp-digits-s1 depth=2")
    tags = {key: run.tags[key] for key in ("initlab.sweep", "initlab.axes", "initlab.identity")}
    tracker = make_tracker(past.spec, past.experiment)
    tracker.start(RunInfo(run.name, run.params, tags, directory=here / "killed"))
    tracker.end(Status.KILLED)
    past.announce(tags["initlab.sweep"], tags["initlab.axes"].split())


@pytest.fixture(scope="session")
def past(lab):
    return Past(TrackingSpec(uri=f"sqlite:///{lab}/mlflow.db"))


@pytest.fixture(scope="module")
def strangers(tmp_path_factory):
    """Write runs as another program does, by MLflow's own client. Give the record."""
    from mlflow import MlflowClient

    here = tmp_path_factory.mktemp("strangers")
    spec = TrackingSpec(uri=f"sqlite:///{here}/mlflow.db").resolved()
    experiment = prepare(spec)
    client = MlflowClient(spec.uri)

    def write(scores, *, status=Status.FINISHED, **params):
        for seed, score in enumerate(scores):
            run = client.create_run(experiment).info.run_id
            for name, value in {"seed": str(seed), **params}.items():
                client.log_param(run, name, value)
            for step, loss in enumerate([2.0, 2 * (1 - score)]):
                client.log_metric(run, "train/loss", loss, step=step)
            client.log_metric(run, "val/acc", score, step=1)
            client.set_terminated(run, status.value)

    return write, Past(spec, experiment)
