from __future__ import annotations

import pytest

from initlab.catalog import load_catalog


@pytest.fixture(scope="session")
def catalog():
    """All that is registered here, installed plugins included."""
    return load_catalog()
