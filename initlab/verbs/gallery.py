"""`gallery`: initializations as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from initlab.verbs.loading import load
from initlab.verbs.writing import writing
from initlab.words import take_options

if TYPE_CHECKING:
    from initlab.catalog import Catalog

__all__ = ["gallery"]


def gallery(arguments: list[str], plugins: list[str]) -> int:
    """Draw one configuration, or a page of names."""
    options, rest = take_options(arguments, ("--out",))
    folder, catalog = Path(options.get("--out", ".")), load(plugins)
    if any("=" in argument for argument in rest):
        _portray(rest, folder, catalog)
        return 0
    from initlab.gallery import make_gallery

    print(f"Gallery: {make_gallery(catalog, rest, folder)}")
    return 0


def _portray(overrides: list[str], folder: Path, catalog: Catalog) -> None:
    from initlab.config import compose
    from initlab.gallery import make_folder
    from initlab.running import draw_portrait, portray

    portrait = portray(compose(overrides, catalog=catalog))
    make_folder(folder)
    file = folder / f"gallery-{portrait.label}.png"
    with writing(file):
        draw_portrait(portrait, file)
    print(*portrait.lines(), f"Picture: {file}", sep="\n")
