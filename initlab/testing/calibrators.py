"""The contract of a calibrator: equal inputs give equal bits, and nothing untold is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import Batch, Calibration, Calibrator
from initlab.errors import InitlabError
from initlab.init import VarianceScaling, make_plan
from initlab.nd.random import Streams, generator
from initlab.testing.contract import ContractError, check_value, instance, require
from initlab.tree import apply_plan, fresh_names, parameters, resolve_shapes, slots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["check_calibrator"]

WIDTH, SAMPLES, STEPS = 12, 32, 4
GRADIENT = 7.0  # what stands in every gradient, to be found there again


def check_calibrator(calibrator: Calibrator | type[Calibrator]) -> None:
    """Check that a calibrator keeps its contract on small nets.

    They are chains of dense layers with and without normalization, which it must calibrate, and a
    residual one, a recurrent one and one with frozen parameters, which it may refuse with an
    InitlabError. Two equal nets and batches end in the same bits; frozen parameters and those that
    no Calibration names, the gradients, the running statistics, the ambient random stream and the
    batch stay as they are; what is told is a Calibration of a parameter of the net, with a reason
    wherever it did not converge.

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
    for name in NETS:
        bits = [_calibrated(subject, name) for _ in range(2)]
        require(bits[0] == bits[1], subject, f"gives other values to an equal {name} net and batch")


def _calibrated(subject: Calibrator, name: str) -> dict[str, bytes]:
    """Return the bits of a net's parameters after it, everything around them checked."""
    with fresh_names():
        net = NETS[name]()
    batch = _batch(sequences=name == "recurrent")
    resolve_shapes(net, batch.x[:2])
    apply_plan(net, make_plan(slots(net), roles={"weight": VarianceScaling(2.0)}), Streams(0))
    net(Tensor(batch.x[:2]))
    held = parameters(net)
    for p in held.values():
        if p.grad_req != "null":
            p.grad().array[...] = GRADIENT
    before, values = _surroundings(net, batch), _bits(net)
    told: Any = []
    try:
        told = subject.calibrate(net, batch)
    except Exception as error:
        if name in REQUIRED or not isinstance(error, InitlabError):
            raise ContractError(f"{subject!r} fails on a small {name} net: {error!r}.") from error
    else:
        _check_told(subject, told, set(held))
    for what, kept in _surroundings(net, batch).items():
        require(kept == before[what], subject, f"changes {what}")
    named = {path for one in told for path in (one.path, *one.also)}
    for path, after in _bits(net).items():
        free = path in named and held[path].grad_req != "null"
        require(free or after == values[path], subject, f"changes {path!r} of a {name} net untold")
    return _bits(net)


def _bits(net: nn.Block) -> dict[str, bytes]:
    return {path: np.asarray(p.data()).tobytes() for path, p in parameters(net).items()}


def _check_told(subject: Calibrator, told: Any, paths: set[str]) -> None:
    require(bool(told), subject, "tells nothing of what it did")
    for one in told:
        require(isinstance(one, Calibration), subject, f"tells {one!r}, which is no Calibration")
        for path in (one.path, *one.also):
            require(path in paths, subject, f"tells of {path!r}, which the net does not have")
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


def _stack(*blocks: nn.Block) -> nn.Sequential:
    net = nn.Sequential()
    net.add(*blocks)
    return net


def _plain() -> nn.Block:
    return _stack(nn.Dense(WIDTH, "relu"), nn.Dense(WIDTH, "relu"), nn.Dense(3))


def _normalized() -> nn.Block:
    hidden = (nn.Dense(WIDTH, "relu"), nn.BatchNorm(), nn.Dense(WIDTH, "relu"), nn.BatchNorm())
    return _stack(*hidden, nn.Dense(3))


def _residual() -> nn.Block:
    branches = (
        nn.Residual(_stack(nn.LayerNorm(), nn.Dense(WIDTH, "relu"), nn.Dense(WIDTH)))
        for _ in range(2)
    )
    return _stack(nn.Dense(WIDTH), *branches, nn.Dense(3))


def _recurrent() -> nn.Block:
    return _stack(nn.rnn.LSTM(WIDTH, layout="NTC"), nn.Dense(3, flatten=False))


def _frozen() -> nn.Block:
    net = _plain()
    for path in ("0.weight", "2.bias"):
        parameters(net)[path].grad_req = "null"
    return net


REQUIRED = ("plain", "normalized")
NETS: Mapping[str, Callable[[], nn.Block]] = {
    "plain": _plain,
    "normalized": _normalized,
    "residual": _residual,
    "recurrent": _recurrent,
    "frozen": _frozen,
}


def _batch(*, sequences: bool) -> Batch:
    rng = np.random.default_rng(0)
    x = (1 + rng.standard_normal((SAMPLES, WIDTH))).astype(np.float32)
    if sequences:
        x = x.reshape(SAMPLES, STEPS, WIDTH // STEPS)
    return Batch(x, x[..., :3].argmax(axis=-1), nn.SoftmaxCrossEntropyLoss(), seed=0)
