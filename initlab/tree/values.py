"""A parameter's live arrays: its data, its gradient, and the memory that they lie in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, is_recording
from initlab.errors import BadValueError, DeferredInitializationError, NotInitializedError
from initlab.tree.declaration import Declaration
from initlab.tree.shapes import only_shapes, stand_in

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from initlab.init import Initializer
    from initlab.tree.place import Place

__all__ = ["Values", "known_req"]


class Values(Declaration):
    """What is read and written of a Parameter, once it has data.

    The arguments are those of `Parameter`.
    """

    place: Place | None = None
    _data: Tensor | None = None
    _pending: Initializer | Tensor | None = None  # becomes the data when the shape is known
    _grad_req: str

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "place": None}  # a copy has memory of its own

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._data is not None and self._data.grad is None:  # nor is it in the old one's graph
            self._attach_grad(self._data)

    @property
    def settled(self) -> bool:
        """Whether it has data."""
        return self._data is not None

    @property
    def dtype(self) -> Any:
        """The type of the elements, as it was written; setting it casts."""
        return self._dtype

    @dtype.setter
    def dtype(self, new: Any) -> None:
        self.cast(new)

    @property
    def grad_req(self) -> str:
        """What a backward pass does with the gradient: 'write', 'add' or 'null'."""
        learns = self.differentiable and np.dtype(self._dtype).kind == "f"
        return self._grad_req if learns else "null"

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        before, self._grad_req = self._grad_req, known_req(req)
        if self._data is not None and req != before:
            self._attach_grad(self._data)

    # ---- reading and writing
    def data(self, ctx: Any = None) -> Tensor:  # noqa: ARG002 - Gluon's signature
        """Return the live data: the same Tensor at every call; `ctx` is Gluon's.

        Raises:
            DeferredInitializationError: while the draw waits for the shape.
            NotInitializedError: before `initialize`.
        """
        if self._data is not None:
            return self._data
        if only_shapes() and self.known:
            return stand_in(self.spec)
        raise self._missing()

    def require_initialized(self) -> None:
        """Raise a NotInitializedError unless it has data, waits for them or only for its shape."""
        if self._data is None and self._pending is None and not only_shapes():
            raise self._missing()

    def grad(self, ctx: Any = None) -> Tensor:  # noqa: ARG002 - Gluon's signature
        """Return the live gradient: the same Tensor at every call; `ctx` is Gluon's.

        Raises:
            NotInitializedError: when there are no data, or grad_req is 'null'.
        """
        found = self.data().grad
        if found is None:
            raise NotInitializedError(
                f"Cannot get gradient array for Parameter {self.name!r} because grad_req='null'. "
                f"Set it to 'write' or 'add'{self._what_forbids()}."
            )
        return found

    def set_data(self, data: ArrayLike) -> None:
        """Write values in place; while deferred, fill the shape and keep them until it settles.

        Inside `autograd.record()` what is recorded keeps the values that it was computed with.

        Raises:
            ShapeError: when the shape does not fit.
            NotInitializedError: before `initialize`.
        """
        self.require_initialized()
        array = np.asarray(data)
        self.shape = array.shape
        if self._data is not None:
            self._overwrite(self._data, array)
        else:
            self._pending = Tensor(np.array(array, self._dtype))

    def zero_grad(self) -> None:
        """Set the gradient to zeros, where there is one."""
        if self._data is not None and self._data.grad is not None:
            self._data.grad.array[...] = 0

    def cast(self, dtype: Any) -> None:
        """Convert data and gradient to another precision, values kept."""
        np.dtype(dtype)
        self._dtype = dtype
        self.place = None
        if self._data is not None:
            before, self._data = self._data, Tensor(self._data.array.astype(dtype))
            self._data.attach_grad(self.grad_req)
            if before.grad is not None and self._data.grad is not None:
                self._data.grad.array[...] = before.grad.array

    def _overwrite(self, data: Tensor, values: np.ndarray) -> None:
        """Write into the live array, or into a new one where a graph may need the old values."""
        if is_recording():
            self.place = None
            data.array = np.array(values, data.dtype)
        else:
            data.array[...] = values

    def list_data(self) -> list[Tensor]:
        """Return [data()]: there is one device."""
        return [self.data()]

    def list_grad(self) -> list[Tensor]:
        """Return [grad()]: there is one device."""
        return [self.grad()]

    # ---- memory
    def move(self, place: Place) -> None:
        """Live in `place` from now on; Tensors that `data` and `grad` returned move along."""
        self.place, data = place, self._data
        if data is None:
            return
        data.array = self._own(data.array)
        if data.grad is not None:
            data.move_grad(place.gradient(data.shape))

    def _own(self, values: np.ndarray) -> np.ndarray:
        """Return the Parameter's own array, with these values."""
        self.place = place = self._fitting_place()
        if place is None:
            return np.array(values, self.dtype, order="C")
        array = place.values(values.shape)
        array[...] = values
        return array

    def _fitting_place(self) -> Place | None:
        place = self.place
        return place if place is not None and place.data.dtype == np.dtype(self.dtype) else None

    def _attach_grad(self, data: Tensor, zeros: bool = False) -> None:
        """Give `data` a gradient of zeros; a new place holds `zeros` as it is."""
        if self.place is None:
            data.attach_grad(self.grad_req)
            return
        gradient = self.place.gradient(data.shape)
        if not zeros:
            gradient.fill(0)
        data.bind_grad(Tensor(gradient), self.grad_req)

    def _take(self, values: np.ndarray) -> None:
        before = self._data
        if before is not None:  # whoever holds it keeps the old values
            before.array = before.array.copy()
            before.move_grad(np.empty_like(before.array))
        self._hold(self._own(values))

    def _hold(self, array: np.ndarray) -> None:
        first, self._pending = self._data is None, None
        self._data = data = Tensor(array)
        self._attach_grad(data, zeros=first)

    def assign(self, values: np.ndarray) -> None:
        """Make `values` the data: written into the array that is there, else taken over.

        Raises:
            ShapeError: when the shape is another one.
        """
        self.shape = values.shape
        if self._data is None:
            self._take(values)
        else:
            self._overwrite(self._data, values)
            self.zero_grad()

    def _what_forbids(self) -> str:
        if not self.differentiable:
            return "; this one is not differentiable"
        whole = np.dtype(self._dtype).kind != "f"
        return f"; one of dtype {self._dtype} has no gradient" if whole else ""

    def _missing(self) -> NotInitializedError:
        if self._pending is not None:
            return DeferredInitializationError(
                f"Parameter {self.name!r} has not been initialized yet because initialization was "
                "deferred. Actual initialization happens during the first forward pass. Please "
                "pass one batch of data through the network before accessing Parameters, or give "
                "the layers their input sizes (in_units, in_channels, ...)."
            )
        return NotInitializedError(
            f"Parameter {self.name!r} has not been initialized. Call initialize() on the net, "
            "which reaches the parameters of all its blocks: net.initialize()."
        )


def known_req(req: str) -> str:
    """Return one of the three words, and refuse others."""
    if req not in ("write", "add", "null"):
        raise BadValueError(f"grad_req must be one of 'write', 'add', or 'null', but got {req!r}.")
    return req
