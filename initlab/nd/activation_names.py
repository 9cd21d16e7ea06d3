"""Activations by the names that configs use."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from initlab.nd.activations import elu, erf, leaky_relu, relu, selu, sigmoid, silu, softplus
from initlab.nd.composed import hardtanh, mish, softsign
from initlab.nd.gelu import gelu
from initlab.nd.trigonometric import sin, tanh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ACTIVATIONS"]


def _identity(x: Any) -> Any:
    return x


ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "relu": relu,
        "sigmoid": sigmoid,
        "tanh": tanh,
        "gelu": gelu,
        "silu": silu,
        "elu": elu,
        "selu": selu,
        "softplus": softplus,
        "softrelu": softplus,
        "softsign": softsign,
        "leaky_relu": leaky_relu,
        "mish": mish,
        "hardtanh": hardtanh,
        "erf": erf,
        "sin": sin,
        "identity": _identity,
    }
)
