"""The catalog that a command works with."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from initlab.catalog import load_catalog

if TYPE_CHECKING:
    from initlab.catalog import Catalog

__all__ = ["load"]


def load(plugins: list[str]) -> Catalog:
    """Return the catalog with those plugins; one that is left out is told."""
    catalog = load_catalog(plugins)
    for broken in catalog.broken:
        print(f"initlab: a plugin is left out: {broken}", file=sys.stderr)
    return catalog
