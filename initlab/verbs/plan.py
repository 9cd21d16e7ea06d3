"""`plan`: who gets which initializer."""

from __future__ import annotations

from initlab.config import compose
from initlab.running import plan as plan_of
from initlab.tables import print_table
from initlab.verbs.loading import load

__all__ = ["plan"]


def plan(arguments: list[str], plugins: list[str]) -> int:
    """Print what each parameter would get, and why; then what a calibrator would do."""
    catalog = load(plugins)
    spec = compose(arguments, catalog=catalog)
    print_table(*plan_of(spec).table(), title=spec.label)
    calibrator = spec.init.calibrate
    if calibrator is not None:
        entry = next(e for e in catalog.calibrators.values() if e.cls is type(calibrator))
        seen = calibrator.sees.format(calibrator.samples or spec.training.batch_size)
        print(f"After the draw {calibrator} adjusts the net to {seen}. {entry.summary}")
    return 0
