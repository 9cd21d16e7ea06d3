"""Parameters that lie side by side in memory and are stepped alike: one rule, few calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.optim.rule import Pace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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

    @property
    def home(self) -> Any:
        """The place that values and gradient live in; None for a gradient that is a user's own."""
        place, grad = self.parameter.place, self.parameter.grad().array
        return place if place is not None and grad.base is place.grad else None

    def joins(self, other: Slot) -> bool:
        """Return whether `other` lies right behind it and is stepped alike."""
        a, b, here, there = self.parameter, other.parameter, self.home, other.home
        return (
            (self.steps, a.lr_mult, a.wd_mult) == (other.steps, b.lr_mult, b.wd_mult)
            and here is not None
            and there is not None
            and here.precedes(there)
        )


class Stretch:
    """Slots side by side; their states become views of flat arrays, cut into blocks."""

    def __init__(self, slots: list[Slot], rule: Rule) -> None:
        from scipy.linalg.blas import get_blas_funcs

        self.slots = slots
        self.weight, self.gradient = weight, gradient = _flat_views(slots)
        self.axpy = get_blas_funcs("axpy", (weight, gradient))
        size = weight.size if rule.whole else BLOCK
        self.straight = rule.straight
        self.blocks = [] if rule.straight else _blocks(slots, weight, gradient, rule.buffers, size)

    def advance(self, rule: Rule, lr: float, scale: float) -> None:
        """Let the rule change the parameters, by gradients multiplied by `scale`."""
        for slot in self.slots:
            slot.steps += 1
        parameter = self.slots[0].parameter
        lr, decay = lr * parameter.lr_mult, rule.weight_decay * parameter.wd_mult
        if self.straight:
            if decay:
                self.weight *= 1 - lr * decay
            self.axpy(self.gradient, self.weight, a=-lr * scale)  # one reading of both
            return
        pace = Pace(lr, decay, self.slots[0].steps, parameter.role)
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
        if groups and not rule.whole and groups[-1][-1].joins(slot):
            groups[-1].append(slot)
        else:
            groups.append([slot])
    return [Stretch(group, rule) for group in groups]


def _order(slot: Slot) -> tuple[int, int]:
    """Bring those that lie side by side next to each other."""
    place = slot.parameter.place
    return (0, 0) if place is None else (id(place.data), place.start)


def _flat_views(slots: list[Slot]) -> tuple[Array, Array]:
    """Return all values and all gradients."""
    first, start, end = slots[0].parameter, slots[0].home, slots[-1].home
    if start is None or end is None:
        return _flat(first.data().array), _flat(first.grad().array)
    here = slice(start.start, end.stop)
    return start.data[here], start.grad[here]


def _flat(array: Array) -> Array:
    view = array.view()
    view.shape = (array.size,)  # refuses what a view cannot be
    return view


def _blocks(
    slots: list[Slot], weight: Array, gradient: Array, buffers: Sequence[str], size: int
) -> list[tuple[Array, Array, Array, dict[str, Array]]]:
    """Return pieces of weight, gradient, scratch and state, of a size that fits in cache."""
    state = {name: _joined(slots, name, weight) for name in buffers}
    scratch = np.empty(min(size, weight.size), weight.dtype)
    blocks = []
    for start in range(0, weight.size, size):
        cut = slice(start, start + size)
        parts = {name: flat[cut] for name, flat in state.items()}
        w = weight[cut]
        blocks.append((w, gradient[cut], scratch[: w.size], parts))
    return blocks


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
