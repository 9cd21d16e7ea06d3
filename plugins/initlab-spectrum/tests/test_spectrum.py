from __future__ import annotations

import numpy as np
import pytest
from initlab_spectrum import Spectrum, gaussian_sigma_max

from initlab.probes import Snapshot
from initlab.testing import check_probe


def read(weight):
    return {r.statistic: r.value for r in Spectrum().measure(Snapshot(0, {"w": weight}))}


def test_spectrum_keeps_the_contract_of_a_probe():
    check_probe(Spectrum)


def test_a_diagonal_matrix_shows_its_diagonal():
    assert read(np.diag([3.0, 4.0, 5.0])) == pytest.approx(
        {"sigma_max": 5, "sigma_min": 3, "stable_rank": 50 / 25}
    )


def test_a_kernel_is_the_matrix_of_its_first_axis():
    kernel = np.zeros((2, 3, 1, 1))
    kernel[0, 0], kernel[1, 2] = 2, 1
    assert read(kernel)["stable_rank"] == pytest.approx(5 / 4)


def test_vectors_and_lost_weights_have_no_spectrum():
    assert read(np.ones(3)) == {}
    assert read(np.full((3, 3), np.nan)) == {}


@pytest.mark.parametrize("shape", [(20, 20), (100, 30), (30, 100)])
def test_mean_and_std_of_the_largest_singular_value_are_those_of_gaussian_matrices(shape):
    rng = np.random.default_rng(5)
    tops = [np.linalg.norm(rng.standard_normal(shape), 2) for _ in range(300)]
    mean, std = gaussian_sigma_max(*shape)
    assert np.mean(tops) == pytest.approx(mean, abs=0.2 * std)  # the law is a limit: 0.2 std off
    assert np.std(tops) == pytest.approx(std, rel=0.2)  # standard error 4 %, and idem
