from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

import initlab
from initlab.errors import TrackingError
from initlab.tracking import TrackingSpec, make_tracker, prepare
from initlab.tracking.mlflow import Store
from initlab.tracking.sqlite import check_file, make_file, publish, revisions, turn


def _database(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _schema(path, version):
    _database(
        path,
        "create table alembic_version (version_num text)",
        f"insert into alembic_version values ('{version}')",
    )


def _known():
    return {"a1", "b2"}, {"b2"}


def test_the_store_is_in_write_ahead_mode_and_nothing_lies_beside_it(record):
    assert record.ask("pragma journal_mode") == [("wal",)]
    names = {path.name for path in record.file.parent.iterdir()}
    assert not [name for name in names if name.startswith(".")]


def test_the_newest_revision_is_the_one_that_mlflow_writes(record):
    import mlflow

    migrations = Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions"
    every, newest = revisions(migrations)
    assert [newest] == [{row[0]} for row in record.ask("select version_num from alembic_version")]
    assert len(every) >= 60


def test_a_file_of_the_newest_schema_is_accepted(tmp_path):
    _schema(tmp_path / "a.db", "b2")
    check_file(tmp_path / "a.db", _known)


def test_an_older_schema_is_not_migrated_behind_its_owners_back(tmp_path):
    file = tmp_path / "a.db"
    _schema(file, "a1")
    before = file.read_bytes()
    with pytest.raises(
        TrackingError, match=r"older MLflow \(schema a1\).*mlflow db upgrade sqlite"
    ):
        check_file(file, _known)
    assert file.read_bytes() == before


def test_an_mlflow_of_another_age_is_told_before_the_store_is_opened(tmp_path):
    file = tmp_path / "mlflow.db"
    _schema(file, "451aebb31d03")  # MLflow's first but one, of 2019
    with pytest.raises(TrackingError, match="older MLflow"):
        prepare(TrackingSpec(uri=f"sqlite:///{file}"))


def test_a_newer_schema_asks_for_the_newer_mlflow(tmp_path):
    _schema(tmp_path / "a.db", "c3")
    with pytest.raises(TrackingError, match=r"newer MLflow \(schema c3\).*Install the version"):
        check_file(tmp_path / "a.db", _known)


def test_another_programs_database_is_left_alone(tmp_path):
    _database(tmp_path / "a.db", "create table notes (text)")
    with pytest.raises(TrackingError, match=r"is no MLflow record.*Move it away"):
        check_file(tmp_path / "a.db", _known)


def test_a_text_file_is_no_record(tmp_path):
    (tmp_path / "a.db").write_text("hello, this is not a database at all")
    with pytest.raises(TrackingError, match="is no MLflow record"):
        check_file(tmp_path / "a.db", _known)


def test_a_half_made_store_is_named(tmp_path):
    _database(tmp_path / "a.db", "create table alembic_version (version_num text)")
    with pytest.raises(TrackingError, match="is half made"):
        check_file(tmp_path / "a.db", _known)


def test_a_file_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    _schema(tmp_path / "a.db", "b2")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(TrackingError, match="or its folder cannot be written"):
        check_file(tmp_path / "a.db", _known)


def test_an_unwritable_directory_is_named_with_the_way_out():
    spec = TrackingSpec(uri="sqlite:////proc/nowhere/mlflow.db")
    with pytest.raises(TrackingError, match=r"Cannot make the record /proc/nowhere.*tracking.uri="):
        prepare(spec)


def test_a_file_in_the_place_of_a_directory_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrackingError, match="Cannot make the record"):
        make_file(tmp_path / "file" / "a.db", Path.touch)


def test_a_builder_that_fails_leaves_no_trace(tmp_path):
    def build(draft):
        raise TrackingError("as it is")

    with pytest.raises(TrackingError, match="as it is"):
        make_file(tmp_path / "a.db", build)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_does_not_make_what_the_parent_should_have_made(tmp_path):
    spec = TrackingSpec(uri=f"sqlite:///{tmp_path}/mlflow.db")
    with pytest.raises(TrackingError, match=r"no record at .*mlflow.db. Make it first"):
        make_tracker(spec, experiment="1")


def test_of_two_makers_the_first_wins(tmp_path):
    def build_after_the_other(draft):
        _database(draft, "create table second (x)")
        _database(tmp_path / "a.db", "create table first (x)")

    make_file(tmp_path / "a.db", build_after_the_other)
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        tables = connection.execute("select name from sqlite_master").fetchall()
    assert tables == [("first",)]
    assert [path.name for path in tmp_path.iterdir()] == ["a.db"]


def test_a_file_system_without_hard_links_still_gets_its_store(tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    for text in ("first", "second"):
        (tmp_path / "aside").write_text(text)
        publish(tmp_path / "aside", tmp_path / "a.db")
    assert (tmp_path / "a.db").read_text() == "first"


@pytest.mark.slow
def test_four_first_runs_at_once_share_one_store_and_one_experiment(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from initlab.tracking import RunInfo, Status, TrackingSpec, make_tracker\n"
        "tracker = make_tracker(TrackingSpec())\n"
        "tracker.start(RunInfo(sys.argv[1], directory=Path(sys.argv[1])))\n"
        "tracker.log(0, {'loss': 1.0}); tracker.end(Status.FINISHED)"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(Path(initlab.__file__).parents[1])}
    where = {
        "cwd": tmp_path,
        "env": environment,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }
    running = [subprocess.Popen([*command, str(i)], **where) for i in range(4)]
    noise = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert noise == [b""] * 4
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as connection:
        runs = connection.execute(
            "select r.name, r.status from runs r join experiments e using (experiment_id) "
            "where e.name = 'initlab' order by 1"
        ).fetchall()
    assert runs == [(str(i), "FINISHED") for i in range(4)]


def test_writers_take_turns(tmp_path):
    order = []

    def write(number):
        with turn(tmp_path / "mlflow.db"):
            order.append(("in", number))
            time.sleep(0.01)
            order.append(("out", number))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for entry, left in zip(order[::2], order[1::2], strict=True):
        assert (entry[0], left[0], entry[1]) == ("in", "out", left[1])
    assert len(order) == 16


def test_a_writer_that_stands_still_is_passed_and_leaves_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr("initlab.tracking.sqlite.PATIENCE", 0.05)
    still = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(still, fcntl.LOCK_EX)
    with turn(tmp_path / "mlflow.db"):
        pass
    os.close(still)
    after = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(after, fcntl.LOCK_EX)  # would wait for ever, had the one that passed kept its place
    os.close(after)


def pragma(name, file):
    """What MLflow's own connection to a record has."""
    store = Store(TrackingSpec(uri=f"sqlite:///{file}").resolved())
    with store.client._tracking_client.store.engine.connect() as connection:
        return connection.exec_driver_sql(f"pragma {name}").scalar()


def test_a_record_with_a_write_ahead_log_does_not_wait_for_the_disk(record):
    assert pragma("synchronous", record.file) == 1  # NORMAL
    assert pragma("wal_autocheckpoint", record.file) == 8000


def test_a_record_without_one_waits_since_a_power_cut_could_break_it(record, tmp_path):
    plain = tmp_path / "plain.db"
    record.ask("vacuum into ?", str(plain))
    assert pragma("synchronous", plain) == 2  # FULL
