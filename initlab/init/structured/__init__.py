"""Structure: few connections, repeated, mirrored, masked, centred or normalized weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.structured.centred import Centred
    from initlab.init.structured.equal_rows import EqualRows
    from initlab.init.structured.halves import Sides
    from initlab.init.structured.icnr import ICNR
    from initlab.init.structured.masked import Masked
    from initlab.init.structured.mirror import Mirror
    from initlab.init.structured.np_rnn import NPRNN
    from initlab.init.structured.rai import RAI
    from initlab.init.structured.scaled import Scaled
    from initlab.init.structured.sparse import Sparse, Unit
    from initlab.init.structured.spectral import Spectral
    from initlab.init.structured.standardized import Standardized
    from initlab.init.structured.twin import Twin
else:
    on_demand(__name__)

__all__ = [
    "ICNR",
    "NPRNN",
    "RAI",
    "Centred",
    "EqualRows",
    "Masked",
    "Mirror",
    "Scaled",
    "Sides",
    "Sparse",
    "Spectral",
    "Standardized",
    "Twin",
    "Unit",
]
