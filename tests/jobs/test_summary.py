"""What a sweep says while it goes and when it is over."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from rich.console import Console

from initlab.errors import TrackingError
from initlab.jobs import Outcome, Progress, State, conclude, describe


def done(label, loss, **more):
    return Outcome(label, State.finished, summary={"loss": loss}, **more)


def concluded(sweep, outcomes):
    for number, outcome in enumerate(outcomes):
        if outcome is not None:
            outcome.write(sweep.directory / str(number))
    out = StringIO()
    return conclude(sweep, console=Console(file=out)), out.getvalue()


def test_jobs_are_listed_in_the_order_of_their_numbers(sweep):
    outcomes = [done(f"run-{number}", 1.0) for number in range(11)]
    _, text = concluded(sweep("seed=range(11)"), outcomes)
    rows = [line.split() for line in text.splitlines() if "run-" in line]
    assert [(job, label) for job, label, *_ in rows] == [(str(n), f"run-{n}") for n in range(11)]


def test_of_many_jobs_the_failed_and_the_best_are_listed(sweep):
    outcomes = [done(f"run-{n}", 100.0 - n) for n in range(39)]
    outcomes.append(Outcome("run-39", State.failed, reason="no"))
    _, text = concluded(sweep("seed=range(40)"), outcomes)
    listed = {int(n) for n in re.findall(r"run-(\d+)", text)}
    assert listed == {39, *range(10, 39)}
    assert "and 10 more" in text


def test_failures_are_counted_and_equal_reasons_told_once(sweep):
    failed = Outcome("a", State.failed, reason="no [disk]")
    gone = Outcome("c", State.diverged)
    count, text = concluded(sweep("seed=range(4)"), [failed, failed, done("b", 0.5), gone])
    assert count == 2
    assert "1 diverged, 2 failed, 1 finished" in text
    assert text.count("no [disk]") == 1
    assert "2 x no [disk]" in text
    assert "The same command again does what is missing" in text


def test_a_sweep_in_which_nothing_failed_counts_none(sweep):
    count, text = concluded(sweep("seed=range(2)"), [Outcome("a", State.diverged), done("b", 1.0)])
    assert count == 0
    assert "MLflow" not in text
    assert "again" not in text


def test_a_job_without_a_trace_did_not_get_through(sweep):
    swept = sweep("seed=range(3)")
    count, text = concluded(swept, [done("a", 1.0), None, Outcome("c", State.running)])
    assert count == 2
    assert "1 x not carried out: the sweep ended before, or the disk is full" in text
    assert swept.jobs[1].title in text


def test_what_was_finished_before_is_told(sweep):
    _, text = concluded(sweep("seed=range(2)"), [done("a", 1.0, recorded=True), done("b", 1.0)])
    assert "2 finished (1 of them before)" in text


class Remembering:
    """In place of the record: keeps what it is told."""

    def summarize(self, sweep, summary):
        self.summary = {sweep: json.loads(json.dumps(summary))}

    def sweep(self, name):
        return iter(())

    def announce(self, sweep, axes):
        return f"a page of {sweep} by {' '.join(axes)}"


def test_the_record_keeps_what_became_of_the_sweep_and_its_page_is_told(sweep):
    swept, record, out = sweep("seed=range(2)"), Remembering(), StringIO()
    done("a", 1.0).write(swept.directory / "0")
    Outcome("b", State.failed, reason="no").write(swept.directory / "1")
    conclude(swept, record, Console(file=out))
    kept = record.summary[swept.name]
    assert kept["jobs"] == {"finished": 1, "failed": 1}
    assert kept["reasons"] == {"no": 1}
    assert "'seed=range(2)'" in kept["command"]
    assert f"a page of {swept.name} by seed" in out.getvalue()
    assert f"python -m initlab compare {swept.name}" in out.getvalue()


class Full(Remembering):
    def summarize(self, sweep, summary):
        raise TrackingError("Cannot write a tag: disk full.")


def test_a_record_that_takes_no_summary_loses_neither_counts_nor_status(sweep):
    swept, out = sweep("seed=range(2)"), StringIO()
    done("a", 1.0).write(swept.directory / "0")
    Outcome("b", State.failed, reason="no").write(swept.directory / "1")
    assert conclude(swept, Full(), Console(file=out, width=200)) == 1
    assert "1 finished" in out.getvalue()
    assert "The record lacks the sweep's summary: Cannot write a tag: disk full." in out.getvalue()


def test_the_state_of_a_sweep_in_one_line():
    outcomes = [
        Outcome("x", State.running),
        Outcome("y", State.failed),
        Outcome("z", State.diverged, summary={"loss": 0.0}),
        done("b", 0.5),
        Outcome("a", State.finished, summary={"loss": 0.25, "accuracy": 0.9}),
    ]
    text = describe(outcomes, 42.4)
    assert text == "1 running, 1 failed, about 42 s left, best a loss 0.2500 accuracy 0.900"
    assert describe([], None) == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_follows_the_outcomes_as_they_come(sweep, terminal, monkeypatch):
    monkeypatch.setattr("initlab.jobs.progress.EVERY", 0.01)
    swept = sweep("seed=range(4)")
    done("before", 0.7, recorded=True).write(swept.directory / "0")
    out = StringIO()
    console = Console(file=out, force_terminal=terminal, width=150, no_color=True)
    with Progress(swept, 4, console) as progress:
        for number in range(1, 4):
            done(f"run-{number}", 1 / number).write(swept.directory / str(number))
            progress._show()
    text = out.getvalue()
    if terminal:
        assert "4/4" in text
        assert "best run-3 loss 0.3333" in text
    else:
        lines = text.splitlines()
        assert lines[0] == f"{swept.name}: 4 jobs on basic, 1 finished before"
        assert [line.split()[0] for line in lines[1:]] == ["2/4", "3/4", "4/4"]
        assert lines[-1].endswith("best run-3 loss 0.3333")


def test_where_all_diverged_the_progress_ends_with_a_word(sweep):
    swept, out = sweep("seed=range(1)"), StringIO()
    with Progress(swept, 1, Console(file=out, width=150)):
        Outcome("z", State.diverged).write(swept.directory / "0")
    assert out.getvalue().splitlines()[-1] == "1/1 done"
