from __future__ import annotations

import pytest

from initlab.tree import fresh_names


@pytest.fixture(autouse=True)
def _names_from_zero():
    with fresh_names():
        yield
