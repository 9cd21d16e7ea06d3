"""Who is better, and how surely: against SciPy, by hand, and on a stranger's record."""

from __future__ import annotations

from statistics import fmean, stdev

import numpy as np
import pytest
from scipy.stats import false_discovery_control, ttest_ind

from initlab.compare import Board, Line, Selection, holm, make_board, select
from initlab.errors import BadValueError, SelectsNothingError, UnknownNameError
from initlab.tracking import Status

pytestmark = pytest.mark.slow


def test_the_latest_sweep_is_taken_with_its_axes(past):
    found = select(past, [])
    assert found.name.startswith("init-depth-seed-")
    assert (found.axes, found.row, found.left_out) == (("init", "model.depth"), "init", ())
    assert len(found.trials) == 27
    assert {t.condition for t in found.trials} == {f"model.depth={depth}" for depth in (2, 4, 10)}
    assert select(past, [found.name]).trials == found.trials


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["init=he"], 9),
        (["+init=he", "model.depth=10"], 3),
        (["init=he", "depth=10,2", "metrics.`loss` < 100"], 6),
        (["params.init = 'he' and metrics.`loss` < 100"], 9),
    ],
)
def test_a_filter_takes_some_of_them(past, words, count):
    assert len(select(past, words).trials) == count


def test_a_filter_that_selects_nothing_offers_what_there_is(past):
    with pytest.raises(SelectsNothingError, match=r"no run matches 'init=hee'\. Nearest: init=he"):
        select(past, ["init=hee"])
    with pytest.raises(
        SelectsNothingError, match=r"finished run matches 'init-dept'.* init-depth-"
    ):
        select(past, ["init-dept"])
    with pytest.raises(BadValueError, match="'what = ever = this' is no condition") as caught:
        select(past, ["what = ever = this"])
    assert "Invalid clause" not in caught.value.full()


def test_means_errors_and_order_are_those_of_the_runs(past):
    selection = select(past, [])
    board = make_board(past, selection)
    assert board.metric == "accuracy"
    assert [line.condition for line in board.lines] == [
        f"model.depth={depth}" for depth in (2, 4, 10) for _ in range(3)
    ]
    for line in board.lines:
        values = [
            trial.run.metrics["accuracy"]
            for trial in selection.trials
            if (trial.row, trial.condition) == (line.row, line.condition)
        ]
        assert line.mean == pytest.approx(fmean(values))
        assert line.error == pytest.approx(stdev(values) / 3**0.5)
    for part in (board.lines[:3], board.lines[3:6], board.lines[6:]):
        assert [line.mean for line in part] == sorted((line.mean for line in part), reverse=True)
        assert [line.verdict == "best" for line in part] == [True, False, False]
        assert part[-1].row == "torch.normal"


def test_runs_that_diverged_count_as_wrong_and_have_no_loss(past):
    selection = select(past, [])
    board = make_board(past, selection)
    last = board.lines[-1]
    assert (last.row, last.condition) == ("torch.normal", "model.depth=10")
    assert (last.values, last.losses, last.trained) == ([0, 0, 0], [], 0)
    columns, rows = board.table(selection)
    assert rows[-1][columns.index("test loss")] == "-"
    assert "A run that diverged has no loss, and its accuracy is 0." in board.notes()
    # of losses a few survivors' mean is no better than what every run came to
    by_loss = make_board(past, selection, metric="loss").lines
    for condition in ("model.depth=4", "model.depth=10"):
        assert [x.row for x in by_loss if x.condition == condition][-1] == "torch.normal"


def test_p_is_welchs_corrected_by_holm(past):
    board = make_board(past, select(past, []))
    raw = [
        ttest_ind(part[0].values, line.values, equal_var=False).pvalue
        for part in (board.lines[:3], board.lines[3:6], board.lines[6:])
        for line in part[1:]
    ]
    found = [line.p for line in board.lines if line.p is not None]
    assert board.tests == len(raw) == 6
    assert found == pytest.approx(holm(raw))


def test_holm_by_hand_and_never_below_another_correction():
    # Holm (1979): ordered, times m, m-1, ...; monotone; at most 1
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
    ps = np.random.default_rng(3).uniform(size=50)
    corrected = np.array(holm(list(ps)))
    assert np.all(corrected >= false_discovery_control(ps) - 1e-12)
    assert np.all(corrected <= np.minimum(1, ps * 50) + 1e-12)


def test_the_first_step_below_a_loss_is_read_off_the_curve(past):
    selection = select(past, ["init=he", "model.depth=2"])
    curves = [past.curve(trial.run, "test/loss") for trial in selection.trials]
    below = max(curve[1][1] for curve in curves) + 1e-9
    (line,) = make_board(past, selection, below=below).lines
    expected = [next(step for step, loss in curve if loss < below) for curve in curves]
    assert sorted(line.crossings) == sorted(expected)
    (line,) = make_board(past, selection, below=1e-9).lines
    assert line.crossings == []


def test_a_strangers_record_is_compared_by_the_params_that_vary(strangers):
    write, past = strangers
    write([0.70, 0.71, 0.72], lr="0.1", lr_text="0.1", width="8")
    write([0.90, 0.91, 0.92], lr="0.2", lr_text="0.2", width="8")
    write([0.99], status=Status.FAILED, lr="0.3", lr_text="0.3", width="8")
    selection = select(past, [])
    assert (selection.axes, selection.row) == (("lr",), "lr")
    assert selection.told() == ["6 finished runs; left out: 1 failed."]
    assert select(past, ["lr=0.2", "metrics.`val/acc` > 0.915"]).told() == ["1 finished run."]
    board = make_board(past, selection, metric="val/acc", below=0.3)
    assert [(line.row, line.runs, line.verdict == "best") for line in board.lines] == [
        ("0.2", 3, True), ("0.1", 3, False),
    ]  # fmt: skip
    assert board.lines[0].mean == pytest.approx(0.91)
    assert board.lines[0].error == pytest.approx(0.01 / 3**0.5)
    assert board.lines[1].p < 0.001
    assert [len(line.crossings) for line in board.lines] == [3, 0]
    columns, rows = board.table(selection)
    assert "differs" in rows[1][-1]
    assert "val/acc (mean ± SE)" in columns
    with pytest.raises(UnknownNameError, match="Did you mean 'val/acc'"):
        make_board(past, selection, metric="val/ac")


def test_without_a_first_loss_no_step_is_below_its_half():
    line = Line("x", "", 2, [0.0, 0.0], [], 0, [])
    selection = Selection("s", ("init",), "init", (), ())
    columns, ((*_, trained, first, _),) = Board("accuracy", None, [line], 0).table(selection)
    assert (columns[-2], trained, first) == ("first step below -", "0/2", "-")
