"""A function that brings its own gradient, in Gluon's form."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.autograd.primitive import Primitive
from initlab.autograd.state import Scope
from initlab.autograd.tensor import Tensor, unwrap
from initlab.errors import BadValueError

__all__ = ["Function"]


class Function:
    """A subclass writes `forward`, on inputs that nothing records, and `backward`.

    An instance is for one call: what `forward` keeps is for that call's `backward`. To teach a
    rule that is used often, see `primitive`.

    >>> class Straight(Function):
    ...     def forward(self, x):
    ...         return np.sign(x)
    ...     def backward(self, dy):
    ...         return dy  # as if it were the identity
    >>> from initlab.autograd import record
    >>> x = Tensor([-2.0, 3.0])
    >>> x.attach_grad()
    >>> with record():
    ...     y = Straight()(x) * 5
    >>> y.backward()
    >>> x.grad
    array([5., 5.])
    """

    saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep what `backward` needs, in `saved_tensors`."""
        self.saved_tensors = tensors

    def forward(self, *inputs: Any) -> Any:
        """Return one Tensor or several."""
        raise NotImplementedError(f"{type(self).__name__} is a Function without forward().")

    def backward(self, *output_grads: Any) -> Any:
        """Return the gradient of each input from those of the outputs; linear in them."""
        raise NotImplementedError(f"{type(self).__name__} is a Function without backward().")

    def __call__(self, *inputs: Any) -> Any:
        """Return what `forward` does, recorded by `backward`'s rule."""
        with Scope(False, None):
            outputs = self.forward(*inputs)
        several = isinstance(outputs, list | tuple)
        value = tuple(map(unwrap, outputs)) if several else unwrap(outputs)
        rule = Primitive(lambda *_: value, type(self).__name__, (), self._pull_back, kernel=None)
        return rule(*inputs)

    def _pull_back(self, g: Any, y: Any, needs: Any, *inputs: Any) -> tuple[Any, ...]:  # noqa: ARG002 - a rule's arguments
        """Ask `backward` once; an output that nobody used has a gradient of zeros."""
        pairs = zip(g, y, strict=True) if type(g) is list else [(g, y)]
        grads = [np.zeros_like(unwrap(value)) if g is None else g for g, value in pairs]
        found = self.backward(*(g if type(g) is Tensor else Tensor(g) for g in grads))
        found = found if isinstance(found, list | tuple) else (found,)
        if len(found) != len(inputs):
            raise BadValueError(
                f"{type(self).__name__}.backward() returned {len(found)} gradients for "
                f"{len(inputs)} inputs."
            )
        if any(type(g) is Tensor for g in grads):
            return tuple(found)
        return tuple(None if part is None else np.array(unwrap(part)) for part in found)
