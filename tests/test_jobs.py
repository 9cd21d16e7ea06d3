"""What one job leaves behind, and what the jobs of a sweep come to."""

from __future__ import annotations

import json
import math
from io import StringIO

import pytest
from rich.console import Console

import initlab
from initlab.catalog import load_catalog
from initlab.config import SWEEP_VARIABLE, compose
from initlab.errors import BadValueError
from initlab.jobs import conclude, run_job


@pytest.fixture
def spec():
    given = ["model.width=8", "training.epochs=1", "tracking=none", "probes=none"]
    return compose(given, catalog=load_catalog(installed=False))


@pytest.fixture
def sweep(monkeypatch):
    monkeypatch.setenv(SWEEP_VARIABLE, "a-tag")
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)


def outcome(directory):
    return json.loads((directory / "outcome.json").read_text())


def refusing():
    error = BadValueError("seed is odd")
    error.add_note("in seed")
    raise error


def interrupted():
    raise KeyboardInterrupt


def test_a_job_returns_its_test_loss_and_leaves_its_outcome(spec, tmp_path):
    loss = run_job(lambda: spec, tmp_path)
    summary = initlab.run(spec).summary
    assert loss == summary["final/test_loss"]
    found = outcome(tmp_path)
    assert (found["label"], found["outcome"]) == (spec.label, "finished")
    assert found["final/test_accuracy"] == summary["final/test_accuracy"]


def test_a_diverged_job_is_the_worst_of_all(tmp_path):
    given = ["model.width=8", "training.epochs=1", "tracking=none", "probes=none", "optim.lr=1e30"]
    assert run_job(lambda: compose(given), tmp_path) == math.inf
    assert outcome(tmp_path)["outcome"] == "diverged"
    assert outcome(tmp_path)["diverged_step"] >= 0


def test_a_single_jobs_error_is_raised_and_left_behind(tmp_path, monkeypatch):
    monkeypatch.delenv(SWEEP_VARIABLE, raising=False)
    with pytest.raises(BadValueError, match="seed is odd"):
        run_job(refusing, tmp_path)
    assert outcome(tmp_path)["reason"] == "seed is odd\nin seed"


def test_a_sweeps_job_that_fails_is_told_and_lets_the_others_go_on(sweep, tmp_path, capsys):
    assert run_job(refusing, tmp_path / "7") == math.inf
    assert outcome(tmp_path / "7")["outcome"] == "failed"
    assert capsys.readouterr().err == "job 7 failed: seed is odd\nin seed\n"


def test_a_sweeps_failing_job_shows_its_traceback_when_asked(sweep, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    run_job(refusing, tmp_path)
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_an_interruption_ends_the_sweep_and_is_left_behind(sweep, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run_job(interrupted, tmp_path)
    assert outcome(tmp_path)["outcome"] == "killed"


def test_the_jobs_of_a_sweep_are_not_shown_one_table_each(sweep, spec, tmp_path, capsys):
    run_job(lambda: spec, tmp_path)
    assert "initializer" not in capsys.readouterr().out


def concluded(folder, outcomes):
    for name, found in outcomes.items():
        (folder / name).mkdir()
        (folder / name / "outcome.json").write_text(json.dumps(found))
    out = StringIO()
    return conclude(folder, Console(file=out)), out.getvalue()


def test_jobs_are_listed_in_the_order_of_their_numbers(tmp_path):
    names = [str(number) for number in range(11)]
    done = {name: {"label": f"run-{name}", "outcome": "finished"} for name in names}
    _, text = concluded(tmp_path, done)
    rows = [line.split() for line in text.splitlines() if "run-" in line]
    assert [(job, label) for job, label, *_ in rows] == [(name, f"run-{name}") for name in names]


def test_failures_are_counted_and_equal_reasons_told_once(tmp_path):
    failed = {"label": "a", "outcome": "failed", "reason": "no [disk]"}
    done = {"label": "b", "outcome": "finished", "final/test_loss": 0.5, "seconds": 2.0}
    gone = {"label": "c", "outcome": "diverged", "final/train_loss": 3.0}
    count, text = concluded(tmp_path, {"0": failed, "1": failed, "2": done, "3": gone})
    assert count == 2
    assert "1 diverged, 2 failed, 1 finished" in text
    assert text.count("no [disk]") == 1
    assert "2 x no [disk]" in text


def test_a_sweep_in_which_nothing_failed_counts_none(tmp_path):
    count, text = concluded(tmp_path, {"0": {"label": "a", "outcome": "diverged"}})
    assert count == 0
    assert "MLflow" not in text


def test_where_to_see_the_sweep_is_told_once(tmp_path):
    done = {"label": "a", "outcome": "finished", "where": "mlflow ui --port 5000"}
    _, text = concluded(tmp_path, {"0": done, "1": done})
    assert text.count("mlflow ui --port 5000") == 1
