"""The contract of a random source: generators that follow from the seed and from nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.testing.contract import ContractError, check_value, require

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.nd.random import RandomSource

__all__ = ["check_random_source"]

SIZE = 40_000
STANDARD_ERRORS = 5.0
PATHS = ("0.weight", "data/order")


def check_random_source(kind: Callable[[int], RandomSource]) -> None:
    """Check that a random source keeps its contract.

    It is a value made from a seed. It answers paths with NumPy Generators, whose uniform and normal
    numbers, in both precisions, have the moments of their laws within five standard errors and no
    two of them the same numbers. Equal seeds draw equal numbers, others draw others, and a copy
    draws what the original would have: each run begins with one.

    Args:
        kind: the class, whose first argument is the seed, the others having defaults.

    Raises:
        ContractError: naming the promise that is not kept.

    >>> from initlab.nd.random import Streams
    >>> check_random_source(Streams)
    """
    source = _made(kind, 3)
    check_value(source)
    copied = deepcopy(source)
    drawn = _draws(source)
    require(_same(_draws(copied), drawn), source, "has a copy that draws other numbers")
    require(_same(_draws(_made(kind, 3)), drawn), source, "draws other numbers the second time")
    require(not _same(_draws(_made(kind, 4)), drawn), source, "draws the same for another seed")
    for (path, law, precision), numbers in drawn.items():
        what = f"draws {law} numbers of {precision} for {path!r}"
        require(numbers.dtype == precision, source, f"{what} as {numbers.dtype}")
        _check_moments(source, law, numbers.astype(np.float64), what)
        other = drawn[PATHS[path == PATHS[0]], law, precision]
        require(not np.array_equal(numbers, other), source, f"{what} and for another path alike")


def _made(kind: Callable[[int], RandomSource], seed: int) -> RandomSource:
    try:
        return kind(seed)
    except TypeError as error:
        raise ContractError(f"{kind!r} cannot be made from a seed: {error}.") from error


def _draws(source: RandomSource) -> dict[tuple[str, str, str], Any]:
    drawn = {}
    for path in PATHS:
        rng = source.stream(path)
        is_generator = isinstance(rng, np.random.Generator)
        require(is_generator, source, f"answers {path!r} with {rng!r}, no NumPy Generator")
        for precision in ("float32", "float64"):
            out = np.empty(SIZE, precision)
            drawn[path, "normal", precision] = rng.standard_normal(dtype=out.dtype, out=out)
            drawn[path, "uniform", precision] = rng.random(SIZE, out.dtype)
    return drawn


def _same(some: dict[tuple[str, str, str], Any], others: dict[tuple[str, str, str], Any]) -> bool:
    return all(np.array_equal(some[key], others[key]) for key in some)


def _check_moments(source: RandomSource, law: str, numbers: Any, what: str) -> None:
    """Hold mean and variance against those of U[0, 1) or N(0, 1)."""
    mean, variance, fourth = (0.5, 1 / 12, 1 / 80) if law == "uniform" else (0.0, 1.0, 3.0)
    for name, found, expected, spread in (
        ("mean", numbers.mean(), mean, variance),
        ("variance", np.mean((numbers - mean) ** 2), variance, fourth - variance**2),
    ):
        off = abs(found - expected) / (spread / SIZE) ** 0.5
        complaint = f"{what} with the {name} {found:.4f} instead of {expected:.4f}"
        require(bool(off < STANDARD_ERRORS), source, complaint)
    inside = law == "normal" or (numbers.min() >= 0 and numbers.max() < 1)
    require(bool(inside), source, f"{what} outside of [0, 1)")
