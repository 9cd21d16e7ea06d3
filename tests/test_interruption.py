"""Ctrl-C ends the work even where Python drops exceptions."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import weakref

import pytest

from initlab.interruption import interruptible


class Figure:
    """Something whose end somebody watches."""


def end_of(figures):
    """Let go of the figures, then work on."""
    figures.clear()
    time.sleep(10)


@pytest.mark.parametrize("count", [1, 3])
def test_an_interrupt_that_falls_into_a_finalizer_is_raised_again(count):
    falls = []

    def fall(_):
        falls.append(1)
        signal.raise_signal(signal.SIGINT)  # the interrupt comes in here, and Python drops it

    figures = [Figure() for _ in range(count)]
    watches = [weakref.ref(figure, fall) for figure in figures]
    with interruptible(), pytest.raises(KeyboardInterrupt):
        end_of(figures)
    assert len(falls) == len(watches) == count


def test_other_dropped_exceptions_go_where_they_went(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(dropped.exc_type))
    with interruptible():
        figure = Figure()
        watch = weakref.ref(figure, lambda _: 1 / 0)
        del figure
    assert watch() is None
    assert told == [ZeroDivisionError]


def test_afterwards_everything_is_as_before():
    before = sys.unraisablehook, signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGALRM)
    with interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    after = sys.unraisablehook, signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGALRM)
    assert after == before


def test_an_interrupt_in_what_python_executes_from_text_is_told_by_the_exit_status(tmp_path):
    # a dataclass is such text; Python remembers the interrupt and kills `python -m` at its end
    (tmp_path / "slow.py").write_text("exec('import signal; signal.raise_signal(signal.SIGINT)')")
    command = [sys.executable, "-m", "initlab", "-p", "slow.py", "catalog"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted. What was measured is kept.\n")
