"""From a command's words to the record that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.config import compose
from initlab.errors import ConfigError
from initlab.tracking import Past

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.catalog import Catalog

__all__ = ["open_past"]


def open_past(overrides: Sequence[str], catalog: Catalog) -> Past:
    """Return the record that `tracking.KEY=VALUE` names; the working directory's without.

    Raises:
        ConfigError: for an override of something else.
        TrackingError: when nothing is recorded there.
    """
    for override in overrides:
        if not override.startswith("tracking."):
            raise ConfigError(
                f"{override!r} is not about where the record is: here only tracking.uri=..., "
                "tracking.experiment=... may be given."
            )
    return Past(compose(overrides, catalog=catalog).tracking)
