"""Running a command through Hydra: one job, or a sweep on one of its launchers."""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import hydra
from hydra._internal import hydra as inner
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper
from omegaconf import DictConfig, OmegaConf, flag_override

from initlab.catalog import load_catalog
from initlab.config.arguments import normalized
from initlab.config.groups import folder, publish, withdraw
from initlab.config.parse import parse
from initlab.config.refusals import FULL_ERROR, in_our_words
from initlab.config.replaced import environment, replaced
from initlab.errors import ConfigError, InitlabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec
    from initlab.config.sweep import Job, Sweep

    Task = Callable[[Callable[[], RunSpec], Path], float]

__all__ = ["launch", "launch_sweep"]

ONE_RUN, NUMBERS = "run", "sweep"  # the config files that Hydra starts from


class _Job:
    """What Hydra calls, perhaps in another process: reads what to run and hands it to the task.

    Args:
        task: carries out one job in its own directory.
        catalog: what names stand for; it stays in its process.
        plugins: the local modules or files that another process loads a catalog with.
        jobs: of a sweep by number; without them Hydra's own composition is the job's.
        keep: whether an error is kept for the command line instead of raised into Hydra.
    """

    def __init__(
        self,
        task: Task,
        catalog: Catalog,
        plugins: Sequence[str] = (),
        jobs: Mapping[int, Job] | None = None,
        *,
        keep: bool = False,
    ) -> None:
        self.task, self.catalog, self.plugins = task, catalog, tuple(plugins)
        self.specs = {number: job.spec for number, job in (jobs or {}).items()}
        self.configs = {number: job.config for number, job in (jobs or {}).items()}
        self._packed: dict[int, bytes] = {}
        self.keep = keep
        self.error: BaseException | None = None
        self.settings = {FULL_ERROR: os.environ.get(FULL_ERROR, "0")}
        self.cwd = str(Path.cwd())

    def __getstate__(self) -> dict[str, Any]:
        """Send the specs; the configs where a local plugin must be loaded before they are read.

        A launcher sends all for each job: so they are pickled once, and only a job's own is read.
        """
        kept = {**vars(self), "catalog": None, "specs": {}, "configs": {}}
        sent = "configs" if self.plugins else "specs"
        return {**kept, "_packed": {}, sent: self._packed or self._pack(getattr(self, sent))}

    def _pack(self, content: Mapping[int, Any]) -> dict[int, bytes]:
        self._packed = {number: pickle.dumps(one) for number, one in content.items()}
        return self._packed

    def __call__(self, config: DictConfig) -> float | None:
        directory = Path(HydraConfig.get().runtime.output_dir)
        try:
            with environment(self.settings):  # what the user set, not what `_hydra` did
                return self.task(lambda: self._read(config), directory)
        except Exception as error:
            if not self.keep:
                raise
            self.error = error
            return None

    def _read(self, config: DictConfig) -> RunSpec:
        if self.catalog is None and Path(self.cwd).is_dir():
            os.chdir(self.cwd)
        if self.specs:
            spec: RunSpec = _unpacked(self.specs[config.job])
            return spec
        content = OmegaConf.create(_unpacked(self.configs[config.job])) if self.configs else config
        free: Any = OmegaConf.create(OmegaConf.to_container(content, enum_to_str=False))
        return parse(free, self.catalog or _loaded(self.plugins))


def _unpacked(content: Any) -> Any:
    return pickle.loads(content) if isinstance(content, bytes) else content  # noqa: S301 - our own


@cache
def _loaded(plugins: tuple[str, ...]) -> Catalog:
    """Return the catalog of a process that others send jobs to."""
    return load_catalog(plugins)


class _Numbers(ConfigLoaderImpl):
    """Composes the jobs of a sweep, which for Hydra differ in their numbers alone, once."""

    made: ClassVar[dict[tuple[str, ...], DictConfig]] = {}

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> Any:
        """Return a job's config as Hydra would compose it; that takes it 30 ms each."""
        given: Any = OmegaConf.to_container(master_config.hydra.overrides.hydra, resolve=False)
        others = [override for override in sweep_overrides if not override.startswith("job=")]
        key = (*given, *others)
        if key not in self.made:
            self.made[key] = super().load_sweep_config(master_config, sweep_overrides)
        config = deepcopy(self.made[key])
        (number,) = (o.partition("=")[2] for o in sweep_overrides if o not in others)
        with flag_override(config, ["readonly", "struct"], False):
            config.job = int(number)
            separator = config.hydra.job.config.override_dirname.kv_sep
            config.hydra.job.override_dirname = f"job{separator}{number}"
            config.hydra.overrides.task = sweep_overrides
        OmegaConf.copy_cache(from_config=master_config, to_config=config)
        return config


