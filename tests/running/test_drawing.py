"""What is drawn lies where it should, and can be drawn whatever it is."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from initlab.running.drawing import DARK, PALE, Axes, Picture, Scale
from initlab.running.figures import draw_loss, draw_magnitudes, draw_signal

SVG = "{http://www.w3.org/2000/svg}"
BOX = (100, 50, 400, 200)


def drawn(axes, tmp_path, title="a"):
    picture = Picture(title, 300)
    picture.add(axes)
    picture.save(tmp_path / "a.svg")
    return ET.parse(tmp_path / "a.svg").getroot()


def points(root, number=0):
    line = root.findall(f"{SVG}polyline")[number]
    return np.array(line.get("points").split(), dtype=float).reshape(-1, 2)


def test_equal_ratios_are_equally_far_apart_on_a_logarithmic_scale(tmp_path):
    axes = Axes(BOX, Scale(0, 4), Scale(0.01, 100, logarithmic=True))
    axes.line({0: 0.01, 1: 0.1, 2: 1, 4: 100}, "red")
    expected = [[100, 250], [200, 200], [300, 150], [500, 50]]
    np.testing.assert_allclose(points(drawn(axes, tmp_path)), expected)


def test_a_linear_scale_is_linear(tmp_path):
    axes = Axes(BOX, Scale(-1, 1), Scale(0, 8))
    axes.line({-1: 8, 0: 2, 1: 0}, "red")
    expected = [[100, 50], [300, 200], [500, 250]]
    np.testing.assert_allclose(points(drawn(axes, tmp_path)), expected)


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        [],
        [1e30],
        [2.0, 2.1],
        [1e-200, 1e200],
        [5e-324, 1e308],
        [3e38, 1.0],
        [1e7, 1e7 + 9],
        [0.9, 1.1, 40],
    ],
)
def test_whatever_the_values_they_get_a_scale_with_marks_on_it(values, logarithmic):
    scale = Scale.over(values, logarithmic=logarithmic)
    at = scale.shares(list(scale.marks))
    assert 0 < len(at) <= 10
    assert ((at >= -1e-9) & (at <= 1 + 1e-9)).all()
    assert scale.low < scale.high
    assert len(set(scale.marks.values())) == len(scale.marks)


def test_of_many_names_some_are_written():
    scale = Scale.of([f"block{i}" for i in range(100)])
    assert 6 <= len(scale.marks) <= 12
    assert scale.marks[9.0] == "block9"


def test_one_odd_value_among_a_million_is_seen(tmp_path):
    values = np.ones(1_000_000)
    values[123_456], values[700_001] = 9.0, 0.1
    axes = Axes(BOX, Scale(0, len(values)), Scale(0, 10))
    axes.line(dict(enumerate(values.tolist())), "red")
    found = points(drawn(axes, tmp_path))
    assert len(found) <= 1500
    left, top = found[found[:, 1].argmin()]
    assert top == pytest.approx(50 + 200 * 0.1, abs=0.1)
    assert left == pytest.approx(100 + 400 * 0.123456, abs=1)
    assert found[:, 1].max() == pytest.approx(50 + 200 * 0.99, abs=0.1)


def test_cells_are_shaded_from_pale_to_dark_from_the_top(tmp_path):
    shares = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0]])
    axes = Axes(BOX, Scale(0, 1), Scale(0, 1))
    axes.shades(shares)
    image = drawn(axes, tmp_path).find(f"{SVG}image")
    data = b64decode(image.get("href").removeprefix("data:image/png;base64,"))
    pixels = np.asarray(Image.open(BytesIO(data)))
    assert pixels.shape == (2, 3, 3)
    assert (pixels[0, 0] == PALE).all()
    assert (pixels[0, 1] == DARK).all()
    assert (np.abs(pixels[0, 2] - (PALE + DARK) / 2) <= 1).all()
    assert (pixels[1, 0] == DARK).all()


def test_a_text_is_a_text_whatever_it_says(tmp_path):
    names = Scale.of(["<script>", 'a&"b'])
    root = drawn(Axes(BOX, names, Scale(0, 1), turned=True), tmp_path, "1 < 2 & </svg>")
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"<script>", 'a&"b', "1 < 2 & </svg>"} <= set(texts)
    assert root.find(f"{SVG}title").text == "1 < 2 & </svg>"


def test_the_pictures_of_a_run_show_its_numbers(usual, tmp_path):
    result, _ = usual
    draw_signal(result, tmp_path / "signal.svg")
    root = ET.parse(tmp_path / "signal.svg").getroot()
    for number, statistic in enumerate(("act_std", "signal_grad_std")):
        stds = np.log([reading.value for reading in result.first(statistic).values()])
        tops = points(root, number)[:, 1]
        slope = np.polyfit(stds, tops, 1)[0]  # one scale for both
        assert slope < 0
        np.testing.assert_allclose(tops - tops[0], slope * (stds - stds[0]), atol=0.2)
    draw_loss(result, tmp_path / "loss.svg")
    root = ET.parse(tmp_path / "loss.svg").getroot()
    assert len(points(root)) == len(result.steps)
    losses = [step.loss for step in result.steps]
    assert points(root)[:, 1].argmax() == np.argmin(losses)
    assert len(points(root, 1)) == len(result.scores)
    draw_magnitudes(result, tmp_path / "magnitudes.svg")
    root = ET.parse(tmp_path / "magnitudes.svg").getroot()
    assert len(root.findall(f"{SVG}image")) == 4
    told = {text.text for text in root.iter(f"{SVG}text")}
    assert {"weight: values", "weight: gradients", "bias: values", "bias: gradients"} <= told
    assert any(re.fullmatch(r"0\.0*1", text or "") for text in told)
