"""The model tree: Parameters with names, Blocks with paths, ties, shapes, the draw."""

from initlab.tree.block import Block
from initlab.tree.dictionary import ParameterDict
from initlab.tree.draw import apply_plan
from initlab.tree.hooks import HookHandle
from initlab.tree.names import fresh_names
from initlab.tree.parameter import Parameter
from initlab.tree.shapes import resolve_shapes
from initlab.tree.store import load_parameters, save_parameters
from initlab.tree.ties import tie
from initlab.tree.walk import blocks, parameters, slots

__all__ = [
    "Block",
    "HookHandle",
    "Parameter",
    "ParameterDict",
    "apply_plan",
    "blocks",
    "fresh_names",
    "load_parameters",
    "parameters",
    "resolve_shapes",
    "save_parameters",
    "slots",
    "tie",
]
