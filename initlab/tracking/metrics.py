"""What a record takes: finite numbers, under names that MLflow can hold."""

from __future__ import annotations

import math
import posixpath
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_key", "finite", "non_finite"]

_KEY = re.compile(r"[\w./: -]{1,250}")


@lru_cache(maxsize=65536)
def check_key(key: str, what: str) -> None:
    """Refuse a name that MLflow cannot hold.

    Raises:
        BadValueError: naming it.
    """
    tidy = posixpath.normpath(key)
    if not _KEY.fullmatch(key) or tidy != key or key == "." or key.startswith(("..", "/")):
        raise BadValueError(
            f"A record cannot hold the {what} name {key!r}. Use up to 250 letters, digits, spaces "
            "and _ - . : /, where '/' stands between two parts of the name."
        )


def finite(step: int, metrics: Mapping[str, float]) -> dict[str, float]:
    """Return the metrics as plain floats.

    Raises:
        BadValueError: for an infinite or missing value or a bad name, naming it and the step.

    >>> finite(3, {"loss": 0.5})
    {'loss': 0.5}
    """
    numbers = {key: float(value) for key, value in metrics.items()}
    for key, value in numbers.items():
        check_key(key, "metric")
        if not math.isfinite(value):
            raise BadValueError(
                f"Metric {key!r} is {value} at step {step}, and a record takes finite numbers only "
                "(MLflow would show infinity as 1.8e308). Leave it out; say that the run diverged "
                "by `diverged`, `diverged_step` and the last finite value."
            )
    return numbers


def non_finite(metrics: Mapping[str, float]) -> list[str]:
    """Return the names whose values are infinite or not a number."""
    return [key for key, value in metrics.items() if not math.isfinite(value)]
