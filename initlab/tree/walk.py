"""The tree by structural paths, which are the same in every run and process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from initlab.init import Slot, create

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from initlab.tree.block import Block
    from initlab.tree.parameter import Parameter

__all__ = ["blocks", "parameters", "slots"]


def blocks(net: Block) -> dict[str, Block]:
    """Return every block by its path, depth first; the root's path is ''.

    >>> from initlab import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(2))
    >>> list(blocks(net))
    ['', '0']
    """
    return dict(_walk(net, ""))


def parameters(net: Block) -> dict[str, Parameter]:
    """Return every Parameter once, by the first of its paths.

    >>> from initlab import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(2))
    >>> list(parameters(net))
    ['0.weight', '0.bias']
    """
    first: dict[int, tuple[str, Parameter]] = {}
    for path, parameter in net.places():
        first.setdefault(id(parameter), (path, parameter))
    return dict(first.values())


def slots(net: Block) -> list[Slot]:
    """Return the Parameters as a plan sees them, called by their paths, tied ones with all."""
    paths: dict[int, list[str]] = {}
    last_at: dict[int, int] = {}
    for number, (path, parameter) in enumerate(net.places()):
        paths.setdefault(id(parameter), []).append(path)
        last_at[id(parameter)] = number
    adders = [path for path, block in _walk(net, "") if block.adds]
    heads, hidden = _told(net, "heads"), _told(net, "hidden_size")
    return [
        Slot(
            path,
            parameter.name,
            replace(parameter.spec, name=path),
            None if parameter.init is None else create(parameter.init),
            tuple(paths[id(parameter)][1:]),
            branch_of(path, adders),
            heads.get(branch_of(path, heads) or "", 1),
            last_at[id(parameter)],
            hidden.get(branch_of(path, hidden) or "", 0),
        )
        for path, parameter in parameters(net).items()
    ]


def branch_of(path: str, adders: Iterable[str]) -> str | None:
    """Return the innermost of the blocks that add a branch, of those above a parameter."""
    above = [a for a in adders if not a or path.startswith(f"{a}.")]
    return max(above, key=len, default=None)


def _told(net: Block, name: str) -> dict[str, int]:
    """Return what the blocks say that have a number of this name, by path."""
    said = {path: getattr(block, name, None) for path, block in _walk(net, "")}
    return {path: number for path, number in said.items() if isinstance(number, int)}


def _walk(block: Block, path: str) -> Iterator[tuple[str, Block]]:
    yield path, block
    for name, child in block.children.items():
        yield from _walk(child, _join(path, name))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
