"""The words of a forecast against its numbers, over activations and initializations."""

from __future__ import annotations

import re
from functools import cache
from math import inf, isnan, log, sqrt

import pytest

from initlab import nd
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError
from initlab.running import forecast
from initlab.theory import Phase

CATALOG = load_catalog(installed=False)
DEPTH = 50
INITS = {
    "he": ["+init=he"],
    "xavier": ["+init=xavier"],
    "critical": ["+init=critical"],
    "exact_gain": ["+init=exact_gain"],
    "zeros": ["+init=zeros"],
    "orthogonal": ["+init=orthogonal"],
    "normal": ["+init=normal", "init.weight.sigma=0.2"],
}
EDGELESS = ("softplus", "softrelu")
QUICK = ("relu", "tanh", "gelu", "elu", "softplus", "identity")
ACTIVATIONS = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in sorted(nd.ACTIVATIONS)
]
SCALE_FREE = ("identity", "relu", "leaky_relu")


@cache
def told(init, activation):
    model = ("model=deep_mlp", f"model.depth={DEPTH}", f"model.activation={activation}")
    return forecast(compose([*INITS[init], *model], catalog=CATALOG))


def words(line, what):
    """Return the verb of a line and its factor, as printed."""
    said = re.match(rf"{what} (vanish|grow beyond|keep|grow|shrink).*? over {DEPTH} layers", line)
    factor = re.search(r"(?:by|\(x) ([0-9.e+-]+)", line)
    return said[1], factor and float(factor[1])


def verb(factor):
    if factor in (0, inf):
        return "vanish" if factor == 0 else "grow beyond"
    if 0.8 <= factor <= 1.25:
        return "keep"
    return "grow" if factor > 1 else "shrink"


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("init", INITS)
def test_words_follow_from_numbers(init, activation):
    if init == "critical" and activation in EDGELESS:
        with pytest.raises(BadValueError, match="no edge of chaos"):
            told(init, activation)
        return
    made = told(init, activation)
    lines = made.verdict().splitlines()
    for line, what, change in (
        (lines[0], "Signals", made.signal_change),
        (lines[1], "Gradients", made.gradient_change),
    ):
        said, factor = words(line, what)
        assert said == verb(change)
        assert factor is None or factor == pytest.approx(change, rel=0.5)
    check_phase(lines[1], made)
    check_place(lines[2], made)
    check_spread(lines[3:], made)


def check_phase(line, made):
    phase = re.search(r": (\w+) phase\.$", line)
    if phase is None:
        return
    verbs = {"keep": Phase.critical, "grow": Phase.chaotic, "grow beyond": Phase.chaotic}
    assert phase[1] == verbs.get(verb(made.gradient_change), Phase.ordered)
    if phase[1] == Phase.critical:  # so near to 1 that this depth does not tell
        chi = made.standing.chi
        assert abs(chi - 1) < 2 * log(1.25) / (DEPTH - 1) * 1.01


def check_place(line, made):
    stands, field = made.standing, made.field
    lengths = [level.signal.second_moment for level in made.stream]
    chi = float(re.search(r"(?:^chi(?:_1)? = |to )([0-9.e+-]+)[ :]", line)[1])
    assert chi == pytest.approx(field.chi(min(max(lengths[-2], 1e-20), 1e18)), rel=1e-4, abs=1e-12)
    if "every length" in line:
        assert field.chi(1e-2) == pytest.approx(field.chi(1e2), rel=1e-8)
    elif "at the fixed point" in line:
        assert field.length(lengths[-1]) == pytest.approx(lengths[-1], rel=0.05)
        # so the factor through the depth is this chi's, but for the first layers' way
        assert verb(sqrt(chi) ** (DEPTH - 1)) == verb(made.gradient_change)
    elif chi:
        assert "the fixed point is length" in line or "lengths go on growing" in line
    reach = re.search(r"up to (\d+) layers?", line)
    if reach:
        assert stands.settled or not stands.has_scale
        assert int(reach[1]) == pytest.approx(6 * field.xi_c, abs=0.5)


def check_spread(lines, made):
    last = made.stream[-1].signal
    if not 0 < last.second_moment < inf:
        assert lines == []
    elif isnan(last.fluctuation):
        assert lines == ["How far one draw is off has no prediction: these weights are dependent."]
    elif last.fluctuation < 1e-6:
        assert lines == ["Every draw's last signal is of that size."]
    else:
        (line,) = lines
        assert float(re.search(r"within a factor ([0-9.e+-]+) of", line)[1]) > 1


@pytest.mark.parametrize("activation", SCALE_FREE)
def test_an_activation_without_a_scale_has_its_chi_at_every_length(activation):
    assert "at every length" in told("xavier", activation).verdict()


def test_a_half_stable_edge_is_told_in_words():
    for activation in ("gelu", "silu"):
        verdict = told("critical", activation).verdict()
        assert "half stable" in verdict
        assert "chi_1 = 1 at the fixed point, length" in verdict
    assert "half stable" not in told("critical", "tanh").verdict()


def test_where_a_net_stays_counts_and_not_where_it_would_end():
    verdict = told("exact_gain", "gelu").verdict()
    assert "Gradients grow by 5.5 over 50 layers: chaotic phase." in verdict
    assert "chi = 1.07202 at length 0.9999" in verdict
    assert "layers (6 xi_c)" not in verdict


def test_of_orthogonal_layers_only_a_linear_net_has_every_draw_alike():
    line = told("orthogonal", "tanh").verdict().splitlines()[-1]
    assert float(re.search(r"within a factor ([0-9.]+) of", line)[1]) >= 1 + 1 / 64
    assert told("orthogonal", "identity").verdict().splitlines()[-1].startswith("Every draw's last")


def test_a_factor_beyond_all_numbers_has_a_phase():
    made = ["+init=normal", "init.weight.sigma=10", "model=deep_mlp", "model.depth=200"]
    verdict = forecast(compose(made, catalog=CATALOG)).verdict()
    assert "grow beyond all numbers over 200 layers: chaotic phase" in verdict
    assert "correlations have no depth scale, xi_c = inf." in verdict  # ReLU's, by a power of depth


def test_one_layer_is_one_layer():
    verdict = forecast(
        compose(["+init=he", "model=mlp", "model.depth=1"], catalog=CATALOG)
    ).verdict()
    assert "over 1 layer." in verdict


def test_the_orthogonal_identity_is_exact_and_nothing_is_within_a_factor_of_nothing():
    assert told("orthogonal", "identity").verdict().splitlines()[-1].startswith("Every draw's last")
    assert "within" not in told("zeros", "tanh").verdict()
    assert "no gradient comes through a layer" in told("zeros", "tanh").verdict()


def test_the_quadratures_bounds_are_told_where_there_are_such_numbers():
    standing = told("xavier", "tanh").standing
    said = re.fullmatch(
        r"By quadrature: .* chi_1 .* most (\S+), the length by (\S+)\.", standing.bounds
    )
    chi, length = standing.field.chi_1.error, standing.field.q_star.error
    assert chi <= float(said[1]) <= 1.11 * chi
    assert length <= float(said[2]) <= 1.11 * length
    growing = forecast(
        compose([*INITS["he"], "init.weight.scale=2.25", "model=deep_mlp", "model.activation=gelu"],
                catalog=CATALOG)
    ).standing  # fmt: skip
    assert growing.field.q_star == inf
    for standing in (growing, told("he", "relu").standing):
        said = re.fullmatch(r"By quadrature: chi_1 is off by at most (\S+)\.", standing.bounds)
        assert float(said[1]) < 1e-8
