"""The catalog: every registered name, built-in or a stranger's, through one set of hooks."""

from __future__ import annotations

from initlab.catalog import hookspecs
from initlab.catalog.catalog import Catalog
from initlab.catalog.entry import BrokenPlugin, Entry
from initlab.catalog.hookspecs import hookimpl
from initlab.catalog.load import load_catalog
from initlab.catalog.options import REQUIRED, Option, defaults, options

__all__ = [
    "REQUIRED",
    "BrokenPlugin",
    "Catalog",
    "Entry",
    "Option",
    "defaults",
    "hookimpl",
    "hookspecs",
    "load_catalog",
    "options",
]
