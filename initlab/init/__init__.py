"""Initializers, and the plan that says who gets which: specs and paths, no Blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.init.announced import Announced
    from initlab.init.conventions import COLUMNS, LAYERS, Convention, conventions, layer
    from initlab.init.create import alias, create, register
    from initlab.init.critical import AtPoint, Critical
    from initlab.init.desc import InitDesc
    from initlab.init.entry import PlanEntry
    from initlab.init.exact_gain import Direction, ExactGain
    from initlab.init.fans import Fans, Mode
    from initlab.init.fixed import (
        STFT,
        Bilinear,
        Constant,
        Cosine,
        Dirac,
        Fixed,
        Hadamard,
        Identity,
        Ones,
        Sinusoidal,
        ZeroHadamard,
        Zeros,
    )
    from initlab.init.fixed import Ones as One  # Gluon's names
    from initlab.init.fixed import Zeros as Zero
    from initlab.init.grounds import Rule, Slot, Written
    from initlab.init.independent import (
        Bounds,
        ComplexScaling,
        Distribution,
        DropoutScaling,
        FactorType,
        Flat,
        Gaussian,
        Independent,
        MSRAPrelu,
        Normal,
        RandomType,
        RandomWalk,
        Shape,
        TruncatedGaussian,
        TruncatedNormal,
        Uniform,
        VarianceScaling,
        Xavier,
    )
    from initlab.init.initializer import Initializer
    from initlab.init.law import Entries, Law
    from initlab.init.load import Load
    from initlab.init.matrices import as_matrices, from_matrices, matrix_shape
    from initlab.init.mixed import Mixed
    from initlab.init.orthogonal import (
        ConvOrthogonal,
        DeltaOrthogonal,
        HaarOrthogonal,
        Orthogonal,
        Unitary,
    )
    from initlab.init.output import LogOdds, LogShares
    from initlab.init.place import OptimizerKind, Place, places
    from initlab.init.placed import (
        GPT2,
        IRNN,
        NTK,
        Antisymmetric,
        BranchScale,
        DeepNorm,
        DepthScaled,
        Fixup,
        FourierFeatures,
        Given,
        LooksLinear,
        MuP,
        Placed,
        RecurrentStart,
        Siren,
        SmallInit,
        Start,
        TFixup,
        TorchDefault,
        UMuP,
        ZeroOutput,
    )
    from initlab.init.plan import InitPlan, make_plan
    from initlab.init.presets import initializers
    from initlab.init.pretrained import PretrainedStatistics, WeightSelection
    from initlab.init.promises import Isometric, Mirrored, Orthonormal, Promise, Rows, Twins
    from initlab.init.recurrent import Chrono, LSTMBias
    from initlab.init.spec import ParameterSpec, Role
    from initlab.init.structured import (
        ICNR,
        NPRNN,
        RAI,
        Centred,
        EqualRows,
        Masked,
        Mirror,
        Scaled,
        Sparse,
        Spectral,
        Standardized,
        Twin,
        Unit,
    )
    from initlab.init.torch_names import (
        KaimingNormal,
        KaimingUniform,
        TorchDirac,
        TorchOrthogonal,
        XavierNormal,
        XavierUniform,
    )
else:
    on_demand(__name__)

__all__ = [
    "COLUMNS",
    "GPT2",
    "ICNR",
    "IRNN",
    "LAYERS",
    "NPRNN",
    "NTK",
    "RAI",
    "STFT",
    "Announced",
    "Antisymmetric",
    "AtPoint",
    "Bilinear",
    "Bounds",
    "BranchScale",
    "Centred",
    "Chrono",
    "ComplexScaling",
    "Constant",
    "ConvOrthogonal",
    "Convention",
    "Cosine",
    "Critical",
    "DeepNorm",
    "DeltaOrthogonal",
    "DepthScaled",
    "Dirac",
    "Direction",
    "Distribution",
    "DropoutScaling",
    "Entries",
    "EqualRows",
    "ExactGain",
    "FactorType",
    "Fans",
    "Fixed",
    "Fixup",
    "Flat",
    "FourierFeatures",
    "Gaussian",
    "Given",
    "HaarOrthogonal",
    "Hadamard",
    "Identity",
    "Independent",
    "InitDesc",
    "InitPlan",
    "Initializer",
    "Isometric",
    "KaimingNormal",
    "KaimingUniform",
    "LSTMBias",
    "Law",
    "Load",
    "LogOdds",
    "LogShares",
    "LooksLinear",
    "MSRAPrelu",
    "Masked",
    "Mirror",
    "Mirrored",
    "Mixed",
    "Mode",
    "MuP",
    "Normal",
    "One",
    "Ones",
    "OptimizerKind",
    "Orthogonal",
    "Orthonormal",
    "ParameterSpec",
    "Place",
    "Placed",
    "PlanEntry",
    "PretrainedStatistics",
    "Promise",
    "RandomType",
    "RandomWalk",
    "RecurrentStart",
    "Role",
    "Rows",
    "Rule",
    "Scaled",
    "Shape",
    "Sinusoidal",
    "Siren",
    "Slot",
    "SmallInit",
    "Sparse",
    "Spectral",
    "Standardized",
    "Start",
    "TFixup",
    "TorchDefault",
    "TorchDirac",
    "TorchOrthogonal",
    "TruncatedGaussian",
    "TruncatedNormal",
    "Twin",
    "Twins",
    "UMuP",
    "Uniform",
    "Unit",
    "Unitary",
    "VarianceScaling",
    "WeightSelection",
    "Written",
    "Xavier",
    "XavierNormal",
    "XavierUniform",
    "Zero",
    "ZeroHadamard",
    "ZeroOutput",
    "Zeros",
    "alias",
    "as_matrices",
    "conventions",
    "create",
    "from_matrices",
    "initializers",
    "layer",
    "make_plan",
    "matrix_shape",
    "places",
    "register",
]
