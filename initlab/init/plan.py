"""The plan: which initializer each parameter gets, and why, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from initlab.errors import InitlabError, SelectsNothingError, UnknownNameError
from initlab.init.distributions import Uniform
from initlab.init.show import PlanView
from initlab.init.spec import ParameterSpec, Role
from initlab.paths import PathPattern, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from initlab.init.initializer import Initializer

__all__ = ["InitPlan", "PlanEntry", "Rule", "Slot", "Written", "make_plan"]


@dataclass(frozen=True)
class Slot:
    """One parameter as the plan sees it.

    Args:
        path: its first path in the tree.
        name: its own name, `dense0_weight`.
        spec: what the layer declared.
        own: the initializer that the layer gave it, if any.
        aliases: the other paths at which it stands, when it is tied.
    """

    path: str
    name: str
    spec: ParameterSpec
    own: Initializer | None = None
    aliases: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path at which the parameter stands."""
        return (self.path, *self.aliases)


@dataclass(frozen=True)
class Rule:
    """`use` for all parameters that `match` chooses, of `role` if one is given."""

    name: str
    match: str
    use: Initializer
    role: Role | None = None


@dataclass(frozen=True)
class Written:
    """An initializer written on a sub-block in the model.

    Args:
        path: a pattern for the block's path; the parameters of the blocks below count too.
        what: a role ("weight" stands for embeddings too), or the name of a parameter: "gamma".
        use: the initializer.
    """

    path: str
    what: str
    use: Initializer


class Choice(NamedTuple):
    """An initializer that speaks for a parameter, and on what ground."""

    use: Initializer
    why: str


@dataclass(frozen=True)
class PlanEntry:
    """What one parameter gets.

    Args:
        path, name, spec, aliases: the parameter, as in Slot.
        initializer: what it gets.
        why: on what ground, "rule head".
        overruled: the weaker grounds on which another initializer was named, strongest first.
    """

    path: str
    name: str
    spec: ParameterSpec
    initializer: Initializer
    why: str
    overruled: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
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

    Raises:
        SelectsNothingError: for a rule or a written initializer that matches no parameter.
        UnknownNameError: for a key of `roles` that is no role.
        InitlabError: what the chosen initializer has against a parameter of known shape, such as
            Xavier against a vector; a note says which parameter, and on what ground.

    >>> slots = [Slot("out.weight", "dense0_weight", ParameterSpec((10, 64)))]
    >>> plan = make_plan(slots, rules=[Rule("small", "out.*", Uniform(0.01))])
    >>> plan["out.weight"].why, plan["out.weight"].initializer
    ('rule small', Uniform(scale=0.01))
    """
    slots, roles = list(slots), _known_roles(roles or {})
    chosen = [_matched(rule, slots) for rule in rules]
    placed = [(item, _placed(item, slots)) for item in written]
    fallback = Choice(default or Uniform(0.07), "default")
    entries = []
    for slot in slots:
        choices = [
            *(
                Choice(r.use, f"rule {r.name}")
                for r, paths in reversed(chosen)
                if slot.path in paths
            ),
            *_nearest_first(slot, placed),
            *_by_role(slot, roles),
            *([Choice(slot.own, "layer default")] if slot.own is not None else []),
            fallback,
        ]
        entries.append(_entry(slot, choices))
    return InitPlan(tuple(entries))


def _entry(slot: Slot, choices: list[Choice]) -> PlanEntry:
    first, *others = choices
    overruled = tuple(c.why for c in others if c.why != "default")
    _ask(slot, first)
    return PlanEntry(slot.path, slot.name, slot.spec, first.use, first.why, overruled, slot.aliases)


def _matched(rule: Rule, slots: list[Slot]) -> tuple[Rule, set[str]]:
    of_role = [slot for slot in slots if rule.role in (None, slot.spec.role)]
    owner = {path: slot.path for slot in of_role for path in slot.paths}
    what = f"rule {rule.name!r}" + (f" (role {rule.role})" if rule.role else "")
    return rule, {owner[path] for path in select(rule.match, owner, what)}


def _ask(slot: Slot, choice: Choice) -> None:
    """Let the initializer object now, while the config key is near, and not when it draws."""
    if not slot.spec.known:
        return
    try:
        choice.use.variance(slot.spec)
    except InitlabError as error:
        error.add_note(f"for {slot.path}, which gets {choice.use} by {choice.why}")
        raise


def _placed(item: Written, slots: list[Slot]) -> dict[str, Nearness]:
    """Return the parameters that a written initializer reaches, and how near it stands to each."""
    found = {slot.path: near for slot in slots if (near := _nearness(item, slot)) is not None}
    if not found:
        paths = [path for slot in slots for path in slot.paths]
        wanted = f"{item.path}.**.{item.what}".removeprefix(".")
        raise SelectsNothingError(
            f"{item.what!r} written on {item.path or 'the model'}", wanted, paths
        )
    return found


class Nearness(NamedTuple):
    """How strongly a written initializer speaks for a parameter; compares as a tuple."""

    first_path: bool
    depth: int  # of the block that it is written on
    exactly: bool  # by its name or its very role; not as an embedding by `weight`


def _nearness(item: Written, slot: Slot) -> Nearness | None:
    speaks = []
    for path in slot.paths:
        *above, name = path.split(".")
        by_name = item.what == name and item.what not in list(Role)
        depth = _depth_of_block(item.path, above) if by_name or _is_for(item, slot) else None
        if depth is not None:
            speaks.append(
                Nearness(path == slot.path, depth, by_name or item.what == slot.spec.role)
            )
    return max(speaks, default=None)


def _is_for(item: Written, slot: Slot) -> bool:
    role = slot.spec.role
    return item.what == role or (item.what == Role.weight and role == Role.embedding)


def _depth_of_block(pattern: str, above: list[str]) -> int | None:
    """Return the depth of the nearest block that fits, of those that a parameter stands in."""
    for depth in range(len(above), -1, -1):
        if PathPattern(pattern).matches(".".join(above[:depth])):
            return depth
    return None


def _nearest_first(slot: Slot, placed: list[tuple[Written, dict[str, Nearness]]]) -> list[Choice]:
    here = [(near[slot.path], item) for item, near in reversed(placed) if slot.path in near]
    here.sort(key=itemgetter(0), reverse=True)
    return [Choice(item.use, f"written on {item.path or 'the model'}") for _, item in here]


def _known_roles(roles: Mapping[str, Initializer]) -> Mapping[str, Initializer]:
    for role in roles:
        if role not in list(Role):
            raise UnknownNameError("role", role, list(Role))
    return roles


def _by_role(slot: Slot, roles: Mapping[str, Initializer]) -> list[Choice]:
    role = str(slot.spec.role)
    if role == Role.embedding and role not in roles:
        role = str(Role.weight)
    return [Choice(roles[role], f"role {role}")] if role in roles else []
