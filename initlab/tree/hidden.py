"""Blocks in lists and dicts that are attributes: no part of the tree, which is worth a warning."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CONTAINERS", "warn_of_hidden"]

CONTAINERS = (list, tuple, dict)


def warn_of_hidden(node: Any, attributes: Iterable[str], kind: type) -> None:
    """Warn of each of the attributes that has Blocks in it which are not registered."""
    for name in attributes:
        value, registered = getattr(node, name, None), map(id, node.children.values())
        if not {id(block) for block in _contained(value, kind)} <= {*registered}:
            warnings.warn(
                f"{type(node).__name__}.{name} is a {type(value).__name__} with Blocks in it, "
                "which are not collected: use nn.Sequential or register_child.",
                stacklevel=4,
            )


def _contained(value: Any, kind: type) -> Iterator[Any]:
    """Yield the nodes in a list, tuple or dict, however deep."""
    if isinstance(value, CONTAINERS):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, kind):
                yield item
            else:
                yield from _contained(item, kind)
