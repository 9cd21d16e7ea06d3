"""The gallery in docs/ against the catalog and against its own commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from initlab.catalog import Catalog, Entry, load_catalog
from initlab.config import compose
from initlab.errors import BadValueError, UnknownNameError
from initlab.gallery import make_gallery
from initlab.init import Initializer, Placed
from initlab.running import plan, portray

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "gallery.md").read_text(encoding="utf-8")
CATALOG = load_catalog(installed=False)
NAMES = [*CATALOG.initializers, *CATALOG.calibrators]
NUMBER = re.compile(r"(?<![\w.])-?\d+\.?\d*(?:e[+-]\d+)?")
REMEDY = "run python -m initlab gallery --out docs"


def entries(page=PAGE):
    """Return each entry's command and numbers, by name."""
    found = {}
    for part in page.split("\n### ")[1:]:
        name = part.partition("\n")[0]
        command = re.search(r"```sh\npython -m initlab gallery (.*)\n", part)[1]
        numbers = re.search(r"```text\n(.*?)```", part, re.DOTALL)[1]
        found[name] = shlex.split(command), numbers
    return found


def test_every_registered_name_has_an_entry_and_a_picture():
    assert sorted(entries()) == sorted(NAMES), REMEDY
    pictures = {file.stem for file in (DOCS / "gallery").iterdir()}
    assert pictures == set(NAMES), REMEDY
    assert all(f"[{name}](#{name.replace('.', '')})" in PAGE for name in NAMES)


def test_the_whole_gallery_is_small():
    assert sum(file.stat().st_size for file in (DOCS / "gallery").iterdir()) < 3_000_000


@pytest.mark.parametrize("name", ["he", "fixup", "log_shares", "sparse", "lsuv"])
def test_a_command_makes_the_numbers_above_it_again(name):
    """To a hundredth: the last digits of a matrix product are the machine's."""
    overrides, numbers = entries()[name]
    again = "\n".join(portray(compose(overrides, catalog=CATALOG)).lines())
    assert NUMBER.sub("#", again) == NUMBER.sub("#", numbers.strip()), REMEDY
    pairs = zip(NUMBER.findall(again), NUMBER.findall(numbers), strict=True)
    assert [p for p in pairs if float(p[0]) != pytest.approx(float(p[1]), rel=0.01)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_command_gives_its_initializer_to_a_parameter(name):
    overrides, numbers = entries()[name]
    made = plan(compose(overrides, catalog=CATALOG))
    shown = made[numbers.partition(",")[0]]
    value = CATALOG.get("initializer" if name in CATALOG.initializers else "calibrator", name)
    cls = value if isinstance(value, type) else type(value)
    if issubclass(cls, Initializer) and not issubclass(cls, Placed):
        assert type(shown.initializer) is cls or name in ("critical", "exact_gain")
    elif issubclass(cls, Placed):
        assert cls.__name__ in shown.why


class Strange(Initializer):
    """Half everywhere, for *biases* alone.

    Args:
        of: nothing.
    """

    def _init_weight(self, name, data):
        data[:] = 0.5


def catalog_with(cls, name="strange"):
    entry = Entry(name, "initializer", cls, "their-package", "1.0")
    return Catalog((*CATALOG.entries, entry))


def test_a_strangers_initializer_has_an_entry_from_its_docstring(tmp_path):
    page = make_gallery(catalog_with(Strange), ["strange"], tmp_path).read_text()
    assert (
        "## Initializers of their-package\n\n### strange\n\nHalf everywhere, for \\*biases" in page
    )
    assert "python -m initlab gallery +init=strange model=deep_mlp" in page
    assert "drawn: mean 0.5, std 0\n" in page
    assert (tmp_path / "gallery/strange.png").is_file()
    assert "### he" not in page


def test_a_page_keeps_the_entries_that_are_not_made_again(tmp_path):
    page = tmp_path / "gallery.md"
    page.write_text(PAGE.replace("\n### he\n", "\n### he\n\nOld.\n"))
    make_gallery(catalog_with(Strange), ["he", "strange"], tmp_path)
    text = page.read_text()
    assert list(entries(text)) == [*entries(), "strange"]
    assert entries(text)["lsuv"] == entries()["lsuv"]
    assert "Old." not in text
    assert "**Initializers of their-package**: [strange](#strange)" in text
    page.write_text("# My pictures")
    with pytest.raises(BadValueError, match="is no gallery"):
        make_gallery(CATALOG, ["he"], tmp_path)


class Refusing(Strange):
    """For no parameter at all."""

    def _init_weight(self, name, data):
        raise UnknownNameError("shape", str(data.shape), ["another"])


def test_one_that_suits_no_net_has_an_entry_that_says_why(tmp_path):
    page = make_gallery(catalog_with(Refusing), ["strange"], tmp_path).read_text()
    assert "No picture: Unknown shape '(64, 64)'" in page


def test_an_unknown_name_is_an_error(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'hee'. Did you mean 'he'"):
        make_gallery(CATALOG, ["hee"], tmp_path)
