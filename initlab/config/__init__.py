"""Configs: composed by Hydra, read into a RunSpec, launched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.config.arguments import is_multirun
    from initlab.config.composition import compose, read
    from initlab.config.groups import folder
    from initlab.config.launch import launch, launch_sweep
    from initlab.config.spec import BlockSpec, InitSpec, ProbeSpec, RunSpec, TieSpec, TrainingSpec
    from initlab.config.sweep import Job, Sweep, read_sweep, title
else:
    on_demand(__name__)

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
