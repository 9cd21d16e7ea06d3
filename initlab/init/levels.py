"""The three ways to define an initializer: a class has all of them, and defines one."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, pause
from initlab.errors import BadTypeError, ShapeError
from initlab.init.desc import InitDesc
from initlab.init.spec import ParameterSpec
from initlab.nd.random import drawing_from, generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Call = Callable[..., Any]

__all__ = ["complete"]

WAYS = {"__call__", "write", "_init_weight"}


def complete(cls: Any) -> None:
    """Let what a class leaves out of the three follow from what it defines, not be inherited.

    Where it defines none, the first of its bases that does counts: one that is no initializer, such
    as a mixin, has not all three.
    """
    home = next(base for base in cls.__mro__ if WAYS & vars(base).keys())
    own = vars(home)
    if home is not cls and own.keys() >= WAYS:
        return
    asked = {"write": _accepting(own["write"])} if "write" in own else {}
    if "__call__" in own:
        call = own["__call__"]
    elif asked:
        call = _returning(asked["write"])
    else:
        call = _drawing(own["_init_weight"])
        if "pure" not in vars(cls):
            cls.pure = False
    followed = {"write": _writing(call), "_init_weight": _filling(call)}
    for name, method in (followed | asked).items():
        if name in asked or name not in own:
            setattr(cls, name, method)
    cls.__call__ = _taking_names(call)


def _accepting(write: Callable[..., None]) -> Callable[..., None]:
    """Return the `write` that asks first whether what it draws is for such a parameter."""

    @wraps(write)
    def accepting(self: Any, spec: ParameterSpec, rng: Any, out: NDArray[Any]) -> None:
        self.accept(spec)
        write(self, spec, rng, out)

    return accepting


def _returning(write: Callable[..., None]) -> Call:
    """Return the `__call__` of what writes."""

    def call(self: Any, spec: ParameterSpec, rng: Any) -> NDArray[Any]:
        spec.require_known()
        out = np.empty(spec.shape, spec.dtype)
        write(self, spec, rng, out)
        return out

    return call


def _drawing(init_weight: Callable[..., None]) -> Call:
    """Return the `__call__` of what fills a Tensor, as Gluon's do."""

    def call(self: Any, spec: ParameterSpec, rng: Any) -> NDArray[Any]:
        data = Tensor(np.zeros(spec.shape, spec.dtype))
        with drawing_from(rng), pause():
            init_weight(self, InitDesc(spec.name), data)
        return np.asarray(data)

    return call


def _writing(call: Call) -> Callable[..., None]:
    """Return the `write` of what returns an array, if it does."""

    def write(self: Any, spec: ParameterSpec, rng: Any, out: NDArray[Any]) -> None:
        values = call(self, spec, rng)
        if not isinstance(values, np.ndarray):
            raise BadTypeError(
                f"{spec.label} needs an array of shape {out.shape}, and {self} returned "
                f"{values!r}, a {type(values).__name__}."
            )
        if values.shape != out.shape:
            raise ShapeError(
                f"{spec.label} has shape {out.shape}, which {values.shape} does not fit: {self} "
                "returned it."
            )
        if not np.can_cast(values.dtype, out.dtype, "same_kind"):
            raise BadTypeError(
                f"{spec.label} holds {out.dtype}, and {self} returned {values.dtype}: what it has "
                "beyond that would be lost."
            )
        out[...] = values

    return write


def _filling(call: Call) -> Callable[..., None]:
    """Return the `_init_weight` of what returns an array."""

    def init_weight(self: Any, name: str, data: Tensor) -> None:
        data[:] = call(self, ParameterSpec(data.shape, data.dtype, name=str(name)), generator())

    return init_weight


def _taking_names(call: Call) -> Call:
    """Let `call(self, spec, rng)` be called as `init(name, tensor)` too."""

    @wraps(call)
    def called(self: Any, spec: Any, rng: Any) -> Any:
        return self.fill(spec, rng) if isinstance(spec, str) else call(self, spec, rng)

    return called
