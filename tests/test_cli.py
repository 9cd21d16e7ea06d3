"""The command line: what it says and how it ends, for what works and for every mistake."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

import initlab
from initlab import verbs
from initlab.cli import main

SMALL = ["training.epochs=1", "model.width=8"]
FAST = [*SMALL, "tracking=none"]

BOOM = """
from dataclasses import dataclass
import initlab
from initlab.init import Initializer

@dataclass(frozen=True)
class Boom(Initializer):
    def __call__(self, spec, rng):
        raise RuntimeError("no values today")

@initlab.hookimpl
def initlab_initializers():
    return {"boom": Boom}
"""

RAISING_DATA = """
from dataclasses import dataclass
import initlab
from initlab.data import Digits

class Gone(Digits):
    def load(self, source):
        raise RuntimeError("the disk is on fire")

@initlab.hookimpl
def initlab_datasets():
    return {"gone": Gone}
"""


@pytest.fixture
def lab(tmp_path, monkeypatch, capsys):
    """Run a command line in an empty directory; give its status, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    before = signal.getsignal(signal.SIGTERM)

    def command(*arguments):
        status = main(list(arguments))
        return status, *capsys.readouterr()

    yield command
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def boom(tmp_path):
    file = tmp_path / "boom.py"
    file.write_text(BOOM)
    return file.name


def initlab_process(*arguments, cwd, **more):
    command = [sys.executable, "-m", "initlab", *arguments]
    environment = {**os.environ, "COLUMNS": "120", "PYTHONWARNINGS": "default"}
    return subprocess.Popen(
        command, cwd=cwd, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # fmt: skip


def outcomes(directory):
    files = sorted(directory.rglob("outcome.json"), key=lambda file: file.parent.name)
    return [json.loads(file.read_text()) for file in files]


def numbers(outcome):
    found = outcome.get("summary", outcome).items()
    return {name: value for name, value in found if name in ("accuracy", "loss")}


# -- what works ---------------------------------------------------------------------------


def test_a_finished_run_exits_0_and_shows_each_parameter_and_its_score(lab):
    status, out, err = lab("+init=xavier", *FAST)
    assert (status, err) == (0, "")
    for path in ("hidden.0.weight", "hidden.2.bias", "output.weight"):
        assert sum(line.split()[:1] == [path] for line in out.splitlines()) == 1
    assert "test loss" in out


def test_the_verb_run_is_implied(lab, tmp_path):
    assert lab("run", *FAST)[0] == lab(*FAST)[0] == 0
    first, second = outcomes(tmp_path)
    assert numbers(first) == numbers(second)


@pytest.mark.parametrize("tracking", ["none", "memory"])
def test_nothing_is_recorded_that_was_not_asked_for(lab, tmp_path, tracking):
    assert lab(*SMALL, f"tracking={tracking}")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]


def test_a_diverged_run_is_a_result_and_exits_0(lab, tmp_path):
    status, out, _ = lab("optim.lr=1e30", "probes=none", *FAST)
    assert status == 0
    assert "diverged: " in out
    assert outcomes(tmp_path)[0]["state"] == "diverged"


def test_flags_may_stand_anywhere(lab):
    status, out, _ = lab(*FAST, "--cfg", "job")
    assert status == 0
    assert "width: 8" in out
    assert "test loss" not in out


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["+init=he", "-h"]])
def test_help_teaches_by_commands(lab, arguments):
    status, out, _ = lab(*arguments)
    assert status == 0
    for taught in (
        "+init=xavier",
        "plan +init",
        "theory +init",
        "catalog",
        "-m +init=xavier,he",
        "HYDRA_FULL_ERROR",
    ):
        assert taught in out


