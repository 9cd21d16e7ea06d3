"""Where plugins are found: among the installed packages, or where the user points."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from initlab.errors import PluginError
from initlab.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

__all__ = ["Plugin", "builtin_plugin", "installed_plugins", "local_files", "local_plugin"]

GROUP = "initlab"
DISABLE = "INITLAB_DISABLE_PLUGINS"


@dataclass(frozen=True)
class Plugin:
    """A plugin before it is loaded.

    Args:
        package: the distribution, module or file it comes from.
        version: the distribution's version; "local" without one.
        load: imports it and returns the object that carries the hooks.
        asked_for: whether the user named it, so that its errors are raised, not collected.
    """

    package: str
    version: str
    load: Callable[[], Any]
    asked_for: bool = False


def builtin_plugin() -> Plugin:
    """Return the lab's own shelf."""
    load = partial(import_module, "initlab.catalog.builtins")
    return Plugin("initlab", __version__, load, asked_for=True)


def installed_plugins() -> list[Plugin]:
    """Return the plugins of the entry-point group `initlab`, sorted by package.

    Those that INITLAB_DISABLE_PLUGINS lists, by package or entry-point name, are left out.
    """
    disabled = {_canonical(name) for name in os.environ.get(DISABLE, "").split(",")}
    found = []
    for point in entry_points(group=GROUP):
        package = point.dist.name if point.dist else point.module
        if disabled.isdisjoint({_canonical(package), _canonical(point.name)}):
            number = point.dist.version if point.dist else "local"
            found.append(Plugin(package, number, point.load))
    return sorted(found, key=lambda plugin: plugin.package)


def local_plugin(plugin: ModuleType | Path | str) -> Plugin:
    """Return the plugin that a module, a module's name or the path of a Python file stands for.

    A name with a slash or the ending .py is a path.
    """
    if isinstance(plugin, str) and not (plugin.endswith(".py") or os.sep in plugin):
        return Plugin(plugin, "local", partial(_import, plugin), True)
    if isinstance(plugin, str | Path):
        return Plugin(str(plugin), "local", partial(_run_file, Path(plugin)), True)
    return Plugin(plugin.__name__, "local", lambda: plugin, True)


def local_files(plugins: Iterable[ModuleType | Path | str]) -> dict[str, str]:
    """Return what `-p` takes to load each of them again, and a digest of its file's content.

    A file is named by its absolute path; a module that was not loaded from a file is left out.
    """
    found = {}
    for plugin in plugins:
        local = local_plugin(plugin)
        isfile = isinstance(plugin, Path) or local.package.endswith(".py")
        file = local.package if isfile else getattr(local.load(), "__file__", None)
        if file is not None:
            name = str(Path(file).absolute()) if isfile else local.package
            found[name] = hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12]
    return found


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.split(".", maxsplit=1)[0]:
            raise  # the module is there, what it imports isn't
        raise PluginError(
            f"there is no module {name!r} on sys.path; a file is given by its path: ./{name}.py"
        ) from error


def _run_file(path: Path) -> ModuleType:
    """Run a file as a module of its own name, so that two files called init.py don't meet."""
    if not path.is_file():
        raise PluginError(f"there is no file {str(path.absolute())!r}")
    name = f"initlab_local_{path.stem}_{crc32(str(path.resolve()).encode()):08x}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{str(path)!r} is no Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pickle look for it
    spec.loader.exec_module(module)
    return module


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
