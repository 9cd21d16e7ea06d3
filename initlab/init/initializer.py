"""What an initializer is: a value that turns a spec and a generator into an array."""

from __future__ import annotations

import json
import warnings
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab.autograd import pause
from initlab.errors import BadTypeError, BadValueError
from initlab.init.desc import InitDesc
from initlab.init.law import Law
from initlab.init.levels import complete
from initlab.init.options import KINDS, check_options, checked
from initlab.init.registry import registered_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from initlab.autograd import Tensor
    from initlab.init.spec import ParameterSpec

__all__ = ["Initializer"]


class Initializer:
    """A rule for the first value of a parameter.

    Subclasses come at two levels. The pure one overrides `__call__`, which returns the values, or
    `write`, which writes them where they stay. The chapter's one overrides
    `_init_weight(self, name, data)`, which fills the Tensor `data` in place, while `nd.random`
    draws from the parameter's own stream. A class defines one of the three, and the others do the
    same. Equal type and equal arguments make equal initializers.

    A call with a name and a Tensor, `init(InitDesc("dense0_weight"), data)`, fills the Tensor, as
    Gluon's does: what ends in weight by the rule itself, bias, beta and min with 0, gamma and max
    with 1.

    >>> from initlab.init import ParameterSpec
    >>> from initlab.nd.random import stream
    >>> class Half(Initializer):
    ...     def write(self, spec, rng, out):
    ...         out[...] = 0.5
    >>> Half()(ParameterSpec((2, 2)), stream(0, "weight")).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """

    overrules: ClassVar[bool] = False
    """Whether, handed to a net, it speaks for parameters that have their own initializer too."""

    random: ClassVar[bool] = True
    """Whether it draws from the generator that it is given."""

    pure: ClassVar[bool] = True
    """Whether a draw does nothing but return values: several may then be made at once, in threads.

    What fills a Tensor by `_init_weight` is taken not to be, nor what draws by one that is not."""

    any_dtype: ClassVar[bool] = False
    """Whether its values may be of any dtype, such as whole numbers.

    Else those that it claims a law for are of half, single or double precision, real or complex."""

    def __init__(self, **options: Any) -> None:
        self._kwargs = options

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        complete(cls)
        checked(cls)

    def __post_init__(self) -> None:
        check_options(self)

    gives_biases: ClassVar[bool] = False  # whether a config's biases follow it unless told else

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Return values of `spec.shape` and `spec.dtype`, all randomness from `rng`.

        Args:
            spec: the parameter, its shape known.
            rng: where to draw from; nothing else may be drawn from.

        Raises:
            InitlabError: when it cannot draw for `spec`.
        """
        raise NotImplementedError(_UNDEFINED.format(type(self).__name__))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Write what a call would return into `out`, an array of the spec's shape and dtype.

        Args:
            spec: the parameter, its shape known.
            rng: where to draw from; nothing else may be drawn from.
            out: C-contiguous; what stands there is not read.

        Raises:
            InitlabError: when it cannot draw for `spec`.
            ShapeError: when a call returns another shape.
            BadTypeError: when a call returns no array.
        """
        raise NotImplementedError(_UNDEFINED.format(type(self).__name__))

    def accept(self, spec: ParameterSpec) -> None:
        """Raise a BadTypeError for a parameter whose dtype cannot hold what is drawn."""
        claims = type(self).law is not Initializer.law
        if claims and not self.any_dtype and spec.dtype.char not in _DRAWN:
            raise BadTypeError(
                f"{spec.label} holds {spec.dtype}, and {self} draws numbers of half, single or "
                "double precision, real or complex. Choose zeros, ones, constant or load for other "
                "dtypes, or float32 for the parameter."
            )

    def _init_weight(self, name: str, data: Tensor) -> None:
        raise NotImplementedError(_UNDEFINED.format(type(self).__name__))

    def _init_zero(self, name: str, data: Tensor) -> None:  # noqa: ARG002 - Gluon's signature
        data[:] = 0

    def _init_one(self, name: str, data: Tensor) -> None:  # noqa: ARG002 - Gluon's signature
        data[:] = 1

    _init_bias = _init_beta = _init_zero
    _init_gamma = _init_one

    def _init_default(self, name: str, data: Tensor) -> None:  # noqa: ARG002 - Gluon's signature
        raise BadValueError(
            f"Unknown initialization pattern for {str(name)!r}: a name ends in one of "
            f"{', '.join(_ENDINGS)}, or is a Parameter's, which says itself how it starts."
        )

    def fill(self, name: str, data: Tensor) -> None:
        """Fill `data` by the rule that the name's ending calls for, as Gluon's direct call does."""
        endings = _ENDINGS
        if not isinstance(name, InitDesc):
            warnings.warn(
                f"Calling an initializer with the plain text {name!r} is deprecated: write "
                f"init.InitDesc({name!r}).",
                DeprecationWarning,
                stacklevel=3,
            )
            endings = _ENDINGS | _OLD_ENDINGS
        rule = next((rule for end, rule in endings.items() if name.endswith(end)), "_init_default")
        with pause():
            getattr(self, rule)(name, data)

    def dumps(self) -> str:
        """Write it as the JSON that `create` reads: its registered name and its arguments.

        >>> from initlab.init import Xavier
        >>> Xavier().dumps()
        '["xavier", {"rnd_type": "uniform", "factor_type": "avg", "magnitude": 3}]'
        """
        options: tuple[Any, ...] = fields(self) if is_dataclass(self) else ()
        defaults = {option.name: option.default for option in options if option.kw_only}
        written = {
            name: value
            for name, value in self._arguments().items()
            if name not in defaults or value != defaults[name]
        }
        return json.dumps([registered_name(type(self)), written], default=_as_json)

    def _arguments(self) -> dict[str, Any]:
        """Return the arguments that make it."""
        if is_dataclass(self):
            return {f.name: getattr(self, f.name) for f in fields(self)}
        own = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return {**vars(self).get("_kwargs", {}), **own}

    def law(self, spec: ParameterSpec) -> Law:  # noqa: ARG002 - part of the contract
        """Return the law of what it draws for `spec`; by default nothing is claimed.

        Raises:
            InitlabError: when it cannot draw for `spec`; the shape may not be known yet.
        """
        return Law()

    def variance(self, spec: ParameterSpec) -> float | None:
        """Return the variance of its law."""
        return self.law(spec).variance

    def after(self, activation: Callable[[Any], Any] | None) -> Initializer:
        """Return the initializer for a weight whose inputs come from `activation`, None for none.

        A run's plan asks this of every initializer; few depend on it. One that changes what
        another draws, its option `of`, hands the question on.
        """
        of = getattr(self, "of", None)
        return self._over(of.after(activation)) if isinstance(of, Initializer) else self

    def first(self, activation: Callable[[Any], Any] | None) -> tuple[Initializer, str]:
        """Return the initializer for a weight that reads a net's inputs, and a plan's note on it.

        Args:
            activation: what its sums go through on their way to the next weight, None for none.
        """
        of = getattr(self, "of", None)
        if not isinstance(of, Initializer):
            return self.after(None), ""
        told, note = of.first(activation)
        return self._over(told), note

    def _over(self, told: Initializer) -> Initializer:
        """Return the same change of what another one draws."""
        same = told is getattr(self, "of", None)
        return self if same else replace(self, of=told)  # type: ignore[type-var] # what has `of` is a dataclass

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _frozen(vars(self)) == _frozen(vars(other))

    def __hash__(self) -> int:
        return hash((type(self), _frozen(vars(self))))

    def __repr__(self) -> str:
        """Write Python that makes it: Xavier(rnd_type='uniform', factor_type='avg', ...)."""
        arguments = (f"{name}={_plain(value)!r}" for name, value in self._arguments().items())
        return f"{type(self).__name__}({', '.join(arguments)})"

    def __str__(self) -> str:
        """Write it shorter, as tables do: later options only where not at their default."""
        usual: dict[str, object] = {}
        if is_dataclass(self):
            usual = {f.name: f.default for f in fields(self)[1:]}
        told = (
            f"{name}={_short(value)}"
            for name, value in self._arguments().items()
            if name not in usual or not _same(value, usual[name])
        )
        return f"{type(self).__name__}({', '.join(told)})"


