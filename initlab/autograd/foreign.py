"""What NumPy hands over when one of its functions meets a Tensor."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from initlab.autograd.operators import guard_write
from initlab.autograd.registry import HANDLERS, name_of
from initlab.errors import NoRuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["call_function", "call_ufunc"]


def call_ufunc(
    wrap: Callable[[Any], Any],
    ufunc: Any,
    method: str,
    inputs: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Any:
    """Answer `__array_ufunc__`: plain calls go to the handler, `out=` writes, the rest is refused.

    Raises:
        NoRuleError: for `ufunc.reduce` and its like, and for recorded calls with keywords.
        InPlaceError: for an `out=` that would lose a gradient.
    """
    if method == "__call__":
        if not kwargs:
            return HANDLERS[ufunc](*inputs)
        if kwargs.get("out") is not None:
            (out,) = kwargs["out"]
            guard_write(out, *inputs)
            ufunc(*map(_raw, inputs), **{**kwargs, "out": _raw(out)})
            return out
        if all(getattr(x, "node", None) is None for x in inputs):
            return wrap(ufunc(*map(_raw, inputs), **{k: _raw(v) for k, v in kwargs.items()}))
    options = ", ".join(f"{key}=" for key in kwargs)
    raise NoRuleError(
        f"{name_of(ufunc)}{'' if method == '__call__' else '.' + method}({options}) has no rule "
        "for a Tensor. To use its values without a gradient, pass np.asarray(tensor)."
    )


def call_function(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Answer `__array_function__` by the handler, with tensors moved to positional arguments."""
    if kwargs.get("out") is not None:
        out = kwargs["out"]
        guard_write(out, *args)
        func(*map(_raw, args), **{**kwargs, "out": _raw(out)})
        return out
    if any(hasattr(value, "node") for value in kwargs.values()):
        bound = inspect.signature(func).bind(*args, **kwargs)
        args, kwargs = bound.args, bound.kwargs
    return HANDLERS[func](*args, **kwargs)


def _raw(x: Any) -> Any:
    """Return a Tensor's array, anything else as it is."""
    return getattr(x, "array", x)
