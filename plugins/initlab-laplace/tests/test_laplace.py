from __future__ import annotations

import numpy as np
import pytest
from initlab_laplace import Laplace, Mode

from initlab.errors import BadValueError
from initlab.init import ParameterSpec
from initlab.nd.random import Streams
from initlab.testing import check_initializer


@pytest.mark.parametrize("mode", Mode)
def test_laplace_keeps_the_contract_of_an_initializer(mode):
    check_initializer(Laplace(scale=1.5, mode=mode))


def test_median_of_absolute_values_is_b_log_2():
    drawn = Laplace(scale=np.sqrt(2), mode=Mode.fixed)(
        ParameterSpec((400, 400)), Streams(3).stream("w")
    )
    # |w| is exponential with mean b = 1; the sample median of n has the standard error 1 / sqrt(n)
    assert np.median(np.abs(drawn)) == pytest.approx(np.log(2), abs=5 / 400)


def test_a_scale_that_is_not_positive_is_refused():
    with pytest.raises(BadValueError, match=r"scale must be positive, got 0\."):
        Laplace(scale=0)


def test_a_mode_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(BadValueError, match="one of fan_in, fan_avg, fixed, got 'fan_out'"):
        Laplace(mode="fan_out")
