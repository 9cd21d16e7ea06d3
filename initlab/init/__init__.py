"""Initializers, and the plan that says who gets which: specs and paths, no Blocks."""

from initlab.init.announced import Announced
from initlab.init.conventions import COLUMNS, LAYERS, Convention, conventions, layer
from initlab.init.create import alias, create, register
from initlab.init.critical import AtPoint, Critical
from initlab.init.desc import InitDesc
from initlab.init.entry import PlanEntry
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
from initlab.init.plan import InitPlan, make_plan
from initlab.init.presets import initializers
from initlab.init.promises import Promise
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
    Sparse,
    Spectral,
    Standardized,
)

Zero, One = Zeros, Ones  # Gluon's names

__all__ = [
    "COLUMNS",
    "ICNR",
    "LAYERS",
    "NPRNN",
    "RAI",
    "STFT",
    "Announced",
    "AtPoint",
    "Bilinear",
    "Bounds",
    "Centred",
    "Chrono",
    "ComplexScaling",
    "Constant",
    "ConvOrthogonal",
    "Convention",
    "Cosine",
    "Critical",
    "DeltaOrthogonal",
    "Dirac",
    "Distribution",
    "DropoutScaling",
    "Entries",
    "EqualRows",
    "FactorType",
    "Fans",
    "Fixed",
    "Flat",
    "Gaussian",
    "HaarOrthogonal",
    "Hadamard",
    "Identity",
    "Independent",
    "InitDesc",
    "InitPlan",
    "Initializer",
    "LSTMBias",
    "Law",
    "Load",
    "LogOdds",
    "LogShares",
    "MSRAPrelu",
    "Masked",
    "Mirror",
    "Mixed",
    "Mode",
    "Normal",
    "One",
    "Ones",
    "Orthogonal",
    "ParameterSpec",
    "PlanEntry",
    "Promise",
    "RandomType",
    "RandomWalk",
    "Role",
    "Rule",
    "Shape",
    "Sinusoidal",
    "Slot",
    "Sparse",
    "Spectral",
    "Standardized",
    "TruncatedGaussian",
    "TruncatedNormal",
    "Uniform",
    "Unitary",
    "VarianceScaling",
    "Written",
    "Xavier",
    "Zero",
    "ZeroHadamard",
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
    "register",
]
