from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from initlab.data import Spirals, Teacher
from initlab.nd.random import Streams


def joined(data):
    return np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])


def test_a_teacher_of_depth_0_is_linear_in_its_inputs():
    x, y = joined(Teacher(inputs=6, outputs=2, depth=0).load(Streams(0)))
    _, residuals, rank, _ = np.linalg.lstsq(x.astype(np.float64), y, rcond=None)
    assert rank == 6
    assert residuals.max() < 1e-8


def test_a_teacher_with_a_hidden_layer_is_not_linear_but_bounded():
    x, y = joined(Teacher(inputs=6, width=4).load(Streams(0)))
    _, residuals, _, _ = np.linalg.lstsq(x.astype(np.float64), y, rcond=None)
    assert residuals.max() > 1
    assert np.abs(y).max() < 4 / np.sqrt(4) * 4  # 4 units below 1, readout of std 1/2, 4 sigma


def test_the_teacher_is_what_its_formula_says_drawn_layer_by_layer_from_its_stream():
    teacher = Teacher(inputs=3, outputs=2, width=5, depth=2, samples=50)
    rng = Streams(7).stream("data/teacher")
    first, second, readout = (rng.standard_normal(shape) for shape in ((3, 5), (5, 5), (5, 2)))
    x, y = joined(teacher.load(Streams(7)))
    hidden = np.tanh(np.tanh(x @ first / np.sqrt(3)) @ second / np.sqrt(5))
    np.testing.assert_allclose(y, hidden @ readout / np.sqrt(5), atol=1e-6)


def test_noise_is_added_with_its_std_to_the_same_answers():
    clean = Teacher(samples=5000, outputs=2)
    _, y = joined(clean.load(Streams(0)))
    _, noisy = joined(replace(clean, noise=0.5).load(Streams(0)))
    noise = noisy - y
    # a std from n normal draws has the standard error std / sqrt(2 n); 4 of them
    assert noise.std() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2 * noise.size))
    assert abs(noise.mean()) < 4 * 0.5 / np.sqrt(noise.size)


def test_another_teacher_is_asked_about_the_same_inputs():
    x, y = joined(Teacher(width=8).load(Streams(0)))
    same, other = joined(Teacher(width=16, depth=3, noise=1).load(Streams(0)))
    np.testing.assert_array_equal(x, same)
    assert (y != other).all()


def test_a_teacher_s_inputs_are_standard_normal():
    x, _ = joined(Teacher(samples=4000).load(Streams(0)))
    assert abs(x.mean()) < 4 / np.sqrt(x.size)
    assert x.std() == pytest.approx(1, abs=4 / np.sqrt(2 * x.size))


@pytest.mark.parametrize("arms", [2, 5])
def test_without_noise_each_point_lies_on_its_arm(arms):
    x, y = joined(Spirals(outputs=arms, turns=1.5, noise=0).load(Streams(0)))
    radius = np.hypot(*x.T.astype(np.float64))
    angle = np.arctan2(x[:, 1], x[:, 0])
    turns_off = angle / (2 * np.pi) - 1.5 * radius - y / arms
    np.testing.assert_allclose(turns_off, np.round(turns_off), atol=1e-4)


def test_the_arms_are_equally_populated_up_to_one_and_fill_the_disk():
    x, y = joined(Spirals(outputs=3, samples=1000).load(Streams(0)))
    assert sorted(np.bincount(y)) == [333, 333, 334]
    square = (x.astype(np.float64) ** 2).sum(axis=1)
    assert square.max() <= 1 + 1e-6
    # uniform over the disk: r^2 is uniform, of mean 1/2 and variance 1/12; 4 standard errors
    assert square.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * 1000))


def test_the_angle_s_noise_has_its_std():
    quiet, loud = (Spirals(samples=4000, noise=noise) for noise in (0, 0.1))
    x, _ = joined(quiet.load(Streams(0)))
    z, _ = joined(loud.load(Streams(0)))
    turned = np.angle((z[:, 0] + 1j * z[:, 1]) / (x[:, 0] + 1j * x[:, 1]))
    assert turned.std() == pytest.approx(0.1, abs=4 * 0.1 / np.sqrt(2 * 4000))
