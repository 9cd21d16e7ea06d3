"""`reproduce`: published claims, measured again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from initlab.errors import BadValueError
from initlab.reproduction import check_page, claims, findings_table, load_claim
from initlab.reproduction import reproduce as measure
from initlab.tables import print_table
from initlab.words import take_options

if TYPE_CHECKING:
    from initlab.reproduction import Finding, Report

__all__ = ["reproduce"]


def reproduce(arguments: list[str], _plugins: list[str]) -> int:
    """Measure claims and print what was found; without a word, print which claims there are.

    Raises:
        BadValueError: for a size without a claim.
    """
    options, rest = take_options(arguments, ("--page",))
    names = [argument for argument in rest if "=" not in argument]
    sizes = dict(argument.split("=", 1) for argument in rest if "=" in argument)
    if sizes and not names:
        raise BadValueError(f"A size belongs to a claim: reproduce NAME {' '.join(rest)}.")
    if not names and not options:
        _print_claims()
        return 0
    for name in names:
        load_claim(name).sized(sizes)  # a mistake is told before the first is measured
    page = Path(options["--page"]) if options else None
    if page is not None:
        check_page(page)
    for name in names or claims():
        report = _measured(name, sizes)
        if page is not None:
            report.put(page)
    return 0


def _print_claims() -> None:
    known = {name: load_claim(name) for name in claims()}
    rows = [(name, claim.source, claim.question) for name, claim in known.items()]
    print_table(("claim", "source", "what it is"), rows)


def _measured(name: str, sizes: dict[str, str]) -> Report:
    """Measure a claim and print it, after an interruption as far as it came."""
    from initlab.screen import telling

    claim = load_claim(name)
    found: list[Finding] = []
    print(f"{claim.source}\n{claim.claim}\nProtocol: {claim.protocol}", flush=True)

    def watch(news: Finding | str) -> None:
        tell(str(news))
        if not isinstance(news, str):
            found.append(news)

    try:
        with telling(name) as tell:
            report = measure(name, sizes, watch)
    finally:
        if found:
            print_table(*findings_table(found))
    print(f"{report.told()} ({report.seconds:.0f} s)")
    return report
