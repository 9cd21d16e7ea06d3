"""Parameters that lie side by side in memory and are stepped alike: one rule, few calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.rule import Pace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from initlab.optim.rule import Array, Rule
    from initlab.tree import Parameter

__all__ = ["Slot", "Stretch", "stretches"]

BLOCK = 1 << 16
"""How many elements are updated at a time: what a rule makes on its way stays in cache."""


class Slot:
    """One parameter, the arrays that its rule keeps, and how often it was stepped."""

    __slots__ = ("parameter", "state", "steps")

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.state: dict[str, np.ndarray] = {}
        self.steps = 0

    def joins(self, other: Slot) -> bool:
        """Return whether `other` lies right behind it and is stepped alike."""
        a, b = self.parameter, other.parameter
        return (
            (self.steps, a.lr_mult, a.wd_mult) == (other.steps, b.lr_mult, b.wd_mult)
            and a.place is not None
            and b.place is not None
            and a.place.precedes(b.place)
        )


class Stretch:
    """Slots side by side; their states become views of flat arrays, cut into blocks."""

    def __init__(self, slots: list[Slot], rule: Rule) -> None:
        self.slots, self.rule = slots, rule
        weight, gradient = _flat_views(slots[0].parameter, slots[-1].parameter)
        state = {name: _joined(slots, name, weight) for name in rule.buffers}
        scratch = np.empty(min(BLOCK, weight.size), weight.dtype)
        self.blocks = []
        for start in range(0, weight.size, BLOCK):
            cut = slice(start, start + BLOCK)
            w = weight[cut]
            parts = {name: flat[cut] for name, flat in state.items()}
            self.blocks.append((w, gradient[cut], scratch[: w.size], parts))

    def advance(self, lr: float, scale: float) -> None:
        """Let the rule change the parameters, by gradients multiplied by `scale`."""
        first = self.slots[0]
        for slot in self.slots:
            slot.steps += 1
        parameter, rule = first.parameter, self.rule
        pace = Pace(lr * parameter.lr_mult, rule.weight_decay * parameter.wd_mult, first.steps)
        for w, gradient, g, state in self.blocks:
            np.multiply(gradient, scale, out=g)
            rule.update(w, g, state, pace)


def stretches(
    slots: Iterable[Slot], rule: Rule, leave: Collection[Parameter] = ()
) -> list[Stretch]:
    """Return the slots that have a gradient, in stretches as long as they come."""
    groups: list[list[Slot]] = []
    for slot in sorted(slots, key=_order):
        if slot.parameter.grad_req == "null" or slot.parameter in leave:
            continue
        if groups and groups[-1][-1].joins(slot):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    return [Stretch(group, rule) for group in groups]


def _order(slot: Slot) -> tuple[int, int]:
    """Bring those that lie side by side next to each other."""
    place = slot.parameter.place
    return (0, 0) if place is None else (id(place.data), place.start)


def _flat_views(first: Parameter, last: Parameter) -> tuple[Array, Array]:
    """Return all values and gradients from one parameter's to another's."""
    if first.place is None or last.place is None:
        return _flat(first.data().array), _flat(first.grad().array)
    here = slice(first.place.start, last.place.stop)
    return first.place.data[here], first.place.grad[here]


def _flat(array: Array) -> Array:
    view = array.view()
    view.shape = (array.size,)  # refuses what a view cannot be
    return view


def _joined(slots: list[Slot], name: str, like: Array) -> Array:
    """Return what the slots keep under a name, in one array of which each then keeps a view."""
    flat = np.zeros_like(like)
    start = 0
    for slot in slots:
        shape = slot.parameter.data().shape
        stop = start + slot.parameter.data().size
        view = flat[start:stop].reshape(shape)
        kept = slot.state.get(name)
        if kept is not None and kept.shape == shape:
            view[...] = kept
        slot.state[name] = view
        start = stop
    return flat
