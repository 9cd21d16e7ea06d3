"""Each promise broken by one small initializer; the check must name the broken promise."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from initlab.errors import ShapeError
from initlab.init import ComplexScaling, Initializer, Law, ParameterSpec, VarianceScaling
from initlab.init.promises import Orthonormal
from initlab.testing import ContractError, check_initializer
from initlab.testing.initializers import SPECS


@dataclass(frozen=True)
class Gaussian(Initializer):
    """Keeps every promise; the broken ones below differ from it in one point."""

    sigma: float = 0.1

    def law(self, spec):
        return Law(mean=0.0, variance=self.sigma**2, kurtosis=3.0)

    def __call__(self, spec, rng):
        return rng.normal(0, self.sigma, spec.shape).astype(spec.dtype)


class WrongShape(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, rng).T.copy()


class WrongDtype(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, rng).astype(np.float64)


class NotAnArray(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, rng).tolist()


class NotFinite(Gaussian):
    def __call__(self, spec, rng):
        return np.full_like(super().__call__(spec, rng), np.nan)


class GlobalGenerator(Gaussian):
    def __call__(self, spec, rng):
        np.random.normal()  # noqa: NPY002  the fault under test
        return super().__call__(spec, rng)


class Unseeded(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, np.random.default_rng())


class OwnSeed(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, np.random.default_rng(0))


@dataclass(frozen=True)
class Caching(Gaussian):
    kept: dict = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, spec, rng):
        return self.kept.setdefault((spec.shape, spec.dtype), super().__call__(spec, rng))


class LeavesSome(Gaussian):
    __call__ = Gaussian.__call__

    def write(self, spec, rng, out):
        out[1:] = self(spec, rng)[1:]


class WrongClaim(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), variance=1.05 * self.sigma**2)


class WrongClaimOfUnknownLaw(WrongClaim):
    def law(self, spec):
        return replace(super().law(spec), kurtosis=None)


class NegativeClaim(Gaussian):
    def law(self, spec):
        return Law(variance=-1.0)


class ImpossibleKurtosis(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), kurtosis=0.0)  # the excess, which is not meant


class ClaimsNothingVaries(Gaussian):
    def law(self, spec):
        return Law(variance=0.0)


class WrongMean(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), mean=0.001)


class WrongKurtosis(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), kurtosis=2.5)


class WrongSupport(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), low=-0.2, high=0.2)


class SaysItIsFixed(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), entries="fixed")


class WrongPromise(Gaussian):
    def law(self, spec):
        return replace(super().law(spec), promises=(Orthonormal(0.1),))


class RefusesAll(Gaussian):
    def __call__(self, spec, rng):
        raise ShapeError("no shape pleases me")


class Crashes(Gaussian):
    def __call__(self, spec, rng):
        return super().__call__(spec, rng)[:, 0]


class Mutating(Gaussian):
    def __call__(self, spec, rng):
        object.__setattr__(self, "sigma", 0.2)
        return super().__call__(spec, rng)


class SpecMutating(Gaussian):
    def __call__(self, spec, rng):
        drawn = super().__call__(spec, rng)
        object.__setattr__(spec, "groups", spec.groups + 1)
        return drawn


@dataclass
class Unhashable(Gaussian.__base__):
    sigma: float = 0.1


class Chatty(Gaussian):
    def __repr__(self):
        return "Chatty\n"


class OnlyItself(Gaussian):
    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return 1


class Hashless(Gaussian):
    def __hash__(self):
        return id(self)


BROKEN = {
    WrongShape: r"draws shape \(256, 320\)",
    WrongDtype: r"draws dtype float64",
    NotAnArray: r"returns a list, no array",
    NotFinite: r"draws values that are not finite",
    GlobalGenerator: r"draws from NumPy's global generator",
    Unseeded: r"draws other values from an equal stream",
    OwnSeed: r"draws the same values from every stream",
    Caching: r"returns memory that it keeps",
    LeavesSome: r"writes other values than it returns",
    WrongClaim: r"claims variance 0\.0105 but draws 0\.0\d+, [\d.]+ standard errors away",
    WrongClaimOfUnknownLaw: r"claims variance 0\.0105 but draws",
    NegativeClaim: r"claims a variance of -1\.0",
    ImpossibleKurtosis: r"claims a kurtosis of 0\.0",
    WrongMean: r"claims mean 0\.001 but draws",
    WrongKurtosis: r"claims kurtosis 2\.5 but draws [23]\.",
    WrongSupport: r"claims values in \[-0\.2, 0\.2\] but draws",
    SaysItIsFixed: r"claims fixed entries but draws others each time",
    WrongPromise: r"promises Orthonormal\(scale=0\.1, .*\), but is not orthonormal",
    ClaimsNothingVaries: r"claims variance 0 but varies",
    RefusesAll: r"refuses every spec",
    Crashes: r"fails on .*IndexError: .*refused by an InitlabError, such as ShapeError",
    Mutating: r"is changed by drawing",
    SpecMutating: r"changes the spec that it was given",
    Unhashable: r"has no hash",
    Chatty: r"does not print its class and options on one line",
    OnlyItself: r"does not equal its own copy",
    Hashless: r"has another hash than its equal copy",
}


def test_an_initializer_that_keeps_every_promise_passes_as_class_and_as_instance():
    check_initializer(Gaussian)
    check_initializer(Gaussian(sigma=3.0))


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_promise_is_named(broken):
    with pytest.raises(ContractError, match=BROKEN[broken]):
        check_initializer(broken, [ParameterSpec((320, 256)), ParameterSpec((7,), in_axes=())])


class Wide(VarianceScaling):
    """0.4 % too wide."""

    def write(self, spec, rng, out):
        super().write(spec, rng, out)
        out *= out.dtype.type(1.004)


class JaxComplex(ComplexScaling):
    """JAX 0.10 divides by the wrong constant; of where it ends nothing is claimed."""

    def law(self, spec):
        return replace(super().law(spec), low=-np.inf, high=np.inf)

    def write(self, spec, rng, out):
        super().write(spec, rng, out)
        out *= out.dtype.type(0.961961828 / 0.953111644)


class Uncut(ComplexScaling):
    """The parent's radii, as wide: not cut."""

    def write(self, spec, rng, out):
        shape = (2, *spec.shape)
        out[...] = np.sqrt(self.law(spec).variance / 2) * (rng.normal(size=shape).T @ [1, 1j]).T


