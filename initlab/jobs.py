"""The jobs of one command: each is run and shown; a failing one does not stop the others."""

from __future__ import annotations

import json
import math
import os
import sys
import traceback
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console

from initlab.config import SWEEP_VARIABLE
from initlab.errors import InitlabError
from initlab.running import RunResult, run
from initlab.screen import Screen, print_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from initlab.config import RunSpec

__all__ = ["conclude", "run_job"]

OUTCOME = "outcome.json"


def run_job(read: Callable[[], RunSpec], directory: Path) -> float:
    """Run one job and return its final test loss, infinite for one that failed or diverged.

    Args:
        read: gives what to run, or raises what is wrong with it.
        directory: the job's own.

    Its outcome is a file in its own directory, so that it crosses to the parent from whatever
    process a launcher runs it in.

    Raises:
        Exception: in a single run, what it failed of; in a sweep the others go on instead.
    """
    sweep = os.environ.get(SWEEP_VARIABLE)
    tags = {"initlab.sweep": sweep} if sweep else {}
    label = f"job {directory.name}"
    try:
        spec = read()
        label = spec.label
        with Screen(spec.label, spec.training.epochs) as screen:
            result = run(spec, directory=directory, tags=tags, watch=screen)
    except KeyboardInterrupt:
        _write(directory, {"label": label, "outcome": "killed"})
        raise
    except Exception as error:  # whatever one job of a sweep dies of
        _write(directory, {"label": label, "outcome": "failed", "reason": _reason(error)})
        if sweep is None:
            raise
        _report(label, error)
        return math.inf
    _write(directory, _summary(result))
    if sweep is None:
        screen.finish(result)
    return result.summary.get("final/test_loss", math.inf) if not result.divergence else math.inf


def _reason(error: BaseException) -> str:
    return error.full() if isinstance(error, InitlabError) else f"{type(error).__name__}: {error}"


def _report(label: str, error: Exception) -> None:
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        traceback.print_exception(error)
    sys.stderr.write(f"{label} failed: {_reason(error)}\n")


def _summary(result: RunResult) -> dict[str, object]:
    return {
        "label": result.spec.label,
        "outcome": str(result.outcome),
        "seconds": result.seconds,
        "where": result.where,
        **result.summary,
    }


def _write(directory: Path, outcome: dict[str, object]) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / OUTCOME).write_text(json.dumps(outcome, indent=1), encoding="utf-8")


def conclude(sweep_directory: Path, console: Console | None = None) -> int:
    """Print what became of a sweep's jobs and return how many failed."""
    files = sorted(sweep_directory.glob(f"*/{OUTCOME}"), key=_number)
    outcomes = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    columns = ("job", "run", "outcome", "test loss", "test accuracy", "seconds")
    rows = [
        (
            file.parent.name,
            outcome["label"],
            outcome["outcome"],
            *(
                _number_text(outcome.get(key))
                for key in ("final/test_loss", "final/test_accuracy", "seconds")
            ),
        )
        for file, outcome in zip(files, outcomes, strict=True)
    ]
    console = console or Console()
    print_table(columns, rows, console=console)
    counts = Counter(outcome["outcome"] for outcome in outcomes)
    console.print(", ".join(f"{number} {name}" for name, number in sorted(counts.items())))
    for reason, number in Counter(o.get("reason", "") for o in outcomes).items():
        if reason:
            console.print(f"{number} x {reason}", markup=False)
    wheres = [outcome["where"] for outcome in outcomes if outcome.get("where")]
    if wheres:
        console.print(f"See the sweep in MLflow:\n{wheres[-1]}", markup=False, soft_wrap=True)
    return counts["failed"]


def _number(file: Path) -> tuple[int, str]:
    name = file.parent.name
    return (int(name) if name.isdigit() else -1, name)


def _number_text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "-"
