"""A published claim, what was found of it, and the verdict."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from initlab.errors import BadTypeError, BadValueError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["Claim", "Finding", "Verdict", "judge"]


class Verdict(StrEnum):
    """What an honest repetition says of a claim."""

    reproduced = "reproduced"
    corrected = "reproduced with correction"
    weak = "weak"
    not_reproduced = "not reproduced"


@dataclass(frozen=True)
class Finding:
    """One measured figure and the band that it must lie in.

    Args:
        what: the quantity, in words.
        measured: its value.
        low: the band's lower end.
        high: its upper end.
        expected: what theory or the paper says, if it is a number.
    """

    what: str
    measured: float
    low: float
    high: float
    expected: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure lies in the band."""
        return self.low <= self.measured <= self.high

    def __str__(self) -> str:
        """Return the quantity and its value."""
        return f"{self.what}: {self.measured:.5g}"

    @classmethod
    def near(cls, what: str, measured: float, expected: float, relative: float) -> Finding:
        """Return a finding whose band is `expected` within a relative distance."""
        slack = abs(expected) * relative
        return cls(what, measured, expected - slack, expected + slack, expected)


@dataclass(frozen=True)
class Claim:
    """A claim of the literature.

    Args:
        question: what one wants to know.
        claim: what the source says.
        source: author and year.
        protocol: how it is measured at the default sizes, where the bands come from, and by which
            rule what the source leaves open was chosen; all of it written before measuring.
        measure: yields the findings, and before long work a line that says what is being done;
            its arguments, numbers with defaults, are the sizes.
        correction: what had to be put right in the claim for it to hold; "" where nothing had.
        remark: what was found out about figures that miss their bands, written after measuring.
    """

    question: str
    claim: str
    source: str
    protocol: str
    measure: Callable[..., Iterable[Finding | str]]
    correction: str = ""
    remark: str = ""

    @property
    def sizes(self) -> Mapping[str, int | float]:
        """The sizes of the measurement, with their defaults."""
        parameters = inspect.signature(self.measure).parameters
        return {name: parameter.default for name, parameter in parameters.items()}

    def sized(self, given: Mapping[str, str]) -> dict[str, int | float]:
        """Return sizes as numbers.

        Raises:
            UnknownNameError: for a size that the measurement does not have.
            BadTypeError: for one that is no number of its kind.
            BadValueError: for one below 1; `steps` may be 0, which leaves training out.
        """
        return {name: self._sized(name, text) for name, text in given.items()}

    def _sized(self, name: str, text: str) -> int | float:
        if name not in self.sizes:
            raise UnknownNameError("size", name, self.sizes)
        kind = type(self.sizes[name])
        try:
            value: int | float = kind(text)
        except ValueError:
            raise BadTypeError(f"{name}={text} is no {kind.__name__}.") from None
        if value < (0 if name == "steps" else 1):
            raise BadValueError(
                f"{name}={text}: a size is at least 1; steps alone may be 0, which leaves training "
                "out."
            )
        return value


def judge(claim: Claim, findings: Sequence[Finding]) -> Verdict:
    """Return the verdict: reproduced when all bands hold, weak when most do.

    >>> claim = Claim("?", "pi is 3", "folklore", "by hand", lambda: [], "3.14159")
    >>> str(judge(claim, [Finding.near("pi", 3.1416, 3.14159, 1e-5)]))
    'reproduced with correction'
    """
    held = sum(finding.holds for finding in findings)
    if findings and held == len(findings):
        return Verdict.corrected if claim.correction else Verdict.reproduced
    return Verdict.weak if 2 * held > len(findings) else Verdict.not_reproduced
