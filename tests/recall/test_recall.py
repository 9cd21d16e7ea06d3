"""A recorded run is shown, and built again to the last bit; what can't be is said."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import initlab
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import ConfigError, TrackingError, UnknownNameError
from initlab.recall import open_past, print_replay, print_run, replay
from initlab.tracking import Past, RunInfo, Status, TrackingSpec, make_tracker, prepare

pytestmark = pytest.mark.slow
SMALL = ["+init=he", "model.width=16", "model.depth=2", "training.epochs=2", "seed=5"]


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(installed=False)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, catalog):
    """A run in a store of its own: (what was run, its result, where it is recorded)."""
    folder = tmp_path_factory.mktemp("record")
    tracking = TrackingSpec(uri=f"sqlite:///{folder}/mlflow.db").resolved()
    prepare(tracking)
    spec = replace(compose(SMALL, catalog=catalog), tracking=tracking)
    return spec, initlab.run(spec, directory=folder / "run"), tracking


@pytest.fixture
def past(recorded):
    return Past(recorded[2])


def printed(show, *arguments):
    out = StringIO()
    show(*arguments, Console(file=out, width=200))
    return out.getvalue()


def edit(past, run, place, change):
    """Change an artifact for the time of a test; give back how to undo it."""
    file = Path(run.artifacts.removeprefix("file://")) / place
    before = file.read_bytes()
    file.write_bytes(change(before))
    return lambda: file.write_bytes(before)


def test_a_run_is_built_again_to_the_last_bit(recorded, past, catalog):
    spec, result, _ = recorded
    made = replay(past, result.run_id[:8], catalog)
    assert made.spec.identity == spec.identity
    assert made.holds
    assert (made.steps, made.different, made.plan) == (23, [], [])
    assert made.same > 100  # moments of six parameters, activations, 23 losses, a score
    assert "numbers of the first 23 steps are the same to the last bit" in printed(
        print_replay, made
    )


def test_a_run_that_diverged_before_a_score_is_replayed_to_where_it_did(
    recorded, past, catalog, tmp_path
):
    spec = compose([*SMALL[:-1], "seed=6", "optim.lr=1e20"], catalog=catalog)
    result = initlab.run(replace(spec, tracking=recorded[2]), directory=tmp_path / "run")
    assert result.divergence is not None
    made = replay(past, result.run_id, catalog)
    assert made.holds
    assert made.steps == len(result.steps) < 23
    assert f"numbers of the first {made.steps} steps are" in printed(print_replay, made)


def test_another_config_is_another_run_and_told_number_by_number(recorded, past, catalog):
    run = past.run(recorded[1].run_id)
    undo = edit(past, run, "config.yaml", lambda text: text.replace(b"seed: 5", b"seed: 6"))
    try:
        made = replay(past, run.run_id, catalog)
    finally:
        undo()
    assert not made.holds
    name, step, then, now = made.different[0]
    assert (step, then != now) == (0, True)
    text = printed(print_replay, made)
    assert f"{name} at step 0: recorded {then!r}, now {now!r}" in text
    assert "No recorded version differs: the code or the machine does." in text


def test_versions_that_differ_are_named(recorded, past, catalog):
    run = past.run(recorded[1].run_id)

    def older(text):
        return json.dumps(json.loads(text) | {"numpy": "1.0", "initlab-gone": "0.3"}).encode()

    undo = edit(past, run, "environment.json", older)
    try:
        made = replay(past, run.run_id, catalog)
    finally:
        undo()
    assert made.versions["initlab-gone"] == ("0.3", "-")
    assert made.versions["numpy"][0] == "1.0"
    assert "numpy: recorded with 1.0, here is" in printed(print_replay, made)
    assert made.holds  # versions alone change no number


def test_a_plugin_that_is_missing_is_named_with_the_package_that_had_it(recorded, past, catalog):
    run = past.run(recorded[1].run_id)
    undo_config = edit(
        past, run, "config.yaml", lambda text: text.replace(b"name: he\n", b"name: laplace\n")
    )
    undo = edit(
        past, run, "environment.json",
        lambda text: json.dumps(json.loads(text) | {"initlab-laplace": "0.1"}).encode(),
    )  # fmt: skip
    try:
        with pytest.raises(UnknownNameError, match="'laplace'") as caught:
            replay(past, run.run_id, catalog)
    finally:
        undo()
        undo_config()
    assert "recorded with initlab-laplace 0.1, here is -" in caught.value.full()
    assert "To have it here: pip install initlab-laplace==0.1" in caught.value.full()


PLUGIN = """
from initlab.catalog import hookimpl
from initlab.init import Initializer

class Halves(Initializer):
    def __call__(self, spec, rng):
        return rng.choice([-0.5, 0.5], spec.shape)

@hookimpl
def initlab_initializers():
    return {"halves": Halves}
