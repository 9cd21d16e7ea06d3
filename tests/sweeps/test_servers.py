"""A sweep into a real MLflow server over a real PostgreSQL, both on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from urllib.request import urlopen

import pytest

from initlab.tracking import Past, TrackingSpec
from initlab.tracking.journal import curves_of

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]

JOBLIB = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Database:
    """A PostgreSQL cluster of its own, as a user who is not root."""

    def __init__(self, place: Path) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        self.data, self.port = place, free_port()
        if self.user:
            shutil.chown(place, "postgres")
        self.call("initdb", "-A", "trust", "-U", "lab", "-D", str(self.data))
        options = f"-p {self.port} -k {self.data} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = str(self.data / "log")
        self.call("pg_ctl", "-D", str(self.data), "-w", "-l", log, "-o", options, "start")

    def call(self, program, *words):
        subprocess.run(
            [self.bin / program, *words], check=True, capture_output=True, cwd="/", **self.user
        )

    def make(self, name):
        self.call("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "lab", name)
        return f"postgresql://lab@127.0.0.1:{self.port}/{name}"

    def stop(self):
        self.call("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")


class Server:
    """`mlflow server` that can be killed and started again."""

    def __init__(self, database: str, place: Path) -> None:
        self.port, self.place = free_port(), place
        self.uri = f"http://127.0.0.1:{self.port}"
        places = ["--backend-store-uri", database, "--artifacts-destination", str(place / "kept")]
        listen = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "2"]
        self.command = [sys.executable, "-m", "mlflow", "server", *listen, *places]

    def start(self):
        self.process = subprocess.Popen(
            self.command, cwd=self.place, start_new_session=True,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until = time.monotonic() + 300
        while time.monotonic() < until:
            try:
                urlopen(f"{self.uri}/health", timeout=1).close()
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise TimeoutError(self.uri)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def database():
    with tempfile.TemporaryDirectory(prefix="initlab-") as place:  # pytest's are root's alone
        found = Database(Path(place))
        yield found
        found.stop()


@pytest.fixture(scope="module")
def server(database, tmp_path_factory):
    found = Server(database.make("served"), tmp_path_factory.mktemp("server"))
    found.start()
    yield found
    found.kill()


def sweep(uri, *more):
    axes = ["-m", "+init=xavier,he", "seed=1,2", "training.epochs=30", *JOBLIB]
    return [*axes, f"tracking.uri={uri}", *more]


def statuses(uri, experiment):
    runs = list(Past(TrackingSpec(uri=uri, experiment=experiment)).runs())
    finished = Counter(run.identity for run in runs if run.status == "FINISHED")
    return Counter(run.status for run in runs), set(finished.values()), runs


def test_a_sweep_goes_straight_into_a_fresh_postgresql(lab, database):
    uri = database.make("fresh")
    place = f"tracking.artifacts={lab.place}/kept"
    status, text = lab.run(*sweep(uri, place))
    assert status == 0, text
    assert statuses(uri, "initlab")[:2] == (Counter(FINISHED=4), {1})
    assert "4 finished (4 of them before)" in lab.run(*sweep(uri, place))[1]


def test_a_sweep_goes_through_a_server_with_its_artifacts(lab, server):
    status, text = lab.run(*sweep(server.uri, "tracking.experiment=through"))
    assert status == 0, text
    found, times, runs = statuses(server.uri, "through")
    assert (found, times) == (Counter(FINISHED=4), {1})
    past = Past(TrackingSpec(uri=server.uri, experiment="through"))
    for run in runs:
        assert b"hidden.0.weight" in past.file(run, "plan.txt")
        assert past.file(run, "parameters.safetensors")
    assert f"{server.uri}/#/experiments/" in text


def test_a_server_that_goes_away_and_comes_back_loses_nothing(lab, server):
    words = sweep(server.uri, "tracking.experiment=away", "training.epochs=400")
    words.remove("training.epochs=30")
    process = lab.start(*words)
    while not list(lab.place.rglob("journal.jsonl")):
        time.sleep(0.05)
        assert process.poll() is None
    server.kill()
    time.sleep(3)
    server.start()
    process.communicate(timeout=240)
    status, text = lab.run(*words)
    assert status == 0, text
    assert "4 finished" in text
    found, times, runs = statuses(server.uri, "away")
    assert (found["FINISHED"], found["RUNNING"], times) == (4, 0, {1})
    past = Past(TrackingSpec(uri=server.uri, experiment="away"))
    for run in runs:
        if run.status == "FINISHED":
            journal = curves_of(past.file(run, "journal.jsonl.gz"))
            assert past.curve(run, "train/loss") == journal["train/loss"]
            assert len(past.curve(run, "test/loss")) == len(journal["test/loss"]) == 400


def test_a_server_that_is_not_there_is_said_before_anything_starts(lab):
    status, text = lab.run(*sweep(f"http://127.0.0.1:{free_port()}"))
    assert status == 2
    assert "No tracking server answers at http://127.0.0.1" in text
    assert not list(lab.place.rglob("outcome.json"))
