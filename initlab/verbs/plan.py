"""`plan`: who gets which initializer."""

from __future__ import annotations

from initlab.config import compose
from initlab.running import plan as plan_of
from initlab.tables import print_table
from initlab.verbs.loading import load

__all__ = ["plan"]


def plan(arguments: list[str], plugins: list[str]) -> int:
    """Print what each parameter would get, and why."""
    spec = compose(arguments, catalog=load(plugins))
    print_table(*plan_of(spec).table(), title=spec.label)
    return 0
