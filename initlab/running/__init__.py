"""Running: a RunSpec is built, tied, planned, drawn, calibrated, trained, probed, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.running.assemble import assemble, build, plan
    from initlab.running.bands import draw_bands
    from initlab.running.events import (
        Diverged,
        Drawn,
        Event,
        Finished,
        Measured,
        Planned,
        Scored,
        Stepped,
    )
    from initlab.running.execute import run
    from initlab.running.first import first_metrics
    from initlab.running.forecast import Forecast, forecast
    from initlab.running.life import live
    from initlab.running.phase_diagram import draw_phases
    from initlab.running.portrait import Depth, Portrait, portray
    from initlab.running.portrait_figure import draw_portrait
    from initlab.running.result import Outcome, RunResult
    from initlab.running.schedule import due_steps
else:
    on_demand(__name__)

__all__ = [
    "Depth",
    "Diverged",
    "Drawn",
    "Event",
    "Finished",
    "Forecast",
    "Measured",
    "Outcome",
    "Planned",
    "Portrait",
    "RunResult",
    "Scored",
    "Stepped",
    "assemble",
    "build",
    "draw_bands",
    "draw_phases",
    "draw_portrait",
    "due_steps",
    "first_metrics",
    "forecast",
    "live",
    "plan",
    "portray",
    "run",
]
