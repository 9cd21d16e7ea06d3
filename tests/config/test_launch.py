"""One job or many through Hydra: each in its own directory, all under one tag, checked first."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import sys
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from initlab.config import Job, compose, launch, launch_sweep, read_sweep, title
from initlab.config.groups import folder
from initlab.config.task_function import TaskFunction
from initlab.errors import BadTypeError, BadValueError, ConfigError, UnknownNameError

QUIET = ["tracking=none"]


class Task:
    """Reads each job and notes what it was given."""

    def __init__(self, failing=()):
        self.labels, self.directories, self.full_errors = [], [], set()
        self.failing = failing

    def __call__(self, read, directory):
        spec = read()
        self.labels.append(spec.label)
        self.directories.append(directory)
        self.full_errors.add(os.environ["HYDRA_FULL_ERROR"])
        if spec.seed in self.failing:
            raise BadValueError("no")
        return 0.0


@pytest.fixture
def task(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return Task()


def test_a_single_job_runs_once_in_a_directory_of_its_own(task, catalog, tmp_path):
    launch(["init=he", "seed=4", *QUIET], task, catalog)
    assert task.labels == ["he-mlp-digits-s4"]
    (directory,) = task.directories
    assert directory.is_relative_to(tmp_path / "outputs")


def test_two_runs_never_share_a_directory(task, catalog):
    for _ in range(2):
        launch(QUIET, task, catalog)
    assert len(set(task.directories)) == 2


def test_the_process_stays_where_it_is(task, catalog, tmp_path):
    launch(QUIET, task, catalog)
    assert Path.cwd() == tmp_path
    assert "HYDRA_FULL_ERROR" not in os.environ


def swept(arguments, task, catalog, numbers=None):
    sweep = read_sweep(["-m", *arguments, *QUIET], catalog, cores=4)
    numbers = range(len(sweep.jobs)) if numbers is None else numbers
    launch_sweep(sweep, numbers, task, catalog)
    return sweep


def test_a_sweep_is_the_product_of_its_axes(task, catalog):
    sweep = swept(["+init=he,zeros", "seed=1,2"], task, catalog)
    names = ("he", "he", "zeros", "zeros")
    assert task.labels == [
        f"{name}-mlp-digits-s{s}" for name, s in zip(names, (1, 2) * 2, strict=True)
    ]
    assert task.directories == [sweep.directory / str(number) for number in range(4)]


def test_some_of_a_sweeps_jobs_keep_their_numbers(task, catalog):
    sweep = swept(["+init=he,zeros", "seed=1,2"], task, catalog, numbers=[1, 3])
    assert task.labels == ["he-mlp-digits-s2", "zeros-mlp-digits-s2"]
    assert task.directories == [sweep.directory / "1", sweep.directory / "3"]


def test_hydra_sees_of_a_job_what_it_would_compose_but_for_what_no_job_asks(
    catalog, monkeypatch, tmp_path
):
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra.core.hydra_config import HydraConfig

    seen = []

    def task(_read, directory):
        hydra = OmegaConf.to_container(HydraConfig.get(), resolve=True)
        del hydra["run"]  # it has the time in it
        del hydra["launcher"], hydra["sweeper"]
        del hydra["runtime"]["choices"], hydra["runtime"]["config_sources"]
        seen.append((hydra, directory.name))
        return 0.0

    monkeypatch.chdir(tmp_path)
    words = [
        "seed=1,2,3",
        "hydra.sweep.dir=swept",
        "+hydra.job.env_set.ODD=even",
        "+hydra.job.env_set.OWN=x${hydra.job.num}",
        "hydra.job.config.override_dirname.kv_sep=:",
        "hydra.sweep.subdir=d-${job}",
    ]
    swept(words, task, catalog)
    quick = seen[:]
    seen.clear()
    monkeypatch.setattr(sys.modules["initlab.config.launch"], "Numbers", ConfigLoaderImpl)
    swept(words, task, catalog)
    assert [name for _, name in seen] == ["d-0", "d-1", "d-2"]
    assert quick == seen


def test_a_job_is_what_its_own_command_would_run(catalog, task):
    words = ["init=he,zeros", "model=mlp,residual_mlp", "optim.lr=0.1,0.2"]
    sweep = read_sweep(["-m", *words, "seed=5", *QUIET], catalog, cores=4)
    for job in sweep.jobs:
        own = [f"{axis}={value}" for axis, value in job.values.items()]
        assert job.spec == compose([*own, "seed=5", *QUIET], catalog=catalog)
    assert len({job.spec.identity for job in sweep.jobs}) == 8


def test_a_file_that_is_edited_meanwhile_changes_no_job(catalog, monkeypatch, tmp_path):
    conf = shutil.copytree(folder("conf"), tmp_path / "conf")
    for name in ("composition", "launch"):
        module = sys.modules[f"initlab.config.{name}"]
        monkeypatch.setattr(module, "folder", lambda _: conf)
    sweep = read_sweep(["-m", "seed=1,2", *QUIET], catalog, cores=4)
    file = conf / "config.yaml"
    file.write_text(file.read_text().replace("epochs: 100", "epochs: 7"))
    seen = []

    def task(read, _):
        seen.append(read().training.epochs)
        return 0.0

    launch_sweep(sweep, [1], task, catalog)
    assert compose(["seed=2"], catalog=catalog).training.epochs == 7
    assert seen == [100]


READ = []


class Told:
    """Stands for what a job runs, and notes that a process has read it."""

    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        return _read, (self.number,)


def _read(number):
    READ.append(number)
    return Told(number)


def test_a_process_reads_the_one_job_that_it_does(catalog):
    """All jobs are sent with each: to read them all, 200 jobs would read 40,000."""
    READ.clear()
    jobs = {number: Job(Told(number), {}, {}) for number in range(3)}
    there = pickle.loads(pickle.dumps(TaskFunction(min, catalog, (), jobs)))
    assert there._read(OmegaConf.create({"job": 1})).number == 1
    assert READ == [1]


def test_a_ranges_numbers_are_an_axis(task, catalog):
    swept(["seed=range(3,6)"], task, catalog)
    assert [label[-2:] for label in task.labels] == ["s3", "s4", "s5"]


def test_the_same_command_is_the_same_sweep_wherever_its_record_is(catalog, task):
    def name(*words):
        return read_sweep(["-m", *words], catalog, cores=4).name

    first = name("+init=he,zeros", "seed=1,2", "tracking=none")
    assert first.startswith("init-seed-")
    assert first == name("+init=he,zeros", "seed=1,2", "tracking=memory", "hydra.sweep.dir=x")
    assert first != name("+init=he,zeros", "seed=1,3", "tracking=none")
    assert first != name("+init=he,zeros", "seed=1,2", "tracking=none", "model.depth=4")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["seed=1,1"], "The sweep has twice seed=1: give each value of an axis once"),
        (["seed=range(3,3)"], "The axis seed has no value, so the sweep has no job: give it one"),
        (["+init=he,he", "seed=1,2"], "The sweep has twice init=he seed=1"),
        (["optim.lr=0.1,0.10"], "The sweep has twice optim.lr=0.1"),
        (["tracking.experiment=a,b"], "has tracking.experiment=a and tracking.experiment=b, which"),
    ],
)
def test_a_run_that_is_asked_for_twice_is_refused_before_the_sweep_starts(catalog, words, told):
    with pytest.raises(ConfigError, match=re.escape(told)):
        read_sweep(["-m", *words, *QUIET], catalog, cores=4)


def test_a_search_knows_its_number_of_trials_and_a_sweep_its_jobs(catalog):
    pytest.importorskip("optuna")
    words = ["optim.lr=interval(0.01,0.5)", "hydra/sweeper=optuna", "hydra.sweeper.n_trials=7"]
    assert read_sweep(["-m", *words, *QUIET], catalog, cores=4).total == 7
    assert read_sweep(["-m", "seed=1,2", *QUIET], catalog, cores=4).total == 2


def test_a_number_that_a_search_drew_is_short_in_a_title(catalog):
    spec = compose(QUIET, catalog=catalog)
    assert title(spec, {"optim.lr": "0.21434078230426126"}).endswith(" lr=0.2143")
    assert title(spec, {"optim.lr": "0.00125"}).endswith(" lr=0.00125")


def test_a_job_is_told_by_the_axes_that_its_label_leaves_out(catalog, task):
    sweep = read_sweep(["-m", "init=he,zeros", "model.depth=2,3", *QUIET], catalog, cores=4)
    titles = [job.title for job in sweep.jobs]
    assert titles[:2] == ["he-mlp-digits-s0 depth=2", "he-mlp-digits-s0 depth=3"]


@pytest.mark.parametrize(
    ("launcher", "workers", "key"),
    [
        ([], 1, None),
        (["hydra/launcher=joblib"], 4, "hydra.launcher.n_jobs"),
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=3"], 3, "hydra.launcher.n_jobs"),
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=-2"], 3, "hydra.launcher.n_jobs"),
        (["hydra/launcher=joblib", "hydra.launcher.n_jobs=64"], 6, "hydra.launcher.n_jobs"),
        (["hydra/launcher=submitit_local"], 6, "hydra.sweeper.max_batch_size"),
        (["hydra/launcher=submitit_local", "hydra.sweeper.max_batch_size=2"], 2,
         "hydra.sweeper.max_batch_size"),
    ],
)  # fmt: skip
def test_how_many_jobs_run_at_once_is_known_before(catalog, task, launcher, workers, key):
    sweep = read_sweep(["-m", "seed=range(6)", *QUIET, *launcher], catalog, cores=4)
    assert (sweep.workers, sweep.workers_key) == (workers, key)


def test_of_a_search_both_ends_of_each_axis_are_read(catalog, task):
    words = ["hydra/sweeper=optuna", "optim.lr=interval(0.1,1)", "+init=he,zeros"]
    sweep = read_sweep(["-m", *words, *QUIET], catalog, cores=4)
    assert sweep.search
    assert [tuple(job.values.values()) for job in sweep.jobs] == [
        ("0.1", "he"), ("1.0", "he"), ("0.1", "zeros"),
    ]  # fmt: skip


def test_a_launcher_that_is_not_installed_names_the_extra(catalog, task):
    with pytest.raises(UnknownNameError, match=r"'jobli'.*Did you mean 'joblib'") as caught:
        read_sweep(["-m", "seed=1,2", "hydra/launcher=jobli"], catalog, cores=4)
    assert "pip install 'initlab[joblib,submitit,ray]'" in caught.value.full()


def test_a_value_that_does_not_fit_is_told_with_the_job_that_it_stands_in(catalog):
    with pytest.raises(BadTypeError) as caught:
        read_sweep(["-m", "init=he,zeros", "model.depth=2,abc", *QUIET], catalog, cores=4)
    assert caught.value.__notes__[-1] == "in the job init=he model.depth=abc"


def test_a_sweep_goes_where_it_is_told(task, catalog, tmp_path):
    swept([f"hydra.sweep.dir={tmp_path / 'here there'}"], task, catalog)
    assert task.directories == [tmp_path / "here there" / "0"]


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
        swept([axis], task, catalog)
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


def test_a_directory_that_cannot_be_made_is_named_with_the_way_out(task, catalog, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"cannot be made: .*file.* hydra\.run\.dir=PLACE"):
        launch([f"hydra.run.dir={tmp_path}/file/run", *QUIET], task, catalog)
    with pytest.raises(ConfigError, match=r"cannot be made: .*file.* hydra\.sweep\.dir=PLACE"):
        swept([f"hydra.sweep.dir={tmp_path}/file/sweep", "seed=1,2"], task, catalog)
    assert task.labels == []


def test_a_cluster_that_does_not_answer_is_told_as_that(task, catalog, monkeypatch):
    def unreachable():
        raise ConnectionError("ray client connection timeout")

    monkeypatch.setattr("hydra.main", lambda **_: lambda job: unreachable)
    with pytest.raises(ConfigError, match=r"cluster: ray client .* timeout.* hydra\.launcher"):
        swept(["seed=1,2"], task, catalog)
    assert task.labels == []


def test_an_installation_without_its_configs_is_told_to_be_repaired():
    with pytest.raises(ConfigError, match=r"folder 'gone' is missing beside .*: reinstall initlab"):
        folder("gone")
