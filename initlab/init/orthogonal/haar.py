"""Matrices with orthonormal rows or columns, uniform over all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.orthogonal.lapack import reflect_small
from initlab.init.orthogonal.reflections import LARGE, reflect
from initlab.nd import single
from initlab.nd.random import cores, fill, normal_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["haar_into"]

SMALL = 48  # below this side NumPy's batched QR beats LAPACK's orgqr for each matrix
PIECE = 2**15  # numbers of matrices that are decomposed at once


def haar_into(matrices: NDArray[Any], rng: np.random.Generator) -> None:
    """Fill a C-contiguous (n, r, c) array of float32 or float64 with Haar matrices, in place.

    A Gaussian matrix's QR decomposition makes one (Mezzadri, 2007). Its Householder vectors are
    those of independent Gaussian vectors of falling length (Stewart, 1980), so they are drawn at
    once, and only multiplied: half the work of a QR.

    >>> w = np.empty((1, 2, 3))
    >>> haar_into(w, np.random.default_rng(0))
    >>> bool(np.allclose(w[0] @ w[0].T, np.eye(2)))
    True
    """
    fill(rng, matrices, normal_into)
    tall = matrices if matrices.shape[1] > matrices.shape[2] else np.swapaxes(matrices, 1, 2)
    if tall.shape[2] < SMALL and tall[0].size < LARGE:
        _by_qr(tall)
        return
    with single():  # products of the same bits, always
        _reflect_all(tall)


def _reflect_all(tall: NDArray[Any]) -> None:
    """Share out the matrices, or the blocks of large ones, among the threads that help."""
    one = reflect_small if tall[0].size < LARGE else reflect
    threads = cores() if tall.size >= LARGE else 1  # fewer numbers wait for threads as long
    if threads == 1:
        list(map(one, tall))
        return
    with ThreadPoolExecutor(threads, "initlab-orthogonal") as pool:
        if len(tall) == 1:
            reflect(tall[0], pool.map)
        else:
            list(pool.map(one, tall))


def _by_qr(tall: NDArray[Any]) -> None:
    """Turn Gaussian matrices into orthonormal ones by QR, R's signs undone, some at a time."""
    together = max(1, PIECE // tall[0].size)
    for start in range(0, len(tall), together):
        some = slice(start, start + together)
        q, r = np.linalg.qr(tall[some])
        signs = np.copysign(1, np.diagonal(r, axis1=1, axis2=2))
        np.multiply(q, signs[:, None, :], out=tall[some])
