from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd
from initlab.errors import BadValueError
from initlab.optim import clip_global_norm


def test_arrays_are_shortened_together_to_the_length_that_is_allowed():
    x, y = nd.ones((3, 3)), nd.ones((4, 4))
    assert clip_global_norm([x, y], 1.0) == 5.0
    assert_allclose(x, np.full((3, 3), 0.2), rtol=1e-6)
    assert_allclose(y, np.full((4, 4), 0.2), rtol=1e-6)


def test_what_is_short_enough_stays():
    x = nd.array([3.0, 4.0])
    assert clip_global_norm([x], 5.1) == 5.0
    assert_array_equal(x, [3, 4])


def test_a_norm_beyond_single_precision_is_one():
    x = np.full(4, 1e30, np.float32)
    assert clip_global_norm([x], 1.0) == pytest.approx(2e30)
    assert_allclose(x, 0.5, rtol=1e-6)


def test_a_norm_that_is_no_number_is_warned_of_and_nothing_is_scaled():
    x = nd.array([np.nan, 1.0])
    with pytest.warns(UserWarning, match="nan or inf is detected"):
        assert np.isnan(clip_global_norm([x], 0.5))
    assert np.isnan(clip_global_norm([x], 0.5, check_isfinite=False))
    assert x.tolist()[1] == 1


def test_a_length_must_be_positive():
    with pytest.raises(BadValueError, match="max_norm must be above 0, got 0"):
        clip_global_norm([], 0)
