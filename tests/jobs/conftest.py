"""Small jobs on real digits, and sweeps of them."""

from __future__ import annotations

import pytest

from initlab.catalog import load_catalog
from initlab.config import compose, read_sweep

SMALL = ["model.width=8", "training.epochs=1", "probes=none"]


@pytest.fixture(scope="session")
def catalog():
    return load_catalog(installed=False)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    return tmp_path


@pytest.fixture
def spec(catalog):
    return compose([*SMALL, "tracking=none"], catalog=catalog)


@pytest.fixture
def sweep(catalog, here):
    """Read a sweep; nothing of it is run."""

    def read(*words):
        return read_sweep(["-m", *words, *SMALL, "tracking=none"], catalog, cores=4)

    return read
