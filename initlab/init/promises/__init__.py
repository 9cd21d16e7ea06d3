"""What an initializer may promise of an array as a whole, each promise able to check itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.promises.connections import Connections
    from initlab.init.promises.haar import Haar
    from initlab.init.promises.isometric import Isometric
    from initlab.init.promises.largest_singular import LargestSingular
    from initlab.init.promises.mirrored import Mirrored
    from initlab.init.promises.orthonormal import Orthonormal
    from initlab.init.promises.promise import Promise
    from initlab.init.promises.repeated import Repeated
    from initlab.init.promises.rows import Rows
    from initlab.init.promises.twins import Twins
else:
    on_demand(__name__)

__all__ = [
    "Connections",
    "Haar",
    "Isometric",
    "LargestSingular",
    "Mirrored",
    "Orthonormal",
    "Promise",
    "Repeated",
    "Rows",
    "Twins",
]
