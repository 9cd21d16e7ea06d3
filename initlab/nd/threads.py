"""How many threads linear algebra uses: one setting for every library of it in the process."""

from __future__ import annotations

from functools import cache
from typing import Any

from initlab.errors import BadValueError

__all__ = ["single", "threads"]


class threads:  # noqa: N801 - reads as what it sets: `with nd.threads(1):`
    """A `with` block in which products use so many threads; it can be entered again and again.

    Products of the small nets that this lab trains gain nothing from a second thread, and the
    number decides the last bits; a run's is its config's `threads`, 1 by default.

    Args:
        count: at least 1.

    Raises:
        BadValueError: for another.

    >>> import numpy as np
    >>> with threads(1):
    ...     product = np.ones((2, 3)) @ np.ones((3, 2))
    """

    def __init__(self, count: int) -> None:
        import scipy.linalg.blas  # noqa: F401 - a library of its own, which is to be set too
        from threadpoolctl import ThreadpoolController

        if count < 1:
            raise BadValueError(f"threads must be at least 1, got {count}.")
        self._count = count
        self._libraries = ThreadpoolController().lib_controllers
        self._before: list[list[tuple[Any, int]]] = []

    def __enter__(self) -> None:
        changed = []
        for library in self._libraries:
            found = library.get_num_threads()
            if found != self._count:  # asking is ten times cheaper than setting
                library.set_num_threads(self._count)
                changed.append((library, found))
        self._before.append(changed)

    def __exit__(self, *_: object) -> None:
        for library, found in self._before.pop():
            library.set_num_threads(found)


@cache
def single() -> threads:
    """Return `threads(1)`, made once: for loops of small products, which a second thread slows.

    >>> with single():
    ...     pass
    """
    return threads(1)
