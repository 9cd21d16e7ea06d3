"""Measuring a claim and telling the result."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from initlab.reproduction.claim import Claim, Finding, Verdict, judge
from initlab.reproduction.load import load_claim

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Report", "reproduce"]

COLUMNS = ("measured", "band", "expected", "holds", "what it is")


@dataclass(frozen=True)
class Report:
    """A claim, what was found, and how long it took."""

    name: str
    claim: Claim
    findings: Sequence[Finding]
    sizes: Mapping[str, int | float]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """What the findings say of the claim."""
        return judge(self.claim, self.findings)

    @property
    def command(self) -> str:
        """What makes it again."""
        given = [f"{name}={value:g}" for name, value in self.sizes.items()]
        return " ".join(["python -m initlab reproduce", self.name, *given])

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return columns and rows, one finding a row."""
        rows: list[tuple[str, ...]] = [
            (
                f"{found.measured:.5g}",
                f"{found.low:.5g} ... {found.high:.5g}",
                "-" if found.expected is None else f"{found.expected:.5g}",
                "yes" if found.holds else "NO",
                found.what,
            )
            for found in self.findings
        ]
        return COLUMNS, rows

    def markdown(self) -> str:
        """Return it as a section of a page."""
        columns, rows = self.table()
        table = [columns, tuple("---" for _ in columns), *rows]
        claim = self.claim
        told = [
            f"## {claim.source}",
            f"**{claim.question}** {claim.claim}",
            f"Verdict: **{self.verdict}**."
            + (f" Correction: {claim.correction}" if claim.correction else ""),
            f"Protocol: {claim.protocol}",
            f"`{self.command}`",
            "\n".join(f"| {' | '.join(row)} |" for row in table),
        ]
        return "\n\n".join(told) + "\n"


def reproduce(name: str, sizes: Mapping[str, str] | None = None) -> Report:
    """Measure a claim by the name of its file in experiments/.

    Args:
        name: such as "lu_2019".
        sizes: other sizes than the measurement's own, as text.

    Raises:
        UnknownNameError: for a claim or a size that is not there.
        BadTypeError: for a size that is no number.
    """
    claim = load_claim(name)
    given = claim.sized(sizes or {})
    began = perf_counter()
    findings = list(claim.measure(**given))
    return Report(name, claim, findings, given, perf_counter() - began)
