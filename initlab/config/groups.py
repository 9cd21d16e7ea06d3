"""The names that are registered become options of Hydra's groups, and experiments with them."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigNode, ConfigStore
from omegaconf import MISSING, OmegaConf

from initlab.catalog import Entry
from initlab.config.typed import described
from initlab.errors import ConfigError
from initlab.init import Role
from initlab.optim import optimizers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from initlab.calibrators import Calibrator
    from initlab.catalog import Catalog
    from initlab.init import Initializer

__all__ = ["Option", "folder", "publish", "withdraw"]

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
    for name, entry in catalog.initializers.items():
        _offer("init", name, partial(_initializer, entry))
    for name, entry in catalog.calibrators.items():
        _offer("init", name, partial(_calibrated, entry))
    _offer("init", "load", _loaded)
    for name, entry in catalog.datasets.items():
        _offer("data", name, partial(described, entry))
    for name in (ours := optimizers()):
        entry = Entry(name, "optimizer", ours, "initlab", "")
        _offer("optim", name, partial(_optimizer, entry))
    for file in sorted(folder("experiments").glob("*.yaml")):
        _offer("experiment", file.stem, partial(OmegaConf.load, file), package="_global_")


class Option(ConfigNode):
    """A config that is made when Hydra loads it: of a hundred names a command needs one."""

    def __init__(
        self, name: str, group: str, make: Callable[[], Any], package: str | None = None
    ) -> None:
        super().__init__(f"{name}.yaml", _Made(make), group, package, None)  # type: ignore[arg-type] # loading makes it a config

    def __deepcopy__(self, _memo: object) -> Option:
        """Return itself where Hydra copies its whole store, as it does to compose."""
        return self


class _Made:
    """What stands in the store for a config: Hydra loads a copy, and to copy it is to make it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def __deepcopy__(self, _memo: object) -> Any:
        return OmegaConf.structured(self.make())


def _offer(group: str, name: str, make: Callable[[], Any], package: str | None = None) -> None:
    option = Option(name, group, make, package)
    ConfigStore.instance().repo.setdefault(group, {})[option.name] = option


def withdraw() -> None:
    """Take all options out of Hydra's store, which it copies for each job that it composes."""
    for group in ("init", "data", "optim", "experiment"):
        ConfigStore.instance().repo.pop(group, None)


def _init(weight: Any, roles: Mapping[str, Any], calibrate: Any = None) -> dict[str, Any]:
    bias = {"name": "zeros"}
    return {"weight": weight, "bias": bias, **roles, "rules": {}, "calibrate": calibrate}


def _initializer(entry: Entry) -> Mapping[str, Any]:
    weight = described(entry)
    return _init(weight, _followers(entry, [str(name) for name in weight if name != "name"]))


def _loaded() -> Mapping[str, Any]:
    return {"file": MISSING, "rules": {}, "calibrate": None}


def _followers(entry: Entry, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the roles that follow the weights' initializer, option by option, where it says so."""
    cls: type[Initializer] = entry.cls
    roles = [Role.bias] if cls.gives_biases else getattr(cls, "roles", ())
    options = {name: f"${{init.weight.{name}}}" for name in names}
    return {str(role): {"name": entry.name, **options} for role in roles if role != Role.weight}


def _calibrated(entry: Entry) -> Mapping[str, Any]:
    """Name the base draw without its options, so that init.weight.name=... alone changes it."""
    cls: type[Calibrator] = entry.cls
    return _init({"name": cls.base}, {}, described(entry))


def _optimizer(entry: Entry) -> Mapping[str, Any]:
    options: Any = OmegaConf.to_container(described(entry, leave_out=["schedule"]))
    return {"schedule": {"name": "constant"}, **options, **OPTIM_DEFAULTS.get(entry.name, {})}
