"""Runs whose process died are closed, and get back what only their journal had."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from initlab.errors import TrackingError, UnknownNameError
from initlab.tracking import (
    Past,
    RunInfo,
    Status,
    TrackingSpec,
    close,
    make_tracker,
    read_journal,
    repair,
)
from initlab.tracking.process import is_alive, process_tags

DYING = """
import os, signal, sys
from pathlib import Path
from initlab.tracking import RunInfo, TrackingSpec, make_tracker
uri, folder, last = sys.argv[1:]
tracker = make_tracker(TrackingSpec(uri=uri))
tracker.start(RunInfo("dying", {"seed": "0"}, directory=Path(folder)))
for step in range(50):
    tracker.log(step, {"loss": 1 / (step + 1)})
Path(folder, "plan.txt").write_text("the plan")
tracker.artifact(Path(folder, "plan.txt"))
if last == "end":
    from initlab.errors import TrackingError
    from initlab.tracking import Status
    from initlab.tracking.mlflow import StoredRun
    StoredRun.log_rows = lambda *_: (_ for _ in ()).throw(TrackingError("gone"))
    try:
        tracker.end(Status.FINISHED, summary={"final/loss": 0.02})
    except TrackingError:
        pass
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def died(store, tmp_path):
    """Let a process record fifty losses and be killed; return its run, still RUNNING."""

    def die(last="log"):
        words = [sys.executable, "-c", DYING, store.uri, str(tmp_path / "run"), last]
        assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
        return next(run for run in Past(store).runs() if run.status == "RUNNING")

    return die


@pytest.mark.slow
def test_a_killed_runs_numbers_come_back_from_its_journal(died, store, record, tmp_path):
    run = died()
    assert record.metric(run.run_id, "loss") == []  # ten seconds had not passed
    assert [found.run_id for found in repair(Past(store))] == [run.run_id]
    found = record.run(run.run_id)
    assert found["status"] == "KILLED"
    assert found["end_time"] >= found["start_time"]
    assert record.metric(run.run_id, "loss") == [(s, 1 / (s + 1)) for s in range(50)]
    assert "its process died" in record.pairs("tags", run.run_id)["initlab.error"]
    past = Past(store)
    assert past.file(run, "plan.txt") == b"the plan"
    lines = gzip.decompress(past.file(run, "journal.jsonl.gz")).splitlines()
    assert len(lines) == len(read_journal(tmp_path / "run" / "journal.jsonl"))


@pytest.mark.slow
def test_repairing_twice_counts_nothing_twice(died, store, record):
    run = died()
    repair(Past(store))
    past = Past(store)
    past.store.client.update_run(run.run_id, status="RUNNING")
    assert len(repair(past)) == 1
    assert len(record.metric(run.run_id, "loss")) == 50
    assert repair(past) == []


@pytest.mark.slow
def test_an_end_that_the_store_missed_is_written_as_it_was(died, store, record):
    run = died("end")
    repair(Past(store))
    assert record.run(run.run_id)["status"] == "FINISHED"
    assert record.metric(run.run_id, "final/loss") == [(49, 0.02)]
    assert "initlab.error" not in record.pairs("tags", run.run_id)


@pytest.mark.slow
def test_a_run_whose_journal_is_gone_is_closed_all_the_same(died, store, record, tmp_path):
    run = died()
    (tmp_path / "run" / "journal.jsonl").unlink()
    repair(Past(store))
    assert record.run(run.run_id)["status"] == "KILLED"


def test_the_living_and_those_of_other_hosts_are_left_alone(store, record, tmp_path):
    tracker, far = make_tracker(store), make_tracker(store)
    living = tracker.start(RunInfo("a", directory=tmp_path / "a"))
    tags = {"initlab.host": "far", "initlab.pid": "1"}
    distant = far.start(RunInfo("b", tags=tags, directory=tmp_path / "b"))
    assert repair(Past(store)) == []
    assert {record.run(run)["status"] for run in (living, distant)} == {"RUNNING"}
    past = Past(store)
    assert [run.run_id for run in past.runs() if run.astray] == [distant]
    told = past.run(distant).whereabouts
    assert told.startswith("b says RUNNING on far since 2")
    assert told.endswith(f"python -m initlab close {distant[:8]}")
    tracker.end(Status.FINISHED)
    far.end(Status.FINISHED)


