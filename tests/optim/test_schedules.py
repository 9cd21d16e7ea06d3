from __future__ import annotations

import math

import pytest

from initlab.optim import Constant, Cosine, Warmup

TOTALS = [1, 2, 7, 100, 1000]


def factors(schedule, total):
    return [schedule.factor(step, total) for step in range(total)]


@pytest.mark.parametrize("total", TOTALS)
def test_a_constant_rate_is_the_rate(total):
    assert set(factors(Constant(), total)) == {1.0}


@pytest.mark.parametrize("floor", [0, 0.25])
def test_a_cosine_falls_from_1_through_the_middle_to_its_floor(floor):
    cosine = Cosine(floor)
    assert cosine.factor(0, 90) == 1
    # a third of the way: cos(pi / 3) = 1/2
    assert cosine.factor(30, 90) == pytest.approx(floor + (1 - floor) * 0.75)
    assert cosine.factor(45, 90) == pytest.approx((1 + floor) / 2)
    assert cosine.factor(90, 90) == pytest.approx(floor)


def test_a_cosine_stays_at_its_floor_when_the_training_goes_on():
    assert Cosine(0.1).factor(150, 100) == pytest.approx(0.1)


@pytest.mark.parametrize("schedule", [Cosine(), Cosine(0.3), Warmup(), Warmup(1), Warmup(0, 0.5)])
@pytest.mark.parametrize("total", TOTALS)
def test_no_factor_is_0_or_below_or_above_1_within_the_training(schedule, total):
    assert all(0 < factor <= 1 for factor in factors(schedule, total))


@pytest.mark.parametrize("share", [0.1, 0.29, 1 / 3])  # 0.29 * 100 is 28.999999999999996
def test_a_warm_up_rises_in_equal_steps_up_to_1_and_then_is_a_cosine(share):
    rise = {0.1: 10, 0.29: 29, 1 / 3: 33}[share]
    got = factors(Warmup(share, floor=0.2), 100)
    assert got[:rise] == pytest.approx([(step + 1) / rise for step in range(rise)])
    rest = 100 - rise
    expected = [0.2 + 0.8 * (1 + math.cos(math.pi * step / rest)) / 2 for step in range(rest)]
    assert got[rise:] == pytest.approx(expected)


def test_a_warm_up_with_floor_1_stays_at_the_rate():
    assert factors(Warmup(0.5, floor=1), 8) == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])


def test_a_warm_up_without_a_rise_is_the_cosine():
    assert factors(Warmup(0), 20) == factors(Cosine(), 20)
