"""`run`: a run or a sweep, and Hydra's completion of its words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from initlab import verbs
from initlab.completion import completions, line_for_hydra, plugins_of
from initlab.config import is_multirun
from initlab.jobs import warm_early
from initlab.verbs.loading import load

if TYPE_CHECKING:
    from collections.abc import Iterable

    from initlab.catalog import Catalog

__all__ = ["run"]


def run(arguments: list[str], plugins: list[str]) -> int:
    """Carry out one run, or with `-m` a sweep; the status of a sweep says whether a job failed."""
    several = is_multirun(arguments)
    if several:
        warm_early(arguments)
    line = os.environ.get("COMP_LINE") if {"-sc", "--shell-completion"} & set(arguments) else None
    catalog = load([*plugins, *plugins_of(line or "")])
    if line:
        print(*completions(line, verbs.__all__, _names(catalog)), sep="\n")
        os.environ["COMP_LINE"] = line_for_hydra(line)
    if several:
        from initlab.jobs import run_sweep

        return 1 if run_sweep(arguments, catalog, plugins) else 0
    from initlab.config import launch
    from initlab.jobs import run_job

    launch(arguments, run_job, catalog)
    return 0


def _names(catalog: Catalog) -> dict[str, Iterable[str]]:
    """Return what the verbs take that ask for names."""
    from initlab.reproduction import claims

    return {
        "catalog": {entry.name for entry in catalog.entries},
        "gallery": {*catalog.initializers, *catalog.calibrators},
        "reproduce": claims(),
    }
