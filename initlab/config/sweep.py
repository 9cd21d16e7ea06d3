"""A sweep before it starts: every job's config composed, so that each can be read and checked."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf

from initlab.config.arguments import is_hydras, is_multirun, normalized, overrides
from initlab.config.composition import compose_all, compose_config
from initlab.config.groups import publish
from initlab.config.parse import parse
from initlab.config.refusals import in_our_words
from initlab.errors import ConfigError, InitlabError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec

__all__ = ["Job", "Sweep", "read_sweep", "title"]

TOLD = ("init", "model", "data", "seed")  # axes whose values a label tells
DIGITS = 10  # of a number that nobody types
BASIC = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"


@dataclass(frozen=True)
class Job:
    """One job of a sweep: what to run, and its values on the axes, as text."""

    spec: RunSpec
    values: dict[str, str]
    config: dict[str, Any] = field(repr=False)

    @property
    def title(self) -> str:
        """What tells the job from the others of its sweep."""
        return title(self.spec, self.values)


def title(spec: RunSpec, values: Mapping[str, str]) -> str:
    """Return the label of a run, and the values of those axes that it doesn't tell."""
    more = [
        f"{key.rpartition('.')[2]}={brief(value)}"
        for key, value in values.items()
        if key not in TOLD
    ]
    return " ".join([spec.label, *more])


def brief(value: str) -> str:
    """Return a number that a search drew with four digits, and what somebody typed as it is.

    >>> brief("0.15367747246639213"), brief("0.00125"), brief("1000000000000")
    ('0.1537', '0.00125', '1000000000000')
    """
    drawn = re.fullmatch(r"-?\d+\.\d+(e-?\d+)?", value) and len(value) > DIGITS
    return f"{float(value):.4g}" if drawn else value


@dataclass(frozen=True)
class Sweep:
    """What a command with several values asks for.

    Args:
        name: the same for the same command: its axes and a hash, "init-seed-3f2a9c".
        axes: the keys that have several values.
        jobs: in the order of their numbers. A search (Optuna) finds its jobs as it goes; of it
            there are one for each end of each axis here, to be checked.
        search: whether the jobs are found as the sweep goes.
        total: how many jobs are carried out; None for a search without a given number of trials.
        directory: absolute; a job's own is its number below it.
        launcher: the name of Hydra's launcher.
        workers: how many jobs it carries out at once.
        workers_key: the setting that changes that number; None where nothing does.
        arguments: of the command, for Hydra.
    """

    name: str
    axes: tuple[str, ...]
    jobs: tuple[Job, ...]
    search: bool
    total: int | None
    directory: Path
    launcher: str
    workers: int
    workers_key: str | None
    arguments: tuple[str, ...]


def read_sweep(arguments: Sequence[str], catalog: Catalog, cores: int) -> Sweep:
    """Compose and read every job of a sweep; nothing is run or written.

    Raises:
        InitlabError: for the first job that does not compose or cannot be read.
    """
    publish(catalog)
    arguments = normalized(arguments)
    _refuse_other_flags(arguments)
    given = overrides(arguments)
    own = [argument for argument in given if not is_hydras(argument)]
    with in_our_words():
        parsed = OverridesParser.create().parse_overrides(own)
    hydra = compose_config([a for a in given if is_hydras(a)], with_hydra=True).hydra
    search = hydra.sweeper._target_ != BASIC
    axes = _axes(parsed)
    fixed = [str(o.input_line) for o in parsed if not o.is_sweep_override()]
    points = list(_points(axes, search=search))
    configs = compose_all([[*fixed, *point] for point in points])
    jobs = [
        Job(_read(config, catalog, point), _texts(axes, point), _plain(config))
        for point, config in zip(points, configs, strict=True)
    ]
    if not search:
        _refuse_twins(jobs, points)
    return Sweep(
        name=_name(list(axes), sorted(own), jobs[0].spec),
        axes=tuple(axes),
        jobs=tuple(jobs),
        search=search,
        total=hydra.sweeper.get("n_trials") if search else len(jobs),
        directory=Path(hydra.sweep.dir).absolute(),
        launcher=hydra.runtime.choices["hydra/launcher"],
        **_workers(hydra, len(jobs), cores),
        arguments=tuple(arguments),
    )


