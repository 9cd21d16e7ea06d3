"""From overrides to a RunSpec, without running anything."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from copy import deepcopy
from typing import TYPE_CHECKING

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf, StringNode

from initlab.catalog import load_catalog
from initlab.config.arguments import is_hydras
from initlab.config.arguments import overrides as only_overrides
from initlab.config.groups import Option, folder, publish
from initlab.config.parse import parse
from initlab.config.refusals import in_our_words
from initlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec

__all__ = ["compose", "compose_all", "compose_config", "read"]

# What Hydra writes of itself where it composes: plain, as its typed classes take as long to make as
# our whole config.
LEAST = {
    "overrides": {"hydra": [], "task": []},
    "runtime": {
        "version": "", "version_base": StringNode(), "cwd": "", "config_sources": [], "choices": {}
    },
    "job": {
        "name": "initlab", "config_name": "", "env_copy": [], "override_dirname": "",
        "config": {"override_dirname": {"kv_sep": "=", "item_sep": ",", "exclude_keys": []}},
    },
}  # fmt: skip


def compose(
    overrides: Sequence[str] = (), *, plugins: Sequence[str] = (), catalog: Catalog | None = None
) -> RunSpec:
    """Compose a config and read it.

    Args:
        overrides: as on the command line: ["+init=xavier", "model.depth=8"].
        plugins: local modules or files with hooks, as `-p` takes them.
        catalog: what names stand for; by default all that is installed, and `plugins`.

    Raises:
        InitlabError: for an override, key, name, type or value that is not allowed.

    >>> compose(["+init=xavier", "model.depth=8", "seed=3"]).label
    'xavier-mlp-digits-s3'
    """
    catalog = catalog or load_catalog(list(plugins))
    publish(catalog)
    strange = [o for o in overrides if o not in only_overrides([o]) and not o.startswith("+")]
    if strange:
        raise ConfigError(f"{strange[0]!r} is no override: write KEY=VALUE, +KEY=VALUE or ~KEY.")
    return parse(compose_config(only_overrides(overrides)), catalog)


def read(text: str, *, plugins: Sequence[str] = (), catalog: Catalog | None = None) -> RunSpec:
    """Read a config that was composed before: a RunSpec's `text`.

    Raises:
        InitlabError: for a key, name, type or value that is not allowed (any more).

    >>> spec = compose(["+init=he", "seed=3"])
    >>> read(spec.text) == spec
    True
    """
    config = OmegaConf.create(text)
    if not isinstance(config, DictConfig):
        raise ConfigError(f"This is no config of a run: {text[:40]!r}.")
    return parse(config, catalog or load_catalog(list(plugins)), resolved=True)


def compose_config(overrides: Sequence[str], *, with_hydra: bool = False) -> DictConfig:
    """Return Hydra's composition of initlab's config with `overrides`; with its own part or not.

    Its own part takes Hydra half of the time, so it is left out unless somebody asks.
    """
    given = any(map(is_hydras, overrides))
    where = str(folder("conf"))
    with (
        in_our_words(),
        _beside_another_hydra(),
        nullcontext() if with_hydra or given else _without_its_own_part(),
        initialize_config_dir(config_dir=where, version_base="1.3"),
    ):
        name = "run" if with_hydra or given else "config"
        return hydra_compose(name, overrides=list(overrides), return_hydra_config=with_hydra)


def compose_all(points: Iterable[Sequence[str]]) -> list[DictConfig]:
    """Return the composition of each list of overrides, as `compose_config` would.

    Which files are merged is found out once for all points that choose the same ones, which takes
    Hydra most of its time; the values are then set by Hydra's own function.
    """
    bases: dict[tuple[str, ...], DictConfig] = {}
    configs = []
    for point in points:
        choices = tuple(override for override in point if not _is_value(override))
        if choices not in bases:
            bases[choices] = compose_config(choices)
        config = deepcopy(bases[choices])
        with in_our_words():
            values = OverridesParser.create().parse_overrides([o for o in point if _is_value(o)])
            ConfigLoaderImpl._apply_overrides_to_config(values, config)  # noqa: SLF001 - its public way composes all anew
        configs.append(config)
    return configs


def _is_value(override: str) -> bool:
    """Return whether an override can only set a value: a dotted key is no group of files."""
    key = override.partition("=")[0].lstrip("+~")
    return ("." in key and not {"/", "@"} & set(key)) or key in ("seed", "threads")


@contextmanager
def _without_its_own_part() -> Iterator[None]:
    """Leave of Hydra's own part what composing writes into: no launcher, sweeper, help, logging."""
    options = ConfigStore.instance().repo["hydra"]
    theirs = options["config.yaml"]
    options["config.yaml"] = Option("config", "hydra", lambda: LEAST)
    try:
        yield
    finally:
        options["config.yaml"] = theirs


@contextmanager
def _beside_another_hydra() -> Iterator[None]:
    """Put aside the Hydra of the program that we are called in, if it has one."""
    theirs = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = theirs
