"""From overrides to a RunSpec, without running anything."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from initlab.catalog import load_catalog
from initlab.config.arguments import overrides as only_overrides
from initlab.config.groups import folder, publish
from initlab.config.parse import parse
from initlab.config.refusals import in_our_words
from initlab.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from omegaconf import DictConfig

    from initlab.catalog import Catalog
    from initlab.config.spec import RunSpec

__all__ = ["compose", "compose_config"]


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


def compose_config(overrides: Sequence[str]) -> DictConfig:
    """Return Hydra's composition of initlab's config with `overrides`."""
    where = str(folder("conf"))
    with (
        in_our_words(),
        _beside_another_hydra(),
        initialize_config_dir(config_dir=where, version_base="1.3"),
    ):
        return hydra_compose("config", overrides=list(overrides))


@contextmanager
def _beside_another_hydra() -> Iterator[None]:
    """Put aside the Hydra of the program that we are called in, if it has one."""
    theirs = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = theirs
