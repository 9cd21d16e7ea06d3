"""Pictures with bands over seeds: what is drawn is what was measured."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure

from initlab.running import draw_bands

SEEDS = {
    "he": [[(0, 1.0), (1, 2.0)], [(0, 3.0), (1, 4.0)], [(0, 8.0), (1, 16.0)]],
    "zeros": [[(0, 0.0), (1, 0.0)]],
    "late": [[(0, 0.0), (1, 5.0)], [(0, 0.5)]],
}


@pytest.fixture
def drawn(monkeypatch):
    """Draw, and give the figure that was saved."""
    saved = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda f, *a, **k: (saved.append(f), save(f, *a, **k)))

    def draw(panels):
        draw_bands(panels, "title", file := BytesIO())
        ET.fromstring(file.getvalue())
        return saved[-1]

    return draw


def test_a_line_is_the_median_over_seeds_and_its_band_their_range(drawn):
    (axes,) = drawn({"activations": {"he": SEEDS["he"]}}).axes
    (line,), (band,) = axes.lines, axes.collections
    np.testing.assert_array_equal(line.get_xydata(), [[0, 3], [1, 4]])
    corners = {tuple(corner) for corner in band.get_paths()[0].vertices}
    assert corners == {(0, 1), (0, 8), (1, 2), (1, 16)}


def test_what_a_logarithmic_axis_cannot_show_is_left_out(drawn):
    left, right = drawn({"activations": SEEDS, "gradients": {"zeros": SEEDS["zeros"]}}).axes
    assert [line.get_label() for line in left.lines] == ["he", "late"]
    np.testing.assert_array_equal(left.lines[1].get_xydata(), [[0, 0.5], [1, 5]])
    assert not right.lines


def test_a_condition_has_one_colour_and_one_name_in_all_panels(drawn):
    figure = drawn({"a": {"x": SEEDS["he"]}, "b": {"y": SEEDS["he"], "x": SEEDS["late"]}})
    colours = [(line.get_label(), line.get_color()) for axes in figure.axes for line in axes.lines]
    assert len(dict(colours)) == len(set(colours)) == 2
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["x", "y"]


def test_twelve_conditions_can_be_told_apart(drawn):
    (axes,) = drawn({"activations": {f"init{n}": SEEDS["he"] for n in range(12)}}).axes
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 12


def test_neither_infinity_nor_a_dollar_ends_the_drawing(drawn):
    curves = {"a$\\foo$": [[(0, 1.0), (1, float("inf"))], [(0, 2.0), (1, 3.0)]]}
    (axes,) = drawn(
        {
            "activations": curves,
        }
    ).axes
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[0, 1.5], [1, 3]])
    endless = [[(0, float("inf")), (1, float("inf"))]]
    assert not drawn({"activations": {"b": endless}}).axes[0].lines
