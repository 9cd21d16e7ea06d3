"""Real sweeps in processes of their own, and their record read by plain SQL."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

SMALL = ["model.width=16", "model.depth=2", "probes.weights.times=3"]


class Lab:
    """A directory that commands are typed in."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.limits = None
        self.started = []

    def start(self, *arguments):
        """Start a command in a session of its own, so that all its processes can be found."""
        process = subprocess.Popen(
            [sys.executable, "-m", "initlab", *arguments, *SMALL],
            cwd=self.place, env={**os.environ, "COLUMNS": "150"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            preexec_fn=self.limits,  # noqa: PLW1509 - no threads here
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *arguments, timeout=240):
        """Run a command to its end; return its status and all that it said."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out + err

    def ask(self, query, *values):
        with closing(sqlite3.connect(self.place / "mlflow.db", timeout=30)) as db:
            return db.execute(query, values).fetchall()

    def statuses(self):
        return Counter(status for (status,) in self.ask("select status from runs"))

    def finished(self):
        """Return how many finished runs each identity has."""
        return Counter(
            value
            for (value,) in self.ask(
                "select t.value from tags t join runs r using (run_uuid) "
                "where t.key = 'initlab.identity' and r.status = 'FINISHED'"
            )
        )

    def losses(self):
        """Return the final test loss of each finished run by name."""
        return dict(
            self.ask(
                "select r.name, m.value from latest_metrics m join runs r using (run_uuid) "
                "where m.key = 'loss' and r.status = 'FINISHED'"
            )
        )

    def outcomes(self):
        return [json.loads(file.read_text()) for file in self.place.rglob("outcome.json")]


def session(process):
    """Return the processes of a command: those of its session that are no zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        state, _, _, owner = rest.split()[:4]
        if int(owner) == process.pid and state != "Z":
            found.append((int(stat.parent.name), name))
    return found


def workers(process):
    """Return the ids of a command's workers: what was forked from its server of forks."""
    servers = {pid for pid, _ in session(process) if "forkserver" in _command(pid)}
    return [pid for pid in servers if _parent(pid) in servers]


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill_session(process):
    for pid, _ in session(process):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate()


@pytest.fixture
def lab(tmp_path):
    made = Lab(tmp_path)
    yield made
    for process in made.started:
        if process.returncode is None:  # a test that failed left it
            kill_session(process)


@pytest.fixture(name="workers")
def _workers():
    return workers


@pytest.fixture(name="session")
def _session():
    return lambda process: [(pid, _command(pid)) for pid, _ in session(process)]


@pytest.fixture(name="kill_session")
def _kill_session():
    return kill_session


@pytest.fixture
def small_disk():
    """Put a lab on a disk that its record fills; then give it room.

    As root the disk is a small one in memory; else no file may grow beyond a limit.
    """
    mounted = []

    def set_up(lab, *, full=True):
        if os.geteuid() == 0:
            size = "2300k" if full else "60m"
            option = f"size={size}" if full else f"remount,size={size}"
            command = ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(lab.place)]
            if subprocess.run(command, check=False, capture_output=True).returncode == 0:
                mounted.append(lab.place)
                return
        largest = 1_100_000 if full else resource.RLIM_INFINITY
        lab.limits = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    yield set_up
    for place in set(mounted):
        subprocess.run(["umount", "-l", str(place)], check=True)
