"""Where the gates of a recurrent layer stand in its bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.errors import BadValueError, ShapeError

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["check_gates", "gate"]


def check_gates(name: str, gates: str, *needed: str) -> None:
    """Raise a BadValueError unless `gates` names each of the `needed` gates once, by its letter."""
    for letter in needed:
        if gates.count(letter) != 1:
            raise BadValueError(
                f"{name}: gates is the order of the blocks, such as 'ifgo' (torch; MXNet and Keras "
                f"write the third one c), with one {letter!r}; got {gates!r}."
            )


def gate(spec: ParameterSpec, gates: str, letter: str) -> slice:
    """Return the slice of a bias that belongs to a gate.

    Raises:
        ShapeError: when the parameter is no vector that the number of gates divides.

    >>> from initlab.init import ParameterSpec
    >>> gate(ParameterSpec((12,)), "ifgo", "f")
    slice(3, 6, None)
    """
    spec.require_known()
    if len(spec.shape) != 1 or spec.shape[0] % len(gates):
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} does not fall into the {len(gates)} gates "
            f"{gates!r}: it is no vector whose length they divide. Give such biases this rule by "
            "their path, +init.rules.NAME.match='**.*h2h_bias', or take +init=recurrent, which "
            "knows them."
        )
    width = spec.shape[0] // len(gates)
    first = gates.index(letter) * width
    return slice(first, first + width)