"""


def test_a_plugin_file_is_in_the_record_and_replay_says_how_to_give_it(recorded, past, tmp_path):
    file = tmp_path / "mine, for now" / "my_init.py"
    file.parent.mkdir()
    file.write_text(PLUGIN)
    digest = hashlib.sha256(PLUGIN.encode()).hexdigest()[:12]
    brought = load_catalog([file], installed=False)
    spec = compose(["+init=halves", *SMALL[1:]], catalog=brought)
    result = initlab.run(replace(spec, tracking=recorded[2]), directory=tmp_path / "run")
    run = past.run(result.run_id)
    assert run.tags["initlab.plugin_files"] == f"{file} {digest}"
    assert json.loads(past.file(run, "environment.json"))[str(file)] == digest
    assert f"{file} {digest}" in printed(print_run, past, run.run_id)

    with pytest.raises(UnknownNameError, match="'halves'") as caught:
        replay(past, run.run_id, load_catalog(installed=False))
    assert f"That was given with -p: replay {run.run_id[:8]} -p '{file}'" in caught.value.full()
    made = replay(past, run.run_id, brought)
    assert (made.holds, made.versions) == (True, {})

    moved = tmp_path / "elsewhere" / "my_init.py"  # found again by its name, judged by its content
    moved.parent.mkdir()
    file.rename(moved)
    assert replay(past, run.run_id, load_catalog([moved], installed=False)).versions == {}
    other = moved.rename(tmp_path / "other.py")  # or by its content alone
    assert replay(past, run.run_id, load_catalog([other], installed=False)).versions == {}
    moved.write_text(f"{PLUGIN}# changed")
    changed = replay(past, run.run_id, load_catalog([moved], installed=False)).versions
    assert changed[str(file)][0] == digest != changed[str(file)][1]
    with pytest.raises(UnknownNameError) as caught:
        replay(past, run.run_id, load_catalog(installed=False))
    assert "the file is gone from there: replay" in caught.value.full()


def test_another_plan_is_told_by_path(recorded, past, catalog):
    run = past.run(recorded[1].run_id)

    def change(text):
        plan = json.loads(text)
        plan["output.weight"]["initializer"] = "Zeros()"
        return json.dumps(plan).encode()

    undo = edit(past, run, "plan.json", change)
    try:
        made = replay(past, run.run_id, catalog)
    finally:
        undo()
    assert not made.holds
    (line,) = made.plan
    assert line.startswith("output.weight: ")


def test_a_run_that_initlab_did_not_write_can_be_shown_but_not_built(recorded, past, catalog):
    tracker = make_tracker(recorded[2])
    run = tracker.start(
        RunInfo("a stranger's", {"lr": "0.1"}, directory=Path(past.spec.uri[10:] + "x"))
    )
    tracker.log(0, {"val/acc": 0.5})
    tracker.end(Status.FINISHED)
    with pytest.raises(
        TrackingError, match=r"has no config\.yaml: either initlab did not write it"
    ):
        replay(past, run, catalog)
    assert "val/acc" in printed(print_run, past, "a stranger's")


def test_a_run_is_shown_with_its_end_numbers_config_and_plan(recorded, past):
    spec, result, _ = recorded
    text = printed(print_run, past, spec.label)
    assert f"{spec.label}  {result.run_id}" in text
    assert "FINISHED  began 20" in text
    assert f"NumPy {__import__('numpy').__version__}" in text
    rows = [line.split() for line in text.splitlines()]
    (accuracy,) = [row[1] for row in rows if row[:1] == ["accuracy"]]
    assert float(accuracy) == pytest.approx(result.score.accuracy, rel=1e-5)
    assert ["model.width", "16"] in rows
    assert "hidden.0.weight" in text


def test_a_run_whose_process_is_dead_is_not_said_to_run(recorded, past, tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    tags = {"initlab.pid": str(process.pid), "initlab.born": "1"}
    tracker = make_tracker(recorded[2])
    dead = tracker.start(RunInfo("killed", {}, tags, directory=tmp_path / "dead"))
    tracker_of_a_living = make_tracker(recorded[2])
    alive = tracker_of_a_living.start(RunInfo("living", {}, directory=tmp_path / "alive"))
    close = f"`python -m initlab close {dead[:8]}` keeps"
    told = f"Its process is dead: the same command again does what is missing, and {close}"
    assert told in printed(print_run, past, dead)
    assert "dead" not in printed(print_run, past, alive)
    for run in (tracker, tracker_of_a_living):
        run.end(Status.KILLED)
    assert "dead" not in printed(print_run, past, dead)


def test_the_numbers_in_names_are_sorted_as_numbers(recorded, past, tmp_path):
    tracker = make_tracker(recorded[2])
    run = tracker.start(RunInfo("deep", {}, directory=tmp_path / "deep"))
    tracker.log(0, {f"act_std/hidden.{n}": 1.0 for n in (0, 12, 14, 2)})
    tracker.end(Status.FINISHED)
    names = [
        line.split()[0] for line in printed(print_run, past, run).splitlines() if "act_std" in line
    ]
    assert names == [f"act_std/hidden.{n}" for n in (0, 2, 12, 14)]


def test_only_the_place_of_the_record_may_be_given(recorded, catalog):
    uri = recorded[2].uri
    assert open_past([f"tracking.uri={uri}"], catalog).store.uri == uri
    with pytest.raises(ConfigError, match=r"'seed=3' is not about where the record is"):
        open_past(["seed=3"], catalog)
