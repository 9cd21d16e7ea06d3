"""One self-contained page about the runs compared: their data, and what draws them."""

from __future__ import annotations

import json
import math
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from initlab.config import read
from initlab.errors import InitlabError
from initlab.html_table import html_table
from initlab.running import forecast
from initlab.theory import critical_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from initlab.catalog import Catalog
    from initlab.compare.board import Board
    from initlab.compare.trials import Selection, Trial
    from initlab.tracking import Past

__all__ = ["make_page"]

CURVES = ("test/loss", "test/accuracy", "train/loss")
DEPTHS = {"act": "at_init/act_std_by_depth", "grad": "at_init/signal_grad_std_by_depth"}
UPDATES = "update_to_weight/"
POINTS = 60  # of a curve: what a narrow picture shows
PLAN = ("shape", "role", "initializer", "std", "why")


def make_page(past: Past, selection: Selection, board: Board, catalog: Catalog) -> str:
    """Return the page as HTML: nothing in it is loaded from elsewhere."""
    phases = _Phases(past, catalog)
    data = {
        "axes": list(selection.axes),
        "row": selection.row,
        "conditions": list(dict.fromkeys(line.condition for line in board.lines)),
        "metric": board.metric,
        "runs": [_run(past, trial, phases) for trial in selection.trials],
        "edges": phases.edges,
    }
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    ours = files("initlab.compare")
    page = ours.joinpath("page.html").read_text(encoding="utf-8")
    parts = {
        "PICTURES": ours.joinpath("pictures.js").read_text(encoding="utf-8"),
        "TITLE": escape(selection.name),
        "LEAD": escape(" ".join(selection.told())),
        "BOARD": html_table(*board.table(selection)),
        "NOTES": "".join(f"<p>{escape(note)}</p>" for note in board.notes()),
        "DATA": text.replace("<", "\\u003c"),  # so that no text in it ends the script
    }
    for name, part in parts.items():
        page = page.replace(f"<!--{name}-->", part)
    return page


def _run(past: Past, trial: Trial, phases: _Phases) -> dict[str, Any]:
    run, metrics, plan = trial.run, trial.run.metrics, _plan(past, trial)
    return {
        "id": run.run_id,
        "name": run.name,
        "row": trial.row,
        "values": dict(trial.values),
        "condition": trial.condition,
        "seed": run.params.get("seed", ""),
        "diverged": bool(metrics.get("diverged")),
        "final": {name: metrics[name] for name in ("accuracy", "loss") if name in metrics},
        "curves": {name: _thin(past.curve(run, name)) for name in CURVES if name in metrics},
        "depth": {
            short: past.curve(run, name) for short, name in DEPTHS.items() if name in metrics
        },
        "updates": _updates(past, trial, [path for path, *_ in plan]),
        "plan": plan,
        "phase": phases.of(trial),
    }


def _updates(past: Past, trial: Trial, paths: Sequence[str]) -> list[tuple[int, float]]:
    """Return (place, update / weight) of each weight, all of the last step that has them all."""
    metrics = trial.run.metrics
    named = enumerate(path for path in paths if path.endswith("weight"))
    curves = {
        place: dict(past.curve(trial.run, f"{UPDATES}{path}"))
        for place, path in named
        if f"{UPDATES}{path}" in metrics
    }
    shared = set.intersection(*map(set, curves.values())) if curves else set()
    return [(place, curve[max(shared)]) for place, curve in curves.items() if shared]


def _thin(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = max(1, math.ceil(len(points) / POINTS))
    return [*points[:-1:stride], *points[-1:]]


def _plan(past: Past, trial: Trial) -> list[list[str]]:
    content = past.file(trial.run, "plan.json")
    entries = json.loads(content) if content else {}
    return [
        [path, *(str(entry.get(column, "")) for column in PLAN)] for path, entry in entries.items()
    ]


class _Phases:
    """Where theory puts each run's hidden layers, found once for all seeds of a condition."""

    def __init__(self, past: Past, catalog: Catalog) -> None:
        self.past, self.catalog = past, catalog
        self.edges: dict[str, list[tuple[float, float]]] = {}
        self._known: dict[tuple[str, ...], dict[str, Any] | None] = {}

    def of(self, trial: Trial) -> dict[str, Any] | None:
        """Return variances, chi_1 and phase, or None where theory has no single answer."""
        key = (trial.row, *trial.values.values())
        if key not in self._known:
            self._known[key] = self._find(trial)
        return self._known[key]

    def _find(self, trial: Trial) -> dict[str, Any] | None:
        config = self.past.file(trial.run, "config.yaml")
        if config is None:
            return None
        try:
            field = forecast(read(config.decode(), catalog=self.catalog)).field
        except InitlabError:  # recorded with a plugin that is not here
            return None
        if field is None:
            return None
        name = getattr(field.f, "__name__", "f").lstrip("_")
        if name not in self.edges:
            self.edges[name] = _edge(field.f)
        return {
            "activation": name,
            "weight": field.weight_variance,
            "bias": field.bias_variance,
            "chi": round(field.chi_1, 6),
            "phase": str(field.phase),
        }


def _edge(f: Callable[[Any], Any]) -> list[tuple[float, float]]:
    """Return points of the edge of chaos in the plane of weight and bias variance."""
    lengths = [10 ** (power / 8) for power in range(-24, 17)]
    return [
        (point.weight_variance, point.bias_variance)
        for point in critical_line(f, lengths)
        if math.isfinite(point.weight_variance) and point.bias_variance >= 0
    ]
