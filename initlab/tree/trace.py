"""Where in a net a shape did not fit: the layer, and the path to it from the block called first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from initlab.errors import ShapeError

__all__ = ["trace"]


def trace(error: ShapeError, block: Any) -> None:
    """Note on its way up through `block` where an error arose.

    The first note shows the layer, the second one its path, longer by a name at each block.
    """
    inner, path = error.at
    if inner is None:
        shown = repr(block)
        error.add_note(f"in {block.name}" if "\n" in shown else f"in {block.name}: {shown}")
    else:
        names = [name for name, child in block.children.items() if child is inner]
        path = ".".join([*names[:1], *([path] if path else [])])
        error.__notes__[1:] = [f"at {path} of {block.name}"] if path else []
    error.at = (block, path)
