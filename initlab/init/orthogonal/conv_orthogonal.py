"""Isometric convolutions that look around."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.init.checks import positive
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import PIECE, matrices_of, pieces, real_array
from initlab.init.orthogonal.isometry import convolution_shape, write_tap
from initlab.init.orthogonal.reflections import triangle
from initlab.init.promises import Isometric
from initlab.nd import single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ConvOrthogonal"]

VECTORS = 2**17  # numbers of those that reflect at once
TOGETHER = 2**16  # numbers of float16 that are single ones until they are done
WIDTH = 128  # how many these are at most: many for BLAS, of few numbers between them


@dataclass(frozen=True)
class ConvOrthogonal(Initializer):
    """A Haar matrix, then for each step of the kernel P + z (1 - P), P a random projector.

    z is a shift along an axis of the kernel. Each factor keeps lengths, so the convolution does
    (Xiao et al., 2018, algorithm 1, which takes the factors of two axes in pairs). Exact with
    circular padding. Half of the channels, on average, belong to each projector.

    Args:
        scale: the singular values.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("conv_orthogonal", scale=self.scale)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw where it stays, in double precision; float16 some inputs at a time, in single.

        Raises:
            ShapeError: when there is no kernel, or fewer outputs than inputs.
        """
        convolution_shape(spec, "conv_orthogonal")
        sides = tuple(spec.shape[axis] for axis in spec.receptive_axes)
        with real_array(out) as kernels:
            write_tap((0,) * len(sides), self.scale, spec, rng, kernels)
            with matrices_of(kernels, spec) as matrices, single():
                for matrix in matrices:
                    whole = matrix.ndim == 2
                    _widen(matrix.reshape(len(matrix), -1, *sides) if whole else matrix, sides, rng)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the variance: the squares' sum is scale^2 for each input, by isometry."""
        _, outputs, _ = convolution_shape(spec, "conv_orthogonal")
        return Law(
            mean=0.0,
            variance=self.scale**2 / (outputs * spec.receptive),
            low=-self.scale,
            high=self.scale,
            entries=Entries.dependent,
            promises=(Isometric(self.scale),),
        )


def _widen(kernel: NDArray[Any], sides: tuple[int, ...], rng: np.random.Generator) -> None:
    """Apply the factors to a kernel (outputs, inputs, *sides) that is zero but at its first tap."""
    n, inputs = len(kernel), kernel.shape[1 : -len(sides)]
    if kernel.dtype != np.float16:
        for factor in _factors(n, sides, rng, VECTORS, np.dtype(np.float64)):
            factor.apply(kernel)
        return
    factors = [*_factors(n, sides, rng, VECTORS // 4, np.dtype(np.float32))]
    for some in pieces(inputs, max(1, TOGETHER // (n * prod(sides)))):
        wide = kernel[:, *some].astype(np.float32)
        for factor in factors:
            factor.apply(wide)
        kernel[:, *some] = wide


def _factors(
    n: int, sides: tuple[int, ...], rng: np.random.Generator, vectors: int, dtype: np.dtype[Any]
) -> Iterator[_Factor]:
    """Draw a factor for each step of the kernel."""
    reached, width = [slice(1) for _ in sides], min(WIDTH, max(1, vectors // n))
    for axis, side in enumerate(sides):
        for taps in range(1, side):
            reached[axis] = slice(taps + 1)
            kept = int(rng.binomial(n, 0.5))
            starts = range(0, kept, width)
            blocks = [
                _Block(s, min(s + width, kept), rng.integers(2**32, size=8), dtype) for s in starts
            ]
            yield _Factor(axis - len(sides), tuple(reached), kept, blocks)


class _Factor(NamedTuple):
    """P + z (1 - P), with P = Q D Q', Q a Haar matrix and D one for the first dimensions.

    So the others move on a tap between Q' and Q, both of them reflections at vectors that are drawn
    anew each time. As many dimensions come first as a random half has.

    Args:
        axis: of the shift z, counted from the last.
        reached: the taps that are not zero afterwards.
        kept: how many dimensions come first.
        blocks: of Q's reflections.
    """

    axis: int
    reached: tuple[slice, ...]
    kept: int
    blocks: list[_Block]

    def apply(self, kernel: NDArray[Any]) -> None:
        """Multiply a kernel (outputs, inputs, *sides)."""
        index: Any = (..., *self.reached)
        window = np.moveaxis(kernel[index], self.axis, 1)
        for block in self.blocks:
            block.reflect(window[:, :-1], back=True)
        _shift(window[self.kept :])
        for block in reversed(self.blocks):
            block.reflect(window)


def _shift(window: NDArray[Any]) -> None:
    """Move what stands at all taps but the last, along axis 1, on by one."""
    rows, taps, *others = window.shape
    for row, *piece in pieces((rows, *others), max(1, PIECE // taps)):
        moved = window[row, :, *piece]
        moved[:, 1:] = moved[:, :-1].copy()
        moved[:, 0] = 0


class _Block(NamedTuple):
    """Some of the reflections whose product is a Haar matrix (Stewart, 1980).

    Args:
        start: the first: the axis that its vector begins at.
        stop: behind the last.
        seed: of the vectors.
        dtype: of the numbers that are computed with.
    """

    start: int
    stop: int
    seed: NDArray[np.integer]
    dtype: np.dtype[Any]

    def reflect(self, window: NDArray[Any], *, back: bool = False) -> None:
        """Apply their product, or its inverse, to what stands along axis 0."""
        from initlab.nd.random import Stream  # not at the top: `plan` draws nothing

        rows = window[self.start :]
        rng = Stream(np.random.SFC64(np.random.SeedSequence(self.seed)))
        v = rng.standard_normal((len(rows), self.stop - self.start), self.dtype)
        t = triangle(v)
        for piece in pieces(rows.shape[1:], max(1, PIECE // len(rows))):
            columns = rows[:, *piece]
            x = columns.astype(self.dtype).reshape(len(rows), -1)
            x -= v @ ((t.T if back else t) @ (v.T @ x))
            columns[...] = x.reshape(columns.shape)
