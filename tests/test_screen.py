"""What a terminal, a pipe and a file show of a run."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console

import initlab
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.screen import Screen


def spec(*overrides):
    given = ["model.width=8", "tracking=none", *overrides]
    return compose(given, catalog=load_catalog(installed=False))


def watched(spec, *, terminal=False, width=100):
    out = StringIO()
    console = Console(file=out, force_terminal=terminal, width=width, no_color=True)
    with Screen(spec.label, spec.training.epochs, console) as screen:
        result = initlab.run(spec, watch=screen)
    screen.finish(result)
    return result, out.getvalue()


def epochs(text):
    lines = [line for line in text.splitlines() if line.startswith("epoch ")]
    return [int(line.split()[1].partition("/")[0]) for line in lines]


@pytest.mark.parametrize(
    ("total", "shown"),
    [(1, [1]), (4, [1, 2, 3, 4]), (20, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20])],
)
def test_a_pipe_gets_about_ten_plain_lines_and_the_last_epoch(total, shown):
    _, text = watched(spec(f"training.epochs={total}", "probes=none"))
    assert epochs(text) == shown
    assert "\x1b" not in text


def test_a_number_of_epochs_that_tens_do_not_divide_ends_with_the_last_one():
    _, text = watched(spec("training.epochs=25", "probes=none"))
    assert epochs(text)[-1] == 25
    assert len(epochs(text)) <= 14


def test_a_run_says_at_once_how_large_it_is():
    _, text = watched(spec("training.epochs=1", "model.depth=1"))
    # 64 x 8 + 8 and 8 x 10 + 10 parameters; 1,438 of 1,797 digits in batches of 64
    assert "uniform-mlp-digits-s0: 610 parameters, 23 steps" in text


def test_the_end_tells_each_parameter_what_it_claimed_drew_and_came_to():
    result, text = watched(spec("+init=xavier", "training.epochs=1", "model.depth=1"))
    lines = {line.split()[0]: line for line in text.splitlines() if line.strip()}
    columns, rows = result.table()
    assert all(column in text for column in columns)
    for path, *cells in rows:
        assert all(cell in lines[path] for cell in cells)
    claimed = (3 / ((64 + 8) / 2) / 3) ** 0.5  # of U[-a, a): a / sqrt 3 with a^2 = 3 / mean fan
    assert f"{claimed:.4g}" in lines["hidden.0.weight"]


def test_the_score_on_the_screen_is_the_results():
    result, text = watched(spec("training.epochs=1"))
    assert f"test loss {result.score.loss:.4f}  accuracy {result.score.accuracy:.3f}" in text


def test_a_regression_has_no_accuracy():
    _, text = watched(spec("training.epochs=1", "data=teacher"))
    assert "accuracy" not in text


def test_without_epochs_the_net_is_drawn_measured_and_scored():
    result, text = watched(spec("training.epochs=0"))
    assert epochs(text) == []
    assert "test loss" in text
    assert result.first("weight_std")


def test_a_calibration_without_a_value_says_no_number():
    _, text = watched(spec("init=mimetic", "training.epochs=0"))
    assert "calibration of hidden.0.weight stopped: the net has no attention" in text


def test_a_divergence_says_where_and_when():
    result, text = watched(spec("optim.lr=1e30", "training.epochs=1", "probes=none"))
    assert f"diverged: {result.divergence}" in text
    assert str(result.divergence.step) in text


def test_a_terminal_shows_a_bar_and_takes_it_away():
    _, text = watched(spec("training.epochs=300"), terminal=True)  # a second: a bar moves ten times
    assert re.search(r"epoch \d+/300  loss \d\.\d{4}  accuracy \d\.\d{3} .*\d:\d\d", text)
    assert "\x1b[2K" in text
    assert not [line for line in text.splitlines() if line.startswith("epoch ")]
