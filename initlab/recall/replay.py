"""A run built again from its record, and compared with it to the last bit."""

from __future__ import annotations

import gzip
import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initlab.config import read
from initlab.errors import InitlabError, TrackingError
from initlab.running import first_metrics, plan
from initlab.tracking import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from initlab.catalog import Catalog
    from initlab.config import RunSpec
    from initlab.tracking import Past, PastRun

__all__ = ["Replay", "replay"]


@dataclass(frozen=True)
class Replay:
    """What came of building a run again.

    Args:
        run: the record's.
        spec: read from its config.
        steps: how many steps were trained again, up to the first score.
        same: how many of the record's numbers came out equal, bit for bit.
        different: (metric, step, recorded, now) of the others.
        plan: lines of the plan that differ.
        versions: package -> (recorded, now) of those that differ; an absent one is "-".
    """

    run: PastRun
    spec: RunSpec
    steps: int
    same: int
    different: Sequence[tuple[str, int, float, float | None]]
    plan: Sequence[str] = field(repr=False)
    versions: Mapping[str, tuple[str, str]]

    @property
    def holds(self) -> bool:
        """Whether plan and numbers are the record's."""
        return self.same > 0 and not self.different and not self.plan


def replay(past: Past, name: str, catalog: Catalog) -> Replay:
    """Build a run's net again, train it to its first score and compare it with the record.

    Args:
        past: where the run is recorded.
        name: the run's id, the beginning of it, or its name.
        catalog: what names stand for.

    Raises:
        UnknownNameError: when there is no such run.
        TrackingError: when the record has not what it takes.
        InitlabError: when its config cannot be read any more; notes say which packages differ.
    """
    run = past.run(name)
    config = _file(past, run, "config.yaml").decode()
    environment_then = json.loads(past.file(run, "environment.json") or b"{}")
    versions = _differing(environment_then, catalog)
    try:
        spec = read(config, catalog=catalog)
        planned = plan(spec).to_dict()
    except InitlabError as error:
        error.add_note(f"in the recorded config of {run.name} ({run.run_id})")
        for package, (then, now) in versions.items():
            error.add_note(f"recorded with {package} {then}, here is {now}")
        for way in _ways_out(run, versions):
            error.add_note(way)
        raise
    steps, measured = first_metrics(spec)
    recorded = _recorded(past, run)
    different = [
        (*place, value, measured.get(place))
        for place, value in recorded.items()
        if measured.get(place) != value
    ]
    return Replay(
        run=run,
        spec=spec,
        steps=steps,
        same=len(recorded) - len(different),
        different=different,
        plan=_plan_differences(json.loads(_file(past, run, "plan.json")), _as_json(planned)),
        versions=versions,
    )


def _file(past: Past, run: PastRun, place: str) -> bytes:
    content = past.file(run, place)
    if content is None:
        raise TrackingError(
            f"The record of {run.name} ({run.run_id}) has no {place}: either initlab did not write "
            "it, or its artifacts are gone. It can be shown, not built again."
        )
    return content


def _recorded(past: Past, run: PastRun) -> dict[tuple[str, int], float]:
    """Return the record's numbers up to the first score, from the journal, which has all."""
    lines = gzip.decompress(_file(past, run, "journal.jsonl.gz")).splitlines()
    events = [json.loads(line) for line in lines]
    logs = [event for event in events if event["event"] == "log"]
    end = next(
        (place for place, log in enumerate(logs) if "test/loss" in log["metrics"]), len(logs)
    )
    return {
        (name, log["step"]): value
        for log in logs[: end + 1]
        for name, value in log["metrics"].items()
    }


def _differing(recorded: Mapping[str, str], catalog: Catalog) -> dict[str, tuple[str, str]]:
    """Return what differs; a plugin's file may have moved or another name: its content counts."""
    local = {Path(name).name: digest for name, digest in catalog.local.items()}
    given = {name: local[file] for name in recorded if (file := Path(name).name) in local}
    same = {name: then for name, then in recorded.items() if then in local.values()}
    here = environment() | given | same
    return {
        package: (recorded.get(package, "-"), here.get(package, "-"))
        for package in sorted({*recorded, *here})
        if recorded and recorded.get(package) != here.get(package)
    }


def _ways_out(run: PastRun, versions: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Say how to give what the run had and is not here: a file by `-p`, a package by pip."""
    files = run.tags.get("initlab.plugin_files", "")
    for name, (then, now) in versions.items():
        if now == "-" and f"{name} {then}" in files:
            gone = name.endswith(".py") and not Path(name).is_file()
            told, file = (
                (", the file is gone from there", "FILE") if gone else ("", shlex.quote(name))
            )
            yield f"That was given with -p{told}: replay {run.run_id[:8]} -p {file}"
        elif now == "-":
            yield f"To have it here: pip install {name}=={then}"


def _as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _plan_differences(recorded: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    paths = dict.fromkeys([*recorded, *now])
    return [
        f"{path}: {recorded.get(path, 'not there')} -> {now.get(path, 'not there')}"
        for path in paths
        if recorded.get(path) != now.get(path)
    ]
