from __future__ import annotations

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest

import initlab
from initlab.errors import TrackingError
from initlab.tracking import Journal, read_journal
from initlab.tracking.journal import curves_of


def test_what_was_appended_reads_back_in_order(tmp_path):
    journal = Journal(tmp_path / "deep" / "journal.jsonl")
    when = journal.append("log", step=0, metrics={"loss": 0.1})
    journal.append("end", status="FINISHED", error="Überlauf\nin 0.weight")
    journal.close()
    first, second = read_journal(journal.path)
    assert first == {"event": "log", "time": when, "step": 0, "metrics": {"loss": 0.1}}
    assert second["error"] == "Überlauf\nin 0.weight"
    assert abs(when / 1000 - time.time()) < 60


def test_a_cut_last_line_is_skipped_and_a_later_one_kept(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event":"log","time":1,"step":0}\n{"event":"log","time":2,"st')
    assert [line["time"] for line in read_journal(path)] == [1]
    journal = Journal(path)
    journal.append("end")
    journal.close()
    assert [line["event"] for line in read_journal(path)] == ["log", "end"]


def test_a_closed_journal_opens_again(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    for event in ("one", "two"):
        journal.append(event)
        journal.close()
    assert [line["event"] for line in read_journal(journal.path)] == ["one", "two"]


def test_a_killed_process_loses_no_line(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from initlab.tracking import Journal\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for step in range(100): journal.append('log', step=step)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "journal.jsonl"
    root = Path(initlab.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code, path], cwd=root, check=False)
    assert done.returncode == -9
    assert [line["step"] for line in read_journal(path)] == list(range(100))


def test_a_full_disk_is_said_with_the_place():
    journal = Journal(Path("/dev/full"))
    with pytest.raises(TrackingError, match=r"journal /dev/full: No space left.*Make room"):
        journal.append("log")
    journal.close()


def test_a_journal_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TrackingError, match=r"Cannot read the journal .*none.jsonl: No such file"):
        read_journal(tmp_path / "none.jsonl")


LINE = b'{"event":"log","time":1,"step":3,"metrics":{"loss":0.5}}'


@pytest.mark.parametrize(
    "damaged",
    [
        gzip.compress(LINE)[:-20],
        gzip.compress(LINE)[:-8] + bytes(8),  # its check sum is another
        gzip.compress(LINE)[:10] + b"\xff" * 20,
        LINE,
    ],
)
def test_a_damaged_packed_journal_has_no_curves(damaged):
    assert curves_of(gzip.compress(LINE)) == {"loss": [(3, 0.5)]}
    assert curves_of(damaged) == {}


@pytest.mark.parametrize("odd", [b'{"event":"log","step":4}', b'{"event":"log","metrics":{}}'])
def test_a_line_that_lacks_something_is_passed_over(odd):
    assert curves_of(gzip.compress(odd + b"\n" + LINE)) == {"loss": [(3, 0.5)]}


def test_a_curve_goes_by_its_steps_and_of_one_step_the_last_value_holds():
    lines = [
        b'{"event":"log","step":%d,"metrics":{"loss":%d}}' % point
        for point in ((5, 1), (3, 2), (5, 3))
    ]
    assert curves_of(gzip.compress(b"\n".join(lines))) == {"loss": [(3, 2), (5, 3)]}


def test_a_disk_that_takes_only_a_part_of_a_line_is_told(tmp_path):
    script = (
        "import resource, sys; from pathlib import Path; from initlab.tracking import Journal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "Journal(Path(sys.argv[1])).append('open', name='x' * 200)\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "journal.jsonl")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "journal.jsonl: the disk took only a part of the line. Make room" in done.stderr
    assert read_journal(tmp_path / "journal.jsonl") == []
