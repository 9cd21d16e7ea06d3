"""Gluon's schedulers; the lists are what MXNet 1.9.1 returns for updates 0 to 12."""

from __future__ import annotations

import re

import pytest

from initlab.errors import BadTypeError, BadValueError, UnknownNameError
from initlab.optim import (
    CosineScheduler,
    FactorScheduler,
    LRScheduler,
    MultiFactorScheduler,
    PolyScheduler,
)

WARM = {"warmup_steps": 3, "warmup_begin_lr": 0.1}
WORKED = [
    (
        FactorScheduler(2, 0.5, base_lr=1, **WARM),
        [0.1, 0.4, 0.7, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625, 0.03125, 0.03125],
    ),
    (MultiFactorScheduler([2, 5], 0.1, base_lr=1), [1] * 3 + [0.1] * 3 + [0.01] * 7),
    (
        PolyScheduler(10, 1.0, warmup_steps=2),
        [0, 0.5, 1, 0.765625, 0.5625, 0.390625, 0.25, 0.140625, 0.0625, 0.015625, 0, 0, 0],
    ),
    (
        CosineScheduler(
            10, 1.0, 0.1, warmup_steps=2, warmup_mode="constant", warmup_begin_lr=0.3
        ),
        [
            0.3, 0.3, 1, 0.965746, 0.868198, 0.722208, 0.55, 0.377792, 0.231802, 0.134254,
            0.1, 0.1, 0.1,
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("scheduler", "expected"), WORKED)
def test_the_rates_are_the_worked_ones_in_any_order(scheduler, expected):
    assert [scheduler(n) for n in range(13)] == pytest.approx(expected, abs=1e-6)
    assert [scheduler(n) for n in reversed(range(13))] == pytest.approx(expected[::-1], abs=1e-6)


def test_a_rate_does_not_fall_below_its_stop():
    assert FactorScheduler(1, 0.1, stop_factor_lr=0.05, base_lr=1)(100) == 0.05


def test_another_base_rate_holds_for_all_of_it():
    scheduler = CosineScheduler(10, 1.0)
    scheduler.base_lr = 4.0
    assert scheduler(0) == 4
    assert scheduler(5) == pytest.approx(2)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FactorScheduler(0),
            "steps that rise from 1, by a factor of at most 1, got step=[0",
        ),
        (lambda: FactorScheduler(1, 2), "a factor of at most 1, got step=[1], factor=2."),
        (lambda: MultiFactorScheduler([3, 3]), "steps that rise from 1"),
        (lambda: PolyScheduler(0), "max_update must be at least 1, got 0."),
        (lambda: CosineScheduler(0), "max_update must be at least 1, got 0."),
        (lambda: LRScheduler(0.1, 5, 0.2), "rises to base_lr in at least 0 steps, got base_lr=0.1"),
    ],
)
def test_what_is_no_schedule_is_refused(make, message):
    with pytest.raises(BadValueError, match=re.escape(message)):
        make()


def test_what_is_no_list_or_mode_is_refused():
    with pytest.raises(BadTypeError, match="takes a list of steps, got 3"):
        MultiFactorScheduler(3)
    with pytest.raises(UnknownNameError, match=r"warmup_mode 'lineal'. Did you mean 'linear'"):
        LRScheduler(warmup_mode="lineal")
    with pytest.raises(NotImplementedError, match=r"scheduler without rate\(\)"):
        LRScheduler()(1)


def test_a_rate_falls_as_a_product_of_floats_does():
    """As MXNet's test of its Trainer compares them: equal, not close."""
    rate, scheduler = 1.0, FactorScheduler(2, factor=0.1, base_lr=1.0)
    for update in range(1, 11):
        assert scheduler(update) == rate
        rate *= 1 if update % 2 else 0.1
    falls = MultiFactorScheduler([1, 2, 3], factor=0.1, base_lr=1.0)
    assert falls(4) == 1.0 * 0.1 * 0.1 * 0.1


def test_a_rate_goes_on_from_the_last_one_asked_for_to_the_same_bits():
    one, rate = FactorScheduler(1, 0.999, base_lr=0.3), 0.3
    for update in range(1, 300):
        assert one(update) == FactorScheduler(1, 0.999, base_lr=0.3)(update) == rate
        rate *= 0.999
    assert one(2) == 0.3 * 0.999
    one.base_lr = 0.5
    assert one(3) == 0.5 * 0.999 * 0.999
