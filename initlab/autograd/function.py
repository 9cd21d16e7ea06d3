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
        values = [unwrap(o) for o in (outputs if isinstance(outputs, list | tuple) else [outputs])]
        made = [self._recorded(number, values, inputs) for number in range(len(values))]
        return made if isinstance(outputs, list | tuple) else made[0]

    def _recorded(self, number: int, values: list[Any], inputs: tuple[Any, ...]) -> Tensor:
        """Return one output, whose part of the inputs' gradients is that of the others at 0."""

        def pull_back(g: Any, y: Any, needs: Any, *args: Any) -> tuple[Any, ...]:  # noqa: ARG001 - a rule's arguments
            grads = [Tensor(np.zeros_like(value)) for value in values]
            grads[number] = g if type(g) is Tensor else Tensor(g)
            found = self.backward(*grads)
            found = found if isinstance(found, list | tuple) else (found,)
            if len(found) != len(inputs):
                raise BadValueError(
                    f"{type(self).__name__}.backward() returned {len(found)} gradients for "
                    f"{len(inputs)} inputs."
                )
            if type(g) is Tensor:
                return tuple(found)
            return tuple(None if part is None else np.array(unwrap(part)) for part in found)

        name = type(self).__name__
        rule = Primitive(lambda *_: values[number], name, (), pull_back, kernel=None)
        return rule(*inputs)
