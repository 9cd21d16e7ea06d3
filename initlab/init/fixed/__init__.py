"""Values without randomness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.fixed.bilinear import Bilinear
    from initlab.init.fixed.constant import Constant, Ones, Zeros
    from initlab.init.fixed.cosine import Cosine
    from initlab.init.fixed.dirac import Dirac
    from initlab.init.fixed.fixed import Fixed, moments
    from initlab.init.fixed.formula import Formula
    from initlab.init.fixed.hadamard import Hadamard
    from initlab.init.fixed.identity import Identity
    from initlab.init.fixed.sinusoidal import Sinusoidal
    from initlab.init.fixed.stft import STFT, Scaling, Side, Window
    from initlab.init.fixed.zero_hadamard import ZeroHadamard
else:
    on_demand(__name__)

__all__ = [
    "STFT",
    "Bilinear",
    "Constant",
    "Cosine",
    "Dirac",
    "Fixed",
    "Formula",
    "Hadamard",
    "Identity",
    "Ones",
    "Scaling",
    "Side",
    "Sinusoidal",
    "Window",
    "ZeroHadamard",
    "Zeros",
    "moments",
]
