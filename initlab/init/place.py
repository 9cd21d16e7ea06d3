"""Where a parameter stands in its net: what architecture-aware rules may know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from initlab.errors import BadValueError
from initlab.init.spec import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.init.grounds import Slot
    from initlab.init.spec import ParameterSpec

__all__ = ["OptimizerKind", "Place", "places"]

_NAMED = re.compile("_(weight|bias|proj)$")


class OptimizerKind(StrEnum):
    """How an optimizer's step grows with the gradient: in proportion (sgd), or not (adam)."""

    sgd = "sgd"
    adam = "adam"


@dataclass(frozen=True)
class Place:
    """A parameter's place; counts start at 0, and what is not there is -1.

    Args:
        path, spec: the parameter.
        index, count: its number among the net's weights (embeddings too) in order, and how many.
        branch, branches: the number of its residual branch in order, and how many the net has.
        inner, inners: its number among its branch's weights, and how many these are.
        scaled: whether its branch has a scale of its own.
        weight: the place of the weight beside it in its block, for a bias: h2h_weight for
            h2h_bias, or the first one.
        heads: how many heads the attention has that it is in.
        norms, recurrences: how many gains of norms the net has, and how many recurrent weights.
        optimizer: what it will be trained by: sgd or adam for what steps like these, else the
            optimizer's name; None where nobody says.
        before: the weight before it in order.
        tied: the paths of the weight that the net ends with, if it stands elsewhere too.
        hidden: how many units the recurrent layer has that it is in; 0 elsewhere.
        biased: whether a bias is added to what this weight makes.
    """

    path: str
    spec: ParameterSpec
    index: int = -1
    count: int = 0
    branch: int = -1
    branches: int = 0
    inner: int = -1
    inners: int = 0
    scaled: bool = False
    weight: Place | None = None
    heads: int = 1
    norms: int = 0
    recurrences: int = 0
    optimizer: str | None = None
    before: ParameterSpec | None = None
    tied: tuple[str, ...] = ()
    hidden: int = 0
    biased: bool = False

    @property
    def name(self) -> str:
        """The last segment of the path: 'weight', 'h2h_weight', 'scale'."""
        return self.path.rpartition(".")[2]

    def mentions(self, *words: str) -> bool:
        """Whether one of the words names it or a block around it: 'query', as in query_weight.

        >>> from initlab.init import ParameterSpec
        >>> Place("query_tower.weight", ParameterSpec((4, 4))).mentions("query")
        False
        """
        return any(_NAMED.sub("", part) in words for part in self.path.split("."))

    @property
    def is_weight(self) -> bool:
        """Whether it is one of the weights that are counted."""
        return self.index >= 0

    @property
    def is_first(self) -> bool:
        """Whether it is the net's first weight."""
        return self.index == 0

    @property
    def is_last(self) -> bool:
        """Whether it is the net's last weight, which may be its only one.

        Raises:
            BadValueError: when the net ends with a weight that is tied: no start of its own.
        """
        if self.tied:
            raise BadValueError(
                f"the net's last weight is tied, {' = '.join(self.tied)}, and cannot start both as "
                "the last and as what it is there. Untie it, or choose a rule that treats all "
                "weights alike, such as he."
            )
        return 0 <= self.index == self.count - 1

    @property
    def is_recurrent(self) -> bool:
        """Whether it acts on the last step: a weight or bias with h2h or recurrent in its name."""
        return "h2h" in self.name or "recurrent" in self.name

    @property
    def ends_branch(self) -> bool:
        """Whether it is the last weight of a residual branch."""
        return 0 <= self.inner == self.inners - 1

    def __str__(self) -> str:
        told = f"weight {self.index + 1} of {self.count}" if self.is_weight else self.name
        if self.branch >= 0:
            told += f", branch {self.branch + 1} of {self.branches}"
            if self.inner >= 0:
                told += f" ({self.inner + 1} of {self.inners})"
        return told


def places(slots: Sequence[Slot], optimizer: str | None = None) -> dict[str, Place]:
    """Return each parameter's place, by path.

    >>> from initlab.init import ParameterSpec, Slot
    >>> spec = ParameterSpec((4, 4))
    >>> found = places([Slot("a.weight", "a", spec), Slot("b.weight", "b", spec, branch="b")])
    >>> found["b.weight"].branches, found["b.weight"].ends_branch, found["a.weight"].is_first
    (1, True, True)
    """
    weights = [slot for slot in slots if _counts(slot)]
    branches = list(dict.fromkeys(slot.branch for slot in slots if slot.branch is not None))
    scaled = {slot.branch for slot in slots if _scales(slot)}
    order = {slot.path: number for number, slot in enumerate(weights)}
    norms = sum(slot.spec.role == Role.gain and not _scales(slot) for slot in slots)
    previous = dict(zip([w.path for w in weights[1:]], [w.spec for w in weights], strict=False))
    final = max(weights, key=lambda slot: slot.last_at, default=None)
    tied = final.paths if final is not None and final.aliases else ()
    found = {}
    for slot in slots:
        inside = [w.path for w in weights if slot.branch is not None and w.branch == slot.branch]
        found[slot.path] = Place(
            slot.path,
            slot.spec,
            order.get(slot.path, -1),
            len(weights),
            -1 if slot.branch is None else branches.index(slot.branch),
            len(branches),
            inside.index(slot.path) if slot.path in inside else -1,
            len(inside),
            slot.branch in scaled,
            heads=slot.heads,
            norms=norms,
            optimizer=optimizer,
            before=previous.get(slot.path),
            tied=tied,
            hidden=slot.hidden,
        )
    recurrences = sum(place.is_weight and place.is_recurrent for place in found.values())
    beside = {_block(w.path): found[w.path] for w in reversed(weights)}
    weights_of = {path: _beside(place, found, beside) for path, place in found.items()}
    biased = {
        weight.path
        for path, weight in weights_of.items()
        if weight is not None and found[path].spec.role == Role.bias
    }
    return {
        path: replace(
            place, recurrences=recurrences, weight=weights_of[path], biased=path in biased
        )
        for path, place in found.items()
    }


def _beside(place: Place, found: Mapping[str, Place], first: Mapping[str, Place]) -> Place | None:
    own = found.get("weight".join(place.path.rsplit("bias", 1)))
    return own if own is not None and own.is_weight else first.get(_block(place.path))


def _counts(slot: Slot) -> bool:
    return slot.spec.role in (Role.weight, Role.embedding) and slot.spec.has_fans


def _scales(slot: Slot) -> bool:
    return slot.branch is not None and slot.path == f"{slot.branch}.scale".removeprefix(".")


def _block(path: str) -> str:
    return path.rpartition(".")[0]
