"""A parameter's name, as Gluon hands it to an initializer that is called directly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["InitDesc"]


class InitDesc(str):
    """A name with attributes: `init.Xavier()(init.InitDesc("dense0_weight"), array)`.

    Args:
        name: whose ending says which rule fills the array, see `Initializer`.
        attrs: kept as they are.
        global_init: kept as it is.

    >>> InitDesc("dense0_weight").endswith("weight")
    True
    """

    __slots__ = ("attrs", "global_init")
    attrs: Mapping[str, str]
    global_init: Any

    def __new__(
        cls, name: str, attrs: Mapping[str, str] | None = None, global_init: Any = None
    ) -> Self:
        """Make the name, with its attributes."""
        made = super().__new__(cls, name)
        made.attrs, made.global_init = dict(attrs or {}), global_init
        return made
