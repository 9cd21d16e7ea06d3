from __future__ import annotations

import gc
import logging
import warnings

import pytest

from initlab.tracking.quiet import paused_collector, quiet


def test_the_library_is_silent_inside_and_as_loud_as_before_afterwards(capfd):
    logger = logging.getLogger("alembic.runtime")
    before = logging.getLogger("alembic").level
    with quiet():
        logger.error("noise")
        warnings.warn("noise", stacklevel=1)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("alembic").level == before
    assert logger.isEnabledFor(logging.ERROR)


def test_of_two_that_overlap_the_last_one_out_brings_the_noise_back():
    logger = logging.getLogger("mlflow.store")
    first, second = quiet(), quiet()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not logger.isEnabledFor(logging.ERROR)
    second.__exit__(None, None, None)
    assert logger.isEnabledFor(logging.ERROR)


@pytest.mark.parametrize("running", [True, False])
def test_the_collector_pauses_and_is_as_before_afterwards(running):
    before = gc.isenabled()
    (gc.enable if running else gc.disable)()
    try:
        with paused_collector():
            assert not gc.isenabled()
        assert gc.isenabled() == running
    finally:
        (gc.enable if before else gc.disable)()
