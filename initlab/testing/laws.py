"""Drawn values against the law that their initializer declares.

A moment is read from each of some independent draws. What they spread by gives the standard error
of their mean, whatever hangs together within a draw, and the declared moment must lie within six
of these. Where entries are independent, the whole sample has one mean, and its error follows from
the law itself; fixed entries have no error but rounding. Of a normal law's N numbers six standard
errors are 6 sqrt(2 / N) of the variance and 6 sqrt(96 / N) of the kurtosis: with the 2.6 million of
the contract's largest spec a deviation that is 0.3 % off is found, and a kurtosis of 3.04. Entries
that are claimed to be independent must be uncorrelated with their neighbours and with those half an
axis away, and so must their squares.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init import Entries
from initlab.testing.contract import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.init import Initializer, Law, ParameterSpec

__all__ = ["check_law"]

STANDARD_ERRORS = 6.0  # with 31 degrees of freedom by chance once in a million
ENOUGH = 200  # entries, below which a moment's law is too far from normal


def check_law(subject: Initializer, spec: ParameterSpec, draws: Sequence[np.ndarray]) -> None:
    """Check independent draws, in double precision, against the law declared for `spec`.

    Raises:
        ContractError: naming the claim that is not kept.
    """
    law, sample = subject.law(spec), np.stack(draws)
    eps = float(np.finfo(spec.dtype).eps)
    _check_sense(subject, spec, law)
    _check_support(subject, spec, law, sample, eps)
    _check_entries(subject, spec, law, sample)
    if law.variance == 0:
        flat = float(np.ptp(np.abs(sample))) <= eps * abs(law.mean or 0)
        require(flat, subject, f"claims variance 0 but varies for {spec}")
    if sample.size >= ENOUGH:
        for name, claimed, found, error in _moments(law, sample, eps):
            off = abs(found - claimed) / max(error, np.finfo(np.float64).tiny)
            require(
                off <= STANDARD_ERRORS,
                subject,
                f"claims {name} {claimed:.6g} but draws {found:.6g}, {off:.1f} standard errors "
                f"away, for {spec}",
            )
    if law.entries == Entries.independent and law.variance and sample[0].size > 1:
        _check_independence(subject, spec, sample)
    for promise in law.promises:
        complaint = promise.broken(draws, spec)
        require(complaint is None, subject, f"promises {promise}, but {complaint}, for {spec}")


def _check_sense(subject: Initializer, spec: ParameterSpec, law: Law) -> None:
    """Refuse a law that no numbers can have."""
    for name, least in (("mean", -np.inf), ("variance", 0), ("kurtosis", 1)):
        value = getattr(law, name)
        sense = value is None or (isfinite(value) and value >= least - 1e-9)
        require(sense, subject, f"claims a {name} of {value} for {spec}; no law has that")
    require(law.low <= law.high, subject, f"claims values between {law.low} and {law.high}")


def _check_support(
    subject: Initializer, spec: ParameterSpec, law: Law, sample: np.ndarray, eps: float
) -> None:
    slack = 4 * eps * max(abs(bound) for bound in (law.low, law.high, 0) if isfinite(bound))
    low, high = float(sample.real.min()), float(sample.real.max())
    require(
        low >= law.low - slack and high <= law.high + slack,
        subject,
        f"claims values in [{law.low:.6g}, {law.high:.6g}] but draws [{low:.6g}, {high:.6g}] "
        f"for {spec}",
    )


def _check_entries(subject: Initializer, spec: ParameterSpec, law: Law, sample: np.ndarray) -> None:
    same = all(np.array_equal(sample[0], other) for other in sample[1:])
    if law.entries == Entries.fixed:
        require(same, subject, f"claims fixed entries but draws others each time for {spec}")
    elif law.variance:
        require(not same, subject, f"draws the same values from every stream for {spec}")


def _check_independence(subject: Initializer, spec: ParameterSpec, sample: np.ndarray) -> None:
    """Refuse entries that hang together with their neighbours, or those half an axis away.

    Numbers that are independent are uncorrelated, and so are their squares, which tell of copies
    with signs. Each is taken about its own mean over the draws, whatever that is.
    """
    squares = np.abs(sample) ** 2
    for what, values in (("entries", sample), ("squares of entries", squares)):
        off = values - values.mean(axis=0)
        for axis, length in enumerate(spec.shape):
            for step in {1, length // 2} - {0, length}:
                ahead, behind = (np.moveaxis(off, axis + 1, 0)[part] for part in _apart(step))
                products = (ahead * behind.conj()).real
                error = sqrt(float((products**2).mean()) / products.size)
                away = abs(float(products.mean())) / max(error, np.finfo(np.float64).tiny)
                require(
                    products.size < ENOUGH or away <= STANDARD_ERRORS,
                    subject,
                    f"claims independent entries, but {what} that are {step} apart along axis "
                    f"{axis} are correlated, by {away:.1f} standard errors, for {spec}",
                )


def _apart(step: int) -> tuple[slice, slice]:
    return slice(step, None), slice(None, -step)


def _moments(law: Law, sample: np.ndarray, eps: float) -> list[tuple[str, float, float, float]]:
    """Return name, claim, finding and standard error of each claimed moment."""
    rows = sample.reshape(len(sample), -1)
    found: list[tuple[str, float, Any]] = []
    centre = law.mean if law.mean is not None else rows.mean()
    if law.mean is not None:
        found.append(("mean", law.mean, rows.real))
    if law.variance:
        spread = np.abs(rows - centre) ** 2
        found.append(("variance", law.variance, spread))
        if law.kurtosis is not None:
            found.append(("kurtosis", law.kurtosis, spread**2 / law.variance**2))
    size = sqrt(float((np.abs(rows) ** 2).mean()))
    least = {"mean": eps * size, "variance": 8 * eps * size**2, "kurtosis": 16 * eps + 1e-9}
    floor = {"kurtosis": law.kurtosis or 0, "mean": 1, "variance": 1}
    return [
        (name, claimed, float(values.mean()), _error(law, values) + least[name] * floor[name])
        for name, claimed, values in found
    ]


def _error(law: Law, values: np.ndarray) -> float:
    """Return the standard error of the mean of `values`, draws x entries."""
    if law.entries == Entries.fixed:
        return 0.0
    if law.entries == Entries.independent:
        return float(values.std()) / sqrt(values.size)
    return float(values.mean(axis=1).std(ddof=1)) / sqrt(len(values))
