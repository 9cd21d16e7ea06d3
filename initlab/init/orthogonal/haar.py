"""Matrices with orthonormal rows or columns, uniform over all of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd.random import cores, fill, normal_into

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from threadpoolctl import ThreadpoolController

__all__ = ["haar"]

_TURN = Lock()  # the number of BLAS threads is one for the process
SMALL = 48  # below this side NumPy's batched QR beats one LAPACK call a matrix


def haar(
    count: int, rows: int, columns: int, rng: np.random.Generator, dtype: Any = np.float64
) -> NDArray[Any]:
    """Return `count` independent Haar matrices of float32 or float64, of shape (n, r, c).

    A Gaussian matrix's QR decomposition makes one (Mezzadri, 2007). Its Householder vectors are
    those of independent Gaussian vectors of falling length (Stewart, 1980), so they are drawn at
    once, and LAPACK's blocked routine only multiplies them: half the work of a QR.

    >>> w = haar(1, 2, 3, np.random.default_rng(0))[0]
    >>> bool(np.allclose(w @ w.T, np.eye(2)))
    True
    """
    short, long = min(rows, columns), max(rows, columns)
    wide = fill(rng, np.empty((count, short, long), dtype), normal_into)
    if short < SMALL:
        wide = _by_qr(wide)
    else:  # one BLAS thread a matrix: the same bits however many there are
        with _TURN, _pools().limit(limits=1, user_api="blas"):
            _reflect_all(wide)
    return wide if rows <= columns else np.ascontiguousarray(np.swapaxes(wide, 1, 2))


@cache
def _pools() -> ThreadpoolController:
    import scipy.linalg.lapack  # noqa: F401 - its BLAS is to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _reflect_all(matrices: NDArray[Any]) -> None:
    if len(matrices) == 1:
        _reflect(matrices[0])
        return
    with ThreadPoolExecutor(min(len(matrices), cores()), "initlab-orthogonal") as pool:
        list(pool.map(_reflect, matrices))


def _by_qr(gaussian: NDArray[Any]) -> NDArray[Any]:
    """Return matrices with orthonormal rows by the QR of Gaussian ones, R's signs undone."""
    q, r = np.linalg.qr(np.swapaxes(gaussian, 1, 2))
    q *= np.copysign(1, np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    return np.ascontiguousarray(np.swapaxes(q, 1, 2))


def _reflect(w: NDArray[Any]) -> None:
    """Turn a Gaussian matrix into an orthonormal one, in place.

    Row k from its diagonal on is the Gaussian vector whose reflection is the k-th.
    """
    from scipy.linalg.lapack import dorgqr, sorgqr  # not at the top: `plan` draws nothing

    first = np.diagonal(w).copy()
    length = np.array([np.sqrt(row[k:] @ row[k:]) for k, row in enumerate(w)], w.dtype)
    beta = -np.copysign(length, first)
    w /= (first - beta)[:, None]
    multiply = sorgqr if w.dtype == np.float32 else dorgqr
    made, _, _ = multiply(w.T, (beta - first) / beta, lwork=64 * len(w), overwrite_a=1)
    np.multiply(made.T, np.sign(-beta)[:, None], out=w)
