"""What an initialization will do to signals and gradients, told before a weight is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isnan, sqrt
from typing import TYPE_CHECKING

from initlab import theory
from initlab.running.assemble import assemble
from initlab.running.levels import flat, levels_of
from initlab.running.staging import stages
from initlab.running.verdict import EXACT, Standing, change, counted, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.config import RunSpec

__all__ = ["Forecast", "forecast"]

COLUMNS = ("block", "signal rms", "within a factor", "gradient rms (the output's is 1)")


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
        phase = ""
        if standing and len(self.stream) > 1 and standing.explains(gradient):
            phase = f": {standing.phase} phase"
        elif standing and standing.slowing:
            phase = ", ever more slowly, on the way to the edge of chaos"
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
    inner = list(flat(staged))
    levels = levels_of(staged, spec.data.load(spec.source).train_x)
    layers = [stage.path for stage in inner if isinstance(stage, theory.Linear)]
    sums = [stage.path for stage in inner if isinstance(stage, theory.Residual)]
    chosen = sums or layers[:-1] or layers
    stream = [level for level in levels if level.path in chosen]
    return Forecast(spec.label, levels, stream, _field(staged, levels), len(layers))


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
