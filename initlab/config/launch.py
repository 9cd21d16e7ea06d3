"""Running a command through Hydra: one job, or a sweep on one of its launchers."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import hydra
from hydra._internal import hydra as inner
from hydra.errors import HydraException
from hydra.plugins.sweeper import Sweeper

from initlab.config.arguments import normalized
from initlab.config.groups import folder, publish, withdraw
from initlab.config.numbers import Numbers
from initlab.config.refusals import FULL_ERROR, in_our_words
from initlab.config.replaced import environment, replaced
from initlab.config.task_function import TaskFunction
from initlab.errors import ConfigError, InitlabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from initlab.catalog import Catalog
    from initlab.config.sweep import Sweep
    from initlab.config.task_function import Task

__all__ = ["launch", "launch_sweep"]

ONE_RUN, NUMBERS = "run", "sweep"  # the config files that Hydra starts from


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
    job = TaskFunction(task, catalog, keep=True)
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
        _hydra(arguments, TaskFunction(task, catalog, plugins), ONE_RUN)
        return
    withdraw()
    jobs = {number: sweep.jobs[number] for number in numbers}
    flags = [a for a in sweep.arguments if a.startswith("-") or a.lstrip("+~").startswith("hydra")]
    arguments = [*_with_directory(flags, sweep.directory), f"job={','.join(map(str, numbers))}"]
    with _lighter(sweep.launcher):
        _hydra(arguments, TaskFunction(task, catalog, plugins, jobs), NUMBERS)


@contextmanager
def _lighter(launcher: str) -> Iterator[None]:
    """Spare Hydra what `read_sweep` has done, or no job of ours asks for."""
    with ExitStack() as spared:
        spared.enter_context(replaced(Sweeper, "validate_batch_is_legal", lambda *_: None))
        spared.enter_context(replaced(inner, "ConfigLoaderImpl", Numbers))
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


def _hydra(arguments: list[str], job: TaskFunction, name: str) -> None:
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
