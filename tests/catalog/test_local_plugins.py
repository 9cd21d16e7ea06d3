"""Plugins given by hand (`-p`): their errors are raised, since the user asked for them."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from initlab.catalog import load_catalog, options
from initlab.errors import NameTakenError, PluginError

SOURCE = """
from __future__ import annotations
from dataclasses import dataclass
from initlab.catalog import hookimpl
from initlab.init import Constant, Initializer

@dataclass(frozen=True)
class Mine(Initializer):
    width: int = 3

@hookimpl
def initlab_initializers():
    return {"mine": Mine, "wide": Mine(width=9)}
"""


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "init.py"
    file.write_text(SOURCE)
    return file


@pytest.mark.parametrize("spelled", [str, Path])
def test_a_file_is_a_plugin(mine, spelled):
    catalog = load_catalog([spelled(mine)], installed=False)
    assert catalog.initializers["mine"].origin == f"{mine} local"
    assert catalog.get("initializer", "wide").width == 9


@pytest.mark.parametrize("spelled", [str, Path])
def test_the_catalog_says_what_each_local_plugin_was_and_how_to_give_it_again(mine, spelled):
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()[:12]
    assert load_catalog([spelled(mine)], installed=False).local == {str(mine): digest}
    assert load_catalog(installed=False).local == {}


def test_a_module_is_named_as_it_is_imported_and_one_without_a_file_left_out(mine, monkeypatch):
    mine.rename(mine.with_name("mine_to_import.py"))
    monkeypatch.syspath_prepend(mine.parent)
    assert list(load_catalog(["mine_to_import"], installed=False).local) == ["mine_to_import"]
    sys.modules["mine_to_import"].__file__ = None
    assert load_catalog([sys.modules.pop("mine_to_import")], installed=False).local == {}


def test_a_file_in_the_working_directory_needs_no_slash(mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    assert "mine" in load_catalog(["init.py"], installed=False).initializers


def test_a_module_is_a_plugin_by_its_name_and_by_itself(mine, monkeypatch):
    mine.rename(mine.with_name("my_own_initializers.py"))
    monkeypatch.syspath_prepend(mine.parent)
    by_name = load_catalog(["my_own_initializers"], installed=False)
    by_itself = load_catalog([sys.modules.pop("my_own_initializers")], installed=False)
    assert by_name == by_itself
    assert by_name.initializers["mine"].package == "my_own_initializers"


def test_two_files_of_one_name_keep_their_own_classes(mine, tmp_path):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "init.py"
    other.write_text(
        SOURCE.replace("mine", "other").replace("wide", "slim").replace("int", "float")
    )
    catalog = load_catalog([mine, other], installed=False)
    assert [options(catalog.initializers[name])[0].type for name in ("mine", "other")] == [
        int,
        float,
    ]


def test_a_file_that_was_edited_is_read_again(mine):
    load_catalog([mine], installed=False)
    mine.write_text(SOURCE.replace("width=9", "width=10"))
    assert load_catalog([mine], installed=False).get("initializer", "wide").width == 10


def test_a_file_given_twice_takes_its_own_name(mine):
    with pytest.raises(NameTakenError, match="'mine'"):
        load_catalog([mine, mine], installed=False)


def test_a_file_that_is_not_there_is_an_error_with_the_place_looked_at(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        PluginError, match=f"'gone.py' cannot be used: there is no file '{tmp_path}/"
    ):
        load_catalog(["gone.py"], installed=False)


def test_a_folder_is_no_plugin(tmp_path):
    with pytest.raises(PluginError, match="there is no file"):
        load_catalog([tmp_path], installed=False)


def test_a_file_that_is_no_python_is_an_error(tmp_path):
    (tmp_path / "conf.yaml").write_text("a: 1")
    with pytest.raises(PluginError, match=r"conf\.yaml' is no Python file"):
        load_catalog([tmp_path / "conf.yaml"], installed=False)


def test_a_module_that_is_not_there_is_an_error_that_says_how_to_give_a_file():
    with pytest.raises(PluginError, match=r"no module 'my_gone' on sys.path; .* \./my_gone\.py"):
        load_catalog(["my_gone"], installed=False)


def test_a_module_whose_own_import_fails_says_which(tmp_path, monkeypatch):
    (tmp_path / "needing_more.py").write_text("import a_module_that_is_nowhere")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PluginError, match="No module named 'a_module_that_is_nowhere'"):
        load_catalog(["needing_more"], installed=False)


def test_a_local_file_that_breaks_the_contract_is_an_error_with_its_cause(tmp_path):
    file = tmp_path / "late.py"
    file.write_text(
        dedent("""
        from initlab.catalog import hookimpl
        @hookimpl
        def initlab_probes():
            return 1 / 0
        """)
    )
    with pytest.raises(
        PluginError, match=r"ZeroDivisionError: division by zero \(late\.py:5\)"
    ) as e:
        load_catalog([file], installed=False)
    assert isinstance(e.value.__cause__, ZeroDivisionError)
