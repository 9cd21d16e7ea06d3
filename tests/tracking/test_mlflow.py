from __future__ import annotations

import gzip
import json
import os
import platform
import shlex
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest

from initlab.errors import BadValueError, TrackingError
from initlab.tracking import (
    DatasetInfo,
    MlflowTracker,
    RunInfo,
    Status,
    make_tracker,
    prepare,
    read_journal,
)
from initlab.tracking.buffer import FREE_ROWS


@pytest.fixture
def tracker(store):
    return make_tracker(store)


def _folder(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


def test_a_finished_run_stands_in_the_store_as_it_was_told(tracker, record, tmp_path):
    info = RunInfo("xavier 3", {"model.depth": "8"}, {"init": "xavier"}, None, tmp_path)
    run = tracker.start(info)
    tracker.log(0, {"train/loss": 2.5})
    tracker.log(1, {"train/loss": np.float32(0.5), "grad_std/0.weight": 1e-3})
    tracker.end(Status.FINISHED, summary={"final/accuracy": 0.75})
    row = record.run(run)
    assert (row["name"], row["status"]) == ("xavier 3", "FINISHED")
    assert abs(row["end_time"] / 1000 - time.time()) < 60
    assert record.pairs("params", run) == {"model.depth": "8"}
    assert record.metric(run, "train/loss") == [(0, 2.5), (1, 0.5)]
    assert record.metric(run, "final/accuracy") == [(1, 0.75)]
    assert record.pairs("tags", run)["init"] == "xavier"


@pytest.mark.parametrize("status", [Status.FAILED, Status.KILLED])
def test_a_run_that_did_not_finish_says_so_and_why(tracker, record, tmp_path, status):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.log(7, {"loss": 1.0})
    assert record.run(run)["status"] == "RUNNING"
    tracker.end(status, error="ValueError: no")
    assert record.run(run)["status"] == status
    assert record.pairs("tags", run)["initlab.error"] == "ValueError: no"
    assert record.metric(run, "loss") == [(7, 1.0)]


def test_the_second_end_changes_nothing(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.KILLED)
    tracker.end(Status.FINISHED)
    assert record.run(run)["status"] == "KILLED"


def test_the_process_and_its_versions_are_tags(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.FINISHED)
    tags = record.pairs("tags", run)
    assert tags["initlab.pid"] == str(os.getpid())
    assert tags["python.version"] == platform.python_version()
    assert tags["numpy.version"] == np.__version__


def test_the_dataset_is_an_input_of_the_run(tracker, record, tmp_path):
    data = DatasetInfo("digits", "ab12", "scikit-learn", {"rows": 1797})
    run = tracker.start(RunInfo("a", dataset=data, directory=tmp_path))
    tracker.end(Status.FINISHED)
    query = (
        "select d.name, d.digest, d.dataset_profile from inputs i "
        "join datasets d on i.source_id = d.dataset_uuid where i.destination_id = ?"
    )
    name, digest, profile = record.ask(query, run)[0]
    assert (name, digest, json.loads(profile)) == ("digits", "ab12", {"rows": 1797})


def test_artifacts_are_copied_to_where_the_store_says(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    file = tmp_path / "plan.txt"
    file.write_text("0.weight xavier")
    tracker.artifact(file)
    tracker.artifact(file, "figures/depth")
    tracker.end(Status.FINISHED)
    folder = _folder(record.run(run)["artifact_uri"])
    assert folder.is_relative_to(record.file.parent / "mlartifacts")
    assert (folder / "plan.txt").read_text() == "0.weight xavier"
    assert (folder / "figures" / "depth" / "plan.txt").is_file()


def test_the_journal_is_kept_among_the_artifacts(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.log(3, {"loss": 1.5})
    tracker.end(Status.FINISHED)
    packed = _folder(record.run(run)["artifact_uri"]) / "journal.jsonl.gz"
    lines = [json.loads(line) for line in gzip.decompress(packed.read_bytes()).splitlines()]
    assert [line["event"] for line in lines] == ["open", "start", "log", "end"]
    assert lines[2]["metrics"] == {"loss": 1.5}


def test_long_params_and_tags_are_cut_visibly(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", {"p": "x" * 7000}, {"t": "y" * 9000}, None, tmp_path))
    tracker.end(Status.FINISHED)
    value = record.pairs("params", run)["p"]
    assert len(value) == 6000
    assert value.endswith("x…")
    assert len(record.pairs("tags", run)["t"]) == 8000


def test_more_params_than_one_call_takes_all_arrive(tracker, record, tmp_path):
    params = {f"p{i}": str(i) for i in range(250)}
    run = tracker.start(RunInfo("a", params, directory=tmp_path))
    tracker.end(Status.FINISHED)
    assert record.pairs("params", run) == params


def test_a_value_that_is_not_finite_never_reaches_the_store(tracker, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    with pytest.raises(BadValueError, match=r"'loss' is inf at step 4.*diverged_step"):
        tracker.log(4, {"accuracy": 0.5, "loss": float("inf")})
    with pytest.raises(BadValueError, match="'final/loss' is nan at step 0"):
        tracker.end(Status.FINISHED, summary={"final/loss": float("nan"), "diverged": 1.0})
    assert record.run(run)["status"] == "FINISHED"
    assert record.metric(run, "diverged") == [(0, 1.0)]
    assert record.ask("select key from metrics where run_uuid = ?", run) == [("diverged",)]


@pytest.mark.parametrize("what", ["params", "tags"])
def test_a_name_that_mlflow_cannot_hold_is_refused_before_the_run(tracker, record, tmp_path, what):
    before = record.ask("select count(*) from runs")
    with pytest.raises(BadValueError, match=rf"cannot hold the {what[:-1]} name 'a\(b\)'"):
        tracker.start(RunInfo("a", directory=tmp_path, **{what: {"a(b)": "1"}}))
    assert record.ask("select count(*) from runs") == before


def test_logging_outside_of_a_run_is_refused(tracker, tmp_path):
    with pytest.raises(TrackingError, match=r"not open: call start\(\) first"):
        tracker.log(0, {"loss": 1.0})
    tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.FINISHED)
    with pytest.raises(TrackingError, match="not open"):
        tracker.artifact(tmp_path / "journal.jsonl")


def test_metrics_reach_the_store_while_the_run_goes_on(store, record, tmp_path):
    now = [0.0]
    tracker = MlflowTracker(store, clock=lambda: now[0])
    run = tracker.start(RunInfo("a", directory=tmp_path))
    for step in range(3):
        tracker.log(step, {"loss": 1.0})
    assert record.metric(run, "loss") == []
    now[0] = 10.5
    tracker.log(3, {"loss": 1.0})
    assert record.metric(run, "loss") == [(0, 1.0), (1, 1.0), (2, 1.0)]
    tracker.end(Status.FINISHED)
    assert len(record.metric(run, "loss")) == 4


def test_over_budget_the_store_gets_a_thinned_curve_and_the_journal_all(store, record, tmp_path):
    tracker = MlflowTracker(store, clock=lambda: 0.0)
    run = tracker.start(RunInfo("a", directory=tmp_path))
    for step in range(3 * FREE_ROWS):
        tracker.log(step, {"loss": 1.0})
    tracker.log(step, {"rare": 2.0})
    tracker.end(Status.FINISHED)
    steps = [step for step, _ in record.metric(run, "loss")]
    assert (steps[0], steps[-1], len(steps)) == (0, 3 * FREE_ROWS - 1, FREE_ROWS - 1)
    assert set(np.diff(steps)) == {3, 4} or set(np.diff(steps)) == {3}
    assert record.metric(run, "rare") == [(step, 2.0)]
    journal = read_journal(tmp_path / "journal.jsonl")
    assert sum(line["event"] == "log" for line in journal) == 3 * FREE_ROWS + 1
    thinned = record.pairs("tags", run)["initlab.thinned"]
    assert thinned.startswith(f"{FREE_ROWS} of {3 * FREE_ROWS + 1} numbers are here")


def test_where_gives_a_line_that_a_shell_reads_back(tracker, store, record, tmp_path):
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.FINISHED)
    line, page = tracker.where().splitlines()
    assert shlex.split(line) == ["mlflow", "ui", "--backend-store-uri", store.uri]
    fragment = f"#/experiments/{record.run(run)['experiment_id']}/runs/{run}"
    assert page.endswith(f"{fragment}?workflowType=machine_learning")


def test_a_worker_files_its_run_where_the_parent_said(store, record, tmp_path):
    experiment = prepare(replace(store, experiment="sweep"))
    tracker = make_tracker(store, experiment)
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.FINISHED)
    assert str(record.run(run)["experiment_id"]) == experiment
    names = record.ask("select name from experiments where experiment_id = ?", experiment)
    assert names == [("sweep",)]


def test_preparing_twice_gives_one_experiment(store, record):
    assert prepare(store) == prepare(store)
    assert record.ask("select count(*) from experiments where name = 'initlab'") == [(1,)]


def test_an_experiment_elsewhere_is_not_silently_used(store, tmp_path):
    with pytest.raises(TrackingError, match=r"keeps its artifacts in .*mlartifacts, not in"):
        prepare(replace(store, artifacts=str(tmp_path)))


def test_artifacts_go_where_the_user_says(store, record, tmp_path):
    tracker = make_tracker(replace(store, experiment="else", artifacts=str(tmp_path / "kept")))
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.end(Status.FINISHED)
    assert _folder(record.run(run)["artifact_uri"]).parent.parent == tmp_path / "kept"


def test_an_artifact_folder_that_is_gone_is_missed_before_the_run(store, tmp_path):
    spec = replace(store, experiment="moved", artifacts=str(tmp_path / "kept"))
    prepare(spec)
    (tmp_path / "kept").rename(tmp_path / "moved")
    with pytest.raises(TrackingError, match=r"which is gone \(was the record moved\?\)"):
        prepare(replace(spec, artifacts=None))


def test_a_deleted_experiment_says_how_to_restore_it(store, record):
    experiment = prepare(replace(store, experiment="deleted"))
    with closing(sqlite3.connect(record.file)) as connection:
        query = "update experiments set lifecycle_stage = 'deleted' where experiment_id = ?"
        connection.execute(query, (experiment,))
        connection.commit()
    with pytest.raises(TrackingError, match=f"mlflow experiments restore -x {experiment}"):
        prepare(replace(store, experiment="deleted"))


def test_an_experiment_that_is_not_there_is_said_at_the_start(store, tmp_path):
    tracker = make_tracker(store, experiment="98765")
    with pytest.raises(TrackingError, match=r"Cannot start a run in sqlite:.*98765"):
        tracker.start(RunInfo("a", directory=tmp_path))


def test_an_artifact_that_is_not_there_is_named(tracker, tmp_path):
    tracker.start(RunInfo("a", directory=tmp_path))
    with pytest.raises(
        TrackingError, match=r"Cannot keep the artifact .*no.txt: there is no such file"
    ):
        tracker.artifact(tmp_path / "no.txt")
    tracker.end(Status.FAILED)


def test_a_journal_that_cannot_be_written_stops_the_run_before_it_starts(tracker, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrackingError, match=r"Cannot write the run's journal .*journal.jsonl"):
        tracker.start(RunInfo("a", directory=tmp_path / "file"))


def test_a_dataset_that_mlflow_refuses_leaves_no_run_running(tracker, record, tmp_path):
    data = DatasetInfo("digits", "x" * 40)
    with pytest.raises(TrackingError, match="Cannot write the data set"):
        tracker.start(RunInfo("a", dataset=data, directory=tmp_path))
    assert record.run(tracker.run_id)["status"] == "FAILED"


def test_a_store_that_goes_away_does_not_stop_the_run_and_loses_nothing(
    store, record, tmp_path, capfd
):
    now = [0.0]
    tracker = MlflowTracker(store, clock=lambda: now[0])
    run = tracker.start(RunInfo("a", directory=tmp_path))
    tracker.log(0, {"loss": 2.0})
    record.file.rename(record.file.with_suffix(".away"))
    tracker.store.client._tracking_client.store._dispose_engine()
    record.file.mkdir()
    try:
        now[0] = 11.0
        tracker.log(1, {"loss": 1.0})
        with pytest.raises(TrackingError, match=r"journal.jsonl, and the run ended as KILLED"):
            tracker.end(Status.KILLED)
    finally:
        record.file.rmdir()
        record.file.with_suffix(".away").rename(record.file)
    assert record.run(run)["status"] == "RUNNING"
    assert [line["event"] for line in read_journal(tmp_path / "journal.jsonl")][-2:] == [
        "unwritten",
        "end",
    ]
    assert capfd.readouterr() == ("", "")
    tracker.end(Status.KILLED)
    assert record.run(run)["status"] == "KILLED"
    assert record.metric(run, "loss") == [(0, 2.0), (1, 1.0)]
