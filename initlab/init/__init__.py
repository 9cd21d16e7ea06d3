"""Initializers, and the plan that says who gets which: specs and paths, no Blocks."""

from initlab.init.announced import Announced
from initlab.init.constants import Constant, Identity, Ones, Zeros
from initlab.init.create import create, initializers
from initlab.init.distributions import Normal, TruncatedNormal, Uniform
from initlab.init.entry import PlanEntry
from initlab.init.grounds import Rule, Slot, Written
from initlab.init.initializer import Initializer
from initlab.init.orthogonal import Orthogonal
from initlab.init.plan import InitPlan, make_plan
from initlab.init.scaling import FactorType, He, LeCun, MSRAPrelu, RandomType, Xavier
from initlab.init.spec import ParameterSpec, Role

Zero, One = Zeros, Ones  # Gluon's names

__all__ = [
    "Announced",
    "Constant",
    "FactorType",
    "He",
    "Identity",
    "InitPlan",
    "Initializer",
    "LeCun",
    "MSRAPrelu",
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
    "create",
    "initializers",
    "make_plan",
]