@pytest.mark.parametrize("verb", [verb for verb in verbs.__all__ if verb != "run"])
def test_a_verbs_help_teaches_that_verb_and_no_other(lab, verb):
    status, out, _ = lab(verb, "--help")
    assert (status, out.startswith(f"initlab {verb}: ")) == (0, True)
    commands = [line.split()[3] for line in out.splitlines() if line.startswith("  python -m")]
    assert len(commands) >= 2
    assert set(commands) == {verb}
    assert max(map(len, out.splitlines())) <= 100


def test_the_help_of_compare_has_its_filters_and_options(lab):
    _, out, _ = lab("compare", "--help")
    for filters in ("init=he depth=10,30", "init-depth-seed-3f2a9c depth=3 init=he,xavier"):
        assert f"compare {filters}" in out
    for told in ("--html FILE", "--metric NAME", "--below LOSS", "AXIS=VALUE[,VALUE]", "SWEEP"):
        assert told in out


def test_the_help_of_a_sweep_names_every_launcher(lab):
    status, out, _ = lab("-m", "--help")
    assert status == 0
    for name in ("basic", "joblib", "submitit_local", "submitit_slurm", "ray", "optuna"):
        assert f" {name} " in out or f"={name} " in out


def test_version_is_the_packages(lab):
    assert lab("--version")[1] == f"initlab {initlab.__version__}\n"


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("initlab pl", {"plan"}),
        ("initlab  pl", {"plan"}),
        ("initlab re", {"replay", "reproduce"}),
        ("initlab mod", {"model.", "model="}),
        ("initlab +init=xav", {"+init=xavier"}),
        ("initlab plan init=xav", {"init=xavier"}),
        ("initlab theory model.dep", {"model.depth="}),
        ("initlab catalog xav", {"xavier"}),
        ("initlab catalog zeros weight_no", {"weight_norm"}),
        ("initlab gallery orth", {"orthogonal"}),
        ("initlab reproduce martens", {"martens_2010"}),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_a_tab_completes_verbs_names_and_what_follows_them(lab, monkeypatch, line, offered, shell):
    monkeypatch.setenv("COMP_LINE", line)
    status, out, _ = lab("-sc", f"query={shell}")
    assert (status, set(out.split())) == (0, offered)


def test_a_tab_completes_the_names_of_a_file_given_before_it(lab, boom, monkeypatch):
    for line, offered in (("+init=boo", "+init=boom"), ("catalog boo", "boom")):
        monkeypatch.setenv("COMP_LINE", f"initlab -p {boom} {line}")
        assert lab("-sc", "query=bash")[1].split() == [offered]


def test_a_shell_is_told_how_to_complete(lab, monkeypatch):
    monkeypatch.delenv("COMP_LINE", raising=False)
    status, out, _ = lab("-sc", "install=bash")
    assert status == 0
    assert "complete -o nospace" in out
    assert not {"plan", "catalog"} & set(out.split())


def test_a_plan_says_who_gets_what_and_why(lab):
    status, out, _ = lab(
        "plan", "+init=xavier", "model.width=8", "+init.rules.head.match=output.weight",
        "+init.rules.head.use.name=constant", "+init.rules.head.use.value=42",
    )  # fmt: skip
    assert status == 0
    row = next(line for line in out.splitlines() if "output.weight" in line)
    assert "Constant(value=42)" in row
    assert "rule head (overrules role weight" in row


def test_a_plan_names_the_calibrator_that_comes_after_the_draw(lab):
    status, out, _ = lab("plan", "+init=lsuv", "init.calibrate.tolerance=0.2")
    assert status == 0
    told = out.splitlines()[-1]
    assert told.startswith("After the draw LSUV(")
    assert "tolerance=0.2" in told
    assert "adjusts the net to the first 64 training samples. Scale each weight, layer" in told


