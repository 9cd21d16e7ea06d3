"""How MLflow's pages open on a sweep: which columns and charts, grouped by what.

The form of a saved view is MLflow's own and written down nowhere: it is what the pages of version
3.17 write themselves. Another version gets no view, and its pages open as they do without one.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from initlab.tracking.charts import charts, outcomes, parallel, sections

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Metrics = Sequence[Mapping[str, float]]

__all__ = ["KNOWN_TO_WORK", "VIEW_TAG", "view_address", "view_tags"]

KNOWN_TO_WORK = "3.17."
VIEW_TAG = "mlflow.sharedViewState."
BY_RUN = "-runs"
SEED = "seed"


def view_tags(sweep: str, axes: Sequence[str], runs: Metrics, now: int) -> dict[str, str]:
    """Return the experiment's tags that keep a sweep's two views.

    One groups its runs by the axes but the seed, with bands over seeds; the other, "SWEEP-runs",
    shows each run by itself, in parallel coordinates first.

    Args:
        sweep: its name.
        axes: the keys that have several values.
        runs: the last value of each metric, by finished run.
        now: ms since 1970.
    """
    compared = [axis for axis in axes if axis != SEED] or [SEED]
    groups = [{"mode": "param", "groupByData": axis} for axis in compared]
    state = _state(sweep, axes, runs)
    section, chart = parallel(axes, runs)
    states = {
        sweep: {**state, "groupBy": {"aggregateFunction": "average", "groupByKeys": groups}},
        f"{sweep}{BY_RUN}": {
            **state,
            "compareRunSections": [section, *state["compareRunSections"]],
            "compareRunCharts": [chart, *state["compareRunCharts"]],
        },
    }
    return {f"{VIEW_TAG}{name}": _envelope(name, view, now) for name, view in states.items()}


def view_address(experiment: str, sweep: str) -> str:
    """Return the part of an address behind the server that opens a sweep's view."""
    query = {
        "workflowType": "machine_learning",
        "viewStateShareKey": sweep,
        "compareRunsMode": "CHART",
    }
    return f"#/experiments/{experiment}/runs?{urlencode(query)}"


def _envelope(name: str, state: Mapping[str, Any], now: int) -> str:
    """Return a view as MLflow keeps it; packed, since a tag holds no more than 20,000 letters."""
    packed = b64encode(zlib.compress(json.dumps(state).encode())).decode()
    view = {"name": name, "createdAt": now, "updatedAt": now, "state": f"deflate;{packed}"}
    return json.dumps(view)


def _state(sweep: str, axes: Sequence[str], runs: Metrics) -> dict[str, Any]:
    told = outcomes(runs)
    columns = [f"params.`{axis}`" for axis in dict.fromkeys(("init", *axes, SEED))]
    columns += [f"metrics.`{name}`" for name in told]
    best = next(iter(told), "loss")
    return {
        # without those that were killed and done anew: a mean counts each job once
        "searchFilter": f"tags.`initlab.sweep` LIKE '%{sweep}%' and attributes.status = 'FINISHED'",
        "orderByKey": f"metrics.`{best}`",
        "orderByAsc": best == "loss",
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
        "groupBy": None,
        "useGroupedValuesInCharts": True,
        "groupsExpanded": {},
        "hideEmptyCharts": True,
        "compareRunSections": sections(runs),
        "compareRunCharts": charts(runs),
        "isAccordionReordered": True,
        "globalLineChartConfig": {
            "xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": "",
        },
    }  # fmt: skip
