"""A file that a command writes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["writing"]


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Write the file in here.

    Raises:
        BadValueError: when the system refuses.
    """
    try:
        yield
    except OSError as error:
        raise BadValueError(f"Cannot write {file}: {error.strerror}.") from error
