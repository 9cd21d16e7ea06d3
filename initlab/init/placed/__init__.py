"""Rules over the tree: what a parameter gets depends on where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.placed.antisymmetric import Antisymmetric
    from initlab.init.placed.branch_scale import BranchScale, Start
    from initlab.init.placed.deepnorm import DeepNorm, TFixup
    from initlab.init.placed.fixup import Fixup
    from initlab.init.placed.fourier import FourierFeatures
    from initlab.init.placed.irnn import IRNN
    from initlab.init.placed.looks_linear import LooksLinear
    from initlab.init.placed.parametrization import NTK, MuP, UMuP
    from initlab.init.placed.placed import Given, Placed
    from initlab.init.placed.recurrent_start import RecurrentStart
    from initlab.init.placed.siren import Siren
    from initlab.init.placed.torch_default import TorchDefault
    from initlab.init.placed.transformer import GPT2, DepthScaled, SmallInit
    from initlab.init.placed.zero_output import ZeroOutput
else:
    on_demand(__name__)

__all__ = [
    "GPT2",
    "IRNN",
    "NTK",
    "Antisymmetric",
    "BranchScale",
    "DeepNorm",
    "DepthScaled",
    "Fixup",
    "FourierFeatures",
    "Given",
    "LooksLinear",
    "MuP",
    "Placed",
    "RecurrentStart",
    "Siren",
    "SmallInit",
    "Start",
    "TFixup",
    "TorchDefault",
    "UMuP",
    "ZeroOutput",
]
