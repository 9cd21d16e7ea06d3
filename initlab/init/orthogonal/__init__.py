"""Orthogonal matrices and isometric convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.orthogonal.conv_orthogonal import ConvOrthogonal
    from initlab.init.orthogonal.delta_orthogonal import DeltaOrthogonal
    from initlab.init.orthogonal.haar import haar_into
    from initlab.init.orthogonal.haar_orthogonal import HaarOrthogonal
    from initlab.init.orthogonal.svd import Orthogonal, SourceType
    from initlab.init.orthogonal.unitary import Unitary
else:
    on_demand(__name__)

__all__ = [
    "ConvOrthogonal",
    "DeltaOrthogonal",
    "HaarOrthogonal",
    "Orthogonal",
    "SourceType",
    "Unitary",
    "haar_into",
]
