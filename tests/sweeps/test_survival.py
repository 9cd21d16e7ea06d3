"""Sweeps that are killed, starved and run twice at once end whole: all done, nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

AXES = ["-m", "+init=xavier,he", "seed=1,2", "training.epochs=600"]
JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
JOBS = 4


def assert_whole(lab, jobs=JOBS):
    """Each job finished exactly once, and nothing is left open."""
    found = lab.finished()
    assert (len(found), set(found.values())) == (jobs, {1})
    assert lab.statuses()["RUNNING"] == 0


def jobs_that_began(lab):
    return len(list(lab.place.rglob("journal.jsonl")))


def wait_until(condition, seconds=240):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def kill_one(pids, chance):
    """Kill one of the processes; False if there was none left, as between two of a pool's."""
    try:
        os.kill(chance.choice(pids), signal.SIGKILL)
    except (IndexError, ProcessLookupError):
        return False
    return True


def kill_workers(lab, workers, times):
    """Start a sweep, kill so many of its workers at random moments, and wait for its end."""
    chance = random.Random(times)
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: jobs_that_began(lab))
    for _ in range(times):
        time.sleep(chance.uniform(0, 0.7))
        wait_until(lambda: kill_one(workers(process), chance) or process.poll() is not None)
    out, err = process.communicate(timeout=240)
    return process.returncode, out + err


def test_a_worker_that_is_killed_is_replaced_and_its_job_done(lab, workers):
    status, text = kill_workers(lab, workers, times=1)
    assert status == 0, text
    assert_whole(lab)
    assert "4 finished" in text


def test_what_workers_left_that_were_killed_again_and_again_is_gone_on_from(lab, workers):
    # a job that was alone in its process when that died has failed, until the command comes again
    kill_workers(lab, workers, times=3)
    assert lab.statuses()["RUNNING"] == 0
    status, text = lab.run(*AXES, *JOBLIB)
    assert status == 0, text
    assert_whole(lab)


@pytest.mark.parametrize(
    ("launcher", "moments"), [([], (2,)), (JOBLIB, (1, 3))], ids=["basic", "joblib"]
)
def test_a_parent_that_is_killed_at_any_moment_is_gone_on_from(
    lab, kill_session, launcher, moments
):
    chance = random.Random(2)
    for number in moments:
        process = lab.start(*AXES, *launcher)
        wait_until(lambda at=number: jobs_that_began(lab) >= at)
        time.sleep(chance.uniform(0, 0.5))
        wait_until(lambda: lab.statuses()["RUNNING"])  # not between two jobs
        kill_session(process)
    status, text = lab.run(*AXES, *launcher)
    assert status == 0, text
    assert_whole(lab)
    assert "4 finished" in text
    assert lab.statuses()["KILLED"] >= 1
    # what was measured before a death is kept: all that the journals have is in the record
    for run, journal in lab.ask(
        "select run_uuid, value from runs join tags using (run_uuid) "
        "where status = 'KILLED' and key = 'initlab.journal'"
    ):
        found = curves(journal)
        kept = lab.ask("select key, step, value from metrics where run_uuid = ?", run)
        assert {(key, step): value for key, step, value in kept} == found


def curves(journal):
    """Return what a run's journal has, by metric and step."""
    whole = [line for line in Path(journal).read_text().splitlines() if line.endswith("}")]
    return {
        (key, line["step"]): value
        for line in map(json.loads, whole) if line["event"] == "log"
        for key, value in line["metrics"].items()
    }  # fmt: skip


def test_workers_of_a_sweep_that_was_killed_end_with_their_jobs(lab, workers, session):
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: jobs_that_began(lab) == 2)
    left = set(workers(process))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(left) == 2
    wait_until(lambda: not left & {pid for pid, _ in session(process)}, seconds=60)
    process.communicate()  # nobody holds its pipes any more
    assert jobs_that_began(lab) == 2
    assert lab.statuses() == {"FINISHED": 2}


def test_a_sweep_that_has_one_job_left_does_it(lab):
    assert lab.run("-m", "seed=1,2", *JOBLIB)[0] == 0
    status, text = lab.run("-m", "seed=1,2,3", *JOBLIB)
    assert status == 0, text
    assert_whole(lab, jobs=3)
    assert "3 finished (2 of them before)" in text


SCRIPT = """
from initlab.cli import main
sweep = ["-m", "training.epochs=2", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
assert main([*sweep, "seed=1,2"]) == 0
assert main([*sweep, "seed=2,3"]) == 0
"""


