"""Comparisons with other frameworks need the peers extra; without it they are left out aloud."""

from importlib.util import find_spec

import pytest

LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config, items):
    if find_spec("torch") is not None:
        return
    peers = [item for item in items if item.get_closest_marker("peers")]
    config.stash[LEFT_OUT] = len(peers)
    config.hook.pytest_deselected(items=peers)
    items[:] = [item for item in items if item not in set(peers)]


def pytest_terminal_summary(terminalreporter, config):
    if left_out := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"left out: {left_out} comparisons with PyTorch, which is not installed here "
            '(pip install -c constraints.txt -e ".[test,peers]" adds it)'
        )
