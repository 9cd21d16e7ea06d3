"""How MLflow's pages open on a sweep: which columns and charts, grouped by what.

The form of a saved view is MLflow's own and written down nowhere: it is what the pages of version
3.17 write themselves. Another version gets no view, and its pages open as they do without one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KNOWN_TO_WORK", "VIEW_TAG", "view_address", "view_tag"]

KNOWN_TO_WORK = "3.17."
VIEW_TAG = "mlflow.sharedViewState."
SEED = "seed"
COLUMNS = ("final/test_accuracy", "final/test_loss", "trained", "diverged", "diverged_step")
SECTIONS = {
    "What it came to": (("BAR", "final/test_accuracy", False), ("BAR", "final/test_loss", False)),
    "Training": (
        ("LINE", "test/accuracy", False), ("LINE", "test/loss", True), ("LINE", "train/loss", True),
    ),
    "Signal through depth, as drawn": (
        ("LINE", "at_init/act_std_by_depth", True),
        ("LINE", "at_init/signal_grad_std_by_depth", True),
    ),
}  # fmt: skip


def view_tag(sweep: str, axes: Sequence[str], now: int) -> tuple[str, str]:
    """Return name and text of the experiment's tag that keeps a sweep's view.

    Args:
        sweep: its name.
        axes: the keys that have several values.
        now: ms since 1970.
    """
    view = {
        "name": sweep,
        "createdAt": now,
        "updatedAt": now,
        "state": json.dumps(_state(sweep, axes)),
    }
    return f"{VIEW_TAG}{sweep}", json.dumps(view)


def view_address(experiment: str, sweep: str) -> str:
    """Return the part of an address behind the server that opens a sweep's view."""
    query = {
        "workflowType": "machine_learning",
        "viewStateShareKey": sweep,
        "compareRunsMode": "CHART",
    }
    return f"#/experiments/{experiment}/runs?{urlencode(query)}"


def _state(sweep: str, axes: Sequence[str]) -> dict[str, Any]:
    compared = [axis for axis in axes if axis != SEED]
    columns = [*(f"params.`{axis}`" for axis in dict.fromkeys(("init", *compared, SEED)))]
    columns += [f"metrics.`{name}`" for name in COLUMNS]
    groups = [{"mode": "param", "groupByData": axis} for axis in compared or [SEED]]
    return {
        "searchFilter": f"tags.`initlab.sweep` LIKE '%{sweep}%'",
        "orderByKey": "metrics.`final/test_accuracy`",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": columns,
        "columnOrder": columns,
        "columnWidths": {},
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsVisibilityMap": {},
        "runsHiddenMode": "SHOW_ALL",
        "runListHidden": False,
        "viewMaximized": False,
        "autoRefreshEnabled": True,
        "groupBy": {"aggregateFunction": "average", "groupByKeys": groups},
        "useGroupedValuesInCharts": True,
        "groupsExpanded": {},
        "hideEmptyCharts": True,
        "compareRunSections": [_section(place, name) for place, name in enumerate(SECTIONS)],
        "compareRunCharts": [
            _chart(place, kind, metric, log=log)
            for place, charts in enumerate(SECTIONS.values())
            for kind, metric, log in charts
        ],
        "isAccordionReordered": True,
        "globalLineChartConfig": _axis(),
    }


def _section(place: int, name: str) -> dict[str, Any]:
    return {
        "uuid": f"section-{place}",
        "name": name,
        "display": True,
        "isReordered": True,
        "deleted": False,
        "isGenerated": False,
    }


def _chart(section: int, kind: str, metric: str, *, log: bool) -> dict[str, Any]:
    chart = {
        "uuid": f"chart-{section}-{metric}",
        "type": kind,
        "runsCountToCompare": 100,
        "metricSectionId": f"section-{section}",
        "deleted": False,
        "isGenerated": False,
        "displayName": metric.rpartition("/")[2].replace("_", " ") if section == 2 else metric,
        "metricKey": metric,
    }
    if kind == "BAR":
        return chart
    scale = "log" if log else "linear"
    line = {
        "selectedMetricKeys": [metric],
        "scaleType": scale,
        "xAxisScaleType": "linear",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "range": {},
        "ignoreOutliers": False,
        "useGlobalXaxisKey": False,
        "useGlobalLineSmoothing": False,
    }
    return {**chart, **_axis(), **line}


def _axis() -> dict[str, Any]:
    return {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""}
