from __future__ import annotations

import pytest

from initlab.errors import BadValueError, TrackingError
from initlab.tracking import MemoryTracker, NullTracker, RunInfo, Status


def test_memory_keeps_everything_that_was_told(tmp_path):
    tracker = MemoryTracker()
    info = RunInfo("a", {"seed": "1"})
    assert tracker.start(info) == tracker.run_id != ""
    tracker.log(0, {"loss": 2.0})
    tracker.log(5, {"loss": 1.0})
    file = tmp_path / "plan.txt"
    file.write_text("plan")
    tracker.artifact(file, "figures")
    tracker.end(Status.KILLED, error="Ctrl-C", summary={"final/loss": 1.0})
    assert tracker.info is info
    assert tracker.metrics == {"loss": [(0, 2.0), (5, 1.0)], "final/loss": [(5, 1.0)]}
    assert tracker.files == {"figures/plan.txt": b"plan"}
    assert (tracker.status, tracker.error) == (Status.KILLED, "Ctrl-C")
    assert tracker.where() is None


def test_memory_keeps_the_first_end():
    tracker = MemoryTracker()
    tracker.start(RunInfo("a"))
    tracker.end(Status.FAILED)
    tracker.end(Status.FINISHED)
    assert tracker.status == Status.FAILED


def test_memory_refuses_numbers_outside_of_a_run():
    with pytest.raises(TrackingError, match=r"call start\(\) first"):
        MemoryTracker().log(0, {"loss": 1.0})


def test_memory_ends_even_with_a_summary_that_is_not_finite():
    tracker = MemoryTracker()
    tracker.start(RunInfo("a"))
    with pytest.raises(BadValueError, match="'loss' is nan"):
        tracker.end(Status.FINISHED, summary={"loss": float("nan"), "diverged": 1.0})
    assert (tracker.status, tracker.summary) == (Status.FINISHED, {"diverged": 1.0})


def test_nowhere_still_refuses_what_no_record_takes(tmp_path):
    tracker = NullTracker()
    assert tracker.start(RunInfo("a")) != tracker.start(RunInfo("a"))
    tracker.log(0, {"loss": 1.0})
    tracker.artifact(tmp_path)
    tracker.end(Status.FINISHED)
    assert tracker.where() is None
    with pytest.raises(BadValueError, match="'loss' is -inf at step 3"):
        tracker.log(3, {"loss": float("-inf")})
