"""Whether packages declare plugins, against what importlib.metadata finds."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from zipfile import ZipFile

import pytest

from initlab.catalog.declared import may_be_declared

GROUP = "a_group_of_this_test"
TEXT = f"[console_scripts]\nx = y\n\n[{GROUP}]\nname = module\n"


def wheel(site):
    return site / "thing-1.0.dist-info", site


def development(site):
    return site / "thing.egg-info", site


def egg(site):
    return site / "thing-1.0.egg" / "EGG-INFO", site / "thing-1.0.egg"


@pytest.mark.parametrize("layout", [wheel, development, egg])
def test_a_package_is_found_however_it_was_installed(tmp_path, monkeypatch, layout):
    assert not may_be_declared(GROUP)
    info, place = layout(tmp_path)
    info.mkdir(parents=True)
    for name in ("METADATA", "PKG-INFO"):
        (info / name).write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(TEXT)
    monkeypatch.syspath_prepend(place)
    assert entry_points(group=GROUP)
    assert may_be_declared(GROUP)
    assert not may_be_declared("another_group")


def test_into_an_archive_importlib_looks(tmp_path, monkeypatch):
    archive = tmp_path / "things.zip"
    with ZipFile(archive, "w") as file:
        file.writestr("thing-1.0.dist-info/METADATA", "Name: thing\nVersion: 1.0\n")
        file.writestr("thing-1.0.dist-info/entry_points.txt", TEXT)
    monkeypatch.syspath_prepend(archive)
    assert entry_points(group=GROUP)
    assert may_be_declared(GROUP)


def test_what_cannot_be_read_is_passed_over(tmp_path, monkeypatch):
    (tmp_path / "thing-1.0.dist-info" / "entry_points.txt").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path)
    assert not may_be_declared(GROUP)


def test_where_no_package_has_plugins_importlib_is_not_asked():
    code = (
        "import sys; from initlab.catalog.plugin import installed_plugins;"
        "sys.path = [place for place in sys.path if 'site-packages' not in place];"
        "before = set(sys.modules); assert installed_plugins() == [];"
        "assert 'importlib.metadata' not in set(sys.modules) - before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
