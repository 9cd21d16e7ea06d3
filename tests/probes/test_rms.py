"""The root mean square of outputs and gradients, beside what was foretold of them."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.probes import Foretold, GradientRMS, SignalRMS, Snapshot

SEEN = Snapshot(
    0,
    activations={"a": np.array([[3.0, -4.0]]), "b": np.full((2, 3), 2.0, np.float32)},
    foretold={"a": Foretold(3.0, 0.25)},
    signals={"a": np.array([[0.6, 0.8]]), "b": np.zeros((2, 3), np.float32)},
    foretold_gradients={"a": Foretold(0.5, 0.01)},
)


def test_it_is_the_root_of_the_mean_square():
    values = {r.place: r.value for r in SignalRMS().measure(SEEN)}
    assert values == pytest.approx({"a": 12.5**0.5, "b": 2.0})


def test_what_was_foretold_stands_beside_it():
    a, b = SignalRMS().measure(SEEN)
    assert (a.expected, a.standard_error) == (3.0, 0.25)
    assert a.deviation == pytest.approx((12.5**0.5 - 3) / 0.25)
    assert a.verdict == "as expected"
    assert b.expected is b.verdict is None


def test_gradients_have_an_expectation_of_their_own():
    a, b = GradientRMS().measure(SEEN)
    assert (a.metric, a.value) == ("gradient_rms/a", pytest.approx(0.5**0.5))
    assert a.deviation == pytest.approx((0.5**0.5 - 0.5) / 0.01)
    assert a.verdict == "off"
    assert (b.value, b.expected) == (0.0, None)


def test_they_ask_theory_and_others_do_not():
    from initlab.probes import probes

    asking = [name for name, probe in probes().items() if probe.asks_theory]
    assert asking == ["signal_rms", "gradient_rms"]
