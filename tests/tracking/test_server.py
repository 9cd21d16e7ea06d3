from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

import pytest

from initlab.errors import TrackingError
from initlab.tracking import RunInfo, Status, TrackingSpec, make_tracker, prepare, read_journal
from initlab.tracking.server import check_reachable


@pytest.fixture
def silent():
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_server_that_is_not_there_is_said_at_once(scheme):
    began = time.monotonic()
    with pytest.raises(TrackingError, match=r"No tracking server answers at .* \(Connection refus"):
        prepare(TrackingSpec(uri=f"{scheme}://127.0.0.1:{_free_port()}/x"))
    assert time.monotonic() - began < 3


def test_a_server_that_never_answers_is_given_up(silent):
    with pytest.raises(TrackingError, match=r"No tracking server answers .*timed out"):
        check_reachable(f"http://{silent}", timeout=0.2)


def test_a_host_that_does_not_exist_is_named_without_the_password():
    with pytest.raises(TrackingError, match=r"postgresql://me:\*\*\*@no.such.host.invalid/runs"):
        check_reachable("postgresql://me:secret@no.such.host.invalid/runs")


def test_a_listening_database_port_is_a_sign_of_life(silent):
    check_reachable(f"postgresql://{silent}/runs")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_any_answer_is_a_sign_of_life(scheme):
    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *words):
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            check_reachable(f"{scheme}://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def lab(tmp_path):
    """A real MLflow server."""
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
    places = [
        "--backend-store-uri",
        f"sqlite:///{tmp_path}/s.db",
        "--artifacts-destination",
        "kept",
    ]
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    server = subprocess.Popen(
        [*command, *places],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    uri = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            urlopen(f"{uri}/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.2)
    yield uri, server
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.mark.slow
def test_a_run_reaches_a_real_server_and_survives_its_death(lab, tmp_path, capfd):
    uri, server = lab
    spec = TrackingSpec(uri=uri)
    experiment = prepare(spec)
    first, second = make_tracker(spec, experiment), make_tracker(spec, experiment)
    run = first.start(RunInfo("a", {"seed": "0"}, directory=tmp_path / "a"))
    second.start(RunInfo("b", directory=tmp_path / "b"))
    for tracker in (first, second):
        tracker.log(0, {"loss": 1.0})
    first.end(Status.FINISHED)
    assert first.where() == f"{uri}/#/experiments/1/runs/{run}?workflowType=machine_learning"
    assert (tmp_path / "kept" / "1" / run / "artifacts" / "journal.jsonl.gz").is_file()
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    began = time.monotonic()
    with pytest.raises(TrackingError, match=r"b/journal.jsonl, and the run ended as FINISHED"):
        second.end(Status.FINISHED)
    assert time.monotonic() - began < 8
    assert read_journal(tmp_path / "b" / "journal.jsonl")[-1]["status"] == "FINISHED"
    assert capfd.readouterr() == ("", "")
