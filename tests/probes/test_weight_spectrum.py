"""Singular values of weights that have known ones, and beside NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.probes import Snapshot, WeightSpectrum, singular_values


def readings(**weights):
    return {r.metric: r.value for r in WeightSpectrum().measure(Snapshot(0, weights))}


def rotation(n, seed):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]


def test_a_matrix_made_of_its_singular_values_has_them():
    made = rotation(4, 0) @ np.diag([6.0, 3.0, 2.0, 0.5]) @ rotation(4, 1)
    assert readings(w=made) == pytest.approx(
        {
            "weight_spectral_norm/w": 6,
            "weight_least_singular_value/w": 0.5,
            "weight_stable_rank/w": (36 + 9 + 4 + 0.25) / 36,
        }
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shape", [(7, 7), (3, 40), (40, 3), (1, 5)])
def test_singular_values_are_the_roots_of_the_gram_matrix_s_eigenvalues(shape, dtype):
    rng = np.random.default_rng(2)
    a = (
        rng.standard_normal(shape) + 0j if dtype == "complex64" else rng.standard_normal(shape)
    ).astype(dtype)
    wide = a.astype(complex if dtype == "complex64" else float)
    exact = np.sqrt(np.linalg.eigvalsh(wide @ wide.conj().T)[::-1][: min(shape)])
    unit = 1e-6 if dtype != "float64" else 1e-12
    (found,) = singular_values([a])
    np.testing.assert_allclose(found, exact, rtol=0, atol=8 * unit * exact[0])


def test_a_convolution_s_kernel_is_the_matrix_of_its_outputs_and_a_bias_has_no_reading():
    kernel = np.random.default_rng(3).standard_normal((4, 3, 2, 2))
    found = readings(kernel=kernel, bias=np.ones(4), empty=np.ones((0, 3)))
    assert {metric.partition("/")[2] for metric in found} == {"kernel"}
    assert found["weight_spectral_norm/kernel"] == pytest.approx(
        np.linalg.norm(kernel.reshape(4, 12), 2)
    )


def test_zeros_have_no_rank_and_what_is_no_number_has_no_values():
    assert readings(w=np.zeros((2, 3)))["weight_stable_rank/w"] == 0
    odd = np.ones((2, 3))
    odd[1, 1] = np.inf
    assert np.isnan(list(readings(w=odd).values())).all()


def test_an_orthogonal_matrix_stretches_all_directions_alike():
    found = readings(w=rotation(20, 4).astype(np.float32))
    assert found["weight_stable_rank/w"] == pytest.approx(20, rel=1e-5)
