"""`theory`: what an initialization will do, foretold."""

from __future__ import annotations

from pathlib import Path

from initlab.config import compose
from initlab.running import draw_phases, forecast
from initlab.tables import print_table
from initlab.verbs.loading import load
from initlab.verbs.writing import writing

__all__ = ["theory"]


def theory(arguments: list[str], plugins: list[str]) -> int:
    """Print the forecast, and draw where in the phase diagram it stands."""
    spec = compose(arguments, catalog=load(plugins))
    made = forecast(spec)
    print_table(*made.table(), title=made.label)
    print(made.verdict())
    if spec.init.calibrate is not None:
        print("A calibrator adjusts the weights after that, which this does not foretell.")
    if made.standing is not None:
        file, where = Path(f"theory-{made.label}.png"), made.standing
        print(where.bounds)
        with writing(file):
            draw_phases(where.field, f"{made.label}, {made.depth} layers", file, where.label)
        print(f"Phase diagram: {file}")
    return 0
