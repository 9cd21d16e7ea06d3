"""Each promise broken by one small source; the check must name the broken promise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from initlab.nd.random import Streams
from initlab.testing import ContractError, check_random_source


@dataclass(frozen=True)
class OneSequence:
    """Keeps every promise, in another way than Streams; the broken ones differ in one point."""

    seed: int

    def __post_init__(self):
        object.__setattr__(self, "rng", self.begin())

    def begin(self):
        return np.random.default_rng(self.seed)

    def stream(self, path):
        return self.rng


class Needy:
    def __init__(self, seed, more):
        pass


class Nameless(OneSequence):
    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__


class Legacy(OneSequence):
    def begin(self):
        return np.random.RandomState(self.seed)


class Entropic(OneSequence):
    def begin(self):
        return np.random.default_rng()


class Forgetful(OneSequence):
    def __deepcopy__(self, memo):
        twin = type(self)(self.seed)
        twin.rng.random()
        return twin


class Deaf(OneSequence):
    def begin(self):
        return np.random.default_rng(0)


class Repeating(OneSequence):
    def stream(self, path):
        return self.begin()


class Biased(OneSequence):
    def begin(self):
        class Generator(np.random.Generator):
            def random(self, *args, **kwargs):
                return super().random(*args, **kwargs) ** 1.1

            def __reduce__(self):
                return type(self), (self.bit_generator,)

        return Generator(np.random.PCG64(self.seed))


class Shifted(OneSequence):
    def begin(self):
        class Generator(np.random.Generator):
            def random(self, *args, **kwargs):
                return super().random(*args, **kwargs) - 1e-3

            def __reduce__(self):
                return type(self), (self.bit_generator,)

        return Generator(np.random.PCG64(self.seed))


class Double(OneSequence):
    def begin(self):
        class Generator(np.random.Generator):
            def random(self, size, dtype):
                return super().random(size)

            def __reduce__(self):
                return type(self), (self.bit_generator,)

        return Generator(np.random.PCG64(self.seed))


BROKEN = {
    Needy: "cannot be made from a seed: .*'more'",
    Nameless: "does not equal its own copy",
    Legacy: r"answers '0\.weight' with RandomState.*, no NumPy Generator",
    Entropic: "draws other numbers the second time",
    Forgetful: "has a copy that draws other numbers",
    Deaf: "draws the same for another seed",
    Repeating: r"draws normal numbers of float32 for '0\.weight' and for another path alike",
    Biased: r"draws uniform numbers of float32 for '0\.weight' with the mean 0\.47\d\d instead of",
    Shifted: r"draws uniform numbers of float32 for '0\.weight' outside of \[0, 1\)",
    Double: r"draws uniform numbers of float32 for '0\.weight' as float64",
}


@pytest.mark.parametrize("kind", [Streams, OneSequence])
def test_a_source_that_keeps_every_promise_passes(kind):
    check_random_source(kind)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_promise_is_named(broken):
    with pytest.raises(ContractError, match=BROKEN[broken]):
        check_random_source(broken)
