"""A Tensor is an array and the call that made it; NumPy takes it as an array of its own."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd.engine import deposit, propagate
from initlab.autograd.foreign import call_function, call_ufunc
from initlab.autograd.methods import Methods, _raw_key
from initlab.autograd.node import Leaf, Source
from initlab.autograd.operators import Operators, guard_write
from initlab.autograd.state import Scope
from initlab.errors import BadTypeError, BadValueError, GraphError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

__all__ = ["Tensor", "seed_gradient", "unwrap"]


class Tensor(Operators, Methods):
    """An array that remembers how it was made.

    Args:
        array: an ndarray, taken as it is (no copy), or anything that `np.asarray` takes.
        node: the recorded call that made it, or the leaf where its gradient lands.

    >>> x = Tensor([1.0, 2.0])
    >>> np.asarray(x) is x.array
    True
    """

    __slots__ = ("array", "node")

    def __init__(self, array: Any, node: Source | None = None) -> None:
        self.array: np.ndarray = array if type(array) is np.ndarray else np.asarray(array)
        self.node = node

    # ---- the array's own facts
    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of an element."""
        return self.array.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.array.ndim

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.array.size

    def item(self) -> Any:
        """Return the only element as a Python number; ValueError if there are more."""
        return self.array.item()

    asscalar = item

    def asnumpy(self) -> np.ndarray:
        """Return a copy as an ndarray; `np.asarray(t)` gives the live array."""
        return self.array.copy()

    def tolist(self) -> Any:
        """Return nested lists of Python numbers."""
        return self.array.tolist()

    def __len__(self) -> int:
        return len(self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __float__(self) -> float:
        return float(self.array.item())

    def __int__(self) -> int:
        return int(self.array.item())

    def __index__(self) -> int:
        return operator.index(self.array)

    def __repr__(self) -> str:
        return repr(self.array)

    def __str__(self) -> str:
        return str(self.array)

    def __format__(self, spec: str) -> str:
        return format(self.array, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.array,)

    # ---- NumPy's protocols
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if dtype is None and not copy:
            return self.array
        return np.array(self.array, dtype, copy=copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return call_ufunc(Tensor, ufunc, method, inputs, kwargs)

    def __array_function__(
        self, func: Any, _: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        return call_function(func, args, kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        guard_write(self, value)
        self.array[_raw_key(key)] = getattr(value, "array", value)

    # ---- gradients
    @property
    def grad(self) -> Self | None:
        """The gradient, the same live Tensor over all backward passes; None before attach_grad."""
        return self.node.grad if type(self.node) is Leaf else None

    @property
    def grad_req(self) -> str:
        """What backward does with the gradient: 'write', 'add', or 'null' without one."""
        return self.node.req if type(self.node) is Leaf else "null"

    @property
    def fresh_grad(self) -> bool:
        """Whether a backward pass has come to the gradient since this was last set to False."""
        return type(self.node) is Leaf and self.node.fresh

    @fresh_grad.setter
    def fresh_grad(self, fresh: bool) -> None:
        if type(self.node) is Leaf:
            self.node.fresh = fresh

    def attach_grad(self, grad_req: str = "write") -> None:
        """Give the tensor a gradient of zeros that backward fills; cuts the graph that made it.

        Args:
            grad_req: 'write' (each backward overwrites), 'add' (they accumulate) or 'null' (none).

        Raises:
            BadValueError: for another grad_req.
            BadTypeError: when the elements are not floating point.
        """
        self.bind_grad(Tensor(np.zeros_like(self.array)), grad_req)

    def bind_grad(self, grad: Tensor, grad_req: str = "write") -> None:
        """Let `grad`, of the same shape and dtype, be where the gradient lands.

        Raises:
            BadValueError: for another `grad_req`, shape or dtype.
            BadTypeError: when the Tensor is of a dtype that has no gradient.
        """
        if grad_req not in ("write", "add", "null"):
            raise BadValueError(
                f"grad_req must be one of 'write', 'add', or 'null', but got {grad_req!r}"
            )
        if self.array.dtype.kind != "f" and grad_req != "null":
            raise BadTypeError(
                f"A Tensor of dtype {self.dtype} has no gradient: cast it with astype('float32')."
            )
        if grad.shape != self.shape or grad.dtype != self.dtype:
            raise BadValueError(
                f"The gradient of a Tensor of shape {self.shape}, {self.dtype} cannot land in one "
                f"of shape {grad.shape}, {grad.dtype}."
            )
        self.node = None if grad_req == "null" else Leaf(grad.array, grad, grad_req)

    def move_grad(self, array: np.ndarray) -> None:
        """Let the gradient live in `array`, its values kept; of the same shape and dtype."""
        if type(self.node) is Leaf:
            array[...] = self.node.buffer
            self.node.buffer = self.node.grad.array = array

    def detach(self) -> Tensor:
        """Return a Tensor over the same memory that no graph knows."""
        return Tensor(self.array)

    def backward(
        self, out_grad: Any = None, retain_graph: bool = False, train_mode: bool = True
    ) -> None:
        """Fill the gradients of everything that this tensor was computed from.

        Args:
            out_grad: gradient of this tensor, ones by default.
            retain_graph: keep the graph for another pass.
            train_mode: what `is_training` answers meanwhile.

        Raises:
            GraphError: when nothing was recorded, or the graph has been freed.
        """
        seeds = seed_gradient({}, self, out_grad)
        with Scope(False, train_mode):
            deposit(propagate(seeds, retain=retain_graph, land=True))


def unwrap(x: Any) -> Any:
    """Return a Tensor's live array, and anything else as it is."""
    return x.array if type(x) is Tensor else x


def seed_gradient(
    seeds: dict[Source, Any], head: Tensor, out_grad: Any, *, as_tensor: bool = False
) -> dict[Source, Any]:
    """Add a head's own gradient to `seeds` and return them.

    Raises:
        GraphError: when `head` was not recorded.
        BadValueError: when `out_grad` has another shape than `head`.
    """
    node = head.node
    if node is None or (type(node) is not Leaf and node.call is None):
        raise GraphError(
            f"Cannot differentiate: the Tensor of shape {head.shape} is not in a computational "
            "graph. Compute it under autograd.record() from a tensor with attach_grad(), and "
            "pass retain_graph=True where a graph is used twice."
        )
    if out_grad is None:
        g: Any = np.empty_like(head.array)
        g.fill(1)
    else:
        g = np.array(unwrap(out_grad), head.dtype)  # a copy: the tape writes into it
        if g.shape != head.shape:
            raise BadValueError(
                f"The head gradient has shape {g.shape}, its Tensor has {head.shape}."
            )
    if as_tensor:
        g = out_grad if type(out_grad) is Tensor else Tensor(g)
    seeds[node] = seeds[node] + g if node in seeds else g
    return seeds
