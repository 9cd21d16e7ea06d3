"""The pictures that a sweep's runs share: signal through depth, with bands over seeds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from initlab.running import draw_bands
from initlab.tracking import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.tracking import Past, PastRun

__all__ = ["share_pictures"]

SEED, INIT = "seed", "init"
LINES = 20  # more than these nobody can tell apart: the trials of a search, above all
PANELS = {
    "activations": "at_init/act_std_by_depth",
    "gradients of the loss": "at_init/signal_grad_std_by_depth",
}


def share_pictures(past: Past, sweep: str, axes: Sequence[str]) -> None:
    """Draw a picture for each value of the axes but the compared one, and give it to its runs.

    A picture has a line for each initializer (without that axis, for each value of the first) and
    a band over its seeds, and is left out where those would be more than 20. It is the artifact
    `figures/SWEEP/signal_through_depth.svg`.

    Args:
        past: where the runs are recorded.
        sweep: its name.
        axes: the keys that have several values.

    Raises:
        TrackingError: when a picture can't be kept.
    """
    held = [axis for axis in axes if axis != SEED]
    compared = INIT if INIT in held or not held else held[0]
    groups: dict[str, list[PastRun]] = {}
    for run in past.sweep(sweep):
        if run.status == Status.FINISHED and PANELS["activations"] in run.metrics:
            values = [f"{axis}={_value(run, axis)}" for axis in held if axis != compared]
            groups.setdefault(" ".join(values), []).append(run)
    with TemporaryDirectory(prefix="initlab-") as folder:
        picture = Path(folder) / "signal_through_depth.svg"
        for others, runs in groups.items():
            if len(runs) > 1 and len({_value(run, compared) for run in runs}) <= LINES:
                _draw(past, runs, compared, others, picture)
                for run in runs:
                    past.stored(run).log_artifact(picture, f"figures/{sweep}")


def _draw(past: Past, runs: Sequence[PastRun], compared: str, others: str, file: Path) -> None:
    """Draw what the runs have at initialization, those of the same value as one band."""
    panels: dict[str, dict[str, list[list[tuple[int, float]]]]] = {what: {} for what in PANELS}
    for run in reversed(runs):  # the oldest first, on one core in the command's order
        for what, metric in PANELS.items():
            if metric in run.metrics:
                curves = panels[what].setdefault(_value(run, compared), [])
                curves.append(past.curve(run, metric))
    where = f" with {others}" if others else ""
    draw_bands(panels, f"Signal through depth at initialization{where}, bands over seeds", file)


def _value(run: PastRun, axis: str) -> str:
    return run.params.get(axis) or run.params.get(f"{axis}.name", "")
