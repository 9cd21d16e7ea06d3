from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from initlab.tracking.buffer import FREE_ROWS, KEYS, Buffer, Row, choose_keys, evenly


def test_below_the_free_rows_everything_is_written():
    buffer = Buffer(budget=0.03)
    for step in range(FREE_ROWS):
        buffer.add(step, 0, {"loss": 1.0})
    assert len(buffer.take(0.0, last=True)) == FREE_ROWS


def test_a_longer_run_may_write_more():
    # 116 us a row: 3 % of 100 s is 3 s, which is 25862 rows
    buffer = Buffer(budget=0.03)
    for step in range(30_000):
        buffer.add(step, 0, {"loss": 1.0})
    assert len(buffer.take(100.0, last=True)) == 25_862


def test_rows_come_sorted_by_key():
    buffer = Buffer(budget=0.03)
    buffer.add(0, 0, {"b": 1.0, "a": 1.0})
    buffer.add(1, 0, {"b": 1.0, "a": 1.0})
    assert [(row.key, row.step) for row in buffer.take(0, last=True)] == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
        ("b", 1),
    ]


@given(
    st.lists(st.integers(1, 3000), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=3),
)
def test_first_and_last_point_of_each_metric_are_always_written(lengths, flushes):
    buffer, written = Buffer(budget=0.03), []
    for round_ in range(len(flushes)):
        for index, length in enumerate(lengths):
            for step in range(length):
                buffer.add(round_ * 3000 + step, 0, {f"m{index}": 1.0})
        if flushes[round_]:
            written += buffer.take(0.0, last=False)
    written += buffer.take(0.0, last=True)
    for index, length in enumerate(lengths):
        steps = [row.step for row in written if row.key == f"m{index}"]
        assert steps[0] == 0
        assert steps[-1] == (len(flushes) - 1) * 3000 + length - 1
        assert steps == sorted(set(steps))
    assert len(written) <= FREE_ROWS + 2 * len(lengths)


def test_a_metric_with_few_points_is_thinned_last():
    buffer = Buffer(budget=0.03)
    for step in range(10_000):
        buffer.add(step, 0, {"loss": 1.0})
    for step in range(20):
        buffer.add(step, 0, {"grad_std/0": 1.0})
    rows = buffer.take(0.0, last=True)
    assert sum(row.key == "grad_std/0" for row in rows) == 20
    assert len(rows) == FREE_ROWS


def test_rows_given_back_come_again_in_order():
    buffer = Buffer(budget=0.03)
    for step in range(3):
        buffer.add(step, 0, {"loss": 1.0})
    first = buffer.take(0.0, last=False)
    assert [row.step for row in first] == [0, 1]
    buffer.give_back(first)
    assert (buffer.sent, buffer.take(0.0, last=True)) == (
        0,
        [Row("loss", step, 0, 1.0) for step in range(3)],
    )


def test_a_deep_net_keeps_each_statistic_from_first_to_last_layer():
    statistics = ("act_std", "grad_std", "weight_std")
    keys = [f"{name}/{layer}" for layer in range(100) for name in statistics] + ["loss", "accuracy"]
    chosen = choose_keys(keys, KEYS)
    assert {"loss", "accuracy"} <= set(chosen)
    for name in statistics:
        layers = [int(key.split("/")[1]) for key in chosen if key.startswith(f"{name}/")]
        assert (layers[0], layers[-1]) == (0, 99)
        assert 32 <= len(layers) <= 34
    assert len(chosen) <= KEYS


def test_metrics_left_out_are_counted_and_late_ones_still_find_room():
    buffer = Buffer(budget=0.03)
    buffer.add(0, 0, {f"std/{i}": 1.0 for i in range(150)})
    assert len(buffer.take(0.0, last=False)) == 0
    buffer.add(1, 0, {"test/accuracy": 1.0})
    keys = {row.key for row in buffer.take(0.0, last=True)}
    assert "test/accuracy" in keys
    assert (len(keys), len(buffer.left_out)) == (KEYS + 1, 50)


@given(st.integers(0, 50), st.integers(0, 60))
def test_an_even_choice_keeps_order_and_gaps_that_differ_by_at_most_one(length, count):
    chosen = evenly(range(length), count)
    assert len(chosen) == min(length, count)
    if len(chosen) >= 2:
        gaps = [b - a for a, b in pairwise(chosen)]
        assert (chosen[0], chosen[-1]) == (0, length - 1)
        assert max(gaps) - min(gaps) <= 1
