"""Who may speak for a parameter: rules over paths, what is written on a block, roles."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from initlab.errors import SelectsNothingError, UnknownNameError
from initlab.init.spec import Role
from initlab.paths import PathPattern, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.init.initializer import Initializer
    from initlab.init.spec import ParameterSpec

__all__ = ["Choice", "Rule", "Slot", "Written", "by_role", "by_rule", "by_writing", "known_roles"]


@dataclass(frozen=True)
class Slot:
    """One parameter as the plan sees it.

    Args:
        path: its first path in the tree.
        name: its own name, `dense0_weight`.
        spec: what the layer declared.
        own: the initializer that the layer gave it, if any.
        aliases: the other paths at which it stands, when it is tied.
        branch: the path of the block that adds its branch to a stream, the innermost of them.
        heads: how many heads the attention has that it is in; 1 elsewhere.
        last_at: the number of its last place, of all places in the tree in order.
        hidden: how many units the recurrent layer has that it is in; 0 elsewhere.
    """

    path: str
    name: str
    spec: ParameterSpec
    own: Initializer | None = None
    aliases: tuple[str, ...] = ()
    branch: str | None = None
    heads: int = 1
    last_at: int = 0
    hidden: int = 0

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


def by_rule(rules: Sequence[Rule], slots: Sequence[Slot]) -> dict[str, list[Choice]]:
    """Return what the rules say of each parameter, by path, the later rule first.

    Raises:
        SelectsNothingError: for a rule that matches no parameter.
    """
    found: dict[str, list[Choice]] = {}
    for rule in reversed(rules):
        of_role = [slot for slot in slots if rule.role in (None, slot.spec.role)]
        owner = {path: slot.path for slot in of_role for path in slot.paths}
        what = f"rule {rule.name!r}" + (f" (role {rule.role})" if rule.role else "")
        for path in {owner[path] for path in select(rule.match, owner, what)}:
            found.setdefault(path, []).append(Choice(rule.use, f"rule {rule.name}"))
    return found


def by_writing(written: Sequence[Written], slots: Sequence[Slot]) -> dict[str, list[Choice]]:
    """Return what is written in the model on each parameter's blocks, by path, the nearest first.

    Raises:
        SelectsNothingError: for one that reaches no parameter.
    """
    found: dict[str, list[tuple[Nearness, Choice]]] = {}
    for item in reversed(written):
        choice = Choice(item.use, f"written on {item.path or 'the model'}")
        for path, nearness in _reached(item, slots).items():
            found.setdefault(path, []).append((nearness, choice))
    for choices in found.values():
        choices.sort(key=itemgetter(0), reverse=True)  # stable: of equals the later stays first
    return {path: [choice for _, choice in choices] for path, choices in found.items()}


def _reached(item: Written, slots: Sequence[Slot]) -> dict[str, Nearness]:
    found = {slot.path: near for slot in slots if (near := _nearness(item, slot)) is not None}
    if not found:
        paths = [path for slot in slots for path in slot.paths]
        wanted = f"{item.path}.**.{item.what}".removeprefix(".")
        place = item.path or "the model"
        raise SelectsNothingError(f"{item.what!r} written on {place}", wanted, paths)
    return found


class Nearness(NamedTuple):
    """How strongly something written speaks for a parameter; compares as a tuple."""

    first_path: bool
    depth: int  # of the block that it is written on
    precision: int  # of naming the parameter, see _precision


def _nearness(item: Written, slot: Slot) -> Nearness | None:
    speaks = []
    for path in slot.paths:
        *above, name = path.split(".")
        precision, depth = _precision(item, slot, name), _depth_of_block(item.path, above)
        if precision and depth is not None:
            speaks.append(Nearness(path == slot.path, depth, precision))
    return max(speaks, default=None)


def _precision(item: Written, slot: Slot, name: str) -> int:
    """Return 3 for its own name, 2 for its role, 1 for an embedding's `weight`, 0 for none."""
    role = slot.spec.role
    if item.what == role:
        return 2
    if item.what in list(Role):
        return int(item.what == Role.weight and role == Role.embedding)
    return 3 if item.what == name else 0


def _depth_of_block(pattern: str, above: list[str]) -> int | None:
    """Return the depth of the nearest block that fits, of those that a parameter stands in."""
    for depth in range(len(above), -1, -1):
        if PathPattern(pattern).matches(".".join(above[:depth])):
            return depth
    return None


def known_roles(roles: Mapping[str, Initializer]) -> Mapping[str, Initializer]:
    """Return `roles`, or raise an UnknownNameError for a key that is no role."""
    for role in roles:
        if role not in list(Role):
            raise UnknownNameError("role", role, [known.value for known in Role])
    return roles


def by_role(slot: Slot, roles: Mapping[str, Initializer]) -> list[Choice]:
    """Return what the roles say of a parameter; an embedding follows `weight` if need be."""
    role = str(slot.spec.role)
    if role == Role.embedding and role not in roles:
        role = str(Role.weight)
    return [Choice(roles[role], f"role {role}")] if role in roles else []
