"""The model tree: Parameters with names, Blocks with paths, ties, shapes, the draw."""

from initlab.tree.block import Block
from initlab.tree.buffer import gather
from initlab.tree.changes import CHANGES
from initlab.tree.constant import Constant
from initlab.tree.dictionary import ParameterDict
from initlab.tree.draw import apply_plan
from initlab.tree.hooks import HookHandle
from initlab.tree.names import fresh_names
from initlab.tree.parameter import Parameter
from initlab.tree.shapes import resolve_shapes
from initlab.tree.ties import tie
from initlab.tree.walk import blocks, parameters, slots

__all__ = [
    "CHANGES",
    "Block",
    "Constant",
    "HookHandle",
    "Parameter",
    "ParameterDict",
    "apply_plan",
    "blocks",
    "fresh_names",
    "gather",
    "parameters",
    "resolve_shapes",
    "slots",
    "tie",
]