def launch(arguments: Sequence[str], task: Task, catalog: Catalog) -> None:
    """Run the command's one job.

    Args:
        arguments: flags and overrides, in any order.
        task: carries out one job in its own directory; the function that it gets reads the job's
            RunSpec, or raises what is wrong with it.
        catalog: what names stand for.

    Raises:
        InitlabError: for anything in the command that is not allowed.
        Exception: what the task raises.
    """
    publish(catalog)
    job = _Job(task, catalog, keep=True)
    _hydra(normalized(arguments), job, ONE_RUN)
    if job.error is not None:
        raise job.error


def launch_sweep(
    sweep: Sweep,
    numbers: Sequence[int],
    task: Task,
    catalog: Catalog,
    plugins: Sequence[str] = (),
) -> None:
    """Run some of a sweep's jobs on its launcher; of a search all that its sweeper asks for.

    The jobs' configs go along, so that a file that is edited meanwhile changes none of them, and
    Hydra composes nothing but numbers.

    Args:
        sweep: from `read_sweep`.
        numbers: the jobs to run.
        task: as `launch` takes it; for a launcher of other processes it must pickle.
        catalog: what names stand for.
        plugins: the local modules or files in it, loaded anew in other processes.

    Raises:
        Exception: what the launcher raises when it breaks, what the task raises.
    """
    if sweep.search:
        publish(catalog)
        arguments = _with_directory(sweep.arguments, sweep.directory)
        _hydra(arguments, _Job(task, catalog, plugins), ONE_RUN)
        return
    withdraw()
    jobs = {number: sweep.jobs[number] for number in numbers}
    flags = [a for a in sweep.arguments if a.startswith("-") or a.lstrip("+~").startswith("hydra")]
    arguments = [*_with_directory(flags, sweep.directory), f"job={','.join(map(str, numbers))}"]
    with _lighter(sweep.launcher):
        _hydra(arguments, _Job(task, catalog, plugins, jobs), NUMBERS)


@contextmanager
def _lighter(launcher: str) -> Iterator[None]:
    """Spare Hydra what `read_sweep` has done, or no job of ours asks for."""
    with ExitStack() as spared:
        spared.enter_context(replaced(Sweeper, "validate_batch_is_legal", lambda *_: None))
        spared.enter_context(replaced(inner, "ConfigLoaderImpl", _Numbers))
        if launcher == "joblib":
            from hydra_plugins.hydra_joblib_launcher import _core

            from initlab.config.joblib import execute_job

            spared.enter_context(replaced(_core, "execute_job", execute_job))
            # a script that sweeps is not run again by each worker that is forked
            spared.enter_context(replaced(sys.modules["__main__"], "__file__", None))
        yield


def _with_directory(arguments: Sequence[str], directory: Path) -> list[str]:
    given = [a for a in arguments if not a.startswith("hydra.sweep.dir=")]
    return [*given, f"hydra.sweep.dir='{directory}'"]


def _hydra(arguments: list[str], job: _Job, name: str) -> None:
    main: Any = hydra.main(version_base="1.3", config_path=str(folder("conf")), config_name=name)(
        job.__call__
    )
    # the first makes Hydra pass errors on instead of printing them and leaving
    settings = {FULL_ERROR: "1"} | ({} if sys.stderr.isatty() else {"NO_COLOR": "1"})
    with in_our_words(), environment(settings), replaced(sys, "argv", ["initlab", *arguments]):
        _call(main)


def _call(main: Callable[[], None]) -> None:
    """Call Hydra, whose own errors are about the command; a job's are not raised here."""
    try:
        main()
    except (InitlabError, HydraException):
        raise
    except ValueError as error:
        raise ConfigError(f"{error}.") from error
    except ConnectionError as error:
        raise ConfigError(
            f"The launcher cannot reach its cluster: {error}. Start it, or correct its address "
            "among the options hydra.launcher.*."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The run's directory cannot be made: {error}. Name another one with "
            "hydra.run.dir=PLACE (a sweep's: hydra.sweep.dir=PLACE)."
        ) from error
