"""A run that fails or is interrupted: its status is true and what was measured is kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

import initlab
from initlab.catalog import Catalog, Entry, load_catalog
from initlab.errors import RunFailedError, ShapeError, TieError, TrackingError
from initlab.init import Initializer
from initlab.nd.random import generator
from initlab.tracking import MemoryTracker, Status, TrackingSpec, make_tracker, prepare

TRAP = ["+probes.trap={name: trap, every: 1}", "probes.weights.every=10"]


def steps_in(record):
    return record.files["steps.csv"].decode().splitlines()[1:]


def test_a_failing_probe_fails_the_run_and_keeps_what_was_measured(spec):
    record, seen = MemoryTracker(), []
    with pytest.raises(
        RunFailedError, match=r"The run uniform-mlp-digits-s0 failed: ValueError: the trap is shut"
    ) as caught:
        initlab.run(spec(*TRAP), tracker=record, watch=seen.append)
    assert isinstance(caught.value.__cause__, ValueError)
    assert record.status == Status.FAILED
    assert record.error == "ValueError: the trap is shut"
    assert [step for step, _ in record.metrics["weight_std/output.weight"]] == [0, 10, 20]
    assert len(steps_in(record)) == 30
    assert record.metrics["train/loss"][-1][0] == 29
    assert record.metrics["test/loss"] == [(23, pytest.approx(record.metrics["test/loss"][0][1]))]
    assert {"config.yaml", "plan.txt", "readings.csv", "parameters.safetensors"} <= (
        record.files.keys()
    )


def test_an_interrupted_run_is_killed_and_passes_the_interrupt_on(spec):
    record = MemoryTracker()
    trap = "+probes.trap={name: trap, every: 1, raises: KeyboardInterrupt}"
    with pytest.raises(KeyboardInterrupt):
        initlab.run(spec(trap), tracker=record)
    assert (record.status, record.error) == (Status.KILLED, "interrupted")
    assert len(steps_in(record)) == 30
    assert record.summary["train_loss"] == record.metrics["train/loss"][-1][1]


def test_an_interrupted_watcher_kills_the_run_too(spec):
    record, calls = MemoryTracker(), []

    def watch(event):
        calls.append(event)
        if len(calls) == 20:
            raise KeyboardInterrupt

    ours = generator()
    with pytest.raises(KeyboardInterrupt) as kept:
        initlab.run(spec(), tracker=record, watch=watch)
    assert record.status == Status.KILLED
    assert generator() is ours, "the run's generator is in force while its traceback lives"
    assert kept is not None


def test_a_draw_that_fails_is_a_failed_run_without_measurements(spec):
    record = MemoryTracker()
    with pytest.raises(RunFailedError, match="ArithmeticError: nothing to draw"):
        initlab.run(spec("+init=refusing"), tracker=record)
    assert record.status == Status.FAILED
    assert steps_in(record) == []
    assert "plan.txt" in record.files
    assert "parameters.safetensors" not in record.files


def test_what_fails_before_the_plan_is_the_config_s_and_not_recorded(spec):
    record = MemoryTracker()
    with pytest.raises(TieError) as caught:
        initlab.run(
            spec("+model.ties.w={parameter: output.weight, to: hidden.0.weight}"), tracker=record
        )
    assert "in model.ties.w" in caught.value.__notes__
    assert (record.status, record.files) == (None, {})


def test_a_block_that_does_not_fit_is_refused_before_the_run(spec):
    record = MemoryTracker()
    branch = "{block: residual, body: {block: dense, units: 3}}"
    with pytest.raises(ShapeError, match="Residual adds"):
        initlab.run(spec(f"+model.children.more={branch}"), tracker=record)
    assert record.status is None


def test_a_place_that_cannot_be_used_is_its_own_error(spec, tmp_path):
    (tmp_path / "file").write_text("in the way")
    place = f"sqlite:///{tmp_path}/file/mlflow.db"
    with pytest.raises(TrackingError):
        initlab.run(spec("tracking=mlflow", f"tracking.uri={place}"), directory=tmp_path / "run")


def test_a_record_that_breaks_along_the_way_fails_the_run(spec):
    class Breaking(MemoryTracker):
        def log(self, step, metrics):
            if step >= 10:
                raise TrackingError("the place is gone")
            super().log(step, metrics)

    with pytest.raises(RunFailedError, match="TrackingError: the place is gone"):
        initlab.run(spec(), tracker=Breaking())


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("store")
    place = TrackingSpec(uri=f"sqlite:///{folder}/mlflow.db").resolved()
    prepare(place)
    return place, folder / "mlflow.db"


ENDS = {
    "FINISHED": ([], None, None),
    "FAILED": (TRAP, RunFailedError, "ValueError: the trap is shut"),
    "KILLED": (
        ["+probes.trap={name: trap, every: 1, raises: KeyboardInterrupt}"],
        KeyboardInterrupt,
        "interrupted",
    ),
    "diverged": (["optim.lr=1e30"], None, "diverged: first non-finite value in block"),
}


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
def test_mlflow_knows_how_a_run_ended(spec, store, tmp_path, end):
    place, file = store
    overrides, error, note = ENDS[end]
    ours = spec(*overrides, f"seed={list(ENDS).index(end)}")
    arguments = {"tracker": make_tracker(place), "directory": tmp_path}
    if error is None:
        initlab.run(ours, **arguments)
    else:
        with pytest.raises(error):
            initlab.run(ours, **arguments)
    with closing(sqlite3.connect(file)) as db:
        ((run_id, status),) = db.execute(
            "select run_uuid, status from runs where name = ?", (ours.label,)
        ).fetchall()
        tags = dict(db.execute("select key, value from tags where run_uuid = ?", (run_id,)))
        metrics = dict(
            db.execute("select key, value from latest_metrics where run_uuid = ?", (run_id,))
        )
    assert status == ("FINISHED" if end == "diverged" else end)
    assert tags.get("initlab.error", "").startswith(note or "")
    assert ("initlab.error" in tags) == (note is not None)
    assert metrics["diverged"] == (end == "diverged")
    assert {"train/loss", "weight_std/output.weight", "train_loss"} <= metrics.keys()


class Failing(Initializer):
    """Raise."""

    def __call__(self, spec, rng):
        raise ValueError("no idea")


def test_a_strangers_initializer_that_raises_is_named_with_its_parameter():
    ours = load_catalog(installed=False)
    catalog = Catalog((*ours.entries, Entry("failing", "initializer", Failing, "theirs", "1")))
    spec = initlab.compose(["+init=failing", "tracking=none"], catalog=catalog)
    with pytest.raises(RunFailedError, match=r"no idea; drawing hidden\.0\.weight by Failing\(\)"):
        initlab.run(spec, tracker=MemoryTracker())