def test_what_is_not_for_every_shape_says_how_some_get_it_by_a_rule(lab):
    status, _, err = lab("plan", "+init=delta_orthogonal", "model=deep_cnn")
    assert status == 2
    assert "for output.weight, which gets DeltaOrthogonal" in err
    assert "+init.rules.NAME.match=PATTERN +init.rules.NAME.use.name=INITIALIZER" in err
    rule = ["+init.rules.k.match=hidden.*.weight", "+init.rules.k.use.name=delta_orthogonal"]
    assert lab("plan", "+init=orthogonal", "model=deep_cnn", *rule)[0] == 0


def test_a_plan_draws_nothing_and_writes_nothing(lab, boom, tmp_path):
    before = set(tmp_path.iterdir())
    status, out, _ = lab("plan", "-p", boom, "+init=boom")
    assert status == 0
    assert "Boom()" in out
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "__pycache__"}


def test_theory_tells_what_comes_and_draws_the_phases(lab, tmp_path):
    status, out, err = lab("theory", "+init=he", "model=deep_mlp", "model.depth=50")
    assert (status, err) == (0, "")
    assert sum(line.split()[:1] == ["hidden.49.act"] for line in out.splitlines()) == 1
    assert "Gradients keep their size (x 1) over 50 layers: critical phase." in out
    assert "\nBy quadrature: chi_1 is off by at most " in out
    picture = tmp_path / out.splitlines()[-1].removeprefix("Phase diagram: ")
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_gallery_draws_the_portrait_of_a_composed_net(lab, tmp_path):
    status, out, _ = lab("gallery", "+init=he", "model.width=8")
    assert status == 0
    assert out.splitlines()[0] == "hidden.0.weight, 8 x 64: VarianceScaling(scale=2)"
    assert out.splitlines()[-1] == "Picture: gallery-he-mlp-digits-s0.png"
    assert (tmp_path / "gallery-he-mlp-digits-s0.png").is_file()


def test_gallery_writes_a_page_of_names(lab, tmp_path):
    status, out, _ = lab("gallery", "he", "--out", "pages")
    assert (status, out) == (0, "Gallery: pages/gallery.md\n")
    assert (tmp_path / "pages/gallery/he.png").is_file()


def test_gallery_makes_its_folder_and_says_where_it_cannot(lab, tmp_path):
    (tmp_path / "file").touch()
    for words in (["+init=he", "model.width=8"], ["he"]):
        assert lab("gallery", *words, "--out", "new/deep")[0] == 0
        status, _, err = lab("gallery", *words, "--out", "file")
        assert (status, err.partition(" file")[0]) == (2, "initlab: Cannot make the folder")
    assert (tmp_path / "new/deep/gallery-he-mlp-digits-s0.png").is_file()


def test_a_picture_that_cannot_be_written_is_told_in_a_word(lab, tmp_path):
    for verb in ("theory", "gallery"):
        (tmp_path / f"{verb}-he-mlp-digits-s0.png").mkdir()
        status, _, err = lab(verb, "+init=he", "model.width=8")
        told = f"initlab: Cannot write {verb}-he-mlp-digits-s0.png: Is a directory.\n"
        assert (status, err) == (2, told)


def test_theory_says_what_it_leaves_out(lab, tmp_path):
    status, out, _ = lab("theory", "+init=lsuv", "model=residual_mlp")
    assert status == 0
    assert "A calibrator adjusts the weights after that" in out
    assert not list(tmp_path.glob("*.png"))


def test_a_module_on_the_path_is_a_plugin_too(lab, boom, tmp_path, monkeypatch):
    (tmp_path / "my_boom.py").write_text(BOOM.replace('"boom"', '"bang"'))
    monkeypatch.syspath_prepend(tmp_path)
    assert lab("plan", "-p", boom, "-p", "my_boom", "+init=bang")[0] == 0
    del sys.modules["my_boom"]


# -- the user's mistakes ------------------------------------------------------------------

TIE = "+model.ties.t.parameter={} +model.ties.t.to={}"
RULE = "+init.rules.head.match={} +init.rules.head.use.name={}"