def test_who_knows_that_another_hosts_run_is_dead_closes_it(store, record, tmp_path):
    far = make_tracker(store)
    tags = {"initlab.host": "far", "initlab.pid": "1"}
    distant = far.start(RunInfo("b", tags=tags, directory=tmp_path / "b"))
    far.log(0, {"loss": 2.0})  # its journal is seen from here, as on a shared disk
    assert close(Past(store), distant[:8]).run_id == distant
    assert record.run(distant)["status"] == "KILLED"
    assert record.metric(distant, "loss") == [(0, 2.0)]
    assert "closed by hand" in record.pairs("tags", distant)["initlab.error"]
    with pytest.raises(TrackingError, match=r"b \(\w{8}\) is KILLED: nothing to close"):
        close(Past(store), distant)
    far.end(Status.KILLED)


def test_of_runs_of_one_name_the_running_one_is_closed(store, record, tmp_path):
    far, newer = make_tracker(store), make_tracker(store)
    tags = {"initlab.host": "far", "initlab.pid": "1"}
    distant = far.start(RunInfo("b", tags=tags, directory=tmp_path / "b"))
    newer.start(RunInfo("b", directory=tmp_path / "newer"))
    newer.end(Status.FINISHED)
    assert close(Past(store), "b").run_id == distant
    far.end(Status.KILLED)


def test_a_run_that_lives_here_is_not_closed(store, record, tmp_path):
    tracker = make_tracker(store)
    living = tracker.start(RunInfo("a", directory=tmp_path / "a"))
    with pytest.raises(TrackingError, match=rf"runs here, in process {os.getpid()}. Interrupt"):
        close(Past(store), living)
    assert record.run(living)["status"] == "RUNNING"
    tracker.end(Status.FINISHED)


def test_a_process_is_told_from_the_next_one_with_its_number():
    tags = process_tags()
    assert is_alive(tags)
    assert is_alive({**tags, "initlab.born": "1"}) is False
    assert is_alive({**tags, "initlab.boot": "another"}) is False
    assert is_alive({**tags, "initlab.pid": "999999999"}) is False
    assert is_alive({}) is None
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stat = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    theirs = {**tags, "initlab.pid": str(child.pid), "initlab.born": stat[19]}
    assert is_alive(theirs)
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, its number not yet free
    assert is_alive(theirs) is False
    child.communicate()


def test_a_run_is_found_by_id_beginning_and_name(store, tmp_path):
    tracker = make_tracker(store)
    run_id = tracker.start(RunInfo("found me", {"seed": "7"}, directory=tmp_path))
    tracker.log(0, {"loss": 2.0})
    tracker.log(1, {"loss": 1.0})
    tracker.end(Status.FINISHED)
    past = Past(store)
    for name in (run_id, run_id[:7], "found me"):
        assert past.run(name).run_id == run_id
    run = past.run(run_id)
    assert (run.status, run.params["seed"], run.metrics["loss"]) == ("FINISHED", "7", 1.0)
    assert past.curve(run, "loss") == [(0, 2.0), (1, 1.0)]
    assert past.file(run, "nothing.txt") is None
    with pytest.raises(UnknownNameError, match=r"Unknown run 'found you'. Did you mean 'found me'"):
        past.run("found you")


def test_where_nothing_is_recorded_it_is_said(store, tmp_path):
    with pytest.raises(TrackingError, match="tracking=none keeps no record"):
        Past(TrackingSpec(name="none"))
    with pytest.raises(TrackingError, match=r"There is no record at .*mlflow\.db"):
        Past(TrackingSpec(uri=f"sqlite:///{tmp_path}/mlflow.db"))
    with pytest.raises(TrackingError, match="There is no experiment 'nobody'"):
        Past(TrackingSpec(uri=store.uri, experiment="nobody"))
    with pytest.raises(TrackingError, match="Cannot search in"):
        list(Past(store).runs("what = ever"))


def test_finished_means_that_identity_and_finished(store, tmp_path):
    def record(identity, status):
        tracker = make_tracker(store)
        folder = tmp_path / f"{identity}-{status}"
        run = tracker.start(RunInfo("a", tags={"initlab.identity": identity}, directory=folder))
        tracker.end(Status(status))
        return run

    past = Past(store)
    record("aa", "FAILED")
    record("bb", "FINISHED")
    assert past.finished("aa") is None
    run = record("aa", "FINISHED")
    assert past.finished("aa").run_id == run
    assert past.finished("aa").identity == "aa"
    assert json.dumps(past.finished("cc")) == "null"
