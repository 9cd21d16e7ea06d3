"""What an initialization will do to signals and gradients, told before a weight is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, isnan, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from initlab import theory
from initlab.errors import BadValueError
from initlab.probes import Foretold
from initlab.running.assemble import assemble
from initlab.running.staging import stages
from initlab.running.verdict import Standing, change, counted, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from initlab.config import RunSpec
    from initlab.init import InitPlan
    from initlab.nn import Block

__all__ = ["Expected", "Forecast", "expected", "forecast", "foretold", "foretold_gradients"]

COLUMNS = ("block", "signal rms", "within a factor", "gradient rms (the output's is 1)")
ROUNDING = 1 + 1e-4  # a factor that float32's sums may be off by
EXACT = 1 + 1e-6  # a factor so close to 1 is 1


@dataclass(frozen=True)
class Forecast:
    """The prediction for one net.

    Args:
        label: the run's.
        levels: after each stage.
        stream: of these, what is compared over the depth: sums of residual branches, or else the
            layers with weights but the last, which has a scale of its own.
        field: the mean field of the hidden layers, when there is one: most layers alike, neither
            normalized nor residual.
        depth: how many layers have weights.
    """

    label: str
    levels: Sequence[theory.Level]
    stream: Sequence[theory.Level]
    field: theory.MeanField | None
    depth: int

    @property
    def signal_change(self) -> float:
        """The factor on the signal's root mean square from the first layer to the last."""
        first, last = self.stream[0].signal, self.stream[-1].signal
        return _ratio(last.second_moment, first.second_moment)

    @property
    def gradient_change(self) -> float:
        """The factor on the gradient's root mean square from the last layer to the first."""
        return _ratio(self.stream[0].gradient, self.stream[-1].gradient)

    @property
    def standing(self) -> Standing | None:
        """Where the hidden layers stand in their mean field."""
        if self.field is None:
            return None
        return Standing(self.field, [level.signal.second_moment for level in self.stream])

    def verdict(self) -> str:
        """Say it in words.

        >>> import initlab
        >>> spec = initlab.compose(["+init=xavier", "model=deep_mlp", "model.depth=50"])
        >>> print(forecast(spec).verdict().splitlines()[1])
        Gradients shrink by 4e-08 over 50 layers: ordered phase.
        """
        standing, gradient = self.standing, self.gradient_change
        over = f"over {counted(len(self.stream), 'layer' if standing else 'stage')}"
        explained = standing and len(self.stream) > 1 and standing.explains(gradient)
        phase = f": {standing.phase} phase" if standing and explained else ""
        said = [f"Signals {change(self.signal_change)} {over}."]
        said.append(f"Gradients {change(gradient)} {over}{phase}.")
        if standing:
            said.append(standing.sentence(gradient))
        return "\n".join([*said, *self._spread()])

    def _spread(self) -> list[str]:
        """Say how far one draw may be off, where there is a signal that can."""
        last = self.stream[-1].signal
        if not 0 < last.second_moment < inf:
            return []
        if isnan(last.fluctuation):
            return ["How far one draw is off has no prediction: these weights are dependent."]
        factor = within(last.fluctuation)
        if factor < EXACT:
            return ["Every draw's last signal is of that size."]
        return [f"One draw's last signal is within a factor {factor:.3g} of that (one sigma)."]

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return columns and rows, one stage a row."""
        rows: list[tuple[str, ...]] = [
            (
                level.path,
                f"{sqrt(level.signal.second_moment):.4g}",
                _factor(level.signal.fluctuation),
                f"{sqrt(level.gradient):.4g}",
            )
            for level in self.levels
        ]
        return COLUMNS, rows


def forecast(spec: RunSpec) -> Forecast:
    """Predict what `spec`'s initialization does to its data and to gradients.

    A calibrator, which adjusts weights to data, is not taken into account.

    Raises:
        BadValueError: for a block or an initializer that theory knows nothing of.

    >>> import initlab
    >>> made = forecast(initlab.compose(["+init=he", "model=deep_mlp", "model.depth=50"]))
    >>> made.field.phase
    <Phase.critical: 'critical'>
    """
    net, plan = assemble(spec)
    staged = stages(net, plan)
    flat = list(_flat(staged))
    levels = _levels(staged, spec.data.load(spec.source).train_x)
    layers = [stage.path for stage in flat if isinstance(stage, theory.Linear)]
    sums = [stage.path for stage in flat if isinstance(stage, theory.Residual)]
    chosen = sums or layers[:-1] or layers
    stream = [level for level in levels if level.path in chosen]
    return Forecast(spec.label, levels, stream, _field(staged, levels), len(layers))


class Expected(NamedTuple):
    """What theory expects of one block: root mean squares, and the factors they are within.

    Args:
        signal: of its output.
        gradient: of the gradient that arrives there, where the net's last block has 1.
        within: the factor by which one draw's signal may be off (one sigma): 1 where nothing is
            drawn before, nan where there is no prediction.
        gradient_within: the factor by which one draw's gradient may be off, likewise.
    """

    signal: float
    gradient: float
    within: float
    gradient_within: float


def expected(net: Block, plan: InitPlan, x: np.ndarray) -> dict[str, Expected]:
    """Return what theory expects of each block on a batch, by path.

    Empty for a net that theory knows nothing of, or whose moments it cannot take.
    """
    try:
        staged = stages(net, plan)
        levels = _levels(staged, x)
    except (BadValueError, ArithmeticError):
        return {}
    layers = {stage.path: stage for stage in _flat(staged) if isinstance(stage, theory.Linear)}
    drawn = [layers.get(level.path) for level in levels]
    found = {}
    for i, level in enumerate(levels):
        signal, gradient = sqrt(level.signal.second_moment), sqrt(level.gradient)
        before = [layer.width for layer in drawn[: i + 1] if layer]
        after = [layer.inputs for layer in drawn[i + 1 :] if layer]
        spread = _off(level.signal.fluctuation, before), _off(level.gradient_fluctuation, after)
        found[level.path] = Expected(signal, gradient, *spread)
        layer = level.path.rpartition(".")[0]
        if layer in layers:  # its activation is what the layer ends in
            found[layer] = found[level.path]
    return found


def _off(fluctuation: float, widths: Sequence[float]) -> float:
    """Return the factor one draw may be off by, at least what theory leaves out.

    That is float32's rounding, and of a signal that fluctuates terms of the order 1 / width.
    """
    factor = within(fluctuation)
    if not widths:
        return factor
    return max(factor, ROUNDING if factor < EXACT else 1 + 1 / (2 * min(widths)))


def foretold(levels: Mapping[str, Expected]) -> dict[str, Foretold]:
    """Return the root mean square that theory expects of each block's output."""
    return {
        path: _told(level.signal, level.within)
        for path, level in levels.items()
        if level.within != 1 and isfinite(level.signal)
    }