def test_two_sweeps_in_one_script_that_nothing_guards_are_two_sweeps(lab):
    (lab.place / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=lab.place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Safe importing of main module" not in done.stderr
    assert_whole(lab, jobs=3)
    assert lab.statuses() == {"FINISHED": 3}


def test_a_server_of_forks_that_is_killed_costs_no_job(lab, session, workers):
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: jobs_that_began(lab))
    forked = {pid for pid, command in session(process) if "forkserver" in command}
    (server,) = forked - set(workers(process))
    os.kill(server, signal.SIGKILL)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    assert_whole(lab)


def test_the_same_command_again_does_nothing_twice(lab):
    assert lab.run(*AXES)[0] == 0
    status, text = lab.run(*AXES, *JOBLIB)
    assert status == 0, text
    assert "4 finished (4 of them before)" in text
    assert_whole(lab)
    status, text = lab.run(*[a.replace("seed=1,2", "seed=2,3") for a in AXES], *JOBLIB)
    assert status == 0, text
    assert "4 finished (2 of them before)" in text
    assert_whole(lab, jobs=6)


def test_two_sweeps_at_once_in_one_fresh_directory_share_the_jobs(lab):
    first, second = lab.start(*AXES, *JOBLIB), lab.start(*AXES, *JOBLIB)
    texts = ["".join(process.communicate(timeout=240)) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], texts
    assert_whole(lab)
    status, text = lab.run(*AXES)
    assert status == 0, text
    assert "4 finished (4 of them before)" in text


def test_a_full_disk_fails_the_jobs_by_name_and_room_lets_them_through(lab, small_disk):
    small_disk(lab)
    status, text = lab.run(*AXES)
    assert status == 1, text
    assert "Traceback" not in text
    assert "The same command again does what is missing" in text
    small_disk(lab, full=False)
    status, text = lab.run(*AXES)
    assert status == 0, text
    assert_whole(lab)


def test_an_interrupted_parallel_sweep_is_closed_at_once_and_gone_on_from(lab):
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: jobs_that_began(lab) >= 1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, out + err
    assert "What was measured is kept" in err
    assert lab.statuses()["RUNNING"] == 0
    assert lab.run(*AXES, *JOBLIB)[0] == 0
    assert_whole(lab)


def test_a_parallel_sweep_whose_terminal_interrupts_all_its_processes_leaves_none_running(lab):
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: jobs_that_began(lab) == 2)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, out + err
    assert lab.statuses()["RUNNING"] == 0
    assert lab.statuses()["KILLED"] >= 1


def test_the_server_of_forks_is_interrupted_without_a_traceback(lab, session):
    process = lab.start(*AXES, *JOBLIB)
    wait_until(lambda: any("forkserver" in command for _, command in session(process)))
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert "forkserver" not in err


HUNDRED = """
import os, sys
from pathlib import Path
from initlab.tracking import RunInfo, Status, TrackingSpec, make_tracker, prepare
spec = TrackingSpec().resolved()
experiment = prepare(spec)  # MLflow is imported once; the children share its memory
children = []
for number in range(100):
    if not (pid := os.fork()):
        try:
            tracker = make_tracker(spec, experiment)
            tracker.start(RunInfo(f"run-{number}", {"n": str(number)}, directory=Path(str(number))))
            for step in range(50):
                tracker.log(step, {"train/loss": 1.0, "test/loss": 2.0})
            tracker.end(Status.FINISHED)
        except BaseException as error:
            sys.stderr.write(f"{number}: {error}\\n")
            os._exit(1)
        os._exit(0)
    children.append(pid)
sys.exit(sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
"""


def test_a_hundred_jobs_write_into_one_store_at_once(lab):
    done = subprocess.run(
        [sys.executable, "-c", HUNDRED], cwd=lab.place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert lab.statuses() == {"FINISHED": 100}
    ((rows,),) = lab.ask("select count(*) from metrics")
    assert rows == 100 * 50 * 2
    ((experiments,),) = lab.ask("select count(distinct experiment_id) from runs")
    assert experiments == 1


def test_a_hundred_real_jobs_at_once_each_leave_one_finished_run(lab):
    code, told = lab.run(
        "-m", "+init=xavier", "seed=range(0,100)", "training.epochs=1",
        "hydra/launcher=joblib", "hydra.launcher.n_jobs=100", timeout=900,
    )  # fmt: skip
    assert code == 0, told
    assert lab.statuses() == {"FINISHED": 100}
    assert set(lab.finished().values()) == {1}
    assert len(lab.finished()) == 100
    open_at = lab.ask(
        "select max((select count(*) from runs b where b.start_time <= a.start_time "
        "and a.start_time < b.end_time)) from runs a"
    )
    assert open_at[0][0] > 20  # of them in the record at once
