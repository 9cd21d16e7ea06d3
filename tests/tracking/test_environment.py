from __future__ import annotations

import os
import socket
import subprocess
from importlib.util import find_spec

import pytest

from initlab.nd.mkl import mkl
from initlab.tracking import environment, environment_tags


def _git(folder, *words):
    who = ["-c", "user.name=t", "-c", "user.email=t@t"]
    command = ["git", *who, *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path):
    _git(tmp_path, "init", "-q")
    (tmp_path / "code.py").write_text("a = 1\n")
    _git(tmp_path, "add", "code.py")
    _git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def test_the_commit_and_a_clean_tree_are_told(repository):
    (repository / "mlflow.db").touch()  # a file that git doesn't know is no change
    tags = environment_tags(repository)
    assert tags["mlflow.source.git.commit"] == _git(repository, "rev-parse", "HEAD").strip()
    assert tags["initlab.git.dirty"] == "false"


def test_a_changed_file_makes_the_tree_dirty(repository):
    (repository / "code.py").write_text("a = 2\n")
    assert environment_tags(repository)["initlab.git.dirty"] == "true"


def test_a_repository_without_commits_has_no_commit(tmp_path):
    _git(tmp_path, "init", "-q")
    assert "mlflow.source.git.commit" not in environment_tags(tmp_path)


def test_outside_of_a_repository_and_without_git_the_rest_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    outside = environment_tags(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert environment_tags(tmp_path) == outside
    assert "initlab.git.dirty" not in outside
    assert outside["initlab.host"] == socket.gethostname()
    assert outside["initlab.pid"] == str(os.getpid())


def test_the_environment_has_numba_and_mkl_where_they_are_and_compute():
    assert ("numba" in environment()) == (find_spec("numba") is not None)
    assert ("mkl" in environment()) == (mkl() is not None)