def foretold_gradients(
    levels: Mapping[str, Expected], arriving: Mapping[str, np.ndarray]
) -> dict[str, Foretold]:
    """Return the root mean square that theory expects of the gradient at each block's output.

    Theory knows it relative to that at the net's output, which is measured; so the places where
    nothing was drawn between them go without.

    Args:
        levels: what theory expects.
        arriving: the gradients, by the block's path.
    """
    last = next((path for path in reversed(list(levels)) if path in arriving), None)
    if last is None or levels[last].gradient_within != 1:
        return {}
    measured = float(np.sqrt(np.mean(np.square(arriving[last], dtype=np.float64))))
    return {
        path: _told(size, level.gradient_within)
        for path, level in levels.items()
        if level.gradient_within != 1 and isfinite(size := measured * level.gradient)
    }


def _told(size: float, within: float) -> Foretold:
    return Foretold(size, size * log(within) if isfinite(within) else None)


def _levels(staged: Sequence[theory.Stage], x: np.ndarray) -> list[theory.Level]:
    return theory.predict(staged, _input(x, list(_flat(staged))))


def _input(x: np.ndarray, staged: Sequence[theory.Stage]) -> theory.Signal:
    """Return what is known of the data; where a net looks at space, a few inputs as they are."""
    common = 0.0 if any(isinstance(stage, theory.BatchNormalization) for stage in staged) else None
    if x.dtype.kind != "f":
        return theory.Signal(1.0, common=common)
    means = np.mean(x, axis=tuple(range(1, x.ndim)), dtype=np.float64)
    moment, mean = float(np.mean(np.square(x, dtype=np.float64))), sqrt(np.mean(means**2))
    sample = _sample(x, moment) if any(_looks_at_space(stage) for stage in staged) else None
    return theory.Signal(moment, mean, common=common, sample=sample)


def _looks_at_space(stage: theory.Stage) -> bool:
    windowed = isinstance(stage, theory.Linear) and stage.window is not None
    return windowed or isinstance(stage, theory.Pool)


def _sample(x: np.ndarray, moment: float) -> np.ndarray:
    """Return a few inputs, as large on average as all."""
    few = x[: max(4, min(16, 2048 // max(x[0].size, 1)))].astype(np.float64)
    size = np.mean(few**2)
    return few * sqrt(moment / size) if size > 0 else few


def _flat(staged: Sequence[theory.Stage]) -> Iterator[theory.Stage]:
    for stage in staged:
        yield stage
        if isinstance(stage, theory.Residual):
            yield from _flat(stage.body)


def _field(
    staged: Sequence[theory.Stage], levels: Sequence[theory.Level]
) -> theory.MeanField | None:
    """Return the mean field of the most frequent pair of an activation and the layer after it."""
    plain = theory.Linear | theory.Elementwise
    inner = [stage for stage in staged if not isinstance(stage, theory.Reshape)]
    if not all(isinstance(stage, plain) for stage in inner):
        return None
    if any(isinstance(stage, theory.Linear) and stage.centred for stage in inner):
        return None
    pairs = Counter(
        (f.f, round(layer.gain, 12), layer.bias_variance)
        for f, layer in pairwise(inner)
        if isinstance(f, theory.Elementwise) and isinstance(layer, theory.Linear)
    )
    if not pairs:
        return None
    (f, gain, bias), _ = pairs.most_common(1)[0]
    start = levels[len(staged) - len(inner)].signal.second_moment
    return theory.MeanField(f, gain, bias, start if 0 < start < inf else 1.0)


def _factor(fluctuation: float) -> str:
    return "unknown" if isnan(fluctuation) else f"{within(fluctuation):.3g}"


def _ratio(after: float, before: float) -> float:
    if after == inf:
        return inf
    return sqrt(after / before) if before > 0 else (0.0 if after == 0 else inf)
