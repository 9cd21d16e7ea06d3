"""Measuring a claim and telling the result."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from initlab.errors import DataError
from initlab.reproduction.claim import Claim, Finding, Verdict, judge
from initlab.reproduction.load import load_claim

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Report", "check_page", "findings_table", "reproduce"]

COLUMNS = ("measured", "band", "expected", "off by", "holds", "what it is")


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

    def told(self) -> str:
        """Return the verdict, how many figures hold, what had to be put right, and remarks."""
        held, claim = sum(found.holds for found in self.findings), self.claim
        given = ", ".join(f"{name}={value:g}" for name, value in self.sizes.items())
        size = f" (with {given}, which is not the protocol's size)" if given else ""
        return (
            f"{self.verdict}{size}: {held} of {len(self.findings)} figures lie in their bands."
            + (f" Correction: {claim.correction}" if claim.correction else "")
            + (f" {claim.remark}" if claim.remark else "")
        )

    def markdown(self) -> str:
        """Return it as a section of a page."""
        columns, rows = findings_table(self.findings)
        table = [columns, tuple("---" for _ in columns), *rows]
        claim = self.claim
        parts = [
            f"## {claim.source}",
            f"**{claim.question}** {claim.claim}",
            f"**Verdict:** {self.told()}",
            f"**Protocol:** {claim.protocol}",
            f"`{self.command}`",
            "\n".join(f"| {' | '.join(row)} |" for row in table),
        ]
        return "\n\n".join(parts) + "\n"

    def put(self, page: Path) -> None:
        """Write the section into a page, in place of the one that tells of this claim, or last.

        Raises:
            DataError: when there is no such page.
        """
        check_page(page)
        head = f"## {self.claim.source}\n"
        before, found, after = page.read_text(encoding="utf-8").partition(head)
        rest = after.partition("\n## ")[1:] if found else ("", "")
        text = before.rstrip("\n") + "\n\n" + self.markdown() + "".join(rest)
        page.write_text(text, encoding="utf-8")


def check_page(page: Path) -> None:
    """Refuse a page that is not there.

    Raises:
        DataError: when there is no such page.
    """
    if not page.is_file():
        raise DataError(f"There is no page {page} to write the claim's section into.")


def findings_table(findings: Sequence[Finding]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return columns and rows, one finding a row."""
    rows: list[tuple[str, ...]] = [
        (
            f"{found.measured:.5g}",
            f"{found.low:.5g} ... {found.high:.5g}",
            "-" if found.expected is None else f"{found.expected:.5g}",
            "-" if not found.expected else f"{found.measured / found.expected - 1:+.1%}",
            "yes" if found.holds else "NO",
            found.what,
        )
        for found in findings
    ]
    return COLUMNS, rows


def reproduce(
    name: str,
    sizes: Mapping[str, str] | None = None,
    watch: Callable[[Finding | str], object] = str,
) -> Report:
    """Measure a claim by the name of its file in experiments/.

    Args:
        name: such as "lu_2019".
        sizes: other sizes than the measurement's own, as text.
        watch: is told what is being done, and gets each finding when it is there.

    Raises:
        UnknownNameError: for a claim or a size that is not there.
        BadTypeError: for a size that is no number.
    """
    claim = load_claim(name)
    given = claim.sized(sizes or {})
    findings = []
    began = perf_counter()
    for news in claim.measure(**given):
        if isinstance(news, Finding):
            findings.append(news)
        watch(news)
    return Report(name, claim, findings, given, perf_counter() - began)
