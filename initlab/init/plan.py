"""The plan: which initializer each parameter gets, and why, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.errors import InitlabError
from initlab.init.checks import need_room
from initlab.init.entry import PlanEntry
from initlab.init.grounds import Choice, Slot, by_role, by_rule, by_writing, known_roles
from initlab.init.independent import Uniform
from initlab.init.place import places
from initlab.init.placed import Given, Placed
from initlab.init.show import PlanView
from initlab.paths import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from initlab.init.grounds import Rule, Written
    from initlab.init.initializer import Initializer
    from initlab.init.place import Place

__all__ = ["InitPlan", "make_plan"]


@dataclass(frozen=True, repr=False)
class InitPlan(PlanView):
    """The entries in the order of the tree: a value to print, compare, log and test."""

    entries: tuple[PlanEntry, ...]

    def __iter__(self) -> Iterator[PlanEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, path: str) -> PlanEntry:
        """Return the entry of the parameter that stands at `path`.

        Raises:
            SelectsNothingError: when there is none.
        """
        by_path = {p: entry for entry in self.entries for p in (entry.path, *entry.aliases)}
        return by_path[select(path, by_path, "plan[...]")[0]]


def make_plan(
    slots: Iterable[Slot],
    *,
    rules: Sequence[Rule] = (),
    written: Sequence[Written] = (),
    roles: Mapping[str, Initializer] | None = None,
    default: Initializer | None = None,
    optimizer: str | None = None,
) -> InitPlan:
    """Decide which initializer each parameter gets.

    Precedence, strongest first: a rule (where two match, the later one); what is written on a
    sub-block in the model (the nearest block first; on one block a parameter's name before its
    role, and of two the later); the role's initializer; the layer's own; the default. An
    embedding without an entry of its own in `roles` follows `weight`. A tied parameter is reached
    under each of its paths, and what is written nearer to its first one counts first.

    Args:
        slots: the parameters.
        rules: patterns over paths, in the order in which they were written.
        written: what the model says of its sub-blocks.
        roles: initializers by role.
        default: for parameters that nothing else speaks for; Uniform(0.07) if None.
        optimizer: what the net will be trained by, for rules that set learning rates: sgd or adam
            for what steps like these, else its name; None where it is not known.

    Raises:
        SelectsNothingError: for a rule or a written initializer that matches no parameter.
        UnknownNameError: for a key of `roles` that is no role.
        InitlabError: what the chosen initializer has against a parameter of known shape, such as
            Xavier against a vector; a note says which parameter, and on what ground.

    >>> from initlab.init import ParameterSpec, Rule
    >>> slots = [Slot("out.weight", "dense0_weight", ParameterSpec((10, 64)))]
    >>> plan = make_plan(slots, rules=[Rule("small", "out.*", Uniform(0.01))])
    >>> plan["out.weight"].why, str(plan["out.weight"].initializer)
    ('rule small', 'Uniform(scale=0.01)')
    """
    slots, roles = list(slots), known_roles(roles or {})
    ruled, on_block = by_rule(rules, slots), by_writing(written, slots)
    fallback, place = Choice(default or Uniform(0.07), "default"), places(slots, optimizer)
    entries = []
    for slot in slots:
        own = [Choice(slot.own, "layer default")] if slot.own is not None else []
        strong = [*ruled.get(slot.path, ()), *on_block.get(slot.path, ())]
        choices = [*strong, *by_role(slot, roles), *own, fallback]
        entries.append(_entry(slot, choices, place[slot.path]))
    return InitPlan(tuple(entries))


def _entry(slot: Slot, choices: list[Choice], place: Place) -> PlanEntry:
    first, *others = choices
    given = _given(first, place)
    if given is None:
        return _entry(slot, others, place)
    overruled = tuple(c.why for c in others if c.why != "default")
    told = "" if given.use is first.use else _told(first.use, place, given)
    entry = PlanEntry(
        slot.path,
        slot.name,
        slot.spec,
        given.use,
        first.why,
        overruled,
        slot.aliases,
        given.lr_mult,
        told,
    )
    _ask(entry)
    return entry


def _given(choice: Choice, place: Place) -> Given | None:
    """Return what a choice gives: itself, or what its rule says of the place."""
    if not isinstance(choice.use, Placed):
        return Given(choice.use)
    try:
        return choice.use.given(place)
    except InitlabError as error:
        error.add_note(f"for {place.path}, which is asked of {choice.use} by {choice.why}")
        raise


def _told(rule: Initializer, place: Place, given: Given) -> str:
    note = f", {given.note}" if given.note else ""
    return f"{type(rule).__name__}, {place}{note}"


def _ask(entry: PlanEntry) -> None:
    """Let the initializer object now, while the config key is near, and not when it draws."""
    if not entry.spec.known:
        return
    try:
        entry.initializer.accept(entry.spec)
        need_room(entry.spec, entry.initializer.law(entry.spec))
    except InitlabError as error:
        error.add_note(f"for {entry.path}, which gets {entry.initializer} by {entry.why}")
        raise
