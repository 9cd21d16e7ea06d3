"""Configs: composed by Hydra, read into a RunSpec, launched."""

from initlab.config.composition import compose
from initlab.config.launch import SWEEP_VARIABLE, launch
from initlab.config.spec import BlockSpec, InitSpec, ProbeSpec, RunSpec, TieSpec, TrainingSpec

__all__ = [
    "SWEEP_VARIABLE",
    "BlockSpec",
    "InitSpec",
    "ProbeSpec",
    "RunSpec",
    "TieSpec",
    "TrainingSpec",
    "compose",
    "launch",
]
