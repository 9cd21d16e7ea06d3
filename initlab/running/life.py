"""The life of a run, as the events it goes through, from the plan to the last score."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from math import isfinite, sqrt
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from initlab import nd
from initlab.calibrators import Batch
from initlab.data import Task, first_batch
from initlab.init import Entries
from initlab.nn import L2Loss, SoftmaxCrossEntropyLoss
from initlab.probes import Claim, Snapshot, observe
from initlab.running.assemble import assemble
from initlab.running.events import (
    Diverged,
    Drawn,
    Event,
    Finished,
    Measured,
    Planned,
    Scored,
    Stepped,
)
from initlab.running.expectation import expected, foretold, foretold_gradients
from initlab.running.magnitudes import magnitudes
from initlab.running.schedule import Watch
from initlab.training import evaluate, locate, steps_per_epoch, train
from initlab.tree import apply_plan, parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.config import RunSpec
    from initlab.data import Data
    from initlab.init import InitPlan
    from initlab.nn import Block

__all__ = ["live"]


def live(spec: RunSpec) -> Iterator[Event]:
    """Carry out `spec` and yield what happens: Planned, Drawn, then steps, readings, scores.

    The number of threads and the generator of dropout hold while the run works, not while its
    watchers do, so that lives may be told in turns; nor is their time in the run's.
    """
    spent = 0.0
    spec = replace(spec, source=deepcopy(spec.source))  # a source may remember; a spec does not
    threads, dropout = nd.threads(spec.threads), spec.source.stream("dropout")
    events = _events(spec)
    while True:
        began = perf_counter()
        with threads, nd.random.drawing_from(dropout):
            event = next(events, None)
        spent += perf_counter() - began
        if event is None:
            break
        yield event
    yield Finished(spent)


def _events(spec: RunSpec) -> Iterator[Event]:
    net, plan = assemble(spec)
    data = spec.data.load(spec.source)
    total = spec.training.epochs * steps_per_epoch(len(data.train_x), spec.training.batch_size)
    watch = Watch(spec.probes, net, total)
    planned = Planned(net, data, plan, total)
    yield planned
    yield _draw(spec, net, data, plan)
    yield from _Training(spec, planned, watch).events()


def _draw(spec: RunSpec, net: Block, data: Data, plan: InitPlan) -> Drawn:
    apply_plan(net, plan, spec.source)
    calibrator = spec.init.calibrate
    if calibrator is None:
        return Drawn(())
    wanted = calibrator.samples or spec.training.batch_size
    batch = Batch(*first_batch(data, wanted), _loss_of(data), spec.seed)
    return Drawn(calibrator.calibrate(net, batch), calibrator.sees.format(len(batch)))


def _loss_of(data: Data) -> SoftmaxCrossEntropyLoss | L2Loss:
    return SoftmaxCrossEntropyLoss() if data.task is Task.classification else L2Loss()


class _Training:
    """The middle of a life: steps, what the probes read around them, and the scores."""

    def __init__(self, spec: RunSpec, planned: Planned, watch: Watch) -> None:
        self.spec, self.watch = spec, watch
        self.net, self.data, self.plan = planned.net, planned.data, planned.plan
        self.total = planned.steps
        self.loss = _loss_of(self.data)
        self.batch = first_batch(self.data, spec.training.batch_size)
        self.roles = {entry.path: str(entry.spec.role) for entry in self.plan.entries}
        self.trainable = {p: w for p, w in parameters(self.net).items() if w.grad_req != "null"}

    def events(self) -> Iterator[Event]:
        """Yield the training's events, ending with the final score or the divergence."""
        for event in self._steps():
            yield event
            if isinstance(event, Diverged):
                return
        yield self._measured(self._look(self.total))
        last = self._score(self.total)
        yield last
        if not isfinite(last.score.loss):
            yield Diverged(locate(self.net, self.data.test_x, self.total))

    def _steps(self) -> Iterator[Event]:
        """Yield every step, the readings around it, and the score after all epochs but the last."""
        spec = self.spec
        if self.total == 0:
            return
        stepper = spec.optim.bind(list(self.trainable.values()), total=self.total)
        per_epoch = steps_per_epoch(len(self.data.train_x), spec.training.batch_size)
        steps = train(
            self.net, self.loss, stepper, self.data, spec.source,
            epochs=spec.training.epochs, batch_size=spec.training.batch_size,
        )  # fmt: skip
        for number in range(self.total):
            due = self.watch.is_due(number)
            before = self._look(number) if due else None
            step = next(steps)
            if before is not None:
                seen = self._with_updates(before) if step.finite else before
                yield self._measured(seen)
            yield Stepped(step)
            if step.divergence is not None:
                yield Diverged(step.divergence)
                return
            if (number + 1) % per_epoch == 0 and number + 1 < self.total:
                yield self._score(number + 1)

    def _measured(self, seen: Snapshot) -> Measured:
        return Measured(seen.step, self.watch.measure(seen), magnitudes(seen, self.roles))

    def _score(self, step: int) -> Scored:
        return Scored(step, evaluate(self.net, self.loss, self.data.test_x, self.data.test_y))

    def _look(self, step: int) -> Snapshot:
        """Take everything but the update, on the same batch at every step."""
        drawn = step == 0 and self.spec.init.calibrate is None
        asked = drawn and any(spec.probe.asks_theory for spec in self.spec.probes)
        known = expected(self.net, self.plan, self.batch[0]) if asked else {}
        with np.errstate(all="ignore"):
            seen = observe(self.net, *self.batch, self.loss)
        return Snapshot(
            step,
            weights={path: np.array(p.data()) for path, p in parameters(self.net).items()},
            gradients=seen.gradients,
            activations=seen.activations,
            signals=seen.signals,
            claims=_claims(self.plan) if drawn else {},
            foretold=foretold(known),
            foretold_gradients=foretold_gradients(known, seen.signals),
        )

    def _with_updates(self, before: Snapshot) -> Snapshot:
        with np.errstate(all="ignore"):
            updates = {
                path: np.asarray(p.data()) - before.weights[path]
                for path, p in self.trainable.items()
            }
        return Snapshot(**{**vars(before), "updates": updates})


def _claims(plan: InitPlan) -> dict[str, Claim]:
    claims = {}
    for entry in plan.entries:
        law = entry.initializer.law(entry.spec)
        if law.variance is not None:
            spread = {Entries.fixed: 1.0, Entries.dependent: None}.get(law.entries, law.kurtosis)
            claims[entry.path] = Claim(sqrt(law.variance), spread)
    return claims
