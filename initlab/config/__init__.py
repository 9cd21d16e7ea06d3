"""Configs: composed by Hydra, read into a RunSpec, launched."""

from initlab.config.arguments import is_multirun
from initlab.config.composition import compose, read
from initlab.config.groups import folder
from initlab.config.launch import launch, launch_sweep
from initlab.config.spec import BlockSpec, InitSpec, ProbeSpec, RunSpec, TieSpec, TrainingSpec
from initlab.config.sweep import Job, Sweep, read_sweep, title

__all__ = [
    "BlockSpec",
    "InitSpec",
    "Job",
    "ProbeSpec",
    "RunSpec",
    "Sweep",
    "TieSpec",
    "TrainingSpec",
    "compose",
    "folder",
    "is_multirun",
    "launch",
    "launch_sweep",
    "read",
    "read_sweep",
    "title",
]
