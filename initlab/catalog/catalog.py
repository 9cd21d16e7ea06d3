"""The Catalog: every registered name, read-only, and the plugins that could not be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from initlab.catalog.kinds import KINDS
from initlab.errors import NameTakenError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.catalog.entry import BrokenPlugin, Entry

__all__ = ["Catalog"]


@dataclass(frozen=True)
class Catalog:
    """What the lab offers, by kind and name.

    Args:
        entries: everything registered, in the order of loading.
        broken: installed plugins that were left out, each with its reason.
        local: the files and modules given by hand, each with a digest of its content.

    Raises:
        NameTakenError: when two entries of one kind share a name.

    >>> from initlab.catalog import load_catalog
    >>> catalog = load_catalog()
    >>> catalog.initializers["zeros"].package
    'initlab'
    >>> catalog.get("probe", "weight_moments")()
    WeightMoments()
    """

    entries: tuple[Entry, ...]
    broken: tuple[BrokenPlugin, ...] = ()
    local: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        first: dict[tuple[str, str], Entry] = {}
        for entry in self.entries:
            other = first.setdefault((entry.kind, entry.name), entry)
            if other is not entry:
                raise NameTakenError(
                    f"Two packages register the {entry.kind} {entry.name!r}: {other.origin} and "
                    f"{entry.origin}. Rename one, uninstall one, or leave an installed one out "
                    f"with INITLAB_DISABLE_PLUGINS=PACKAGE."
                )

    def shelf(self, kind: str) -> Mapping[str, Entry]:
        """Return the entries of one kind by name, sorted.

        Raises:
            UnknownNameError: when there is no such kind.
        """
        if kind not in (names := [known.name for known in KINDS]):
            raise UnknownNameError("kind", kind, names)
        found = {entry.name: entry for entry in self.entries if entry.kind == kind}
        return MappingProxyType(dict(sorted(found.items())))

    def get(self, kind: str, name: str) -> Any:
        """Return the class or preset of that name, `kind` in the singular.

        Raises:
            UnknownNameError: when nothing has it; notes say where all names are, and name the
                broken plugins, one of which might have brought it.
        """
        shelf = self.shelf(kind)
        if name in shelf:
            return shelf[name].value
        error = UnknownNameError(kind.replace("_", " "), name, shelf)
        error.add_note(f"All of them: python -m initlab catalog {kind}s")
        for plugin in self.broken:
            error.add_note(f"A broken plugin might have brought it: {plugin}")
        raise error

    @property
    def initializers(self) -> Mapping[str, Entry]:
        """The registered initializers by name."""
        return self.shelf("initializer")

    @property
    def calibrators(self) -> Mapping[str, Entry]:
        """The registered calibrators by name."""
        return self.shelf("calibrator")

    @property
    def probes(self) -> Mapping[str, Entry]:
        """The registered probes by name."""
        return self.shelf("probe")

    @property
    def layers(self) -> Mapping[str, Entry]:
        """The registered layers by name."""
        return self.shelf("layer")

    @property
    def datasets(self) -> Mapping[str, Entry]:
        """The registered data sets by name."""
        return self.shelf("dataset")

    @property
    def random_sources(self) -> Mapping[str, Entry]:
        """The registered random sources by name."""
        return self.shelf("random_source")
