"""One job or many through Hydra: each in its own directory, all under one tag, checked first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from initlab.config import SWEEP_VARIABLE, launch
from initlab.errors import BadTypeError, BadValueError, ConfigError, UnknownNameError

QUIET = ["tracking=none"]


class Task:
    """Reads each job and notes what it was given."""

    def __init__(self, failing=()):
        self.labels, self.directories, self.tags, self.full_errors = [], [], set(), set()
        self.failing = failing

    def __call__(self, read, directory):
        spec = read()
        self.labels.append(spec.label)
        self.directories.append(directory)
        self.tags.add(os.environ.get(SWEEP_VARIABLE))
        self.full_errors.add(os.environ["HYDRA_FULL_ERROR"])
        if spec.seed in self.failing:
            raise BadValueError("no")
        return 0.0


@pytest.fixture
def task(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(SWEEP_VARIABLE, raising=False)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return Task()


def test_a_single_job_runs_once_in_a_directory_of_its_own(task, catalog, tmp_path):
    assert launch(["init=he", "seed=4", *QUIET], task, catalog) is None
    assert task.labels == ["he-mlp-digits-s4"]
    (directory,) = task.directories
    assert directory.is_relative_to(tmp_path / "outputs")
    assert task.tags == {None}


def test_two_runs_never_share_a_directory(task, catalog):
    for _ in range(2):
        launch(QUIET, task, catalog)
    assert len(set(task.directories)) == 2


def test_the_process_stays_where_it_is(task, catalog, tmp_path):
    launch(QUIET, task, catalog)
    assert Path.cwd() == tmp_path
    assert SWEEP_VARIABLE not in os.environ
    assert "HYDRA_FULL_ERROR" not in os.environ


def test_a_sweep_is_the_product_of_its_axes(task, catalog, tmp_path):
    directory = launch(["-m", "+init=he,zeros", "seed=1,2", *QUIET], task, catalog)
    names = ("he", "he", "zeros", "zeros")
    assert task.labels == [
        f"{name}-mlp-digits-s{s}" for name, s in zip(names, (1, 2) * 2, strict=True)
    ]
    assert task.directories == [tmp_path / directory / str(number) for number in range(4)]


def test_a_ranges_numbers_are_an_axis(task, catalog):
    launch(["-m", "seed=range(3,6)", *QUIET], task, catalog)
    assert [label[-2:] for label in task.labels] == ["s3", "s4", "s5"]


def test_the_jobs_of_a_sweep_share_one_tag_and_two_sweeps_do_not(task, catalog):
    launch(["-m", "seed=1,2", *QUIET], task, catalog)
    (first,) = task.tags
    assert first
    launch(["-m", "seed=1,2", *QUIET], task, catalog)
    assert len(task.tags) == 2


def test_a_sweep_goes_where_it_is_told(task, catalog, tmp_path):
    given = f"hydra.sweep.dir={tmp_path / 'here'}"
    assert launch(["--multirun", given, *QUIET], task, catalog) == tmp_path / "here"
    assert task.directories == [tmp_path / "here" / "0"]


@pytest.mark.parametrize(
    ("axis", "error", "text"),
    [
        ("init=he,xvier", UnknownNameError, "Did you mean 'xavier'"),
        ("seed=1,x", BadTypeError, "seed must be a whole number, got 'x'"),
        ("init=he,null", ConfigError, "init=NAME takes one of"),
        ("probes.weights.times=3,-1", BadValueError, "times=-1"),
    ],
)
def test_a_sweep_with_a_wrong_value_starts_no_job(task, catalog, axis, error, text):
    with pytest.raises(error, match=text):
        launch(["-m", axis, *QUIET], task, catalog)
    assert task.labels == []


def test_several_values_without_a_sweep_are_refused_with_the_way_out(task, catalog):
    with pytest.raises(ConfigError, match="add --multirun"):
        launch(["seed=1,2", *QUIET], task, catalog)
    assert task.labels == []


def test_a_single_jobs_error_is_raised_as_it_was(task, catalog):
    task.failing = (1,)
    with pytest.raises(BadValueError, match=r"^no$"):
        launch(["seed=1", *QUIET], task, catalog)


@pytest.mark.parametrize("asked", ["0", "1"])
def test_a_job_knows_whether_the_user_asked_for_tracebacks(task, catalog, monkeypatch, asked):
    monkeypatch.setenv("HYDRA_FULL_ERROR", asked)
    launch(QUIET, task, catalog)
    assert task.full_errors == {asked}


@pytest.mark.parametrize("line", ["hydra.run.dir={}/run", "-m hydra.sweep.dir={}/sweep seed=1,2"])
def test_a_directory_that_cannot_be_made_is_named_with_the_way_out(task, catalog, tmp_path, line):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be made: .*file.* hydra\.run\.dir=PLACE"):
        launch([*line.format(tmp_path / "file").split(), *QUIET], task, catalog)
    assert task.labels == []
