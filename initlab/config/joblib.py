"""How a worker of joblib does a job: as Hydra's launcher has it, without what costs it 0.2 s."""

from __future__ import annotations

import gc
from functools import cache
from typing import TYPE_CHECKING, Any

from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra_plugins.hydra_joblib_launcher import _core

if TYPE_CHECKING:
    from hydra.core.utils import JobReturn

__all__ = ["execute_job"]

_execute_job = _core.execute_job


def execute_job(
    idx: int, overrides: Any, context: Any, config: Any, task: Any, state: dict[str, Any]
) -> JobReturn:
    """Do the same; Hydra's plugins are looked for once in a process, and no config is sent back.

    The configs name classes that were imported anew in each process, which no other could have
    imported: to pickle them, every module is searched for them.
    """
    found = Singleton._instances.get(Plugins)  # noqa: SLF001 - Hydra's own takes them all away
    if found is not None:
        state["instances"][Plugins] = found
    done: JobReturn = _execute_job(idx, overrides, context, config, task, state)
    done.cfg = done.hydra_cfg = None
    _settle()
    return done


@cache
def _settle() -> None:
    """Keep the collector, which joblib calls after each job, from walking what the first one left.

    That are 60,000 objects of MLflow's, matplotlib's and ours that the next jobs use again.
    """
    gc.collect()
    gc.freeze()
