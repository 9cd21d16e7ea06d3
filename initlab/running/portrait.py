"""What an initialization gives a net: the values of one parameter, and the signal through depth."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from itertools import islice
from math import nan, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError
from initlab.init import Independent
from initlab.probes import observe
from initlab.running.events import Drawn, Planned
from initlab.running.expectation import Expected, expected
from initlab.running.life import live
from initlab.tree import parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from initlab.autograd import Tensor
    from initlab.config import RunSpec
    from initlab.init import Law, PlanEntry

__all__ = ["Depth", "Portrait", "portray"]

BATCH = 64
UNASKED = ("layer default", "default")


@dataclass(frozen=True)
class Depth:
    """What leaves one block, and what arrives there from behind.

    Args:
        path: the block's.
        signal: the root mean square of its output.
        gradient: that of the gradient of a random linear function of the net's output, whose
            root mean square is 1 there; not a number where there is none.
        foretold: what theory expects of both, where it knows the net.
    """

    path: str
    signal: float
    gradient: float
    foretold: Expected | None


@dataclass(frozen=True)
class Portrait:
    """One initialization of one net.

    Args:
        label: the run's.
        entry: of the plan: the largest parameter that was given an initializer, or calibrated.
        values: its values, calibrated if the run has a calibrator.
        calibrated: whether it changed them, so that they may follow the law no longer.
        others: of the plan: what the same rule gives to others, one of each kind.
        depths: of the blocks on the net's main path; none in a net of complex numbers, which
            has no gradients here.
    """

    label: str
    entry: PlanEntry
    values: NDArray[Any]
    calibrated: bool
    others: tuple[PlanEntry, ...]
    depths: tuple[Depth, ...]

    @property
    def law(self) -> Law:
        """The law that the values were drawn from."""
        return self.entry.initializer.law(self.entry.spec)

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return the law's density, or None where the law has or tells none."""
        initializer = self.entry.initializer
        if not isinstance(initializer, Independent) or not self.law.variance:
            return None
        return initializer.entry(self.entry.spec).density(x)

    def lines(self) -> list[str]:
        """Return the numbers in words.

        >>> import initlab
        >>> for line in portray(initlab.compose(["+init=he"])).lines():
        ...     print(line)
        hidden.2.weight, 256 x 256: VarianceScaling(scale=2)
        drawn: mean -0.0002, std 0.0882, kurtosis 3.04
        law: mean 0, std 0.0884, kurtosis 3
        signal rms: 0.977 after hidden.0, 1.57 after output; foretold 0.999 and 1.41
        gradient rms: 0.277 after hidden.0, 0.967 after output; foretold 0.28 and 1
        """
        shape = " x ".join(map(str, self.values.shape))
        ruled = f", {self.entry.why}" if self.entry.told else ""
        said = [f"{self.entry.path}, {shape}: {self.entry.initializer}{ruled}"]
        said.append(f"{'calibrated' if self.calibrated else 'drawn'}: {_moments(self.values)}")
        law = _law(self.law)
        if law:
            said.append(f"{'law before that' if self.calibrated else 'law'}: {law}")
        said += [f"promise: {_sentence(promise)}" for promise in self.law.promises]
        said += [f"also {e.path}: {e.initializer}, {e.why}" for e in self.others]
        return [*said, self._ends("signal"), self._ends("gradient")] if self.depths else said

    def _ends(self, what: str) -> str:
        first, last = self.depths[0], self.depths[-1]
        told = [f"{getattr(end, what):.3g} after {end.path}" for end in (first, last)]
        line = f"{what} rms: {', '.join(told)}"
        if first.foretold is None or last.foretold is None:
            return line
        ends = (getattr(end.foretold, what) for end in (first, last))
        return f"{line}; foretold {' and '.join(f'{end:.3g}' for end in ends)}"


