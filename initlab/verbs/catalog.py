"""`catalog`: every name that a config may use."""

from __future__ import annotations

from initlab.listing import print_catalog
from initlab.verbs.loading import load

__all__ = ["catalog"]


def catalog(arguments: list[str], plugins: list[str]) -> int:
    """Print the names and where they come from, or one name and its options."""
    return print_catalog(load(plugins), arguments)
