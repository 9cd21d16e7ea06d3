"""Which charts MLflow's pages show of a sweep, in which order, on which scales."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Metrics = Sequence[Mapping[str, float]]

__all__ = ["charts", "outcomes", "parallel", "sections"]

OUTCOMES = ("accuracy", "loss", "trained", "diverged", "diverged_step")
CAME_TO = "What it came to"
FIRST = {
    CAME_TO: ("accuracy", "loss", "diverged"),
    "Training": ("test/accuracy", "test/loss", "train/loss"),
    "Signal through depth, as drawn": (
        "at_init/act_std_by_depth", "at_init/signal_grad_std_by_depth",
    ),
}  # fmt: skip
WIDE = 1000.0  # values that lie further apart are drawn on a logarithmic scale
ROOM = 100.0  # times what calm runs came to: where a picture ends that a diverged run leaves


def outcomes(runs: Metrics) -> list[str]:
    """Return the metrics that tell how runs ended, those that matter first."""
    return [name for name in OUTCOMES if any(name in run for run in runs)]


def sections(runs: Metrics) -> list[dict[str, Any]]:
    """Return the sections: what runs came to, how they trained, then one for each probe."""
    return [_section(name) for name in _by_section(runs)]


def charts(runs: Metrics) -> list[dict[str, Any]]:
    """Return a chart for each metric, in the order of the sections; a probe's by Block."""
    bars = FIRST[CAME_TO]
    return [
        _chart(section, "BAR", key) if key in bars else _line(section, key, runs)
        for section, keys in _by_section(runs).items()
        for key in keys
    ]


def parallel(axes: Sequence[str], runs: Metrics) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a section, and in it parallel coordinates: the axes, then what all runs came to."""
    name = "Run by run"
    # MLflow leaves out a run that lacks one of the metrics
    told = [key for key in ("trained", "loss", "accuracy") if all(key in run for run in runs)]
    chosen = {"selectedParams": list(axes), "selectedMetrics": told, "showAllRuns": True}
    chart = {**_chart(name, "PARALLEL", "parallel coordinates"), **chosen}
    return {**_section(name), "columns": 1, "cardHeight": 480}, chart


def _by_section(runs: Metrics) -> dict[str, list[str]]:
    found = sorted({key for run in runs for key in run})
    named = {name: [key for key in keys if key in found] for name, keys in FIRST.items()}
    for key in found:
        probe, slash, _ = key.rpartition("/")
        if slash and probe not in ("test", "train", "at_init"):
            named.setdefault(probe, []).append(key)
    return {name: keys for name, keys in named.items() if keys}


def _section(name: str) -> dict[str, Any]:
    return {
        "uuid": f"section-{name}",
        "name": name,
        "display": True,
        "isReordered": True,
        "deleted": False,
        "isGenerated": False,
    }


def _chart(section: str, kind: str, metric: str) -> dict[str, Any]:
    return {
        "uuid": f"chart-{metric}",
        "type": kind,
        "runsCountToCompare": 100,
        "metricSectionId": f"section-{section}",
        "deleted": False,
        "isGenerated": False,
        "displayName": metric if section in FIRST else metric.rpartition("/")[2],
        "metricKey": metric,
    }


def _line(section: str, metric: str, runs: Metrics) -> dict[str, Any]:
    log, limits = _scale(metric, runs)
    return {
        **_chart(section, "LINE", metric),
        "selectedMetricKeys": [metric],
        "scaleType": "log" if log else "linear",
        "range": limits,
        "xAxisKey": "step",
        "xAxisScaleType": "linear",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "lineSmoothness": 0,
        "ignoreOutliers": False,
        "useGlobalXaxisKey": False,
        "useGlobalLineSmoothing": False,
    }


def _scale(metric: str, runs: Metrics) -> tuple[bool, dict[str, float]]:
    """Return whether the axis is logarithmic, and the limits that diverged runs don't decide."""
    values = [run[metric] for run in runs if run.get(metric, 0) > 0]
    calm = [run[metric] for run in runs if run.get(metric, 0) > 0 and not run.get("diverged")]
    if metric.startswith("at_init/"):
        return True, {}
    log = metric.endswith("/loss") or max(values, default=1) > WIDE * min(values, default=1)
    if not (log and calm and max(values) > ROOM * max(calm)):
        return log, {}
    # in powers of ten, as the pages have them
    return log, {"yMin": log10(min(calm) / 3), "yMax": log10(max(calm) * ROOM)}
