"""One line of a plan: what one parameter gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from initlab.init.initializer import Initializer
    from initlab.init.spec import ParameterSpec

__all__ = ["PlanEntry"]


@dataclass(frozen=True)
class PlanEntry:
    """What one parameter gets.

    Args:
        path, name, spec, aliases: the parameter, as in Slot.
        initializer: what it gets.
        ground: what spoke for that, "rule head".
        overruled: the weaker grounds on which another initializer was named, strongest first.
        lr_mult: what the rule multiplies its learning rate by.
        told: what a rule over the tree, or an initializer, tells of the place that it has there.
    """

    path: str
    name: str
    spec: ParameterSpec
    initializer: Initializer
    ground: str
    overruled: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    lr_mult: float = 1.0
    told: str = ""

    @property
    def why(self) -> str:
        """The ground, and what is told of the place."""
        return f"{self.ground}: {self.told}" if self.told else self.ground