MISTAKES = [
    # the command, then what the message must say: the value, the place, the way out
    ("+init=xvier", "Unknown init 'xvier'", "Did you mean 'xavier'", "in init=xvier",
     "All of them: python -m initlab catalog initializers"),
    ("model=mpl", "Unknown model 'mpl'", "Did you mean 'mlp'", "in model=mpl"),
    ("data=digit", "Unknown data 'digit'", "Did you mean 'digits'", "in data=digit"),
    ("+experiment=tide", "Unknown experiment 'tide'", "tied_mlp", "in experiment=tide"),
    ("tracking=mlfow", "Unknown tracking 'mlfow'", "Did you mean 'mlflow'"),
    ("plam", "Unknown command 'plam'", "Did you mean 'plan'"),
    ("catalog xvier", "Unknown name 'xvier'", "Did you mean 'xavier'"),
    ("show", "show wants a run", "show RUN"),
    ("show ", "show wants a run", "show RUN"),
    ("compare --htm page.html", "Unknown option '--htm'", "Did you mean '--html'"),
    ("compare --below much", "--below wants a number", "'much'"),
    ("compare --html", "--html wants a value"),
    ("compare init=he", "There is no record at", "mlflow.db"),
    ("show gone", "There is no record at", "mlflow.db"),
    ("plan --wibble", "'--wibble'", "KEY=VALUE"),
    ("--wibble", "Unknown flag '--wibble'", "--multirun"),
    ("init.weight.skale=1", "'init.weight.skale'", "Did you mean 'init.weight.scale'"),
    ("+init.weight.skale=1", "initializer 'uniform': 'skale'", "'scale'", "in init.weight"),
    ("init.weight.scale=wide", "init.weight.scale", "'wide'", "type"),
    ("model.widht=8", "'model.widht'", "Did you mean 'model.width'"),
    ("+model.widht=8", "'widht'", "Did you mean 'width'", "in model.widht"),
    ("sede=1", "'sede'", "Did you mean 'seed'"),
    ("seed=one", "seed", "whole number", "'one'"),
    ("seed=-1", "-1", "seed must be zero or positive"),
    ("training.epochs=two", "training.epochs", "'two'", "Integer"),
    ("model.width=-3", "units of at least 1", "units=-3", "in model.children.hidden"),
    ("model.depth=-1", "count of at least 0", "-1", "in model.children.hidden",
     "where model.depth=-1, model.width="),
    ("model.activation=rlu", "'rlu'", "Did you mean 'relu'", "in model.children.hidden"),
    ("model.children.output.block=dence", "'dence'", "'dense'", "in model.children.output"),
    (RULE.format("outptu.weight", "zeros"), "rule 'head'", "'outptu.weight'", "output.weight"),
    (RULE.format("output.weight", "zero"), "'zero'", "'zeros'", "in init.rules.head.use"),
    (TIE.format("hidden.2.weight", "hidden.1.wieght"), "'hidden.1.wieght'",
     "Did you mean 'hidden.1.weight'", "in model.ties.t"),
    (TIE.format("output.weight", "hidden.1.weight"), "'output.weight'", "(10,", "(8,",
     "equal sizes", "in model.ties.t"),
    (TIE.format("output.bias", "output.bias"), "one Parameter already", "in model.ties.t"),
    ("probes.weights.match=nothing", "probe 'weights'", "'nothing'", "Nearest: "),
    ("probes.weights.name=weight_moment", "'weight_moments'", "in probes.weights"),
    ("data=mnist data.folder=/nowhere", "train-images-idx3-ubyte", "/nowhere does not exist",
     "data.folder=PLACE"),
    ("data.outputs=7", "outputs must be 10", "7", "in data"),
    ("optim.lr=-1", "lr", "-1", "in optim"),
    ("optim.schedule.name=cosin", "'cosin'", "'cosine'", "in optim.schedule"),
    ("tracking=mlflow tracking.uri=file:///tmp/runs", "tracking.uri='file:///tmp/runs'",
     "sqlite:////absolute/mlflow.db"),
    ("tracking=mlflow tracking.uri=http://localhost:9", "No tracking server answers",
     "http://localhost:9", "tracking.uri"),
    ("tracking.budget=2", "tracking.budget is 2", "at most 1"),
    ("-p gone.py +init=mine", "'gone.py'", "there is no file"),
    ("-p", "-p wants a module or file"),
    ("seed=1,2", "seed=1,2", "--multirun"),
    ("init=null", "init=null", "init=NAME"),
    ("-m --cfg job", "Only one of", "--multirun", "--cfg"),
    ("hydra.run.dir=/dev/null/x", "/dev/null/x", "hydra.run.dir=PLACE"),
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake[0] for mistake in MISTAKES])
def test_a_mistake_exits_2_with_what_where_and_the_way_out(lab, tmp_path, mistake):
    line, *told = mistake
    words = line.split(" ")
    small = [] if words[0] in ("plam", "catalog", "compare", "show", "replay", "-p") else FAST
    status, _, err = lab(*words, *(a for a in small if a.partition("=")[0] not in line))
    assert status == 2
    assert err.startswith("initlab: ")
    for part in told:
        assert part in err
    assert "Traceback" not in err
    assert not (tmp_path / "mlflow.db").exists()


