"""What Hydra calls for a job, perhaps in another process: the way from its config to our task."""

from __future__ import annotations

import os
import pickle
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from initlab.catalog import load_catalog
from initlab.config.parse import parse
from initlab.config.refusals import FULL_ERROR
from initlab.config.replaced import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec
    from initlab.config.sweep import Job

    Task = Callable[[Callable[[], RunSpec], Path], float]

__all__ = ["TaskFunction"]


class TaskFunction:
    """Reads what to run and hands it to the task.

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
        """Carry out the job of Hydra's config and return its loss; None where an error is kept."""
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
