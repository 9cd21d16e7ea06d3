"""A filter speaks the run names' terms, all of it at once, and says what it doesn't know."""

from __future__ import annotations

import shlex

import pytest

from initlab.compare import select
from initlab.errors import BadValueError, SelectsNothingError, UnknownNameError
from initlab.tracking import PastRun

SWEEP, OTHER = "init-depth-seed-3f2a9c", "init-lr-11aa22"


class Record:
    """Some runs that say what they were asked for: MLflow's part of a search is not done here."""

    def __init__(self, runs):
        self.all, self.asked = runs, []

    def runs(self, condition="", *, limit=None):
        self.asked.append(condition)
        for name in (SWEEP, OTHER):
            if name in condition:
                return iter([r for r in self.all if name in r.tags["initlab.sweep"]][:limit])
        return iter(self.all[:limit])


def run(number, sweep=SWEEP, status="FINISHED", axes="init model.depth seed", **params):
    params = {key.replace("__", "."): value for key, value in params.items()}
    tags = {"initlab.sweep": sweep, "initlab.axes": axes}
    return PastRun(str(number), f"run {number}", status, number, number, params, tags, {}, "")


@pytest.fixture
def record():
    points = [(i, d, s) for i in ("he", "xavier") for d in ("3", "10", "30") for s in ("1", "2")]
    runs = [
        run(n, init=i, model__depth=d, seed=s, optim__lr="0.1", data__depth="8", data__name="text")
        for n, (i, d, s) in enumerate(points)
    ]
    lr = {"init": "he", "model__depth": "3", "seed": "0", "optim__lr": "0.25"}
    return Record([*runs, run(99, OTHER, axes="optim.lr", **lr)])


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ([SWEEP], 12),
        ([SWEEP, "depth=3"], 4),
        ([SWEEP, "model.depth=3"], 4),
        (["init=he", "depth=10", SWEEP], 2),
        ([SWEEP, "depth=3,10", "init=he"], 4),
        ([SWEEP, "+init=he", "seed=1", "depth=030"], 1),
        ([SWEEP, "data=text", "seed=1"], 6),
        (["init=he", "model.depth=3"], 3),  # of the whole record
        (["lr=.1"], 12),
        (["init=he,xavier", "metrics.loss < 1"], 13),
        (shlex.split('"metrics.accuracy > 0.9" depth=3'), 5),  # as `compare --help` has it
    ],
)
def test_all_that_is_given_holds_at_once(record, words, count):
    assert len(select(record, words).trials) == count


def test_a_condition_and_a_sweep_are_asked_of_mlflow_together(record):
    select(record, [SWEEP, "metrics.loss < 1", "depth=3"])
    assert record.asked[0] == f"tags.`initlab.sweep` LIKE '%{SWEEP}%' and metrics.loss < 1"


def test_an_axis_that_a_filter_holds_sets_nothing_apart(record):
    assert (select(record, [SWEEP]).axes, select(record, [SWEEP]).row) == (
        ("init", "model.depth"), "init",
    )  # fmt: skip
    held = select(record, [SWEEP, "init=he"])
    assert (held.axes, held.row, held.name) == (("model.depth",), "model.depth", f"{SWEEP} init=he")


def test_what_a_filter_does_not_know_it_says_with_the_nearest(record):
    with pytest.raises(UnknownNameError, match=r"Unknown axis 'dept'\. Did you mean") as caught:
        select(record, [SWEEP, "dept=3"])
    assert "compare takes a sweep's name; AXIS=VALUE" in caught.value.full()
    with pytest.raises(SelectsNothingError, match=r"matches 'depth=31'\. Nearest: depth=3"):
        select(record, [SWEEP, "depth=31"])
    with pytest.raises(SelectsNothingError, match=f"matches 'init-depth'. Nearest: {SWEEP}"):
        select(record, ["init-depth"])  # MLflow's LIKE finds it within a name
    with pytest.raises(BadValueError, match=r"one thing too many\. compare takes"):
        select(record, [SWEEP, OTHER])


def test_a_short_name_that_may_be_two_params_wants_the_long_one():
    runs = [run(n, axes="a.size b.size", a__size="1", b__size=str(n)) for n in range(3)]
    with pytest.raises(BadValueError, match=r"'size' may be a\.size or b\.size: write which"):
        select(Record(runs), ["size=1"])


def test_of_a_sweep_under_way_it_says_how_its_runs_stand():
    runs = [run(0, status="RUNNING"), run(1, status="RUNNING"), run(2, status="KILLED")]
    with pytest.raises(SelectsNothingError) as caught:
        select(Record(runs), [SWEEP])
    told = "Its runs: 1 killed, 2 running. The same command again does what is missing."
    assert told in caught.value.full()
    assert f"Nearest: {SWEEP}" not in caught.value.full()


@pytest.mark.parametrize("text", ["he,xavierr", "he, xavierr", "xavierr,he"])
def test_each_of_several_values_has_to_be_there(record, text):
    with pytest.raises(SelectsNothingError, match=r"matches 'init=xavierr'\. Nearest: init=xavier"):
        select(record, [f"init={text}"])


def test_values_are_asked_for_as_a_command_writes_them():
    labels = ("None", "a b", "plain", "a,b")
    past = Record([run(n, label=label, on=str(n > 1)) for n, label in enumerate(labels)])

    def found(*words):
        return [trial.run.run_id for trial in select(past, words).trials]

    assert found("label=null") == ["0"]
    assert found('label="a b"') == found("label='a b'") == found("label=a b") == ["1"]
    assert found("label=a b,null") == ["0", "1"]
    assert found("label=plain, null") == ["0", "2"]
    assert found("label=a,b") == ["3"]
    assert found("on=true") == ["2", "3"]
    with pytest.raises(SelectsNothingError, match=r"Nearest: .*label=null"):
        select(past, ["label=nul"])


@pytest.mark.parametrize("condition", ["params.init='he'", "run_name='he'", "run_id='a'"])
def test_a_condition_without_blanks_is_mlflows(record, condition):
    select(record, [condition])
    assert record.asked == [condition]