@pytest.mark.slow
def test_a_place_for_the_record_that_cannot_be_written_is_a_mistake(lab, tmp_path):
    (tmp_path / "file").touch()
    status, _, err = lab(*SMALL, f"tracking.uri=sqlite:///{tmp_path}/file/mlflow.db")
    assert status == 2
    assert f"Cannot make the record {tmp_path}/file/mlflow.db" in err
    assert "tracking.uri=sqlite:////absolute/mlflow.db" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("line", ["+init=xvier", "plan seed=x", "catalog xvier"])
def test_hydra_full_error_shows_the_traceback_too(lab, monkeypatch, line):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    status, _, err = lab(*line.split())
    assert status == 2
    assert "Traceback (most recent call last)" in err
    assert "Error: " in err


# -- runs that fail -----------------------------------------------------------------------


def test_a_failed_run_exits_1_with_its_reason(lab, boom, tmp_path):
    status, _, err = lab("-p", boom, "+init=boom", *FAST)
    assert status == 1
    assert "The run boom-mlp-digits-s0 failed: RuntimeError: no values today" in err
    assert "Traceback" not in err
    assert "HYDRA_FULL_ERROR=1" in err
    assert outcomes(tmp_path)[0]["state"] == "failed"


def test_a_failed_runs_traceback_reaches_into_the_plugin(lab, boom, monkeypatch):
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    status, _, err = lab("-p", boom, "+init=boom", *FAST)
    assert status == 1
    assert "boom.py" in err
    assert "Traceback" in err


def test_a_strangers_exception_before_the_start_is_one_message_too(lab, tmp_path):
    (tmp_path / "gone.py").write_text(RAISING_DATA)
    status, _, err = lab("-p", "gone.py", "data=gone", *FAST)
    assert status == 1
    assert err.startswith("initlab: RuntimeError: the disk is on fire\n")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import a_module_that_is_nowhere", "No module named 'a_module_that_is_nowhere'"),
        (BOOM.replace("initlab_initializers", "initlab_initialisers"), "initlab_initializers"),
    ],
)
def test_a_broken_installed_plugin_is_named_and_the_rest_works(
    lab, tmp_path, monkeypatch, source, reason
):
    site = tmp_path / "site-packages"
    info = site / "broken_thing-0.3.dist-info"
    info.mkdir(parents=True)
    (site / "broken_thing.py").write_text(source)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-thing\nVersion: 0.3\n")
    (info / "entry_points.txt").write_text("[initlab]\nbroken = broken_thing\n")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delenv("INITLAB_DISABLE_PLUGINS", raising=False)
    importlib.invalidate_caches()
    for arguments in (FAST, ["catalog", "probes"], ["plan"]):
        status, _, err = lab(*arguments)
        assert status == 0
        assert "broken-thing 0.3: " in err
        assert reason in err
    status, _, err = lab("init.weight.name=boom", *FAST)
    assert status == 2
    assert "A broken plugin might have brought it: broken-thing 0.3" in err
    sys.modules.pop("broken_thing", None)


