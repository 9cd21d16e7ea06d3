"""What runs when a NumPy function meets a Tensor, and the list of all primitives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from initlab.errors import NoRuleError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HANDLERS", "PRIMITIVES", "Handler", "implements", "name_of"]

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


class Handler(Protocol):
    """A function that stands in for a NumPy function when an argument is a Tensor."""

    def __call__(self, x: T, /, *args: Any, **kwargs: Any) -> T:
        """Return a Tensor for a Tensor."""
        ...


def name_of(fn: Any) -> str:
    """Return a function's public name: 'numpy.fft.fft'."""
    return f"{getattr(fn, '__module__', None) or 'numpy'}.{fn.__name__}"


class _Handlers(dict[Any, Any]):
    """NumPy function -> handler; a missing one is an error that names the function."""

    def __missing__(self, fn: Any) -> Handler:
        name = fn if isinstance(fn, str) else name_of(fn)
        if not self:
            raise NoRuleError(f"No rule for {name}: import initlab.nd, which brings the rules.")
        raise NoRuleError(
            f"{name} has no rule for a Tensor. To use its values without a gradient, pass "
            f"np.asarray(tensor); to teach the rule, see initlab.autograd.primitive."
        )


HANDLERS: dict[Any, Handler] = _Handlers()
PRIMITIVES: dict[str, Any] = {}
"""Every primitive by name, written only at import, by `primitive`."""


def implements(*functions: Any) -> Callable[[F], F]:
    """Let the decorated function run when one of `functions` meets a Tensor.

    For NumPy functions that are compositions of primitives::

        @implements(np.var)
        def var(x, axis=None): ...
    """

    def register(handler: F) -> F:
        for function in functions:
            HANDLERS[function] = handler
        return handler

    return register
