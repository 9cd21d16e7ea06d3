"""The RunSpec: everything that decides a run, immutable and free of Hydra."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped] # its types are a package of their own
from omegaconf._utils import get_omega_conf_dumper

from initlab.errors import BadValueError
from initlab.probes import Probe  # noqa: TC001 - the type of an option is read at run time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.calibrators import Calibrator
    from initlab.data import Dataset
    from initlab.init import Initializer, Rule, Written
    from initlab.nd.random import RandomSource
    from initlab.nn import Block
    from initlab.optim import Optimizer
    from initlab.tracking import TrackingSpec

__all__ = ["BlockSpec", "InitSpec", "ProbeSpec", "RunSpec", "TieSpec", "TrainingSpec"]


@dataclass(frozen=True)
class BlockSpec:
    """A node of the model tree.

    Args:
        block: the layer's registered name.
        cls: the layer.
        arguments: of its constructor; a sub-block is a BlockSpec, several are a map of them.
        key: where it stands in the config, "model.children.output".
    """

    block: str
    cls: type[Block]
    arguments: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class TieSpec:
    """`parameter` and `to` are paths; the one at `to` stays and stands in both places."""

    name: str
    parameter: str
    to: str


@dataclass(frozen=True)
class InitSpec:
    """Who draws what: initializers by role, rules over paths, and a second pass over data."""

    roles: Mapping[str, Initializer]
    rules: tuple[Rule, ...] = ()
    calibrate: Calibrator | None = None


@dataclass(frozen=True)
class ProbeSpec:
    """A probe, its places, and how often it looks.

    Args:
        name: its key in the config.
        probe: what measures.
        match: a pattern over the paths of parameters or blocks.
        times: about how often between initialization and end.
        every: look each so many steps instead.
    """

    name: str
    probe: Probe
    match: str = "**"
    times: int = 20
    every: int | None = None

    def __post_init__(self) -> None:
        if self.times < 0 or (self.every is not None and self.every < 1):
            raise BadValueError(
                f"Probe {self.name!r} needs times of at least 0 and every of at least 1 (or null), "
                f"got times={self.times}, every={self.every}."
            )


@dataclass(frozen=True)
class TrainingSpec:
    """How long to train, and on how many samples at a time."""

    epochs: int = 100
    batch_size: int = 64

    def __post_init__(self) -> None:
        if self.epochs < 0 or self.batch_size < 1:
            raise BadValueError(
                f"training needs epochs of at least 0 and a batch_size of at least 1, "
                f"got epochs={self.epochs}, batch_size={self.batch_size}."
            )


@dataclass(frozen=True, eq=False)
class RunSpec:
    """Everything that decides a run; equal to another one of the same config.

    Args:
        label: a short name, "xavier-mlp-digits-s0".
        model: the tree of blocks.
        written: initializers that stand in the model itself.
        ties: places that share a Parameter.
        init: who draws what.
        data: the data set, with its options.
        optim: the optimizer, with its options and schedule.
        training: how long.
        probes: what is measured.
        source: what hands out random generators.
        seed: what it was made with.
        threads: of large products and convolutions.
        tracking: where the record goes; not part of the identity.
        flat: the composed config by dotted key, as text, for the record.
        config: the composed config itself.
        identity: a hash of all that decides the result.
        plugins: the local files and modules that names came from, each with a digest of its
            content; not part of the identity.
    """

    label: str
    model: BlockSpec
    written: tuple[Written, ...]
    ties: tuple[TieSpec, ...]
    init: InitSpec
    data: Dataset
    optim: Optimizer
    training: TrainingSpec
    probes: tuple[ProbeSpec, ...]
    source: RandomSource
    seed: int
    threads: int
    tracking: TrackingSpec
    flat: Mapping[str, str]
    config: Mapping[str, Any]
    identity: str
    plugins: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise BadValueError(f"threads must be at least 1, got {self.threads}.")

    @cached_property
    def text(self) -> str:
        """The composed config as YAML, which `read` reads.

        Written as OmegaConf writes its own configs: to make one of ours takes three times as long.
        """
        dumper = get_omega_conf_dumper()
        text: str = yaml.dump(self.config, Dumper=dumper, allow_unicode=True, sort_keys=False)
        return text

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunSpec):
            return NotImplemented
        return (self.identity, self.tracking) == (other.identity, other.tracking)

    def __hash__(self) -> int:
        return hash(self.identity)

    def __repr__(self) -> str:
        return f"RunSpec({self.label}, {self.identity[:12]})"

    def __str__(self) -> str:
        return self.text
