"""A primitive: a NumPy function and, with it, its vector-Jacobian product."""

from __future__ import annotations

import inspect
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.autograd.node import Node, Part
from initlab.autograd.registry import HANDLERS, PRIMITIVES
from initlab.autograd.state import STATE
from initlab.autograd.tensor import Tensor
from initlab.errors import NameTakenError, NoRuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from initlab.autograd.node import Source

__all__ = ["Kernel", "Primitive", "nondifferentiable", "primitive"]


class Kernel(NamedTuple):
    """A primitive's mathematics once more, in place on raw arrays, for the training step.

    Its value and gradients are those of the function and its rule, which stay in charge wherever
    nothing is recorded and where a gradient is differentiated again.

    Attributes:
        forward: `forward(*args, **kwargs)` returns the value, and anything to keep for the way
            back; None where the function itself serves and keeps nothing.
        backward: `backward(g, y, kept, needs, out, *args, **kwargs)` returns the gradients of all
            arguments, each of its argument's shape and dtype, in an array of its own. `g` may be
            overwritten, and be one of them; all else must stay, for the graph may be walked again.
            `needs[i]` says whether the i-th is wanted; `out[i]` is the array to write it into, or
            None to make one, as NumPy's `out=` takes it.
    """

    forward: Callable[..., tuple[Any, Any]] | None
    backward: Callable[..., Sequence[Any]]


class Primitive:
    """A function on arrays that tensors can be passed to, with the rules for its gradient.

    Make one with `primitive`.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str,
        rules: tuple[Callable[..., Any] | None, ...],
        joint: Callable[..., Any] | None,
        kernel: Kernel | None,
    ) -> None:
        self.fn = self.__wrapped__ = fn
        self.__name__, self.__doc__ = name, fn.__doc__
        self.rules, self.joint, self.kernel = rules, joint, kernel
        self.forward = None if kernel is None else kernel.forward

    def __repr__(self) -> str:
        return f"<primitive {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """Return the function's value as a Tensor, recorded if an argument is.

        Of a tuple it is a list of tensors, which the signature does not say.
        """
        raw = [a.array if type(a) is Tensor else a for a in args]
        recording = STATE.recording
        if recording:
            sources = [a.node if type(a) is Tensor else None for a in args]
            if any(sources):
                if recording is True:
                    return self.record(raw, sources, kwargs)
                watched: Tensor = recording.record(self, raw, sources, kwargs)
                return watched
        value = self.fn(*raw, **kwargs)
        if type(value) is tuple:
            return [Tensor(each) for each in value]  # type: ignore[return-value] # as it says
        return Tensor(value)

    @cached_property
    def options(self) -> frozenset[str]:
        """The names that its rules can be passed by keyword."""
        rule = self.joint or next(filter(None, self.rules), self.fn)
        return frozenset(inspect.signature(rule).parameters)

    def record(
        self, raw: list[Any], sources: list[Source | None], kwargs: dict[str, Any]
    ) -> Tensor:
        """Return the value of raw arguments as a Tensor that knows the call and its sources."""
        if kwargs and not kwargs.keys() <= self.options:
            self._refuse(kwargs)
        if self.forward is None:
            value, kept = self.fn(*raw, **kwargs), None
        else:
            value, kept = self.forward(*raw, **kwargs)
        if type(value) is tuple:
            node = Node(self, (raw, sources, kwargs, value, kept))
            parts = enumerate(value)
            return [Tensor(each, Part(node, i)) for i, each in parts]  # type: ignore[return-value] # as `__call__` says
        if type(value) is not np.ndarray:
            value = np.asarray(value)
        return Tensor(value, Node(self, (raw, sources, kwargs, value, kept)))

    def _refuse(self, kwargs: Mapping[str, Any]) -> None:
        wrong = ", ".join(f"{key}=" for key in kwargs if key not in self.options)
        raise NoRuleError(
            f"{self.__name__}({wrong}) has no rule for a recorded Tensor; without {wrong} it has. "
            "To use its values without a gradient, pass np.asarray(tensor)."
        )

    def lifted(self, *args: Any, **kwargs: Any) -> Any:
        """Return what NumPy's own functions would: an array for arrays, a Tensor for tensors.

        Rules call other primitives that NumPy doesn't have by this.
        """
        if any(type(a) is Tensor for a in args):
            return self(*args, **kwargs)
        return self.fn(*args, **kwargs)


def primitive(
    fn: Callable[..., Any],
    *rules: Callable[..., Any] | None,
    joint: Callable[..., Any] | None = None,
    kernel: Kernel | None = None,
    name: str | None = None,
) -> Primitive:
    """Make a primitive of `fn` and register it.

    Args:
        fn: a NumPy function, which then works on tensors, or an own function on raw arrays. One
            that returns a tuple has several values: a list of tensors, and `y` and `g` below are
            their sequences, with None in `g` where nobody wants the gradient of one.
        rules: for each positional argument `rule(g, y, *args, **kwargs)`, the gradient of the
            argument from the gradient `g` of the output `y`; None for one without derivative.
            Written with NumPy functions and operators, so that it runs on raw arrays and, for
            gradients of gradients, on tensors. Need not undo broadcasting: the engine does. What it
            returns is the tape's to overwrite: `g`, a view of it, or an array of its own.
        joint: instead of `rules`, one `joint(g, y, needs, *args, **kwargs)` that returns a tuple
            with the gradients of all arguments; `needs[i]` says whether the i-th is wanted.
        kernel: the same in place, where speed pays for saying it twice.
        name: for the table of primitives; the function's own name otherwise.

    Raises:
        NameTakenError: when a primitive has that name already.

    >>> cube = primitive(lambda x: x**3, lambda g, y, x: g * 3 * x**2, name="doctest_cube")
    >>> x = Tensor([2.0])
    >>> x.attach_grad()
    >>> from initlab.autograd import record
    >>> with record():
    ...     y = cube(x)
    >>> y.backward()
    >>> x.grad
    array([12.])
    >>> del PRIMITIVES["doctest_cube"]
    """
    made = Primitive(fn, name or fn.__name__.lstrip("_"), rules, joint, kernel)
    if made.__name__ in PRIMITIVES:
        raise NameTakenError(
            f"A primitive named {made.__name__!r} exists already; give yours another `name`."
        )
    PRIMITIVES[made.__name__] = made
    handler: Any = made  # it returns a Tensor for a Tensor, which its signature does not say
    HANDLERS[fn] = HANDLERS[made.__name__] = handler
    return made


def nondifferentiable(*functions: Any) -> tuple[Callable[..., Any], ...]:
    """Let NumPy functions whose value has no derivative take tensors; arrays become tensors.

    Returns them in that form, for those who want to call them by it.

    >>> (signbit,) = nondifferentiable(np.signbit)
    >>> np.signbit(Tensor([-1.0, 1.0]))
    array([ True, False])
    """
    made = tuple(_Plain(function) for function in functions)
    HANDLERS.update(zip(functions, made, strict=True))
    return made


class _Plain:
    """Calls a function on the raw arrays."""

    __slots__ = ("__name__", "fn")

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn, self.__name__ = fn, fn.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raw = [a.array if type(a) is Tensor else a for a in args]
        out = self.fn(*raw, **kwargs)
        return Tensor(out) if isinstance(out, np.ndarray | np.generic) else out
