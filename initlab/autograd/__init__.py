"""Reverse-mode differentiation on NumPy arrays: what is recorded can be walked back."""

from __future__ import annotations

from initlab.autograd.anomaly import detect_anomaly
from initlab.autograd.check import GradientMismatchError, check_gradients
from initlab.autograd.composition import composed
from initlab.autograd.function import Function
from initlab.autograd.gradients import backward, grad, mark_variables
from initlab.autograd.memory import keep_freed_memory
from initlab.autograd.primitive import Kernel, Primitive, nondifferentiable, primitive
from initlab.autograd.registry import PRIMITIVES, implements
from initlab.autograd.state import (
    is_idle,
    is_recording,
    is_training,
    pause,
    predict_mode,
    record,
    set_recording,
    set_training,
    train_mode,
)
from initlab.autograd.tensor import Tensor, unwrap

keep_freed_memory()

__all__ = [
    "PRIMITIVES",
    "Function",
    "GradientMismatchError",
    "Kernel",
    "Primitive",
    "Tensor",
    "backward",
    "check_gradients",
    "composed",
    "detect_anomaly",
    "grad",
    "implements",
    "is_idle",
    "is_recording",
    "is_training",
    "keep_freed_memory",
    "mark_variables",
    "nondifferentiable",
    "pause",
    "predict_mode",
    "primitive",
    "record",
    "set_recording",
    "set_training",
    "train_mode",
    "unwrap",
]