# -- one seed decides everything ----------------------------------------------------------


@pytest.mark.slow
def test_equal_commands_give_equal_bits_in_a_process_elsewhere_and_in_a_sweep(lab, tmp_path):
    line = ["+init=he", "seed=3", "model.depth=2", *FAST]
    here = initlab.run(initlab.compose(line)).summary
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    process = initlab_process(*line, cwd=elsewhere)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0
    (alone,) = outcomes(elsewhere)
    assert lab("-m", *["seed=5,3" if word == "seed=3" else word for word in line])[0] == 0
    other, swept = outcomes(tmp_path / "multirun")
    assert numbers(alone) == numbers(swept) == numbers(here)
    assert numbers(other) != numbers(swept)


def test_every_seed_draws_and_orders_anew(lab, tmp_path):
    assert lab("-m", "seed=1,2,3", *FAST)[0] == 0
    losses = {outcome["summary"]["loss"] for outcome in outcomes(tmp_path)}
    assert len(losses) == 3


# -- sweeps -------------------------------------------------------------------------------


def test_a_failing_job_does_not_stop_the_others_and_the_status_says_so(lab, boom, tmp_path):
    status, out, err = lab("-m", "-p", boom, "+init=he,boom,zeros", *FAST)
    assert status == 1
    assert [o["state"] for o in outcomes(tmp_path)] == ["finished", "failed", "finished"]
    assert "1 failed, 2 finished" in out
    assert "no values today" in err
    assert "Traceback" not in err


def test_one_wrong_combination_is_found_before_any_job_starts(lab, tmp_path):
    # digits want 10 outputs: each axis alone is fine, one of four combinations isn't
    status, _, err = lab("-m", "data=teacher,digits", "data.outputs=10,3", *FAST)
    assert status == 2
    assert "outputs must be 10" in err
    assert "in data" in err
    assert not list(tmp_path.iterdir())


def test_a_job_that_composes_but_does_not_plan_is_found_before_any_starts(lab, tmp_path):
    rule = ["+init.rules.r.match=hidden.3.weight", "+init.rules.r.use.name=zeros"]
    status, _, err = lab("-m", "model.depth=4,2", *rule, *FAST)
    assert status == 2
    assert "rule 'r' selects nothing" in err
    assert "in job 1: uniform-mlp-digits-s0 depth=2" in err
    assert not list(tmp_path.iterdir())


def test_a_sweep_that_finishes_exits_0_and_lists_its_jobs(lab):
    status, out, _ = lab("-m", "+init=he,zeros", *FAST)
    assert status == 0
    assert "2 finished" in out
    for name in ("he-mlp-digits-s0", "zeros-mlp-digits-s0"):
        assert sum(name in line and "finished" in line for line in out.splitlines()) == 1


@pytest.mark.slow
def test_the_runs_of_a_sweep_are_recorded_under_one_tag_each_as_it_ended(lab, boom, tmp_path):
    assert lab("-m", "-p", boom, "+init=he,boom", "seed=1,2", *SMALL)[0] == 1
    assert lab("-m", "seed=1,2", *SMALL)[0] == 0
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        tags = db.execute("select value, run_uuid from tags where key = 'initlab.sweep'").fetchall()
        status = dict(db.execute("select run_uuid, status from runs").fetchall())
        (experiments,) = db.execute("select count(distinct experiment_id) from runs").fetchone()
    sweeps = {value: [status[run] for tag, run in tags if tag == value] for value, _ in tags}
    first, second = sorted(sweeps)
    assert first.startswith("init-seed-")
    assert sorted(sweeps[first]) == ["FAILED", "FAILED", "FINISHED", "FINISHED"]
    assert second.startswith("seed-")
    assert sweeps[second] == ["FINISHED", "FINISHED"]
    assert len(status) == 6
    assert experiments == 1


