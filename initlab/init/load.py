"""First values from a file or a mapping, by the parameters' names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, DataError, ShapeError, nearest
from initlab.init.checks import all_finite, need_held
from initlab.init.create import create
from initlab.init.fixed import moments
from initlab.init.initializer import Initializer
from initlab.init.spec import ParameterSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.autograd import Tensor
    from initlab.init.law import Law

__all__ = ["Load"]

_LOG = logging.getLogger("initlab")


class Load(Initializer):
    """The array that a parameter's name has, also where the parameter has its own initializer.

    In a run, `+init=load init.file=FILE`, the names are paths, `hidden.0.weight`; in library use
    `dense0_weight`.

    Args:
        param: arrays by name, or a safetensors file of them; "arg:" and "aux:" are dropped.
        default_init: for names that it does not have.
        verbose: log where each value comes from, to the logger "initlab".

    >>> from initlab.init import ParameterSpec
    >>> Load({"b": [1, 2]})(ParameterSpec((2,), name="b"), None).tolist()
    [1.0, 2.0]
    """

    overrules = True
    pure = False  # the log is in order
    any_dtype = True

    def __init__(
        self,
        param: str | Path | Mapping[str, Any],
        default_init: Initializer | str | None = None,
        verbose: bool = False,
    ) -> None:
        self.param = param
        self.default_init = None if default_init is None else create(default_init)
        self.verbose = verbose
        found = param if isinstance(param, Mapping) else nd.load(param, aliases=True)
        self._arrays = {
            name.removeprefix("arg:").removeprefix("aux:"): np.asarray(array)
            for name, array in found.items()
        }

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Write the loaded values, or draw by the default.

        Raises:
            BadValueError: for a name that is not there, when there is no default, and for values
                that the parameter's dtype does not have.
            ShapeError: when the loaded shape is another one.
            DataError: for values that are not finite, as a run that diverged leaves.
        """
        array, name = self._find(spec), spec.name
        if self.verbose:
            _LOG.info("Initialized %s by %s", name, "default" if array is None else "loading")
        if array is None:
            self._default(name).write(spec, rng, out)
        else:
            need_held(spec, array)
            out[...] = array

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the loaded values, or what the default claims."""
        array = self._find(spec)
        return self._default(spec.name).law(spec) if array is None else moments(array)

    def __str__(self) -> str:
        """Write it short, as tables do: Load(parameters.safetensors)."""
        if isinstance(self.param, Mapping):
            return f"Load({len(self._arrays)} arrays)"
        return f"Load({Path(self.param).name})"

    def fill(self, name: str, data: Tensor) -> None:
        """Fill `data`, whatever the name's ending, or let the default do it."""
        array = self._find(ParameterSpec(data.shape, data.dtype, name=str(name)))
        if array is None:
            self._default(name).fill(name, data)
        else:
            data[:] = array

    def _find(self, spec: ParameterSpec) -> NDArray[Any] | None:
        array = self._arrays.get(spec.name)
        if array is not None and spec.known and array.shape != spec.shape:
            raise ShapeError(
                f"Parameter {spec.name!r} cannot be initialized from loading: it has shape "
                f"{spec.shape}, what is loaded {array.shape}."
            )
        if array is not None and not all_finite(array):
            raise DataError(
                f"Parameter {spec.name!r} cannot be initialized from loading: not all of its "
                "values are finite. Take the file of a run that did not diverge; "
                "net.load_parameters loads any."
            )
        return array

    def _default(self, name: str) -> Initializer:
        if self.default_init is None:
            near = ", ".join(nearest(name, self._arrays) or list(self._arrays)[:5])
            raise BadValueError(
                f"Cannot initialize {name!r}: it is not among the loaded parameters (nearest: "
                f"{near or 'there are none'}), and there is no default_init. A file by path, of "
                "save_parameters, is for net.load_parameters."
            )
        return self.default_init
