"""Sequences as lists of steps or as one tensor, and their padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["delivered", "last_of", "masked", "merged", "reversed_steps", "split"]


def split(inputs: Any, length: int | None, layout: str) -> list[Any]:
    """Return a tensor's steps along the layout's T, or a list as it is.

    Raises:
        ShapeError: when there are not `length` steps.
    """
    if isinstance(inputs, list | tuple):
        steps = list(inputs)
    else:
        steps = list(
            inputs if layout.index("T") == 0 else np.moveaxis(inputs, layout.index("T"), 0)
        )
    if length is not None and len(steps) != length:
        raise ShapeError(
            f"unroll was asked for {length} steps, the inputs have {len(steps)} (layout {layout})."
        )
    return steps


def merged(steps: Any, layout: str) -> Any:
    """Return a list of steps as one tensor in the layout; a tensor as it is."""
    return np.stack(steps, axis=layout.index("T")) if isinstance(steps, list) else steps


def delivered(outputs: list[Any], layout: str, merge: bool | None, valid_length: Any) -> Any:
    """Return the outputs of a sequence as `unroll` promises them."""
    if valid_length is None:
        return merged(outputs, layout) if merge else outputs
    whole = masked(merged(outputs, layout), valid_length, layout)
    return split(whole, None, layout) if merge is False else whole


def masked(outputs: Any, valid_length: Any, layout: str) -> Any:
    """Return the tensor with zeros from each sample's valid length on."""
    time = np.arange(outputs.shape[layout.index("T")])
    valid = np.expand_dims(np.asarray(valid_length), layout.index("T"))
    inside = np.expand_dims(time, layout.index("N")) < valid
    return np.where(inside[..., None], outputs, 0)


def last_of(steps: Sequence[Any], valid_length: Any) -> Any:
    """Return each sample's step at the end of its valid length."""
    lengths = np.asarray(valid_length).astype(np.intp)
    return np.stack(steps, axis=0)[lengths - 1, np.arange(len(lengths))]


def reversed_steps(steps: list[Any], valid_length: Any = None) -> list[Any]:
    """Return the steps backwards, each sample's padding left where it is."""
    if valid_length is None:
        return steps[::-1]
    lengths = np.asarray(valid_length).astype(np.intp)
    time = np.arange(len(steps))[:, None]
    places = np.where(time < lengths, lengths - 1 - time, time)
    return list(np.stack(steps, axis=0)[places, np.arange(len(lengths))])
