"""Loading: one plugin after another, so that one that fails takes nobody along."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isroutine
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

import pluggy

from initlab.catalog import hookspecs
from initlab.catalog.catalog import Catalog
from initlab.catalog.entry import BrokenPlugin, Entry
from initlab.catalog.kinds import KINDS, Kind
from initlab.catalog.plugin import (
    Plugin,
    builtin_plugin,
    installed_plugins,
    local_files,
    local_plugin,
)
from initlab.errors import PluginError, nearest
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

__all__ = ["load_catalog"]

HOOKS = {kind.hook: kind for kind in KINDS}
OURS = str(Path(__file__).parent)


def load_catalog(
    plugins: Iterable[ModuleType | Path | str] = (), *, installed: bool = True
) -> Catalog:
    """Return a Catalog of the built-ins, the installed plugins and those in `plugins`.

    An installed plugin that fails is left out and listed in `catalog.broken`.

    Args:
        plugins: modules, module names or paths of Python files, loaded without packaging.
        installed: whether to look for installed packages; tests that need a Catalog of known
            content say False.

    Raises:
        PluginError: when one of `plugins` cannot be used.
        NameTakenError: when two packages register one name.

    >>> load_catalog(installed=False).random_sources["streams"].name
    'streams'
    """
    plugins = list(plugins)
    entries: list[Entry] = []
    broken: list[BrokenPlugin] = []
    strangers = installed_plugins() if installed else []
    for plugin in [builtin_plugin(), *strangers, *map(local_plugin, plugins)]:
        try:
            entries += _entries(plugin)
        except (Exception, SystemExit) as error:  # a stranger's code may raise anything
            reason = _reason(error)
            if plugin.asked_for:
                raise PluginError(f"Plugin {plugin.package!r} cannot be used: {reason}.") from error
            broken.append(BrokenPlugin(plugin.package, plugin.version, reason))
    return Catalog(tuple(entries), tuple(broken), local_files(plugins))


def _entries(plugin: Plugin) -> list[Entry]:
    """Import one plugin, check it and collect what its hooks return."""
    manager = pluggy.PluginManager("initlab")
    manager.add_hookspecs(hookspecs)
    module = plugin.load()
    _check_hook_names(manager, module)
    try:
        manager.register(module)
    except pluggy.PluginValidationError as error:
        raise PluginError(str(error)) from error
    return [
        Entry(name, kind.name, thing, plugin.package, plugin.version)
        for kind in KINDS
        for name, thing in _registered(manager, kind)
    ]


def _check_hook_names(manager: pluggy.PluginManager, module: Any) -> None:
    """Refuse what pluggy passes over in silence: unknown, unmarked and absent hooks."""
    marked = {name: manager.parse_hookimpl_opts(module, name) for name in dir(module)}
    hooks = [opts.get("specname") or name for name, opts in marked.items() if opts]
    for name in hooks:
        if name not in HOOKS:
            near = (nearest(name, HOOKS) or [", ".join(HOOKS)])[0]
            raise PluginError(f"there is no hook {name!r}; did you mean {near!r}?")
    for name, opts in marked.items():
        if name.startswith("initlab_") and not opts and isroutine(getattr(module, name)):
            raise PluginError(f"{name}() is not marked with @hookimpl")
    if not hooks:
        raise PluginError(f"it has no hook; the hooks are {', '.join(HOOKS)}")


def _registered(manager: pluggy.PluginManager, kind: Kind) -> Iterator[tuple[str, Any]]:
    """Yield the names and values that one hook returns, each checked; of a Shelf names alone.

    The hook is called directly: pluggy's caller drops a None, which is a forgotten return.
    """
    for implementation in getattr(manager.hook, kind.hook).get_hookimpls():
        returned = implementation.function()
        if not isinstance(returned, Mapping):
            raise PluginError(f"{kind.hook}() returns {returned!r}, not a mapping of names")
        shelf = returned if isinstance(returned, Shelf) else None
        for name in returned:
            if not (isinstance(name, str) and all(map(str.isidentifier, name.split(".")))):
                raise PluginError(
                    f"{kind.hook}() registers {name!r}, which is neither an identifier nor some "
                    "joined by dots"
                )
            if shelf is None and (refusal := kind.refusal(returned[name])):
                raise PluginError(f"{kind.hook}() registers {name!r}, but {refusal}")
            yield name, shelf or returned[name]


def _reason(error: BaseException) -> str:
    """Return on one line what went wrong and, in a stranger's code, where."""
    message = " ".join(str(error).split())
    if isinstance(error, PluginError):
        return message
    frames = extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if _is_the_plugins(frame.filename)]
    where = f" ({Path(theirs[-1].filename).name}:{theirs[-1].lineno})" if theirs else ""
    return f"{type(error).__name__}: {message}{where}"


def _is_the_plugins(file: str) -> bool:
    """Return whether code is neither ours nor of what imports it: importlib or its backport."""
    loads = any(part.startswith("importlib") for part in Path(file).parts)
    return not (loads or file.startswith(("<", OURS)))
