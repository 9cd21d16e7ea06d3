"""The contract of a probe: it reads, names what it read, and changes nothing."""

from __future__ import annotations

import re
from copy import deepcopy
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.probes import Probe, Reading
from initlab.testing.contract import ContractError, check_value, instance, require
from initlab.testing.snapshots import arrays, diverged, snapshots

if TYPE_CHECKING:
    from initlab.probes import Snapshot

__all__ = ["check_probe"]

STATISTIC = re.compile(r"[a-z][a-z0-9_]*")
STANDARD_ERRORS = 5.0


def check_probe(probe: Probe | type[Probe]) -> None:
    """Check that a probe keeps its contract on complete, sparse, zero and diverged nets.

    It changes no array, reads the same twice, yields finite floats named `statistic/path`, each
    name once, at paths of the snapshot; what it expects of Gaussian weights is what it reads
    from them, within five of its standard errors; its headlines are statistics that it yields.

    Args:
        probe: an instance, or a class that needs no arguments.

    Raises:
        ContractError: naming the promise that is not kept.

    >>> from initlab.probes import WeightMoments
    >>> check_probe(WeightMoments)
    """
    subject: Any = instance(probe)
    require(isinstance(subject, Probe), subject, "is no Probe")
    check_value(subject)
    read = [_check_snapshot(subject, snapshot) for snapshot in snapshots(subject.over)]
    require(bool(read[0]), subject, f"yields nothing from a net, looking at {subject.over}")
    _check_expectations(subject, read[0])
    yielded = {reading.statistic for readings in read for reading in readings}
    for headline in subject.headlines:
        require(headline in yielded, subject, f"has the headline {headline!r} but never yields it")
    with np.errstate(all="ignore"):
        _measure(subject, diverged(subject.over))


def _measure(subject: Probe, snapshot: Snapshot) -> list[Reading]:
    try:
        return list(subject.measure(snapshot))
    except Exception as error:
        raise ContractError(
            f"{subject!r} fails on a snapshot at step {snapshot.step} with "
            f"{[field for field, arrays in vars(snapshot).items() if arrays and field != 'step']}: "
            f"{type(error).__name__}: {error}."
        ) from error


def _check_snapshot(subject: Probe, snapshot: Snapshot) -> list[Reading]:
    before = arrays(deepcopy(snapshot))
    readings = _measure(subject, snapshot)
    after = arrays(snapshot)
    require(after.keys() == before.keys(), subject, "adds or removes arrays")
    for (field, path), array in after.items():
        same = array.tobytes() == before[field, path].tobytes()
        require(same, subject, f"changes the {field} of {path!r}")
    places = {path for _, path in before}
    for reading in readings:
        _check_reading(subject, reading, places)
    require(readings == _measure(subject, snapshot), subject, "reads other values the second time")
    names = [reading.metric for reading in readings]
    twice = sorted({name for name in names if names.count(name) > 1})
    require(not twice, subject, f"yields a metric twice: {', '.join(twice)}")
    return readings


def _check_reading(subject: Probe, reading: Reading, places: set[str]) -> None:
    require(isinstance(reading, Reading), subject, f"yields {reading!r}, no Reading")
    named = STATISTIC.fullmatch(reading.statistic) is not None
    require(named, subject, f"names a statistic {reading.statistic!r}, not like weight_std")
    known = reading.place in places
    require(known, subject, f"reads {reading.metric!r}, a place that the snapshot does not have")
    for value in (reading.value, reading.expected, reading.standard_error):
        fine = value is None or (isinstance(value, float) and isfinite(value))
        require(fine, subject, f"reads {value!r} for {reading.metric!r}, no finite float")
    require(reading.value is not None, subject, f"reads no value for {reading.metric!r}")


def _check_expectations(subject: Probe, readings: list[Reading]) -> None:
    for reading in readings:
        off = reading.deviation is not None and abs(reading.deviation) > STANDARD_ERRORS
        require(
            not off,
            subject,
            f"expects {reading.expected} +- {reading.standard_error} for {reading.metric!r} of "
            f"Gaussian weights but reads {reading.value}",
        )
