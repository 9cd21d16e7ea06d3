from __future__ import annotations

from functools import partial

import pytest

from initlab.catalog import load_catalog
from initlab.config import compose


@pytest.fixture(scope="session")
def catalog():
    """The built-ins alone, whatever is installed here."""
    return load_catalog(installed=False)


@pytest.fixture
def composed(catalog):
    """Compose a RunSpec from a line of overrides."""
    return lambda line="": partial(compose, catalog=catalog)(line.split())
