"""How Hydra gets the configs of a sweep's jobs, of which all but the number is ours to read."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, ClassVar

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from omegaconf import DictConfig, OmegaConf, flag_override

__all__ = ["Numbers"]


class Numbers(ConfigLoaderImpl):
    """Composes the jobs of a sweep, which for Hydra differ in their numbers alone, once."""

    made: ClassVar[dict[tuple[str, ...], DictConfig]] = {}

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> Any:
        """Return a job's config as Hydra would compose it; that takes it 30 ms each."""
        given: Any = OmegaConf.to_container(master_config.hydra.overrides.hydra, resolve=False)
        others = [override for override in sweep_overrides if not override.startswith("job=")]
        key = (*given, *others)
        if key not in self.made:
            self.made[key] = _lean(super().load_sweep_config(master_config, sweep_overrides))
        config = deepcopy(self.made[key])
        (number,) = (o.partition("=")[2] for o in sweep_overrides if o not in others)
        with flag_override(config, ["readonly", "struct"], False):
            config.job = int(number)
            separator = config.hydra.job.config.override_dirname.kv_sep
            config.hydra.job.override_dirname = f"job{separator}{number}"
            config.hydra.overrides.task = sweep_overrides
        OmegaConf.copy_cache(from_config=master_config, to_config=config)
        return config


def _lean(config: DictConfig) -> DictConfig:
    """Take out what no job asks for; Hydra copies a job's config six times."""
    with flag_override(config, ["readonly", "struct"], False):
        config.hydra.launcher = config.hydra.sweeper = None
        config.hydra.runtime.choices, config.hydra.runtime.config_sources = {}, []
    return config
