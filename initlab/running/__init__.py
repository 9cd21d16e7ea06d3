"""Running: a RunSpec is built, tied, planned, drawn, calibrated, trained, probed, recorded."""

from initlab.running.assemble import assemble, build, plan
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
from initlab.running.result import Outcome, RunResult
from initlab.running.schedule import due_steps

__all__ = [
    "Diverged",
    "Drawn",
    "Event",
    "Finished",
    "Forecast",
    "Measured",
    "Outcome",
    "Planned",
    "RunResult",
    "Scored",
    "Stepped",
    "assemble",
    "build",
    "draw_phases",
    "due_steps",
    "first_metrics",
    "forecast",
    "live",
    "plan",
    "run",
]
