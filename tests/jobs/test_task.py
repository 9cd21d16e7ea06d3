"""What one job leaves behind, alone and in a sweep."""

from __future__ import annotations

import errno
import math

import pytest

import initlab
from initlab.config import compose
from initlab.errors import BadValueError, RunFailedError
from initlab.jobs import Outcome, State, SweepTask, run_job
from initlab.jobs.claim import claim
from initlab.tracking import Past, TrackingSpec, prepare


def refusing():
    error = BadValueError("seed is odd")
    error.add_note("in seed")
    raise error


def interrupted():
    raise KeyboardInterrupt


@pytest.fixture
def task():
    return SweepTask("a-sweep", ("seed",), {}, TrackingSpec(name="none"), None, None)


def test_a_job_returns_its_test_loss_and_leaves_its_outcome(spec, tmp_path):
    loss = run_job(lambda: spec, tmp_path)
    summary = initlab.run(spec).summary
    assert loss == summary["loss"]
    found = Outcome.read(tmp_path)
    assert (found.label, found.state) == (spec.label, State.finished)
    assert found.summary == summary


def test_a_single_jobs_error_is_raised_and_left_behind(tmp_path):
    with pytest.raises(BadValueError, match="seed is odd"):
        run_job(refusing, tmp_path)
    assert Outcome.read(tmp_path).reason == "seed is odd\nin seed"


@pytest.mark.parametrize("tell", ["one", "sweep"])
def test_an_interruption_is_passed_on_and_left_behind(task, tmp_path, tell):
    with pytest.raises(KeyboardInterrupt):
        (task if tell == "sweep" else run_job)(interrupted, tmp_path)
    assert Outcome.read(tmp_path).state is State.killed


def test_a_diverged_job_is_a_result_and_the_worst_of_all(task, tmp_path, catalog):
    given = ["model.width=8", "training.epochs=1", "tracking=none", "probes=none", "optim.lr=1e30"]
    assert task(lambda: compose(given, catalog=catalog), tmp_path) == math.inf
    found = Outcome.read(tmp_path)
    assert (found.state, found.over) == (State.diverged, True)
    assert found.summary["diverged_step"] >= 0


def test_a_sweeps_job_that_fails_is_told_and_lets_the_others_go_on(task, tmp_path, capsys, here):
    assert task(refusing, tmp_path / "7") == math.inf
    assert Outcome.read(tmp_path / "7").state is State.failed
    assert capsys.readouterr().err == "job 7 failed: seed is odd\nin seed\n"


def test_a_failed_runs_reason_is_its_cause_without_its_name(task, tmp_path, capsys, here):
    def failed():
        raise RunFailedError("The run a-s3 failed: OSError: full") from OSError("full")

    task(failed, tmp_path)
    assert Outcome.read(tmp_path).reason == "OSError: full"


def test_a_sweeps_failing_job_shows_its_traceback_when_asked(task, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    task(refusing, tmp_path)
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_the_jobs_of_a_sweep_are_not_shown_each(task, spec, tmp_path, capsys):
    task(lambda: spec, tmp_path)
    assert capsys.readouterr() == ("", "")


def test_a_full_disk_is_said_and_stops_nobody(task, tmp_path, capsys, monkeypatch, here):
    def full(self, directory):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Outcome, "write", full)
    assert task(refusing, tmp_path / "3") == math.inf
    assert "no outcome in" in capsys.readouterr().err


@pytest.fixture
def recording(here, catalog):
    """A task that records in MLflow, and where to look."""
    tracking = TrackingSpec().resolved()
    experiment = prepare(tracking)
    task = SweepTask("a-sweep", ("seed",), {}, tracking, experiment, here / "claims")
    small = ["model.width=8", "training.epochs=1", "probes=none", "seed=3"]
    return task, Past(tracking, experiment), compose(small, catalog=catalog)


@pytest.mark.slow
def test_a_finished_job_is_not_done_again_but_counted_in_the_other_sweep(recording, tmp_path):
    task, past, spec = recording
    first = task(lambda: spec, tmp_path / "0")
    other = SweepTask(**{**vars(task), "sweep": "b-sweep"})
    assert other(lambda: spec, tmp_path / "1") == first
    (run,) = past.runs()
    assert [run] == list(past.sweep("a-sweep")) == list(past.sweep("b-sweep"))
    assert run.tags["initlab.condition"] == "uniform"
    assert run.identity == spec.identity
    assert Outcome.read(tmp_path / "1").recorded
    assert not (tmp_path / "1" / "journal.jsonl").exists()
    # in place of a run: nothing more than the row and its tag
    with claim(task.claims, spec.identity):
        pass


@pytest.mark.slow
def test_a_job_that_another_process_has_is_left_to_it(recording, tmp_path, monkeypatch):
    task, past, spec = recording
    monkeypatch.setattr("initlab.jobs.claim._lock", lambda *_: False)
    assert task(lambda: spec, tmp_path / "0") == math.inf
    assert Outcome.read(tmp_path / "0").state is State.elsewhere
    assert list(past.runs()) == []