def _refuse_other_flags(arguments: Sequence[str]) -> None:
    for flag in arguments:
        if flag.startswith("-") and not is_multirun([flag]):
            raise ConfigError(f"Only one of --multirun and {flag} can be meant: leave one out.")


def _read(config: DictConfig, catalog: Catalog, point: Sequence[str]) -> RunSpec:
    try:
        return parse(config, catalog)
    except InitlabError as error:
        error.add_note(f"in the job {' '.join(point)}")
        raise


def _refuse_twins(jobs: Sequence[Job], points: Sequence[tuple[str, ...]]) -> None:
    """Refuse a run that is asked for twice: it would be carried out once and counted twice."""
    first: dict[str, tuple[str, ...]] = {}
    for job, point in zip(jobs, points, strict=True):
        other = first.setdefault(job.spec.identity, point)
        if other is not point:
            one, two = " ".join(other), " ".join(point)
            same = f"twice {one}" if one == two else f"{one} and {two}, which are one run"
            raise ConfigError(f"The sweep has {same}: give each value of an axis once.")


def _axes(parsed: Iterable[Any]) -> dict[str, list[str]]:
    """Return what each key that has several values is set to, one after the other."""
    axes = {o.get_key_element().lstrip("+"): _values(o) for o in parsed if o.is_sweep_override()}
    for axis, values in axes.items():
        if not values:
            raise ConfigError(
                f"The axis {axis} has no value, so the sweep has no job: give it one."
            )
    return axes


def _values(override: Any) -> list[str]:
    """Return an axis's overrides, one a value; of an interval its two ends."""
    key = override.get_key_element()
    if override.is_discrete_sweep():
        return overrides([f"{key}={value}" for value in override.sweep_string_iterator()])
    return [f"{key}={value}" for value in (override.value().start, override.value().end)]


def _points(axes: dict[str, list[str]], *, search: bool) -> Iterator[tuple[str, ...]]:
    """Yield every combination; of a search the first one, and each further value of each axis."""
    if not search:
        yield from product(*axes.values())
        return
    base = [values[0] for values in axes.values()]
    yield tuple(base)
    for place, values in enumerate(axes.values()):
        for value in values[1:]:
            yield (*base[:place], value, *base[place + 1 :])


def _texts(axes: dict[str, list[str]], point: tuple[str, ...]) -> dict[str, str]:
    return {axis: text.partition("=")[2] for axis, text in zip(axes, point, strict=True)}


def _plain(config: DictConfig) -> dict[str, Any]:
    plain: Any = OmegaConf.to_container(config, resolve=False, enum_to_str=False)
    return plain  # type: ignore[no-any-return] # a mapping, as `config` is


def _name(axes: list[str], own: list[str], first: RunSpec) -> str:
    decides = [text for text in own if not text.startswith("tracking")]
    digest = hashlib.sha256(json.dumps([decides, first.identity]).encode()).hexdigest()
    return "-".join([*(axis.rpartition(".")[2] for axis in axes), digest[:6]])


def _workers(hydra: Any, jobs: int, cores: int) -> dict[str, Any]:
    """Return how many jobs run at once, and the setting that says so."""
    batch = hydra.sweeper.get("max_batch_size") or jobs
    launcher = hydra.runtime.choices["hydra/launcher"]
    if launcher == "joblib":
        wanted = hydra.launcher.n_jobs
        number = wanted if wanted > 0 else max(1, cores + 1 + wanted)
        return {"workers": min(number, jobs), "workers_key": "hydra.launcher.n_jobs"}
    if launcher == "submitit_local":
        return {"workers": min(batch, jobs), "workers_key": "hydra.sweeper.max_batch_size"}
    if launcher == "ray":
        number = hydra.launcher.ray.init.get("num_cpus") or cores
        return {"workers": min(number, jobs), "workers_key": "+hydra.launcher.ray.init.num_cpus"}
    return {"workers": 1, "workers_key": None}
