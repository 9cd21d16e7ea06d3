"""From a RunSpec to a net and the plan of its first values: build, tie, resolve shapes, plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

from initlab.config import BlockSpec
from initlab.errors import BadTypeError, InitlabError, ShapeError
from initlab.init import InitPlan, make_plan
from initlab.nn import Block
from initlab.running.suiting import resolve_with_activations, suited
from initlab.tree import fresh_names, slots, tie

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.config import RunSpec

__all__ = ["assemble", "build", "plan"]

SIZE = re.compile(r"model\.(?!name$|block$)\w+")

BY_RULE = (
    "A rule gives parameters of other paths another initializer: +init.rules.NAME.match=PATTERN "
    "+init.rules.NAME.use.name=INITIALIZER"
)


def build(spec: BlockSpec) -> Block:
    """Build the block that `spec` describes, its sub-blocks first.

    Raises:
        InitlabError: what the block's constructor refuses, with its config key as a note.
    """
    factories = _factory_arguments(spec.cls)
    arguments = {
        name: (lambda value=value: build(value)) if name in factories else _built(value)
        for name, value in spec.arguments.items()
    }
    try:
        make: Callable[..., Block] = spec.cls
        return make(**arguments)
    except InitlabError as error:
        error.add_note(f"in {spec.key}")
        raise
    except TypeError as error:
        refused = BadTypeError(f"{spec.block} cannot be built: {error}.")
        refused.add_note(f"in {spec.key}")
        raise refused from error


def _built(value: Any) -> Any:
    if isinstance(value, BlockSpec):
        return build(value)
    if isinstance(value, Mapping):
        return {key: _built(item) for key, item in value.items()}
    return value


def _factory_arguments(cls: type[Block]) -> set[str]:
    """Return the constructor's arguments that take a function making a Block, not a Block."""
    hints = get_type_hints(cls.__init__)
    return {name for name, hint in hints.items() if _makes_block(hint)}


def _makes_block(hint: Any) -> bool:
    is_callable = get_origin(hint) is Callable
    return is_callable and isinstance(made := get_args(hint)[-1], type) and issubclass(made, Block)


def assemble(spec: RunSpec) -> tuple[Block, InitPlan]:
    """Return the net, tied and with all shapes known, and the plan; nothing is drawn.

    Raises:
        InitlabError: a block, tie or rule that cannot be had; its config key is in the notes.
    """
    with fresh_names(), _telling_sizes(spec):
        net = build(spec.model)
    for wanted in spec.ties:
        _tie(net, wanted.name, wanted.parameter, wanted.to)
    around = resolve_with_activations(net, spec.data.example())
    try:
        made = make_plan(
            slots(net),
            rules=spec.init.rules,
            written=spec.written,
            roles=spec.init.roles,
            optimizer=spec.optim.steps_like or spec.optim.name,
        )
    except ShapeError as error:
        error.add_note(BY_RULE)
        raise
    return net, suited(made, around)


@contextmanager
def _telling_sizes(spec: RunSpec) -> Iterator[None]:
    """Add the keys that a user sets to a refusal, which names the block that they end up in."""
    try:
        yield
    except InitlabError as error:
        sizes = [f"{key}={value}" for key, value in spec.flat.items() if SIZE.fullmatch(key)]
        if sizes:
            error.add_note(f"where {', '.join(sizes)}")
        raise


def _tie(net: Block, name: str, parameter: str, to: str) -> None:
    try:
        tie(net, parameter=parameter, to=to)
    except InitlabError as error:
        error.add_note(f"in model.ties.{name}")
        raise


def plan(spec: RunSpec) -> InitPlan:
    """Return which initializer each parameter of `spec`'s net would get, and why.

    >>> import initlab
    >>> print(initlab.plan(initlab.compose(["+init=xavier"])).entries[0].path)
    hidden.0.weight
    """
    return assemble(spec)[1]
