"""A parameter: a trainable array with a name, a gradient and a role; tying shares its identity."""

from __future__ import annotations

import warnings
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError, ShapeError
from initlab.init import Announced, Initializer, Role, Uniform, create
from initlab.nd.random import generator, library_stream
from initlab.tree.drawing import Draw
from initlab.tree.values import Values, known_req

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.init import ParameterSpec
    from initlab.tree.declaration import Init

__all__ = ["Parameter"]

_UNIFORM = Uniform(0.07)


class Parameter(Values):
    """A named array, drawn once its shape is known.

    Args:
        name: unique among a net's parameters: "dense0_weight".
        grad_req: 'write' (each backward overwrites the gradient), 'add' (they accumulate until
            `zero_grad`) or 'null' (none).
        shape: the dimensions; 0 stands for one that the first forward pass will tell.
        dtype: of the elements; a parameter of whole numbers has no gradient.
        lr_mult: multiplies the optimizer's learning rate.
        wd_mult: multiplies the optimizer's weight decay.
        init: the parameter's own initializer, which a net-level one leaves alone.
        allow_deferred_init: whether `initialize` may wait for the shape.
        differentiable: False forces grad_req 'null'.
        stype, grad_stype: Gluon's; all arrays are dense, 'default'.
        role, in_axes, out_axes, batch_axes, groups: see `initlab.init.ParameterSpec`.

    >>> weight = Parameter("weight", shape=(2, 3), init="ones")
    >>> weight.initialize()
    >>> print(weight.data())
    [[1. 1. 1.]
     [1. 1. 1.]]
    """

    _draws = 0

    def __init__(
        self,
        name: str,
        grad_req: str = "write",
        shape: int | Sequence[int] | None = None,
        dtype: Any = np.float32,
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
        init: Init = None,
        allow_deferred_init: bool = False,
        differentiable: bool = True,
        stype: str = "default",
        grad_stype: str = "default",
        *,
        role: str = Role.weight,
        in_axes: tuple[int, ...] = (1,),
        out_axes: tuple[int, ...] = (0,),
        batch_axes: tuple[int, ...] = (),
        groups: int = 1,
    ) -> None:
        if (stype, grad_stype) != ("default", "default"):
            raise BadValueError(
                f"Parameter {name!r} cannot have stype={stype!r}, grad_stype={grad_stype!r}: "
                "all arrays are dense, 'default'."
            )
        super().__init__(
            name,
            shape,
            dtype,
            role,
            lr_mult=lr_mult,
            wd_mult=wd_mult,
            init=init,
            allow_deferred_init=allow_deferred_init,
            differentiable=differentiable,
            groups=groups,
            in_axes=in_axes,
            out_axes=out_axes,
            batch_axes=batch_axes,
            _grad_req=known_req(grad_req),
        )

    def initialize(
        self,
        init: Init = None,
        ctx: Any = None,  # noqa: ARG002 - Gluon's signature; there is one device
        default_init: Init = _UNIFORM,
        force_reinit: bool = False,
        *,
        verbose: bool = False,
    ) -> None:
        """Draw now, or at the first forward pass where the shape is not known yet.

        Args:
            init: for this very parameter; stronger than its own. Not remembered.
            ctx: Gluon's; there is one device.
            default_init: for a parameter without an own one.
            force_reinit: draw new arrays although there are data, which are kept if that fails.
            verbose: log what was drawn.

        Raises:
            InitlabError: for an initializer that is none or does not fit.
            ShapeError: when the shape is not known and deferring is not allowed.
        """
        draw = self.prepare(init, default_init, force_reinit, verbose=verbose)
        if draw is not None:
            draw.carry_out()

    def prepare(
        self, init: Init, default_init: Init, force_reinit: bool, *, verbose: bool = False
    ) -> Draw | None:
        """Return the draw that `initialize` with these arguments makes; None if there is none yet.

        Raises:
            InitlabError: for an initializer that is none.
            ShapeError: when the shape is not known and deferring is not allowed.
        """
        if self._data is not None and not force_reinit:
            warnings.warn(
                f"Parameter {self.name!r} is already initialized, ignoring. "
                "Set force_reinit=True to re-initialize.",
                stacklevel=3,
            )
            return None
        chosen = create(default_init)  # type: ignore[arg-type] # None is refused
        if init is not None:
            chosen = create(init)
        elif self.init is not None and not chosen.overrules:
            chosen = create(self.init)
        chosen = Announced(chosen) if verbose else chosen
        if self.known:
            return self._draw(chosen)
        if not self.allow_deferred_init:
            raise ShapeError(
                f"Cannot initialize Parameter {self.name!r} because it has invalid shape: "
                f"{self._shape}. Give every dimension."
            )
        self._pending = chosen
        return None

    def settle(self) -> None:
        """Carry out an initialization that waited for the shape; nothing if none does."""
        pending = self._pending
        if isinstance(pending, Initializer):
            self._draw(pending).carry_out()
        elif pending is not None:
            self.assign(pending.array)

    def _draw(self, init: Initializer) -> Draw:
        rng = library_stream(self.name, self._draws) if init.random else generator()
        return Draw(init, self.spec, rng, not self.settled, partial(self._begin, init, rng))

    def _begin(self, init: Initializer, rng: np.random.Generator) -> None:
        place = self._fitting_place()
        if self._data is None and place is not None:
            array = place.values(self.spec.shape)
            init.write(self.spec, rng, array)
            self._hold(array)
        else:
            self._take(init(self.spec, rng))
        self._draws += 1

    def draw(self, init: Initializer, spec: ParameterSpec, rng: np.random.Generator) -> None:
        """Draw: first values straight into their place, others so that a failure keeps the old.

        Args:
            init: what draws.
            spec: the Parameter's own, by the name that the plan calls it.
            rng: where to draw from.

        Raises:
            InitlabError: what the initializer refuses.
        """
        if self._data is not None:
            self.assign(init(spec, rng))
            return
        self.place, shape = self._fitting_place(), spec.shape
        array = np.empty(shape, self.dtype) if self.place is None else self.place.values(shape)
        init.write(spec, rng, array)
        self._hold(array)
