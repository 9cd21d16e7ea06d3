"""Initializers, and the plan that says who gets which: specs and paths, no Blocks."""

from initlab.init.announced import Announced
from initlab.init.bilinear import Bilinear
from initlab.init.constants import Constant, Identity, Ones, Zeros
from initlab.init.create import alias, create, initializers, register
from initlab.init.desc import InitDesc
from initlab.init.distributions import Normal, TruncatedNormal, Uniform
from initlab.init.entry import PlanEntry
from initlab.init.grounds import Rule, Slot, Written
from initlab.init.initializer import Initializer
from initlab.init.load import Load
from initlab.init.lstm_bias import LSTMBias
from initlab.init.mixed import Mixed
from initlab.init.orthogonal import HaarOrthogonal
from initlab.init.plan import InitPlan, make_plan
from initlab.init.scaling import FactorType, He, LeCun, MSRAPrelu, RandomType, Xavier
from initlab.init.spec import ParameterSpec, Role
from initlab.init.svd import Orthogonal

Zero, One = Zeros, Ones  # Gluon's names

__all__ = [
    "Announced",
    "Bilinear",
    "Constant",
    "FactorType",
    "HaarOrthogonal",
    "He",
    "Identity",
    "InitDesc",
    "InitPlan",
    "Initializer",
    "LSTMBias",
    "LeCun",
    "Load",
    "MSRAPrelu",
    "Mixed",
    "Normal",
    "One",
    "Ones",
    "Orthogonal",
    "ParameterSpec",
    "PlanEntry",
    "RandomType",
    "Role",
    "Rule",
    "Slot",
    "TruncatedNormal",
    "Uniform",
    "Written",
    "Xavier",
    "Zero",
    "Zeros",
    "alias",
    "create",
    "initializers",
    "make_plan",
    "register",
]
