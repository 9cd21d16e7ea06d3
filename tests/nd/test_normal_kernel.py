"""Normal numbers that numba draws have the bits of those that NumPy draws."""

import subprocess
import sys
from functools import partial
from types import ModuleType

import numpy as np
import pytest
from numpy.lib.introspect import opt_func_info

from initlab.nd.compiled import compiled
from initlab.nd.random import BLOCK, box_muller, normal_into
from initlab.nd.random.blocks import fill_blocks
from initlab.nd.random.single import SingleGenerator

LOG = opt_func_info(func_name="^log$", signature="float32").get("log", {}).get("ff", {})
same_steps = pytest.mark.skipif(
    "baseline" in LOG.get("current", "baseline"), reason="needs a processor that NumPy fuses on"
)


@pytest.fixture
def both_ways(monkeypatch):
    """Return what draws so many numbers, first by NumPy, then by numba: each with what it left."""

    def run(size, rng_of=lambda: SingleGenerator(np.random.SFC64(3))):
        drawn = []
        for enough in (np.inf, 0):
            monkeypatch.setattr(box_muller, "ENOUGH", enough)
            rng = rng_of()
            numbers = rng.standard_normal(size, dtype=np.float32)
            drawn.append((numbers.tobytes(), repr(rng.bit_generator.state)))
        return drawn

    return run


@pytest.fixture(scope="module")
def kernel():
    return compiled("normal", np.empty(BLOCK, np.float32))


@pytest.mark.fast
@same_steps
def test_the_kernel_is_taken_here(kernel):
    assert box_muller._agrees(kernel)


@pytest.mark.fast
@same_steps
@pytest.mark.parametrize("scale", [1.0, 0.02])
def test_millions_of_pairs_are_numpys(kernel, scale):
    few, turns = np.random.SFC64(5).random_raw(2**21).view(np.uint32).reshape(2, -1)
    (ours, theirs), radius = np.empty((2, 2, few.size), np.float32), np.empty_like(few, np.float32)
    kernel.pairs(few, turns, *ours, scale, np.zeros(1, np.uint32))
    assert not box_muller._radii(few, few.min(), scale, radius)
    box_muller._turns(turns, radius, *theirs)
    np.testing.assert_array_equal(ours.view(np.int32), theirs.view(np.int32))


@pytest.mark.fast
@pytest.mark.parametrize("size", [*range(2**16, 2**16 + 6), 2**17 + 2**11 + 1, 300_001, BLOCK])
def test_any_number_of_numbers_and_what_the_generator_is_left_at_are_numpys(both_ways, size):
    by_numpy, by_numba = both_ways(size)
    assert by_numpy == by_numba


@pytest.mark.fast
@pytest.mark.parametrize("std", [1, 0.02, 3.0])
def test_scaled_numbers_are_numpys_rare_ones_included(monkeypatch, std):
    monkeypatch.setattr(box_muller, "RARE", 2**24)
    drawn = []
    for enough in (np.inf, 0):
        monkeypatch.setattr(box_muller, "ENOUGH", enough)
        out = np.empty(2**17 + 1, np.float32)
        normal_into(SingleGenerator(np.random.SFC64(3)), out, std)
        drawn.append(out.tobytes())
    assert drawn[0] == drawn[1]


@pytest.mark.fast
@pytest.mark.parametrize("size", [2**17, 2**17 + 1])
def test_rare_radii_are_numpys(both_ways, size, monkeypatch):
    monkeypatch.setattr(box_muller, "RARE", 2**24)  # some 256 of them
    by_numpy, by_numba = both_ways(size)
    assert by_numpy == by_numba


@pytest.mark.fast
def test_threads_draw_what_numpy_does_on_one(monkeypatch):
    def filled(threads):
        target = np.empty(3 * BLOCK + 17, np.float32)
        draw = partial(normal_into, std=0.02, mean=1.0)
        fill_blocks(target, draw, np.random.SeedSequence(5), threads)
        return target.tobytes()

    monkeypatch.setattr(box_muller, "ENOUGH", np.inf)
    expected = filled(1)
    monkeypatch.setattr(box_muller, "ENOUGH", 0)
    assert [filled(threads) for threads in (1, 2, 3)] == [expected] * 3


@pytest.mark.fast
def test_a_process_that_draws_little_does_not_import_numba():
    program = """
import sys, numpy as np
from initlab.nd.random import box_muller, stream
stream(0, "w").standard_normal(2**21, dtype=np.float32)
assert "numba" not in sys.modules
box_muller.ENOUGH = 2**21
stream(0, "w").standard_normal(2**21, dtype=np.float32)
assert "numba" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.fast
def test_other_generators_are_numpys_to_draw_from(both_ways):
    by_numpy, by_numba = both_ways(2**17, lambda: SingleGenerator(np.random.PCG64(3)))
    assert by_numpy == by_numba


def _pairs(few, turns, first, second, scale, least):
    radius = np.empty(few.size, np.float32)
    box_muller._radii(few, 0, scale, radius)
    box_muller._turns(turns, radius, first, second)


def _pairs_a_bit_off(few, turns, first, second, *others):
    _pairs(few, turns, first, second, *others)
    np.nextafter(second, 0, out=second, where=turns == 2**29)


def _fill_of_other_streams(states, *args):
    return box_muller._fill(states[::-1], *args)


def _unused(*_):
    raise AssertionError


@pytest.mark.parametrize(
    "other", [{"pairs": _pairs_a_bit_off, "fill": _unused}, {"fill": _fill_of_other_streams}]
)
def test_a_kernel_with_other_bits_than_numpys_is_not_used(both_ways, other, monkeypatch):
    module = ModuleType("other")
    vars(module).update({"pairs": _pairs} | other)
    monkeypatch.setattr(box_muller, "compiled", lambda *_: module)
    by_numpy, with_other = both_ways(2**17)
    assert by_numpy == with_other
