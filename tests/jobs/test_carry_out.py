"""Launchers that break: who died is found out, everybody else gets through."""

from __future__ import annotations

import pytest

from initlab.jobs import Outcome, State
from initlab.jobs import sweep as room
from initlab.tracking import PastRun


class Launcher:
    """Runs jobs in order; `deadly` ones die and take the `under_way` others with them."""

    def __init__(self, deadly=(), under_way=2):
        self.deadly, self.under_way, self.batches = deadly, under_way, []

    def __call__(self, sweep, numbers, *_):
        self.batches.append(list(numbers))
        for place, number in enumerate(numbers):
            if number in self.deadly:
                for other in numbers[max(0, place - self.under_way + 1) : place + 1]:
                    Outcome("x", State.running).write(sweep.directory / str(other))
                raise RuntimeError("the pool broke")
            Outcome("x", State.finished).write(sweep.directory / str(number))


@pytest.fixture
def carry_out(sweep, monkeypatch):
    def carry(launcher, jobs):
        swept = sweep(f"seed=range({jobs})")
        monkeypatch.setattr(room, "launch_sweep", launcher)
        broke = room._carry_out(swept, list(range(jobs)), None, None, [])
        return broke, [str(Outcome.read(swept.directory / str(n)).state) for n in range(jobs)]

    return carry


def test_a_launcher_that_holds_is_called_once(carry_out):
    launcher = Launcher()
    assert carry_out(launcher, 3) == (None, ["finished"] * 3)
    assert launcher.batches == [[0, 1, 2]]


def test_only_the_deadly_job_fails(carry_out):
    launcher = Launcher(deadly=[1, 4])
    broke, states = carry_out(launcher, 6)
    assert broke is None
    assert states == ["finished", "failed", "finished", "finished", "failed", "finished"]
    assert launcher.batches[0] == [0, 1, 2, 3, 4, 5]
    assert all(len(batch) == 1 for batch in launcher.batches[3:])


def test_a_launcher_that_never_starts_a_job_is_raised(carry_out):
    def refuse(*_):
        raise RuntimeError("no such cluster")

    with pytest.raises(RuntimeError, match="no such cluster"):
        carry_out(refuse, 2)


def test_more_workers_than_cores_are_told_with_the_number_that_fits(sweep, capsys):
    joblib = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=4"]
    room._warn_of_threads(sweep("seed=range(8)", "threads=2", *joblib), cores=5)
    said = capsys.readouterr().err
    assert "4 workers x 2 threads want 8 cores, and this machine has 5" in said
    assert "hydra.launcher.n_jobs=2 fits" in said


@pytest.mark.parametrize("more", [[], ["threads=8"], ["hydra/launcher=joblib"]])
def test_what_fits_or_runs_alone_is_not_told(sweep, capsys, more):
    room._warn_of_threads(sweep("seed=range(8)", *more), cores=4)
    assert capsys.readouterr().err == ""


def test_a_job_that_another_host_seems_to_do_is_named_with_the_way_out(capsys):
    class Record:
        def runs(self, condition):
            assert condition == "attributes.status = 'RUNNING'"
            for identity in ("ours", "somebody's"):
                tags = {"initlab.host": "far", "initlab.identity": identity}
                yield PastRun(f"1234567890-{identity}", "he", "RUNNING", 0, None, {}, tags, {}, "")

    room._tell_of_strays(Record(), {"ours"})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("he says RUNNING on far since 19")
    assert "python -m initlab close 12345678 (here it is done in any case)" in line
