"""Connectionist temporal classification: a label sequence against unaligned outputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.nn.losses.loss import Loss
from initlab.tree import ParameterDict

__all__ = ["CTCLoss"]

NEVER = -1e30  # the logarithm of no chance at all, whose gradient is finite


class CTCLoss(Loss):
    """-log of the chance of the labels, summed over all alignments (Graves et al., 2006).

    The last class is the blank; as a label, as MXNet allows, it has to be put out where it stands.

    Args:
        layout: of the outputs: 'NTC' or 'TNC', N samples, T steps, C classes.
        label_layout: of the labels: 'NT' or 'TN'.
        weight: multiplies the loss.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        UnknownNameError: for another layout.
    """

    def __init__(
        self,
        layout: str = "NTC",
        label_layout: str = "NT",
        weight: float | None = None,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        for kind, given, known in (
            ("layout", layout, ("NTC", "TNC")),
            ("label_layout", label_layout, ("NT", "TN")),
        ):
            if given not in known:
                raise UnknownNameError(kind, str(given), known)
        super().__init__(weight, label_layout.index("N"), prefix, params)
        self._layout = layout

    def forward(
        self,
        pred: Any,
        label: Any,
        pred_lengths: Any = None,
        label_lengths: Any = None,
        sample_weight: Any = None,
    ) -> Any:
        """Return (n,) losses of n samples.

        Args:
            pred: outputs before the softmax, in the layout.
            label: classes, in the label layout; what is -1, or beyond the length, is padding.
            pred_lengths: (n,), how many steps of each sample count; all if None.
            label_lengths: (n,), how many labels of each sample count; those before -1 if None.
            sample_weight: (n,).

        Raises:
            ShapeError: when there are not as many samples of both.
            BadValueError: for a label that is no class, more labels than there are.
        """
        logs = nd.log_softmax(pred if self._layout == "TNC" else np.swapaxes(pred, 0, 1))
        labels = np.asarray(label).astype(np.intp)
        labels = labels.T if self._batch_axis == 1 else labels
        steps, samples, classes = logs.shape
        if labels.ndim != 2 or len(labels) != samples:
            raise ShapeError(
                f"CTCLoss compares outputs of {samples} samples with labels of shape "
                f"{np.shape(label)}: there must be a row of labels for each."
            )
        wanted = _lengths(label_lengths, (np.cumsum(labels < 0, axis=1) == 0).sum(1))
        if wanted.size and not 0 <= wanted.min() <= wanted.max() <= labels.shape[1]:
            raise BadValueError(
                f"CTCLoss takes label_lengths from 0 to {labels.shape[1]}, as many labels as a "
                f"sample has, got {wanted.min()} to {wanted.max()}."
            )
        labels = np.where(np.arange(labels.shape[1]) < wanted[:, None], labels, 0)
        if labels.size and not 0 <= labels.min() <= labels.max() < classes:
            raise BadValueError(
                f"CTCLoss takes labels from 0 to {classes - 1}, the last of {classes} classes "
                f"being the blank, got {labels.min()} to {labels.max()}."
            )
        counted = _lengths(pred_lengths, np.full(samples, steps))
        return self._weighted(-_log_chance(logs, labels, wanted, counted), sample_weight)


def _lengths(given: Any, default: np.ndarray) -> np.ndarray:
    return default if given is None else np.asarray(given).astype(np.intp)


def _log_chance(logs: Any, labels: np.ndarray, wanted: np.ndarray, counted: np.ndarray) -> Any:
    """Return the log-chance of each sample's labels: the forward recursion over the steps.

    The path goes through the labels with a blank before, between and behind them; at each step it
    stays, goes on by one, or by two where that skips a blank between different labels.
    """
    steps, samples, classes = logs.shape
    path = np.full((samples, 2 * labels.shape[1] + 1), classes - 1)
    path[:, 1::2] = labels
    skips = np.zeros(path.shape, bool)
    skips[:, 3::2] = (labels[:, 1:] != labels[:, :-1]) & (labels[:, 1:] != classes - 1)
    rows = np.arange(samples)[:, None]
    reached = np.where(np.arange(path.shape[1]) < 2, logs[0][rows, path], NEVER)
    for t in range(1, steps):
        on, over = _shifted(reached, 1), np.where(skips, _shifted(reached, 2), NEVER)
        ways = np.logaddexp(np.logaddexp(reached, on), over)
        moved = np.maximum(ways + logs[t][rows, path], NEVER)
        reached = np.where((t < counted)[:, None], moved, reached)
    rows = np.arange(samples)
    last = np.where(wanted > 0, reached[rows, np.maximum(2 * wanted - 1, 0)], NEVER)
    return np.logaddexp(reached[rows, 2 * wanted], last)


def _shifted(x: Any, places: int) -> Any:
    """Return what stood `places` before, nothing at the front."""
    width = x.shape[1]
    return np.pad(x, ((0, 0), (places, 0)), constant_values=NEVER)[:, :width]
