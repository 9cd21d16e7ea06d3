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
    """Write runs as another program would: params and metrics of its own. Give the record."""
    here = tmp_path_factory.mktemp("strangers")
    spec = TrackingSpec(uri=f"sqlite:///{here}/mlflow.db").resolved()
    experiment = prepare(spec)

    def write(scores, *, status=Status.FINISHED, **params):
        for seed, score in enumerate(scores):
            tracker = make_tracker(spec, experiment)
            folder = here / f"{len(list(here.iterdir()))}"
            tracker.start(RunInfo("x", {"seed": str(seed), **params}, directory=folder))
            tracker.log(0, {"train/loss": 2.0})
            tracker.log(1, {"train/loss": 2 * (1 - score), "val/acc": score})
            tracker.end(status)

    return write, Past(spec, experiment)