def portray(spec: RunSpec) -> Portrait:
    """Draw, and calibrate, the net of `spec`; show it a batch, and train nothing.

    Raises:
        InitlabError: a config that cannot be carried out.
    """
    planned, drawn = _lived(spec)
    touched = {done.path for done in drawn.calibrations if done.iterations or done.factor != 1}
    entry = _shown([entry for entry in planned.plan if entry.path in touched] or [*planned.plan])
    values = np.array(parameters(planned.net)[entry.path].data())
    foretell = not touched
    depths = () if values.dtype.kind == "c" else tuple(_depths(spec, planned, foretell=foretell))
    others = tuple(_others(entry, planned.plan))
    return Portrait(spec.label, entry, values, entry.path in touched, others, depths)


def _lived(spec: RunSpec) -> tuple[Planned, Drawn]:
    """Return what was planned, drawn by now, and how."""
    first, second = islice(live(spec), 2)
    assert isinstance(first, Planned)  # noqa: S101 - so a life begins
    assert isinstance(second, Drawn)  # noqa: S101 - idem
    return first, second


def _depths(spec: RunSpec, planned: Planned, *, foretell: bool) -> Iterator[Depth]:
    net, data = planned.net, planned.data
    x, direction = data.train_x[:BATCH], spec.source.stream("direction")

    def along(output: Tensor, _labels: Tensor) -> Tensor:
        return (output * direction.standard_normal(output.shape)).sum()

    with np.errstate(all="ignore"):
        seen = observe(net, x, data.train_y[:BATCH], along)
    foretold = expected(net, planned.plan, x) if foretell else {}
    for path, output in seen.activations.items():
        if not _inside(path, seen.activations):
            signal, gradient = _rms(output), _rms(seen.signals.get(path))
            yield Depth(path, signal, gradient, foretold.get(path))


def _shown(entries: list[PlanEntry]) -> PlanEntry:
    """Return the largest parameter that a rule speaks for, or a role, of equals the middle one."""
    ruled = [entry for entry in entries if entry.why.startswith("rule ")]
    asked = ruled or [entry for entry in entries if entry.why not in UNASKED]
    if not asked:
        raise BadValueError("No parameter of this net is given an initializer: add +init=NAME.")
    size = max(np.prod(entry.spec.shape) for entry in asked)
    largest = [entry for entry in asked if np.prod(entry.spec.shape) == size]
    return largest[len(largest) // 2]


def _others(shown: PlanEntry, entries: Iterable[PlanEntry]) -> Iterator[PlanEntry]:
    """Yield what a rule over the tree gives beside what is shown, the first of each kind.

    Of kinds that differ by numbers alone, as those of each depth, it is one.
    """
    kinds = {_kind(shown)}
    for entry in entries if shown.told else ():
        if entry.told and _kind(entry) not in kinds:
            kinds.add(_kind(entry))
            yield entry


def _kind(entry: PlanEntry) -> str:
    return re.sub(r"[\d.]+", "", f"{entry.initializer}{entry.why}")


def _inside(path: str, others: Mapping[str, object]) -> bool:
    return any(path.startswith(f"{other}.") for other in others)


def _rms(values: NDArray[Any] | None) -> float:
    return nan if values is None else sqrt(float(np.mean(np.abs(values).astype(np.float64) ** 2)))


def _sentence(promise: Any) -> str:
    """Return a promise's name with the numbers that it has, and what it is about."""
    numbers = ((f.name, getattr(promise, f.name)) for f in fields(promise))
    told = ", ".join(f"{n}={value:.4g}" for n, value in numbers if isinstance(value, int | float))
    about = (promise.__doc__ or "").strip().partition("\n")[0]
    return f"{type(promise).__name__}({told}): {about}"


def _moments(values: NDArray[Any]) -> str:
    wide = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
    mean, spread = wide.mean(), np.abs(wide - wide.mean()) ** 2
    said = f"mean {mean.real:.3g}, std {sqrt(spread.mean()):.3g}"
    return (
        f"{said}, kurtosis {(spread**2).mean() / spread.mean() ** 2:.3g}" if spread.any() else said
    )


def _law(law: Law) -> str:
    std = None if law.variance is None else sqrt(law.variance)
    claims = {"mean": law.mean, "std": std, "kurtosis": law.kurtosis if std else None}
    said = [f"{name} {value:.3g}" for name, value in claims.items() if value is not None]
    if np.isfinite([law.low, law.high]).any():
        said.append(f"within [{law.low:.3g}, {law.high:.3g}]")
    return ", ".join(said)
