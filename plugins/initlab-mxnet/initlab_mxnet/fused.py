"""The names of fused recurrent layers, which Gluon writes into files as those of their cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from initlab.nn import rnn
from initlab.tree import blocks

if TYPE_CHECKING:
    from initlab.autograd import Tensor
    from initlab.tree import Block

__all__ = ["plain", "structural"]

CELLS = re.compile(r"(|.*\.)_unfused\.(\d+)\.(?:([lr])_cell\.)?((?:i2h|h2h|h2r)_(?:weight|bias))")
OWN = re.compile(r"([lr])(\d+)_((?:i2h|h2h|h2r)_(?:weight|bias))")


def plain(name: str) -> str:
    """Return the path in initlab of what a `.params` file calls so.

    >>> plain("0._unfused.1.r_cell.i2h_weight"), plain("_unfused.0.h2h_bias"), plain("0.weight")
    ('0.r1_i2h_weight', 'l0_h2h_bias', '0.weight')
    """
    found = CELLS.fullmatch(name)
    if found is None:
        return name
    above, layer, side, part = found.groups()
    return f"{above}{side or 'l'}{layer}_{part}"


def structural(net: Block) -> dict[str, Tensor]:
    """Return a net's data by the names that `save_parameters` gives them in MXNet.

    Raises:
        NotInitializedError: when a Parameter has no data.
    """
    named = {}
    for path, block in blocks(net).items():
        fused = isinstance(block, rnn.RNN | rnn.LSTM | rnn.GRU)
        both = fused and "r0_i2h_weight" in block.own_parameters
        for name, parameter in block.own_parameters.items():
            own = _of_a_cell(name, both) if fused else name
            named[f"{path}.{own}" if path else own] = parameter.data()
    return named


def _of_a_cell(name: str, both: bool) -> str:
    found = OWN.fullmatch(name)
    if found is None:  # a subclass's own
        return name
    side, layer, part = found.groups()
    return f"_unfused.{layer}.{f'{side}_cell.' * both}{part}"
