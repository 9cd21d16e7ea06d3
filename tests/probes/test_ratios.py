"""Gradient and update norms over weight norms, the update being the optimizer's own."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.probes import GradientToWeight, Snapshot, UpdateToWeight

WEIGHTS = {"w": np.array([[3.0, 0.0], [0.0, -4.0]]), "bias": np.zeros(3)}


def test_the_ratio_is_of_norms():
    # |w| = 5; |g| = sqrt(4 * 0.25) = 1; |u| = 0.5
    gradients = {"w": np.full((2, 2), 0.5), "bias": np.ones(3)}
    snapshot = Snapshot(0, WEIGHTS, gradients, updates={"w": np.array([[0, 0.3], [-0.4, 0]])})
    assert [(r.metric, r.value) for r in GradientToWeight().measure(snapshot)] == [
        ("grad_to_weight/w", pytest.approx(0.2))
    ]
    assert [(r.metric, r.value) for r in UpdateToWeight().measure(snapshot)] == [
        ("update_to_weight/w", pytest.approx(0.1))
    ]


def test_without_a_step_there_is_no_update_to_read():
    assert list(UpdateToWeight().measure(Snapshot(5, WEIGHTS))) == []


@pytest.mark.parametrize("size", [1e30, 1e-30])
def test_ratios_of_numbers_whose_squares_leave_single_precision(size):
    weights = {"w": np.full((4, 4), size, np.float32)}
    snapshot = Snapshot(0, weights, {"w": weights["w"] / 8})
    (reading,) = GradientToWeight().measure(snapshot)
    assert reading.value == pytest.approx(1 / 8)