class Mixture(Gaussian):
    """Two deviations, of variances 0.87 and 1.13: its kurtosis is 3 (1 + 0.13^2) = 3.05."""

    def __call__(self, spec, rng):
        variances = 1 + 0.13 * np.sign(rng.random(spec.shape) - 0.5)
        return super().__call__(spec, rng) * np.sqrt(variances).astype(spec.dtype)


class Repeated(Gaussian):
    """Every row twice."""

    def __call__(self, spec, rng):
        w = super().__call__(spec, rng)
        w[1::2] = w[: len(w) // 2 * 2 : 2]
        return w


class Mirrored(Gaussian):
    """The second half of the columns are the first's, each number with a sign of its own."""

    def __call__(self, spec, rng):
        w = super().__call__(spec, rng)
        left, right = np.split(w, 2, axis=1)
        right[...] = np.abs(left) * np.sign(right)
        return w


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (Wide(2.0), r"claims variance 0\.0078125 but draws 0\.0078[67]"),
        (JaxComplex(), r"claims variance 0\.0078125 but draws 0\.0079[45]"),
        (Uncut(), r"claims values in \[-0\.1837\d*, 0\.1837\d*\] but draws"),
        (Mixture(), r"claims kurtosis 3 but draws 3\.0[45]"),
        (Repeated(), r"entries that are 1 apart along axis 0 are correlated, by \d{3}"),
        (Mirrored(), r"squares of entries that are 128 apart along axis 1 are correlated"),
    ],
    ids=str,
)
def test_a_law_that_is_off_by_little_or_in_how_entries_hang_together_is_named(broken, named):
    dtype = "complex64" if isinstance(broken, ComplexScaling) else "float32"
    specs = [spec for spec in SPECS if spec.dtype == dtype][:1]
    with pytest.raises(ContractError, match=named):
        check_initializer(broken, specs)


def test_independent_entries_may_have_means_of_their_own():
    class Ramp(Gaussian):
        def law(self, spec):
            return Law()

        def __call__(self, spec, rng):
            return super().__call__(spec, rng) + np.arange(spec.shape[-1], dtype=spec.dtype)

    class Told(Ramp):
        def law(self, spec):
            n = spec.shape[-1]
            return Law((n - 1) / 2, self.sigma**2 + (n**2 - 1) / 12)

    check_initializer(Told(), [ParameterSpec((64, 32), "float64")])


def test_a_class_that_needs_arguments_is_to_be_handed_in_as_an_instance():
    @dataclass(frozen=True)
    class Needy(Gaussian):
        width: float = field(kw_only=True)

    with pytest.raises(ContractError, match="Needy cannot be made without arguments"):
        check_initializer(Needy)
    check_initializer(Needy(width=1.0))


def test_what_is_no_initializer_is_refused():
    with pytest.raises(ContractError, match=r"3 is no Initializer"):
        check_initializer(3)


def test_a_contract_error_is_an_assertion():
    assert issubclass(ContractError, AssertionError)
