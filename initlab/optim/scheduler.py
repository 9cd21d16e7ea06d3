"""Gluon's schedulers: the learning rate itself, by how many updates were made."""

from __future__ import annotations

from itertools import pairwise, repeat
from math import cos, pi, prod
from typing import TYPE_CHECKING

from initlab.errors import BadTypeError, BadValueError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]


class LRScheduler:
    """The base: a warm-up, then what `rate` says.

    A learning rate given to the Trainer replaces `base_lr`.

    Args:
        base_lr: the rate where the warm-up ends.
        warmup_steps: how many updates the warm-up takes.
        warmup_begin_lr: the rate where it begins.
        warmup_mode: 'linear', or 'constant' at warmup_begin_lr.

    Raises:
        BadValueError: for a warm-up that falls, or of negative length.
        UnknownNameError: for another mode.
    """

    def __init__(
        self,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        if warmup_begin_lr > base_lr or warmup_steps < 0:
            raise BadValueError(
                f"A warm-up rises to base_lr in at least 0 steps, got base_lr={base_lr}, "
                f"warmup_begin_lr={warmup_begin_lr}, warmup_steps={warmup_steps}."
            )
        if warmup_mode not in ("linear", "constant"):
            raise UnknownNameError("warmup_mode", str(warmup_mode), ("linear", "constant"))
        self.base_lr, self.warmup_steps = base_lr, warmup_steps
        self.warmup_begin_lr, self.warmup_mode = warmup_begin_lr, warmup_mode

    def __call__(self, num_update: int) -> float:
        """Return the learning rate of an update, counted from 1."""
        if num_update >= self.warmup_steps:
            return self.rate(num_update)
        done = num_update / self.warmup_steps if self.warmup_mode == "linear" else 0
        return self.warmup_begin_lr + (self.base_lr - self.warmup_begin_lr) * done

    def rate(self, num_update: int) -> float:
        """Return the learning rate of an update after the warm-up."""
        raise NotImplementedError(f"{type(self).__name__} is a scheduler without rate().")

    def _share(self, num_update: int, max_update: int) -> float:
        """Return how much of the way from the warm-up to `max_update` is done."""
        left = max_update - self.warmup_steps
        return min(1.0, (num_update - self.warmup_steps) / left) if left > 0 else 1.0


class _Falling(LRScheduler):
    """A base rate that is multiplied by `factor` once and again."""

    factor: float
    _last: tuple[tuple[float, float], int, float] | None = None

    def _fallen(self, times: int) -> float:
        """Return the rate after its falls one by one, which rounds as a training's own product.

        It goes on from what was asked for last.
        """
        start, last = (self.base_lr, self.factor), self._last
        done, rate = last[1:] if last and last[0] == start and last[1] <= times else (0, start[0])
        rate = prod(repeat(self.factor, times - done), start=rate)
        self._last = start, times, rate
        return float(rate)


class FactorScheduler(_Falling):
    """base_lr times `factor` for every `step` updates, down to `stop_factor_lr`.

    Args:
        step: after how many updates the rate falls.
        factor: what it falls to, of itself; at most 1.
        stop_factor_lr: below which it does not fall.
        base_lr, warmup_steps, warmup_begin_lr, warmup_mode: see LRScheduler.

    Raises:
        BadValueError: for a step below 1, a factor above 1.

    >>> [FactorScheduler(2, 0.5, base_lr=1)(n) for n in range(1, 7)]
    [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        step: int,
        factor: float = 1,
        stop_factor_lr: float = 1e-8,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        _falling([step], factor)
        self.step, self.factor, self.stop_factor_lr = step, factor, stop_factor_lr

    def rate(self, num_update: int) -> float:
        """Return the base rate after its falls."""
        falls = max(0, num_update - 1) // self.step
        rate = self._fallen(falls)
        return max(rate, self.stop_factor_lr) if falls else float(rate)


class MultiFactorScheduler(_Falling):
    """base_lr times `factor` for every one of the `step`s that was passed.

    Args:
        step: after which updates the rate falls, rising.
        factor: what it falls to, of itself; at most 1.
        base_lr, warmup_steps, warmup_begin_lr, warmup_mode: see LRScheduler.

    Raises:
        BadTypeError: for a step that is no list.
        BadValueError: for steps that do not rise from 1, a factor above 1.

    >>> [MultiFactorScheduler([2, 3], 0.5, base_lr=1)(n) for n in range(1, 6)]
    [1.0, 1.0, 0.5, 0.25, 0.25]
    """

    def __init__(
        self,
        step: Sequence[int],
        factor: float = 1,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(step, list | tuple):
            raise BadTypeError(f"MultiFactorScheduler takes a list of steps, got {step!r}.")
        _falling(step, factor)
        self.step, self.factor = step, factor

    def rate(self, num_update: int) -> float:
        """Return the base rate after its falls."""
        return self._fallen(sum(num_update > n for n in self.step))


class PolyScheduler(LRScheduler):
    """final_lr + (base_lr - final_lr) (1 - share)^pwr, the share of the updates that is done.

    Args:
        max_update: after how many updates it ends.
        base_lr: the rate where the warm-up ends.
        pwr: the power.
        final_lr: the rate where it ends.
        warmup_steps, warmup_begin_lr, warmup_mode: see LRScheduler.

    Raises:
        BadValueError: for a max_update below 1.
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        pwr: float = 2,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        _ending(max_update)
        self.max_update, self.power, self.final_lr = max_update, pwr, final_lr

    def rate(self, num_update: int) -> float:
        """Return the polynomial's value."""
        left: float = (1 - self._share(num_update, self.max_update)) ** self.power
        return self.final_lr + (self.base_lr - self.final_lr) * left


class CosineScheduler(LRScheduler):
    """final_lr + (base_lr - final_lr) (1 + cos(pi share)) / 2 (Loshchilov & Hutter, 2017).

    Args:
        max_update: after how many updates it ends.
        base_lr: the rate where the warm-up ends.
        final_lr: the rate where it ends.
        warmup_steps, warmup_begin_lr, warmup_mode: see LRScheduler.

    Raises:
        BadValueError: for a max_update below 1.
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        _ending(max_update)
        self.max_update, self.final_lr = max_update, final_lr

    def rate(self, num_update: int) -> float:
        """Return the cosine's value."""
        half = (1 + cos(pi * self._share(num_update, self.max_update))) / 2
        return self.final_lr + (self.base_lr - self.final_lr) * half


def _falling(steps: Sequence[int], factor: float) -> None:
    rising = all(a < b for a, b in pairwise(steps))
    if not steps or not rising or steps[0] < 1 or factor > 1:
        raise BadValueError(
            f"A rate falls at steps that rise from 1, by a factor of at most 1, got step={steps}, "
            f"factor={factor}."
        )


def _ending(max_update: int) -> None:
    if max_update < 1:
        raise BadValueError(f"max_update must be at least 1, got {max_update}.")
