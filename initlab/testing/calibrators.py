"""The contract of a calibrator: equal inputs give equal bits, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import Batch, Calibration, Calibrator
from initlab.init import VarianceScaling, make_plan
from initlab.nd.random import Streams, generator
from initlab.testing.contract import ContractError, check_value, instance, require
from initlab.tree import apply_plan, fresh_names, parameters, resolve_shapes, slots

__all__ = ["check_calibrator"]

WIDTH, SAMPLES = 12, 32
GRADIENT = 7.0  # what stands in every gradient, to be found there again


def check_calibrator(calibrator: Calibrator | type[Calibrator]) -> None:
    """Check that a calibrator keeps its contract on a small net with and without normalization.

    Two equal nets and batches end in the same bits; the gradients, the running statistics, the
    ambient random stream and the batch stay as they are; what is told is a Calibration of a
    parameter of the net, with a reason wherever it did not converge.

    Args:
        calibrator: an instance, or a class that needs no arguments.

    Raises:
        ContractError: naming the promise that is not kept.

    >>> from initlab.calibrators import LSUV
    >>> check_calibrator(LSUV)
    """
    subject: Any = instance(calibrator)
    require(isinstance(subject, Calibrator), subject, "is no Calibrator")
    check_value(subject)
    require(isinstance(subject.base, str), subject, "has no base, the name of an initializer")
    for normalized in (False, True):
        bits = [_calibrated(subject, normalized) for _ in range(2)]
        require(bits[0] == bits[1], subject, "gives other values to an equal net and batch")


def _calibrated(subject: Calibrator, normalized: bool) -> list[bytes]:
    """Return the bits of a net's parameters after it, everything around them checked."""
    net, batch = _net(normalized), _batch()
    trained = [p for p in parameters(net).values() if p.grad_req != "null"]
    for p in trained:
        p.grad().array[...] = GRADIENT
    before = _surroundings(net, batch)
    try:
        told = subject.calibrate(net, batch)
    except Exception as error:
        raise ContractError(f"{subject!r} fails on a small net: {error!r}.") from error
    _check_told(subject, told, set(parameters(net)))
    for what, kept in _surroundings(net, batch).items():
        require(kept == before[what], subject, f"changes {what}")
    return [np.asarray(p.data()).tobytes() for p in parameters(net).values()]


def _check_told(subject: Calibrator, told: Any, paths: set[str]) -> None:
    require(bool(told), subject, "tells nothing of what it did")
    for one in told:
        require(isinstance(one, Calibration), subject, f"tells {one!r}, which is no Calibration")
        require(one.path in paths, subject, f"tells of {one.path!r}, which the net does not have")
        reasoned = one.converged or bool(one.why)
        require(reasoned, subject, f"did not converge at {one.path!r} and does not say why")


def _surroundings(net: nn.Block, batch: Batch) -> dict[str, object]:
    held = parameters(net)
    return {
        "a gradient": [
            np.asarray(p.grad()).tobytes() for p in held.values() if p.grad_req != "null"
        ],
        "a running statistic": [
            np.asarray(p.data()).tobytes() for p in held.values() if p.role == "other"
        ],
        "the ambient random stream": str(generator().bit_generator.state),
        "the batch": (batch.x.tobytes(), np.asarray(batch.y).tobytes()),
    }


def _net(normalized: bool) -> nn.Block:
    with fresh_names():
        net = nn.Sequential()
        for _ in range(2):
            net.add(nn.Dense(WIDTH, "relu"))
            if normalized:
                net.add(nn.BatchNorm())
        net.add(nn.Dense(3))
    resolve_shapes(net, np.zeros((2, WIDTH), np.float32))
    apply_plan(net, make_plan(slots(net), roles={"weight": VarianceScaling(2.0)}), Streams(0))
    net(Tensor(np.zeros((2, WIDTH), np.float32)))
    return net


def _batch() -> Batch:
    rng = np.random.default_rng(0)
    x = (1 + rng.standard_normal((SAMPLES, WIDTH))).astype(np.float32)
    return Batch(x, x[:, :3].argmax(axis=1), nn.SoftmaxCrossEntropyLoss(), seed=0)
