"""From the config's model tree to BlockSpecs, and what is written on its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from initlab.catalog import options
from initlab.config.spec import BlockSpec, TieSpec
from initlab.config.typed import instance, mapping, noting, typed
from initlab.errors import BadTypeError, ConfigError, UnknownNameError
from initlab.init import Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from initlab.catalog import Catalog, Entry

__all__ = ["ModelReader", "read_ties"]

OUR_OWN = ("prefix", "params")  # constructor arguments that a config has no use for
INITIALIZER = "_initializer"


class ModelReader:
    """Reads one model tree; `written` fills with the initializers found on its blocks."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.written: list[Written] = []

    def root(self, model: Mapping[str, Any], unresolved: str | None) -> BlockSpec:
        """Read the root, whose further keys are sizes that `${model.KEY}` refers to.

        Args:
            model: the resolved node.
            unresolved: the config's text with its interpolations; None where they are gone.

        Raises:
            UnknownNameError: for a key that is neither an argument of the block nor used.
        """
        node = {k: v for k, v in model.items() if k not in ("ties", "name")}
        known = self._known(node, "model")
        sizes = [k for k in node if k not in known]
        with _telling(f"model.{size}={node[size]}" for size in sizes):
            block = self.block({k: v for k, v in node.items() if k in known}, "model", "")
        for size in sizes:
            if unresolved is not None and f"${{model.{size}}}" not in unresolved:
                allowed = [*known, *(s for s in sizes if s != size), "ties", "name"]
                error = UnknownNameError("key of the model, which nothing uses:", size, allowed)
                error.add_note(f"in model.{size}; to remove it: ~model.{size}")
                raise error
        return block

    def block(self, node: Mapping[str, Any], key: str, path: str) -> BlockSpec:
        """Read one block and those below it.

        Args:
            node: a mapping with the key `block`.
            key: where it stands in the config.
            path: a pattern for its path in the tree.
        """
        entry = self._entry(node, key)
        arguments: dict[str, Any] = {}
        plain: dict[str, Any] = {}
        for name, value in node.items():
            if name == "block":
                continue
            if name == "init":
                self._write(value, f"{key}.init", path)
            elif name.endswith(INITIALIZER):
                self._write({name.removesuffix(INITIALIZER): value}, f"{key}.{name}", path)
            elif _is_block(value):
                below = _join(path, "*" if name == "of" else name)
                arguments[name] = self.block(value, f"{key}.{name}", below)
            elif name == "children":
                arguments[name] = self._children(value, f"{key}.{name}", path)
            else:
                plain[name] = value
        converted = typed(entry, dict.fromkeys(arguments) | plain, key, leave_out=OUR_OWN)
        return BlockSpec(
            entry.name, entry.cls, {k: arguments.get(k, converted[k]) for k in converted}, key
        )

    def _children(self, nodes: Mapping[str, Any], key: str, path: str) -> dict[str, BlockSpec]:
        return {
            str(name): self.block(node, f"{key}.{name}", _join(path, str(name)))
            for name, node in mapping(nodes, key).items()
            if node is not None
        }

    def _write(self, uses: Mapping[str, Any], key: str, path: str) -> None:
        for what, use in mapping(uses, key).items():
            found = instance(self.catalog, "initializer", use, f"{key}.{what}")
            self.written.append(Written(path, what, found))

    def _entry(self, node: Any, key: str) -> Entry:
        if not _is_block(node):
            raise ConfigError(
                f"{key} is no block: {node!r}. A node of the model says which layer it is: "
                f"{key}.block=dense."
            )
        with noting(key):
            self.catalog.get("layer", str(node["block"]))
        return self.catalog.layers[str(node["block"])]

    def _known(self, node: Mapping[str, Any], key: str) -> list[str]:
        names = [o.name for o in options(self._entry(node, key)) if o.name not in OUR_OWN]
        return ["block", "init", *names]


@contextmanager
def _telling(sizes: Iterable[str]) -> Iterator[None]:
    """Add what the user set to a refusal, which names the block that it ends up in."""
    try:
        yield
    except BadTypeError as error:
        if told := ", ".join(sizes):
            error.add_note(f"where {told}")
        raise


def read_ties(ties: Mapping[str, Any]) -> tuple[TieSpec, ...]:
    """Read `ties: {name: {parameter: PATH, to: PATH}}`.

    Raises:
        ConfigError: for a tie without one of the two.
    """
    found = []
    for name, node in (ties or {}).items():
        if not isinstance(node, Mapping) or set(node) != {"parameter", "to"}:
            raise ConfigError(
                f"model.ties.{name} needs `parameter` and `to`, two paths, got {node!r}."
            )
        found.append(TieSpec(name, str(node["parameter"]), str(node["to"])))
    return tuple(found)


def _is_block(value: Any) -> bool:
    return isinstance(value, Mapping) and "block" in value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
