"""What has no derivative: comparisons, predicates, roundings, places, questions."""

from __future__ import annotations

import numpy as np

from initlab.autograd import nondifferentiable

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "ceil",
    "equal",
    "floor",
    "greater",
    "greater_equal",
    "isfinite",
    "isinf",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
    "ones_like",
    "rint",
    "sign",
    "zeros_like",
]

equal, not_equal = nondifferentiable(np.equal, np.not_equal)
less, less_equal = nondifferentiable(np.less, np.less_equal)
greater, greater_equal = nondifferentiable(np.greater, np.greater_equal)
logical_and, logical_or = nondifferentiable(np.logical_and, np.logical_or)
logical_not, logical_xor = nondifferentiable(np.logical_not, np.logical_xor)
isfinite, isnan, isinf = nondifferentiable(np.isfinite, np.isnan, np.isinf)
all, any = nondifferentiable(np.all, np.any)
argmax, argmin, argsort = nondifferentiable(np.argmax, np.argmin, np.argsort)
sign, floor, ceil, rint = nondifferentiable(np.sign, np.floor, np.ceil, np.rint)
zeros_like, ones_like = nondifferentiable(np.zeros_like, np.ones_like)

nondifferentiable(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.invert)
nondifferentiable(np.floor_divide, np.remainder, np.trunc, np.round, np.heaviside, np.signbit)
nondifferentiable(np.isclose, np.allclose, np.array_equal, np.shares_memory, np.may_share_memory)
nondifferentiable(np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.searchsorted)
nondifferentiable(np.bincount, np.histogram, np.unique, np.full_like, np.empty_like)
nondifferentiable(np.shape, np.ndim, np.size, np.result_type, np.save)
nondifferentiable(np.array_repr, np.array_str, np.array2string)
