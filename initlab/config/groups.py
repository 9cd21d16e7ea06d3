"""The names that are registered become options of Hydra's groups, and experiments with them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, DictConfig, OmegaConf

from initlab.catalog import Entry
from initlab.config.typed import described
from initlab.errors import ConfigError
from initlab.init import Role
from initlab.optim import optimizers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.calibrators import Calibrator
    from initlab.catalog import Catalog
    from initlab.init import Initializer

__all__ = ["folder", "publish", "withdraw"]

OPTIM_DEFAULTS = {"sgd": {"lr": 0.1}}


def folder(name: str) -> Path:
    """Return `conf` or `experiments`: inside the installed package, or beside it in a checkout.

    Raises:
        ConfigError: when it is in neither place.
    """
    package = Path(str(files("initlab")))
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise ConfigError(f"initlab's folder {name!r} is missing beside {package}: reinstall initlab.")


def publish(catalog: Catalog) -> None:
    """Store an option for each registered name, typed by its own signature, and each experiment.

    `init=load` names no initializer: `init.file` has the values for all parameters.
    """
    withdraw()
    store = ConfigStore.instance()
    for name, entry in catalog.initializers.items():
        store.store(name, _init(described(entry), _followers(entry)), group="init")
    for name, entry in catalog.calibrators.items():
        store.store(name, _calibrated(entry), group="init")
    store.store("load", {"file": MISSING, "rules": {}, "calibrate": None}, group="init")
    for name, entry in catalog.datasets.items():
        store.store(name, described(entry), group="data")
    for name, cls in optimizers().items():
        node = described(Entry(name, "optimizer", cls, "initlab", ""), leave_out=["schedule"])
        merged = OmegaConf.merge(node, OPTIM_DEFAULTS.get(name, {}))
        store.store(name, _with_schedule(merged), group="optim")
    for file in sorted(folder("experiments").glob("*.yaml")):
        store.store(file.stem, OmegaConf.load(file), group="experiment", package="_global_")


def withdraw() -> None:
    """Take all options out of Hydra's store, which it copies for each job that it composes."""
    for group in ("init", "data", "optim", "experiment"):
        ConfigStore.instance().repo.pop(group, None)


def _init(weight: Any, roles: Mapping[str, Any], calibrate: Any = None) -> dict[str, Any]:
    bias = {"name": "zeros"}
    return {"weight": weight, "bias": bias, **roles, "rules": {}, "calibrate": calibrate}


def _followers(entry: Entry) -> Mapping[str, Any]:
    """Return the roles that follow the weights' initializer, option by option, where it says so."""
    cls: type[Initializer] = entry.cls
    roles = [Role.bias] if cls.gives_biases else getattr(cls, "roles", ())
    names = [str(name) for name in described(entry) if name != "name"]
    options = {name: f"${{init.weight.{name}}}" for name in names}
    return {str(role): {"name": entry.name, **options} for role in roles if role != Role.weight}


def _calibrated(entry: Entry) -> Mapping[str, Any]:
    """Name the base draw without its options, so that init.weight.name=... alone changes it."""
    cls: type[Calibrator] = entry.cls
    return _init({"name": cls.base}, {}, described(entry))


def _with_schedule(optimizer: Any) -> DictConfig:
    node = OmegaConf.create({"schedule": {"name": "constant"}})
    for key in optimizer:
        node[key] = optimizer[key]
    return node
