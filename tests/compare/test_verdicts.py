"""What a board says of differences: "best" only of what trained, and only after a test."""

from __future__ import annotations

import pytest

from initlab.compare import Selection, Trial, make_board
from initlab.tracking import PastRun


class Record:
    """A record of curves alone."""

    def curve(self, _run, name):
        return {"train/loss": [(0, 2.4), (5, 1.0)], "test/loss": [(0, 2.4), (5, 1.0)]}[name]


def board(*runs, below=None):
    """Rank (initializer, condition, accuracy or None, trained)."""
    trials = []
    for number, (row, condition, accuracy, trained) in enumerate(runs):
        metrics = {"trained": trained, "train/loss": 1.0, "test/loss": 1.0}
        metrics |= {} if accuracy is None else {"accuracy": accuracy, "loss": 1 - accuracy}
        run = PastRun(str(number), "x", "FINISHED", number, number, {}, {}, metrics, "")
        trials.append(Trial(run, {"init": row}, row, condition))
    selection = Selection("s", ("init", "depth"), "init", tuple(trials), ())
    return make_board(Record(), selection, below=below)


GOOD = [("he", "depth=3", x, 1.0) for x in (0.90, 0.91, 0.92)]
WORSE = [("xavier", "depth=3", x, 1.0) for x in (0.70, 0.71, 0.72)]
LOST = [(row, "depth=30", x, 0.0) for row in ("he", "xavier") for x in (0.08, 0.11, 0.10)]


def verdicts(made):
    return [(line.condition, line.row, line.verdict.partition(" (")[0]) for line in made.lines]


def test_where_nothing_trained_there_is_no_best_and_no_test():
    made = board(*GOOD, *WORSE, *LOST)
    assert verdicts(made) == [
        ("depth=3", "he", "best"),
        ("depth=3", "xavier", "differs"),
        ("depth=30", "he", "none trained"),
        ("depth=30", "xavier", "none trained"),
    ]
    assert made.tests == 1  # those of noise don't count in Holm's correction
    assert "Where no run trained none is called best, and nothing is tested." in made.notes()


def test_single_runs_are_ordered_but_none_is_called_best():
    made = board(GOOD[0], WORSE[0])
    assert verdicts(made) == [("depth=3", "he", "ahead, untested"), ("depth=3", "xavier", "-")]
    assert not any("0 comparisons" in note for note in made.notes())
    assert any("no test of a difference" in note for note in made.notes())


def test_what_few_runs_came_to_is_no_better_than_what_all_did():
    made = board(*WORSE, ("few", "depth=3", 0.99, 1.0), ("few", "depth=3", None, 0.0))
    assert [line.row for line in made.lines] == ["xavier", "few"]


def test_where_no_run_has_the_metric_nobody_is_ahead():
    made = board(*GOOD, ("he", "depth=30", None, 1.0), ("xavier", "depth=30", None, 1.0))
    assert {line.verdict for line in made.lines if line.condition == "depth=30"} == {"-"}


def test_a_line_has_the_loss_of_each_run_that_has_one():
    (line,) = board(*GOOD, ("he", "depth=3", None, 0.0)).lines
    assert (line.runs, line.losses) == (4, pytest.approx([0.1, 0.09, 0.08]))


def test_a_line_alone_in_its_condition_is_no_comparison():
    made = board(*GOOD)
    assert verdicts(made) == [("depth=3", "he", "-")]
    assert not any("Welch" in note for note in made.notes())


def test_a_loss_nobody_asked_for_says_where_it_comes_from():
    told = "1.2 is half of the median first training loss of these runs"
    assert any(note.startswith(told) for note in board(*GOOD).notes())
    assert not any("median first" in note for note in board(*GOOD, below=1.2).notes())


@pytest.mark.parametrize("below", [1.2, 0.5])
def test_a_loss_that_was_asked_for_is_kept(below):
    (line,) = board(*GOOD, below=below).lines
    assert line.crossings == ([5, 5, 5] if below > 1 else [])
