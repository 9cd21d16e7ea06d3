"""What `compare` is asked for: a sweep, values of its axes, a condition in MLflow's syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from initlab.errors import BadValueError, SelectsNothingError, TrackingError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from initlab.tracking import Past, PastRun

__all__ = ["Filter", "read_filter", "value_of"]

GRAMMAR = (
    "compare takes a sweep's name; AXIS=VALUE or AXIS=VALUE,VALUE with the keys of the config or "
    "the short ones that run names show (init=he depth=3,10); and in quotes a condition in "
    'MLflow\'s search syntax ("metrics.accuracy > 0.9"). What is given holds all at once.'
)
ENTITY = r"(metric|param|tag|attribute|dataset)s?\.|(status|run_name|run_id|user_id)="  # MLflow's
PAIR = re.compile(
    rf"(?!{ENTITY})\+?(?P<axis>[\w.]+)=(?P<quote>['\"]?)(?P<value>[^'\"<>=]+)(?P=quote)"
)
WRITTEN = {"None": "null", "True": "true", "False": "false"}  # as a command writes what is recorded


@dataclass(frozen=True)
class Filter:
    """Which runs are meant: those for which all of it holds.

    Args:
        sweep: its name; "" for the whole record.
        values: axis -> the values that it may have.
        condition: in MLflow's search syntax.
    """

    sweep: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""

    def runs(self, past: Past) -> list[PastRun]:
        """Return them, the newest first.

        Raises:
            UnknownNameError: for an axis that no run has.
            SelectsNothingError: for a value that no run has on its axis.
            BadValueError: for a condition that is none, or an axis that may be several.
        """
        found = self._searched(past)
        for axis, text in self.values.items() if found else ():
            key = _key(axis, found)
            values = [_written(value_of(run, key)) for run in found]
            wanted = _wanted(text, values)
            for one in wanted:
                if not any(_same(value, one) for value in values):
                    there = {f"{axis}={value}" for value in values}
                    raise SelectsNothingError("compare", f"{axis}={one}", there, "run")
            found = [
                run
                for run, value in zip(found, values, strict=True)
                if any(_same(value, one) for one in wanted)
            ]
        return found

    def _searched(self, past: Past) -> list[PastRun]:
        of_sweep = f"tags.`initlab.sweep` LIKE '%{self.sweep}%'" if self.sweep else ""
        try:
            found = list(past.runs(" and ".join(filter(None, (of_sweep, self.condition)))))
        except TrackingError as error:
            if getattr(error.__cause__, "error_code", "") != "INVALID_PARAMETER_VALUE":
                raise
            raise BadValueError(
                f"{self.condition!r} is no condition that MLflow understands. {GRAMMAR}"
            ) from error
        return [run for run in found if self.sweep in ("", *_sweeps(run))]


def read_filter(words: Sequence[str]) -> Filter:
    """Tell apart what a command's words ask for.

    Raises:
        BadValueError: for two sweeps, or one axis twice.

    >>> read_filter(["init-depth-3f2a9c", "depth=3,10", "metrics.loss < 1"])
    Filter(sweep='init-depth-3f2a9c', values={'depth': '3,10'}, condition='metrics.loss < 1')
    """
    pairs = [pair for word in words if (pair := PAIR.fullmatch(word))]
    rest = [word for word in words if not PAIR.fullmatch(word)]
    sweeps = [word for word in rest if re.fullmatch(r"[\w.-]+", word)]
    conditions = [word for word in rest if word not in sweeps]
    values = {pair["axis"]: pair["value"] for pair in pairs}
    if len(sweeps) > 1 or len(values) < len(pairs):
        raise BadValueError(f"{' '.join(words)!r} is one thing too many. {GRAMMAR}")
    return Filter("".join(sweeps), values, " and ".join(conditions))


def _sweeps(run: PastRun) -> list[str]:
    return run.tags.get("initlab.sweep", "").split()


def value_of(run: PastRun, key: str) -> str:
    """Return a run's value on an axis; "-" without one."""
    return run.params.get(key) or run.params.get(f"{key}.name") or "-"


def _key(axis: str, runs: Iterable[PastRun]) -> str:
    """Return the param that an axis means: of that name, or the only one that ends in it."""
    params = {key for run in runs for key in run.params}
    if {axis, f"{axis}.name"} & params:
        return axis
    axes = {key for run in runs for key in run.tags.get("initlab.axes", "").split()}
    for keys in (axes, params):
        ends = sorted(key for key in keys if key.endswith(f".{axis}"))
        if len(ends) > 1:
            raise BadValueError(f"{axis!r} may be {' or '.join(ends)}: write which.")
        if ends:
            return ends[0]
    error = UnknownNameError("axis", axis, axes or params)
    error.add_note(GRAMMAR)
    raise error


def _wanted(text: str, values: Sequence[str]) -> list[str]:
    """Return the values that are asked for: the text, where it is one, or those behind commas."""
    whole = any(_same(value, text) for value in values)
    return [text] if whole else [one.strip() for one in text.split(",")]


def _written(value: str) -> str:
    return WRITTEN.get(value, value)


def _same(value: str, text: str) -> bool:
    return value == _written(text) or _number(value) == _number(text)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