# -- interruption -------------------------------------------------------------------------


@pytest.mark.slow
def test_an_interrupted_run_is_killed_in_the_record_and_keeps_what_was_measured(tmp_path):
    run = initlab_process("training.epochs=2000", "model.width=8", cwd=tmp_path)
    for line in run.stdout:
        if line.startswith("epoch 200/"):
            break
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 130
    assert err == "Interrupted. What was measured is kept.\n"
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as db:
        ((status,),) = db.execute("select status from runs").fetchall()
        keys = {key for (key,) in db.execute("select distinct key from metrics").fetchall()}
        (last,) = db.execute("select max(step) from metrics where key = 'test/loss'").fetchone()
    assert status == "KILLED"
    assert {"train/loss", "test/loss", "test/accuracy"} <= keys
    assert last >= 200 * 23  # 1,438 training samples in batches of 64: 23 steps an epoch
    assert [outcome["state"] for outcome in outcomes(tmp_path)] == ["killed"]


@pytest.mark.slow
def test_an_interrupted_sweep_stops_there_and_keeps_what_it_has(tmp_path):
    run = initlab_process(
        "-m", "training.epochs=1,2000,2001", "model.width=8", "tracking=none", cwd=tmp_path
    )
    for line in run.stdout:
        if line.startswith("1/3 done"):
            break
    time.sleep(1)  # the next job is under way
    run.send_signal(signal.SIGINT)
    assert "What was measured is kept" in run.communicate(timeout=120)[1]
    assert run.returncode == 130
    assert [outcome["state"] for outcome in outcomes(tmp_path)] == ["finished", "killed"]


@pytest.mark.slow
def test_being_told_to_terminate_is_an_interruption_too(tmp_path):
    run = initlab_process("training.epochs=5000", "model.width=8", "tracking=none", cwd=tmp_path)
    run.stdout.readline()
    run.terminate()
    assert "What was measured is kept" in run.communicate(timeout=120)[1]
    assert run.returncode == 130


@pytest.mark.slow
def test_a_mistakes_message_and_status_leave_the_process(tmp_path):
    run = initlab_process("+init=xvier", cwd=tmp_path)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, out) == (2, "")
    assert "Did you mean 'xavier'" in err


@pytest.mark.parametrize("verb", ["plan", "catalog", "reproduce"])
def test_a_reader_that_has_gone_is_left_without_a_word(tmp_path, verb):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "initlab", verb],
        cwd=tmp_path,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("verb", ["plan", "catalog"])
def test_plan_and_catalog_answer_without_mlflow(tmp_path, verb):
    script = (
        "import sys; from initlab.cli import main; main([sys.argv[1]]); "
        "print('mlflow' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, verb],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "False"


@pytest.mark.slow
def test_a_sweep_is_compared_shown_and_replayed_from_its_record(lab, tmp_path):
    assert lab("-m", "+init=he,zeros", "seed=1,2", *SMALL)[0] == 0
    status, out, _ = lab("compare", "--html", "page.html", "--below=2.5")
    assert status == 0
    assert "first step below 2.5" in out
    assert "none trained" in out  # in so few steps
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
    status, _, err = lab("compare", "--html", "gone/page.html")
    assert (status, err) == (
        2, "initlab: Cannot write gone/page.html: No such file or directory.\n",
    )  # fmt: skip
    status, out, _ = lab("show", "he-mlp-digits-s2")
    assert status == 0
    assert "init=he" in out
    status, out, _ = lab("replay", "zeros-mlp-digits-s1")
    assert status == 0
    assert "are the same to the last bit" in out
