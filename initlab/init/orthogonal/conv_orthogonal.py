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
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ConvOrthogonal"]

VECTORS = {np.float64: 2**17, np.float32: 2**15}
"""Numbers of those that reflect at once: a kernel of float16 has less beside it."""

TOGETHER = 3 * 2**15  # numbers of float16 that are single ones until they are done
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
                    kernel = matrix.reshape(len(matrix), -1, *sides) if whole else matrix
                    widen = _widen_half if out.dtype == np.float16 else _widen
                    widen(kernel, sides, rng)

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


def _widen(
    kernel: NDArray[Any],
    sides: tuple[int, ...],
    rng: np.random.Generator,
    dtype: type[np.float64 | np.float32] = np.float64,
) -> None:
    """Apply the factors to a kernel (outputs, inputs, *sides) that is zero but at its first tap.

    P is Q D Q', Q a Haar matrix and D one for a random half of the dimensions, the first ones. So
    the others move on a tap between Q' and Q, both of them reflections at vectors that are drawn
    anew each time.
    """
    n, reached = len(kernel), [slice(1) for _ in sides]
    width = min(WIDTH, max(1, VECTORS[dtype] // n))
    for axis, side in enumerate(sides):
        for taps in range(1, side):
            reached[axis] = slice(taps + 1)
            index: Any = (..., *reached)
            window = np.moveaxis(kernel[index], axis - len(sides), 1)
            kept = int(rng.binomial(n, 0.5))
            blocks = [
                _Block(start, min(start + width, kept), rng.integers(2**32, size=8), dtype)
                for start in range(0, kept, width)
            ]
            for block in blocks:
                block.reflect(window[:, :taps], back=True)
            _shift(window[kept:])
            for block in reversed(blocks):
                block.reflect(window)


def _widen_half(kernel: NDArray[Any], sides: tuple[int, ...], rng: np.random.Generator) -> None:
    """Do so with float16, each time for some inputs, which are rounded when all is done.

    Where one input's numbers are too many for that, they are rounded after each block.
    """
    from initlab.nd.random import Stream  # not at the top: `plan` draws nothing

    n, *inputs = kernel.shape[: -len(sides)]
    if n * prod(sides) > TOGETHER:
        _widen(kernel, sides, rng, np.float32)
        return
    seed = rng.integers(2**32, size=8)
    for some in pieces(tuple(inputs), TOGETHER // (n * prod(sides))):
        part = kernel[:, *some].astype(np.float32)
        again = Stream(np.random.SFC64(np.random.SeedSequence(seed)))
        _widen(part, sides, again, np.float32)
        kernel[:, *some] = part


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
    dtype: type[np.float64 | np.float32]

    def reflect(self, window: NDArray[Any], *, back: bool = False) -> None:
        """Apply their product, or its inverse, to what stands along axis 0."""
        from initlab.nd.random import Stream  # not at the top: `plan` draws nothing

        rows = window[self.start :]
        rng = Stream(np.random.SFC64(np.random.SeedSequence(self.seed)))
        v = rng.standard_normal((len(rows), self.stop - self.start), self.dtype)
        t = triangle(v)
        for piece in pieces(rows.shape[1:], max(1, PIECE // len(rows))):
            columns = rows[:, *piece]
            x: NDArray[Any] = columns.astype(self.dtype).reshape(len(rows), -1)
            x -= v @ ((t.T if back else t) @ (v.T @ x))
            columns[...] = x.reshape(columns.shape)