_DRAWN = "efdFD"  # NumPy's letters of what is drawn
_UNDEFINED = (
    "{} is an Initializer without __call__(self, spec, rng), write(self, spec, rng, out) or "
    "_init_weight(self, name, data). Write one of them."
)
_ENDINGS = {
    "weight": "_init_weight", "bias": "_init_bias", "gamma": "_init_gamma", "beta": "_init_beta",
    "min": "_init_zero", "max": "_init_one",
}  # fmt: skip
_OLD_ENDINGS = {"moving_mean": "_init_zero", "moving_var": "_init_one"}

complete(Initializer)  # which takes names
KINDS["Initializer"] = "an Initializer, such as init.Xavier()", Initializer


def _as_json(value: Any) -> Any:
    """Return what JSON can write of an array, or of another initializer."""
    if isinstance(value, Initializer):
        return json.loads(value.dumps())
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _same(value: object, usual: object) -> bool:
    return type(value) is not np.ndarray and value == usual


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, PurePath):
        return str(value)
    return value.value if isinstance(value, Enum) else value


def _frozen(value: Any) -> Any:
    """Return `value` with its arrays, lists and dicts as tuples, which compare and hash."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, dict):
        return tuple((key, _frozen(value[key])) for key in sorted(value, key=repr))
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return value
