from __future__ import annotations

from pathlib import Path

import pytest

from initlab.errors import BadValueError, TrackingError, UnknownNameError
from initlab.tracking import MemoryTracker, NullTracker, TrackingSpec, make_tracker, prepare


def test_the_default_is_a_file_in_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert TrackingSpec().resolved().uri == f"sqlite:///{tmp_path}/mlflow.db"


def test_relative_places_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spec = TrackingSpec(uri="sqlite:///runs/a.db", artifacts="kept").resolved()
    assert spec.uri == f"sqlite:///{tmp_path}/runs/a.db"
    assert spec.artifacts == (tmp_path / "kept").as_uri()
    assert spec.resolved() == spec


@pytest.mark.parametrize("uri", ["http://lab:5000", "postgresql+psycopg2://me@db/runs"])
def test_a_server_is_taken_as_it_is(uri):
    assert TrackingSpec(uri=uri, artifacts="s3://b").resolved().uri == uri


@pytest.mark.parametrize("uri", ["./mlruns", "file:///tmp/mlruns", "http:5000", "ftp://x/y"])
def test_a_place_that_is_no_store_is_refused(uri):
    with pytest.raises(TrackingError, match=r"names no store.*sqlite:////absolute/mlflow.db"):
        TrackingSpec(uri=uri).resolved()


@pytest.mark.parametrize("uri", ["sqlite://", "sqlite:///:memory:", "sqlite:////tmp/a?b.db"])
def test_a_database_without_a_plain_file_is_refused(uri):
    with pytest.raises(TrackingError, match="names no file"):
        TrackingSpec(uri=uri).resolved()


def test_a_misspelled_tracker_is_offered_the_right_one():
    with pytest.raises(UnknownNameError, match=r"Unknown tracking 'mlfow'. Did you mean 'mlflow'"):
        TrackingSpec(name="mlfow")


@pytest.mark.parametrize("budget", [0.0, -1.0, 1.5, float("nan")])
def test_a_budget_is_a_share(budget):
    with pytest.raises(BadValueError, match=r"tracking\.budget is .*above 0, at most 1"):
        TrackingSpec(budget=budget)


def test_an_experiment_has_a_name():
    with pytest.raises(BadValueError, match=r"tracking\.experiment is empty"):
        TrackingSpec(experiment=" ")


def test_without_mlflow_nothing_is_prepared_and_no_file_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, kind in (("none", NullTracker), ("memory", MemoryTracker)):
        assert prepare(TrackingSpec(name=name).resolved()) is None
        assert isinstance(make_tracker(TrackingSpec(name=name)), kind)
    assert list(Path().iterdir()) == []
