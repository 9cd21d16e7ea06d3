"""The gallery's page: one entry a name, its text from its docstring, its picture by its command."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from initlab.catalog import options
from initlab.errors import BadValueError, InitlabError, UnknownNameError
from initlab.gallery.nets import show
from initlab.running import draw_portrait

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from initlab.catalog import Catalog, Entry, Option

__all__ = ["make_folder", "make_gallery"]

KINDS = ("initializer", "calibrator")
HEAD = """\
# Gallery

What each initializer and calibrator does, made by `python -m initlab gallery --out docs`: its
formula, options and source as its code tells them, its law where it was drawn, and a picture that
the command under it makes again. On the left are the values of one parameter, a line for their law;
on the right the root mean square of each block's output, and of the gradient of a random linear
function of the net's output that arrives there, beside what theory foretells; one sigma of draws
of the signal is shaded. Some start from `docs/larger.safetensors`, the parameters that
`python -m initlab +init=he model.width=64 model.depth=2 training.epochs=20` left.

"""


def make_gallery(catalog: Catalog, names: Sequence[str], folder: Path) -> Path:
    """Write gallery.md, and a picture for each entry into gallery/ beside it; return the page.

    Args:
        catalog: where the initializers and calibrators are.
        names: which of them; a page that is there keeps its other entries. All when empty.
        folder: where the page goes.

    Raises:
        UnknownNameError: for a name that is neither's.
        BadValueError: for a folder that cannot be made, or another page of that name.
    """
    entries = [entry for kind in KINDS for entry in catalog.shelf(kind).values()]
    known = {entry.name for entry in entries}
    for name in names:
        if name not in known:
            raise UnknownNameError("initializer", name, known)
    make_folder(folder / "gallery")
    page = folder / "gallery.md"
    groups = _groups(page) if names and page.exists() else {}
    for entry in entries:
        if not names or entry.name in names:
            groups.setdefault(_group(entry), {})[entry.name] = _written(entry, catalog, folder)
    groups = {group: dict(sorted(found.items())) for group, found in groups.items()}
    contents = [
        f"**{group}**: {', '.join(map(_link, found))}\n\n" for group, found in groups.items()
    ]
    parts = [f"## {group}\n\n" + "\n".join(found.values()) for group, found in groups.items()]
    page.write_text("".join([HEAD, *contents, "\n".join(parts)]), encoding="utf-8")
    return page


def make_folder(folder: Path) -> None:
    """Make a folder, and those that it is in, unless it is there.

    Raises:
        BadValueError: when it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValueError(f"Cannot make the folder {folder}: {error.strerror}.") from error


def _groups(page: Path) -> dict[str, dict[str, str]]:
    """Return the entries of a page by group and name."""
    head, *parts = page.read_text(encoding="utf-8").split("\n## ")
    if not head.startswith(HEAD.partition("\n")[0]):
        raise BadValueError(f"{page} is no gallery: name another folder with --out.")
    groups = {}
    for part in parts:
        group, *entries = part.split("\n### ")
        found = {text.partition("\n")[0]: f"### {text.strip()}\n" for text in entries}
        groups[group.strip()] = found
    return groups


def _group(entry: Entry) -> str:
    if entry.kind == "calibrator":
        return "Calibrators"
    framework, dot, _ = entry.name.rpartition(".")
    return f"By {framework}'s names" if dot else f"Initializers of {entry.package}"


def _link(name: str) -> str:
    return f"[{name}](#{name.replace('.', '')})"


def _written(entry: Entry, catalog: Catalog, folder: Path) -> str:
    what = "" if isinstance(entry.value, type) else f"`{entry.value}`. "
    listed = "".join(f"- {_option(option)}\n" for option in options(entry))
    parts = [
        f"### {entry.name}\n",
        f"{what}{_plain(entry.prose)}\n",
        listed,
        _shown(entry, catalog, folder),
    ]
    return "\n".join(part for part in parts if part)


def _shown(entry: Entry, catalog: Catalog, folder: Path) -> str:
    try:
        overrides, portrait = show(catalog, entry.name)
    except InitlabError as error:
        return f"No picture: {_plain(error.full())}\n"
    draw_portrait(portrait, folder / "gallery" / f"{entry.name}.png")
    numbers = "\n".join(portrait.lines())
    return (
        f"![{entry.name}: values beside their law, signal and gradient through depth]"
        f"(gallery/{entry.name}.png)\n\n"
        f"```sh\npython -m initlab gallery {shlex.join(overrides)}\n```\n"
        f"```text\n{numbers}\n```\n"
    )


def _option(option: Option) -> str:
    default = "required" if option.required else f"`{option.default}`"
    return f"`{option.name}` ({default})" + (f": {_plain(option.doc)}" if option.doc else "")


def _plain(text: str) -> str:
    r"""Return text that Markdown shows as it is, but for what stands in backticks.

    >>> _plain("U(+-1), `**` for a*b")
    'U(+-1), `**` for a\\*b'
    """
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_<\[])", r"\\\1", part) for part in parts
    )
