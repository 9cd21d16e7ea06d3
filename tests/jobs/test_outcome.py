"""A job's outcome crosses processes as a file; a claim is its process's for as long as it lives."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys

import pytest

from initlab.jobs import Outcome, State
from initlab.jobs.claim import claim


def test_an_outcome_is_read_as_it_was_written(tmp_path):
    outcome = Outcome("a", State.failed, "no", 1.5, "there", True, {"loss": 0.1})
    outcome.write(tmp_path / "new")
    assert Outcome.read(tmp_path / "new") == outcome
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["outcome.json"]


def test_where_nothing_or_half_a_file_stands_there_is_no_outcome(tmp_path):
    assert Outcome.read(tmp_path) is None
    (tmp_path / "outcome.json").write_text('{"label": "a", "st')
    assert Outcome.read(tmp_path) is None


@pytest.mark.parametrize("state", State)
def test_a_job_that_runs_or_was_killed_is_to_be_done(state):
    assert Outcome("a", state).over == (state not in ("running", "killed"))


@pytest.mark.parametrize("state", State)
def test_only_a_finished_job_has_a_loss(state):
    outcome = Outcome("a", state, summary={"loss": 0.25})
    assert outcome.loss == (0.25 if state == "finished" else math.inf)
    assert Outcome("a", state).loss == math.inf


HOLD = """
import sys, time
from pathlib import Path
from initlab.jobs.claim import claim
with claim(Path(sys.argv[1]), sys.argv[2]) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_a_claim_is_one_processes_until_it_dies(tmp_path):
    file = tmp_path / "claims"
    ours, other = "f" * 64, "f" * 14 + "e" + "f" * 49
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file), ours], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "True\n"
        with claim(file, ours) as mine:
            assert not mine
        with claim(file, other) as mine:
            assert mine
        os.kill(holder.pid, signal.SIGKILL)
    with claim(file, ours) as mine:
        assert mine
    assert file.stat().st_size == 0
