"""A function as a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from initlab import nd
from initlab.errors import BadTypeError, UnknownNameError
from initlab.tree import Block, ParameterDict

__all__ = ["HybridLambda", "Lambda"]


class Lambda(Block):
    """A function, or the function of `initlab.nd` that has the name.

    Args:
        function: takes and returns Tensors.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        UnknownNameError: for a name that `initlab.nd` lacks.
        BadTypeError: for anything else.

    >>> Lambda("tanh")
    Lambda(tanh)
    """

    def __init__(
        self,
        function: Callable[..., Any] | str,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        if isinstance(function, str):
            if function not in nd.__all__:
                raise UnknownNameError("function of initlab.nd", function, nd.__all__)
            self._function = self._of_name(function)
            self._name = function
        elif callable(function):
            self._function = function
            self._name = getattr(function, "__name__", repr(function))
        else:
            raise BadTypeError(
                f"{type(self).__name__} needs a function or the name of one, got {function!r} of "
                f"type {type(function).__name__}."
            )

    def _of_name(self, name: str) -> Callable[..., Any]:
        return getattr(nd, name)  # type: ignore[no-any-return] # a function of nd

    def forward(self, *args: Any) -> Any:
        """Return what the function returns."""
        return self._function(*args)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name})"


class HybridLambda(Lambda):
    """A function whose first argument is the module `initlab.nd`, or one of its names."""

    def _of_name(self, name: str) -> Callable[..., Any]:
        return lambda F, *args: getattr(F, name)(*args)

    def forward(self, *args: Any) -> Any:
        """Return what the function returns."""
        return self._function(nd, *args)
