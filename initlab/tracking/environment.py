"""Which process, code and versions a run came from, as tags."""

from __future__ import annotations

import getpass
import hashlib
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from initlab.tracking.process import process_tags

__all__ = ["environment", "environment_tags"]

PACKAGES = (
    "initlab", "numpy", "scipy", "scikit-learn", "threadpoolctl", "hydra-core", "omegaconf",
    "pluggy", "safetensors", "matplotlib", "mlflow", "numba", "mkl",
)  # fmt: skip

_GIT = ("git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "-uno")


def environment_tags(directory: Path) -> dict[str, str]:
    """Return tags that tell where a run came from; what cannot be known is left out.

    Commit and dirty flag are those of `directory`, read by one git process; files that git doesn't
    know are not counted as changes.
    """
    tags = {
        "mlflow.source.name": "initlab",
        "mlflow.source.type": "LOCAL",
        "mlflow.user": _user(),
        **process_tags(),
        "initlab.version": _version("initlab"),
        "python.version": platform.python_version(),
        "numpy.version": _version("numpy"),
        "initlab.plugins": ", ".join(f"{name} {v}" for name, v in plugin_versions().items()),
        **_git_tags(directory),
    }
    return {key: value for key, value in tags.items() if value}


@cache
def environment() -> dict[str, str]:
    """Return the versions of all that decides a run: Python, packages, plugins, and our own code.

    The code is told by a digest of its files, since a checkout changes under one version. Plugins
    given by hand are a run's own: its RunSpec has them.

    >>> environment()["python"] == platform.python_version()
    True
    """
    machine = {"python": platform.python_version(), "platform": platform.platform()}
    code = {"initlab's code": _digest(Path(__file__).parents[1])}
    found = machine | code | {name: _version(name) for name in PACKAGES} | plugin_versions()
    return {name: number for name, number in found.items() if number}


def _digest(package: Path) -> str:
    files = sorted(package.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


@cache
def plugin_versions() -> dict[str, str]:
    """Return the installed packages that bring something to the lab, with their versions."""
    packages = [point.dist for point in entry_points(group="initlab")]
    return {package.name: package.version for package in packages if package is not None}


def _git_tags(directory: Path) -> dict[str, str]:
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed command
            _GIT, cwd=directory, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return parse_git_status(answer.stdout) if answer.returncode == 0 else {}


def parse_git_status(text: str) -> dict[str, str]:
    r"""Return commit and dirty flag from `git status --porcelain=v2 --branch`.

    >>> parse_git_status("# branch.oid 8f3c\n# branch.head main\n")
    {'mlflow.source.git.commit': '8f3c', 'initlab.git.dirty': 'false'}
    """
    lines = text.splitlines()
    commits = [line.split()[-1] for line in lines if line.startswith("# branch.oid ")]
    if not commits or commits[0] == "(initial)":
        return {}
    dirty = any(not line.startswith("#") for line in lines)
    return {"mlflow.source.git.commit": commits[0], "initlab.git.dirty": str(dirty).lower()}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
