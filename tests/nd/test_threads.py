from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from initlab import nd
from initlab.errors import BadValueError


def counts():
    return {library["num_threads"] for library in threadpool_info()}


def test_every_library_uses_as_many_within_and_as_many_as_before_after_it():
    with nd.threads(2):
        before = counts()
        with nd.threads(1):
            inside = counts()
        after = counts()
    assert (before, inside, after) == ({2}, {1}, {2})


def test_a_block_can_be_entered_again_also_within_itself():
    one, two = nd.threads(1), nd.threads(2)
    seen = []
    for _ in range(2):
        with one, two, one:
            seen.append(counts())
    assert seen == [{1}, {1}]


def test_no_threads_are_refused():
    with pytest.raises(BadValueError, match="threads must be at least 1, got 0"):
        nd.threads(0)


def test_many_small_products_stay_on_one_thread_and_the_setting_comes_back():
    rng = np.random.default_rng(0)
    x, W = rng.normal(size=(2, 16, 8, 8)), rng.normal(size=(16, 16, 3, 3))
    with nd.threads(1):
        alone = nd.convolution(x, W, pad=1).array
    with nd.threads(2):
        among = nd.convolution(x, W, pad=1).array
        after = counts()
    np.testing.assert_array_equal(alone, among)
    assert after == {2}
