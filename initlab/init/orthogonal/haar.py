"""Matrices with orthonormal rows or columns, uniform over all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import pieces
from initlab.init.orthogonal.lapack import reflect_small
from initlab.init.orthogonal.reflections import LARGE, reflect
from initlab.init.orthogonal.seeded import write_rounded
from initlab.nd import single
from initlab.nd.random import cores, fill, normal_into

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["haar_into"]

SMALL = 48  # below this side NumPy's batched QR beats LAPACK's orgqr for each matrix
PIECE = 2**15  # numbers of matrices that are decomposed at once
HALF = 2**14  # of float16 ones that are made in single precision beside them


def haar_into(matrices: NDArray[Any], rng: np.random.Generator, scale: float = 1.0) -> None:
    """Fill a C-contiguous (n, r, c) array of real numbers with Haar matrices times a scale.

    A Gaussian matrix's QR decomposition makes one (Mezzadri, 2007). Its Householder vectors are
    those of independent Gaussian vectors of falling length (Stewart, 1980), so they are drawn at
    once, and only multiplied: half the work of a QR. float16 is rounded once, at the end.

    >>> w = np.empty((1, 2, 3))
    >>> haar_into(w, np.random.default_rng(0))
    >>> bool(np.allclose(w[0] @ w[0].T, np.eye(2)))
    True
    """
    tall = matrices if matrices.shape[1] > matrices.shape[2] else np.swapaxes(matrices, 1, 2)
    if matrices.dtype == np.float16:
        _rounded(tall, rng, scale)
        return
    fill(rng, matrices, normal_into)
    if tall.shape[2] < SMALL and tall[0].size < LARGE:
        _by_qr(tall)
    else:
        _reflect_all(tall)
    np.multiply(matrices, scale, out=matrices)


def _rounded(tall: NDArray[np.float16], rng: np.random.Generator, scale: float) -> None:
    """Make small matrices some at a time in single precision, large ones in their own memory."""
    if tall[0].size > HALF:
        with single(), _each(tall.size) as each:
            for matrix in tall:
                write_rounded(matrix, rng, scale, each)
        return
    for some, *_ in pieces(tall.shape, HALF):
        made = np.empty(tall[some].shape, np.float32)
        haar_into(made, rng, scale)
        tall[some] = made


def _reflect_all(tall: NDArray[Any]) -> None:
    """Share out the matrices, or the blocks of large ones, among the threads that help."""
    one = reflect_small if tall[0].size < LARGE else reflect
    with single(), _each(tall.size) as each:  # products of the same bits, always
        if one is reflect and len(tall) == 1:
            reflect(tall[0], each)
        else:
            list(each(one, tall))


@contextmanager
def _each(size: int) -> Iterator[Callable[..., Iterable[None]]]:
    """Lend `map`, or that of the threads that help with so many numbers."""
    threads = cores() if size >= LARGE else 1  # fewer numbers wait for threads as long
    if threads == 1:
        yield map
        return
    with ThreadPoolExecutor(threads, "initlab-orthogonal") as pool:
        yield pool.map


def _by_qr(tall: NDArray[Any]) -> None:
    """Turn Gaussian matrices into orthonormal ones by QR, R's signs undone, some at a time."""
    together = max(1, PIECE // tall[0].size)
    for start in range(0, len(tall), together):
        some = slice(start, start + together)
        q, r = np.linalg.qr(tall[some])
        signs = np.copysign(1, np.diagonal(r, axis1=1, axis2=2))
        np.multiply(q, signs[:, None, :], out=tall[some])
