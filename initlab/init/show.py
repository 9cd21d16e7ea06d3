"""How a plan is shown: as a table of strings, as text, as HTML, as JSON, as a difference."""

from __future__ import annotations

from math import prod, sqrt
from typing import TYPE_CHECKING, Any

from initlab.errors import ShapeError
from initlab.html_table import html_table

if TYPE_CHECKING:
    from initlab.init.entry import PlanEntry
    from initlab.init.spec import ParameterSpec

__all__ = ["PlanView"]

COLUMNS = (
    "path", "shape", "role", "fan_in", "fan_out", "initializer", "std claimed", "why",
)  # fmt: skip
RIGHT = ("fan_in", "fan_out")  # the columns of whole numbers


class PlanView:
    """The views of something with `entries`."""

    entries: tuple[PlanEntry, ...]

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return the columns and one row of strings a parameter.

        '?' is not known yet, '-' is not there: the fans of a bias, a std that nobody claims.
        """
        return COLUMNS, [_row(entry) for entry in self.entries]

    def __str__(self) -> str:
        columns, rows = self.table()
        widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
        lines = [columns, tuple("-" * width for width in widths), *rows]
        return "\n".join([*(_aligned(line, widths) for line in lines), self.total()])

    def total(self) -> str:
        """Return how many parameters and values there are, in words.

        >>> from initlab.init import ParameterSpec, Slot, make_plan
        >>> make_plan([Slot("weight", "w", ParameterSpec((3, 4)))]).total()
        '1 parameter, 12 values'
        """
        known = sum(prod(entry.spec.shape) for entry in self.entries)
        waiting = sum(not entry.spec.known for entry in self.entries)
        tied = sum(len(entry.aliases) for entry in self.entries)
        parts = [_count(len(self.entries), "parameter"), _count(known, "value")]
        if tied:
            parts.append(f"{_count(tied, 'path')} tied to another")
        if waiting:
            parts.append(f"{waiting} of unknown shape until the first forward pass")
        return ", ".join(parts)

    def __repr__(self) -> str:
        """Write one line, which a notebook keeps beside the table."""
        return f"{type(self).__name__}({self.total()})"

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        return f"{html_table(*self.table())}<p>{self.total()}</p>"

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
                lines.append(f"- {path}: {_brief(mine[path])}")
            elif path not in mine:
                lines.append(f"+ {path}: {_brief(theirs[path])}")
            elif _essence(mine[path]) != _essence(theirs[path]):
                lines.append(f"~ {path}: {_brief(mine[path])} -> {_brief(theirs[path])}")
        return lines


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = [
        cell.rjust(width) if column in RIGHT else cell.ljust(width)
        for column, cell, width in zip(COLUMNS, cells, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def claimed_std(entry: PlanEntry) -> float | None:
    """Return the std that the entry's initializer claims, or None where it claims none.

    Raises:
        ShapeError: when it hangs on a dimension that is not known yet.
    """
    variance = entry.initializer.variance(entry.spec)
    return None if variance is None else sqrt(variance)


def _fan(spec: ParameterSpec, which: str) -> int | str:
    """Return a fan, '?' when it is not known yet, '-' when there is none."""
    if not spec.has_fans:
        return "-"
    try:
        return int(getattr(spec, which))
    except ShapeError:
        return "?"


def _std(entry: PlanEntry) -> float | str:
    try:
        std = claimed_std(entry)
    except ShapeError:
        return "?"
    return "-" if std is None else std


def _row(entry: PlanEntry) -> tuple[str, ...]:
    spec, std = entry.spec, _std(entry)
    shape = " x ".join(str(dim or "?") for dim in spec.shape)
    fans = (str(_fan(spec, "fan_in")), str(_fan(spec, "fan_out")))
    why = entry.why
    if entry.overruled:
        why += f" (overrules {', '.join(entry.overruled)})"
    if entry.aliases:
        why += f"; tied to {', '.join(entry.aliases)}"
    claim = std if isinstance(std, str) else f"{std:.4g}"
    return (entry.path, shape, str(spec.role), *fans, str(entry.initializer), claim, why)


def _as_json(entry: PlanEntry) -> dict[str, Any]:
    spec = entry.spec
    return {
        "name": entry.name,
        "shape": list(spec.shape),
        "dtype": spec.dtype.name,
        "role": str(spec.role),
        "fan_in": _number(_fan(spec, "fan_in")),
        "fan_out": _number(_fan(spec, "fan_out")),
        "initializer": str(entry.initializer),
        "std": _number(_std(entry)),
        "why": entry.why,
        "lr_mult": entry.lr_mult,
        "overruled": list(entry.overruled),
        "aliases": list(entry.aliases),
    }


def _number(cell: float | str) -> float | None:
    return None if isinstance(cell, str) else cell


def _essence(entry: PlanEntry) -> tuple[object, ...]:
    return entry.spec, entry.initializer, entry.why, entry.overruled, entry.aliases, entry.lr_mult


def _brief(entry: PlanEntry) -> str:
    return f"{entry.initializer} {entry.spec.shape} ({entry.why})"
