"""Generated examples are the same in every run; tests whose other half is not here are told."""

import shutil
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from initlab.nd.mkl import mkl

settings.register_profile(  # nor does a busy machine count
    "fixed", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")

LEFT_OUT = pytest.StashKey[Counter[str]]()

# marker -> (what it is, whether it is here, what adds it)
OTHERS = {
    "fast": (
        "comparisons of compiled kernels with NumPy's form",
        find_spec("numba"),
        'pip install -c constraints.txt -e ".[test,fast]"',
    ),
    "mkl": (
        "comparisons of MKL's products with NumPy's",
        mkl(),
        'pip install -c constraints.txt -e ".[test,mkl]"',
    ),
    "peers": (
        "comparisons with PyTorch, JAX, Keras and mpmath",
        find_spec("torch"),
        'pip install -c constraints.txt -e ".[test,peers]"',
    ),
    "ray": (
        "sweeps on Ray",
        find_spec("ray"),
        'pip install -c constraints.txt -e ".[test,ray]"',
    ),
    "postgresql": (
        "sweeps into PostgreSQL",
        any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        "apt-get install postgresql",
    ),
    "browser": (
        "pages in a browser",
        shutil.which("chromium"),
        "apt-get install chromium",
    ),
}


def pytest_collection_modifyitems(config, items):
    absent = [marker for marker, (_, here, _) in OTHERS.items() if not here]
    left = {item: next((m for m in absent if item.get_closest_marker(m)), None) for item in items}
    config.stash[LEFT_OUT] = Counter(marker for marker in left.values() if marker)
    config.hook.pytest_deselected(items=[item for item in items if left[item]])
    items[:] = [item for item in items if not left[item]]


def pytest_terminal_summary(terminalreporter, config):
    for marker, number in config.stash.get(LEFT_OUT, Counter()).items():
        what, _, remedy = OTHERS[marker]
        terminalreporter.write_line(
            f"left out: {number} {what}, which are not installed here ({remedy} adds it)"
        )
