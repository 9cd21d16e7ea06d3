"""The built-in initializers by the names that configs and Gluon use."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from initlab.errors import BadTypeError, BadValueError, UnknownNameError
from initlab.init.initializer import Initializer
from initlab.init.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["alias", "create", "register"]


def register(cls: type[Initializer]) -> type[Initializer]:
    """Let `create` and `initialize` know a class by its own name in lower case; a decorator.

    For a script's own use: configs read the catalog, where plugins register. A name that is taken
    is given to the new class, with a warning.

    Raises:
        BadTypeError: for anything but a subclass of Initializer.

    >>> from initlab.init.registry import REGISTRY
    >>> @register
    ... class DoctestHalf(Initializer):
    ...     def _init_weight(self, name, data):
    ...         data[:] = 0.5
    >>> create("DoctestHalf")
    DoctestHalf()
    >>> del REGISTRY["doctesthalf"]
    """
    return _register(cls.__name__ if isinstance(cls, type) else "", cls)


def alias(*names: str) -> Callable[[type[Initializer]], type[Initializer]]:
    """Register a class under further names; a decorator, to be used below `register`."""

    def decorate(cls: type[Initializer]) -> type[Initializer]:
        for name in names:
            _register(name, cls)
        return cls

    return decorate


def _register(name: str, cls: type[Initializer]) -> type[Initializer]:
    if not (isinstance(cls, type) and issubclass(cls, Initializer)):
        raise BadTypeError(f"Only subclasses of Initializer can be registered, got {cls!r}.")
    before = REGISTRY.get(name.lower(), cls)
    if before is not cls:
        warnings.warn(
            f"{name.lower()!r} was {before.__module__}.{before.__qualname__} and is now "
            f"{cls.__module__}.{cls.__qualname__}.",
            stacklevel=3,
        )
    REGISTRY[name.lower()] = cls
    return cls


def create(
    initializer: Initializer | str | Mapping[str, Any], *args: Any, **options: Any
) -> Initializer:
    """Return the initializer that is meant, as Gluon accepts them.

    Args:
        initializer: an Initializer; a registered name in any case, "Xavier"; Gluon's JSON,
            '["constant", {"value": 3}]' or '{"initializer": "constant", "value": 3}'; or the
            mapping that the latter describes.
        args: of the named class.
        options: of the named class.

    Raises:
        UnknownNameError: for a name that nothing has.
        BadTypeError: for anything else: a class, a number; for an option that it does not have.
        BadValueError: for a text that starts as Gluon's JSON and is none.

    >>> create("zeros"), create('["constant", {"value": 3}]'), create("normal", sigma=0.1)
    (Zeros(), Constant(value=3), Normal(sigma=0.1, mean=0.0))
    """
    if isinstance(initializer, Initializer) and not (args or options):
        return initializer
    plain = isinstance(initializer, str) and initializer[:1] not in ("[", "{")
    if not isinstance(initializer, str | Mapping) or (not plain and (args or options)):
        raise BadTypeError(
            f"An initializer is an Initializer or a registered name, got {initializer!r}"
            f"{' with options' if args or options else ''}. Write init.Xavier() or 'xavier'."
        )
    name, written = _parse(initializer)
    if name not in REGISTRY:
        raise UnknownNameError("initializer", name, REGISTRY)
    written = {key: _nested(value) for key, value in written.items()}
    try:
        made: Initializer = _maker(REGISTRY[name])(*args, **written, **options)
    except TypeError as error:
        if isinstance(error, BadTypeError):
            raise
        given = {**written, **options} or args
        raise BadTypeError(f"Initializer {name!r} does not take {given}: {error}.") from error
    return made


def _maker(found: type[Initializer] | Initializer) -> Callable[..., Initializer]:
    """Return what makes a class's instance, or a preset's with some options changed."""
    return found if isinstance(found, type) else partial(replace, found)  # type: ignore[type-var] # a preset is a dataclass


def _nested(value: Any) -> Any:
    """Return the initializer that an option's value is the JSON of, or the value."""
    match value:
        case [str() as name, Mapping()] if name in REGISTRY:
            return create(json.dumps(value))
    return value


def _parse(given: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the name and the options that stand in a name, JSON or mapping."""
    try:
        written = json.loads(given) if isinstance(given, str) and given[:1] in "[{" else given
        if isinstance(written, str):
            return written.lower(), {}
        if isinstance(written, Mapping):
            options = dict(written)
            return options.pop("initializer").lower(), options
        name, options = written
        return name.lower(), dict(options)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BadValueError(
            f'{given!r} is no initializer: {error}. Write it as \'["constant", {{"value": 3}}]\'.'
        ) from error
