"""How a plan is shown: as a table of strings, as text, as HTML, as JSON, as a difference."""

from __future__ import annotations

from html import escape
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from initlab.init.plan import PlanEntry

__all__ = ["PlanView"]

COLUMNS = (
    "path", "shape", "role", "fan_in", "fan_out", "initializer", "std claimed", "why",
)  # fmt: skip


class PlanView:
    """The views of something with `entries`."""

    entries: tuple[PlanEntry, ...]

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the columns and one row of strings a parameter; '?' is not known yet."""
        return COLUMNS, [_row(entry) for entry in self.entries]

    def __str__(self) -> str:
        columns, rows = self.table()
        lines = [columns, *rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        columns, rows = self.table()
        head = "".join(f"<th>{escape(column)}</th>" for column in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
        )
        return f"<table><tr>{head}</tr>{body}</table>"

    def to_dict(self) -> dict[str, Any]:
        """Return the plan by path, in types that JSON has."""
        return {entry.path: _as_json(entry) for entry in self.entries}

    def diff(self, other: PlanView) -> list[str]:
        """Return a line for each parameter to which `other` gives something else.

        A parameter that only one plan has is marked with '-' (only here) or '+' (only there).
        """
        mine = {entry.path: entry for entry in self.entries}
        theirs = {entry.path: entry for entry in other.entries}
        lines = []
        for path in [*mine, *(path for path in theirs if path not in mine)]:
            if path not in theirs:
                lines.append(f"- {path}: {mine[path].initializer!r}")
            elif path not in mine:
                lines.append(f"+ {path}: {theirs[path].initializer!r}")
            elif _essence(mine[path]) != _essence(theirs[path]):
                lines.append(f"~ {path}: {_brief(mine[path])} -> {_brief(theirs[path])}")
        return lines


def claimed_std(entry: PlanEntry) -> float | None:
    """Return the std that the entry's initializer claims, or None."""
    if not entry.spec.known:
        return None
    variance = entry.initializer.variance(entry.spec)
    return None if variance is None else sqrt(variance)


def _row(entry: PlanEntry) -> tuple[str, ...]:
    spec, std = entry.spec, claimed_std(entry)
    shape = " x ".join(str(dim or "?") for dim in spec.shape)
    fans = (str(spec.fan_in), str(spec.fan_out)) if spec.has_fans else _no_fans(entry)
    why = entry.why
    if entry.overruled:
        why += f" (overrules {', '.join(entry.overruled)})"
    if entry.aliases:
        why += f"; tied to {', '.join(entry.aliases)}"
    claim = "?" if not spec.known else "-" if std is None else f"{std:.4g}"
    return (entry.path, shape, str(spec.role), *fans, str(entry.initializer), claim, why)


def _no_fans(entry: PlanEntry) -> tuple[str, str]:
    mark = "-" if entry.spec.known or len(entry.spec.shape) < 2 else "?"
    return mark, mark


def _as_json(entry: PlanEntry) -> dict[str, Any]:
    spec = entry.spec
    return {
        "name": entry.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype.name,
        "role": str(spec.role),
        "fan_in": spec.fan_in if spec.has_fans else None,
        "fan_out": spec.fan_out if spec.has_fans else None,
        "initializer": str(entry.initializer),
        "std": claimed_std(entry),
        "why": entry.why,
        "overruled": list(entry.overruled),
        "aliases": list(entry.aliases),
    }


def _essence(entry: PlanEntry) -> tuple[object, ...]:
    return entry.spec, entry.initializer, entry.why, entry.overruled, entry.aliases


def _brief(entry: PlanEntry) -> str:
    return f"{entry.initializer} {entry.spec.shape} ({entry.why})"
