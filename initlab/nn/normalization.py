"""What normalizing layers share: a gain gamma and a bias beta along one axis."""

from __future__ import annotations

from typing import Any

from initlab.errors import ShapeError
from initlab.init import Initializer
from initlab.tree import Block, Parameter, ParameterDict

__all__ = ["Normalization"]


class Normalization(Block):
    """The base of layers that end in gamma z + beta.

    Args:
        channels: the length of gamma and beta; 0 lets the first forward pass tell.
        center: whether beta is trained.
        scale: whether gamma is trained.
        beta_initializer: beta's own.
        gamma_initializer: gamma's own.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.
    """

    def __init__(
        self,
        channels: int,
        center: bool,
        scale: bool,
        beta_initializer: Initializer | str | None,
        gamma_initializer: Initializer | str | None,
        prefix: str | None,
        params: ParameterDict | None,
    ) -> None:
        super().__init__(prefix, params)
        self.gamma = self._vector("gamma", channels, "gain", gamma_initializer, scale)
        self.beta = self._vector("beta", channels, "bias", beta_initializer, center)
        self._shown: dict[str, Any] = {}

    def _vector(
        self,
        name: str,
        length: int,
        role: str,
        init: Initializer | str | None,
        trained: bool,
        **more: Any,
    ) -> Parameter:
        return self.params.get(
            name,
            grad_req="write" if trained else "null",
            shape=(length,),
            init=init,
            allow_deferred_init=True,
            role=role,
            in_axes=(),
            **more,
        )

    def _axis_of(self, x: Any, axis: int) -> int:
        """Return the axis counted from the front.

        Raises:
            ShapeError: when the input has none such, or gamma another length.
        """
        if not -x.ndim <= axis < x.ndim:
            raise ShapeError(
                f"An input of shape {x.shape} has no axis {axis} to normalize. Choose axis among "
                "its axes."
            )
        length, known = x.shape[axis], (self.gamma.shape or (0,))[0]
        if known not in (0, length):
            raise ShapeError(
                f"An input of shape {x.shape} has {length} values on axis {axis}, but gamma of "
                f"shape {self.gamma.shape} takes {known}."
            )
        return axis if axis >= 0 else axis + int(x.ndim)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self._shown.items())})"
