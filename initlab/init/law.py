"""What an initializer declares of the values that it draws, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from initlab.init.promises import Promise

__all__ = ["Entries", "Law"]


class Entries(StrEnum):
    """How the entries of one array hang together."""

    independent = "independent"
    dependent = "dependent"
    fixed = "fixed"


@dataclass(frozen=True)
class Law:
    """The law of an entry chosen at random from a drawn array, and what the array promises.

    None claims nothing. `initlab.testing` draws and checks every claim.

    Args:
        mean: of the entries.
        variance: about that mean.
        kurtosis: the fourth central moment over the squared variance; 3 for a Gaussian.
        low, high: no entry lies outside, of complex ones no real part, but for rounding.
        entries: independent; dependent on each other; or fixed, equal in every draw.
        promises: what holds for the array as a whole, see `initlab.init.promises`.

    >>> Law(mean=0, variance=0.01, kurtosis=3).high
    inf
    """

    mean: float | None = None
    variance: float | None = None
    kurtosis: float | None = None
    low: float = -inf
    high: float = inf
    entries: Entries = Entries.independent
    promises: tuple[Promise, ...] = ()
