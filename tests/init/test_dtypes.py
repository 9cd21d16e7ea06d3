"""What a parameter's dtype can hold, and what an initializer refuses to draw for it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nd
from initlab.errors import BadTypeError, BadValueError, InitlabError
from initlab.init import (
    ComplexScaling,
    Constant,
    Identity,
    Initializer,
    Law,
    Load,
    Masked,
    Mixed,
    Normal,
    Ones,
    ParameterSpec,
    Placed,
    Scaled,
    Slot,
    Sparse,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    WeightSelection,
    create,
    initializers,
    make_plan,
)
from initlab.nd.random import stream


def drawing(name):
    """Return an initializer that draws numbers of its own, or None."""
    try:
        made = create(name)
    except InitlabError:  # it needs a file
        return None
    return None if isinstance(made, Placed) or made.any_dtype else made


NAMES = [name for name in initializers() if drawing(name)]


def draw(initializer, *spec):
    return initializer(ParameterSpec(*spec, name="w"), stream(0, "w"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["int32", "bool", "longdouble"])
def test_what_draws_numbers_refuses_a_parameter_that_holds_others(name, dtype):
    holds = np.dtype(dtype)
    with pytest.raises(BadTypeError, match=rf"'w' holds {holds}, and .* draws .* Choose zeros"):
        draw(drawing(name), (16, 16), dtype)


@pytest.mark.parametrize("dtype", ["int8", "bool", "longdouble", "float16", "complex64"])
def test_constants_and_what_is_loaded_are_of_any_dtype_that_has_them(tmp_path, dtype):
    values = np.array([[1, 0], [0, 1]], dtype)
    file = tmp_path / "larger.safetensors"
    nd.save(file, {"w": np.eye(2, dtype=np.float32)})
    mixed = Mixed([".*"], [Constant(values)])
    for initializer in (Load({"w": np.eye(2)}), WeightSelection(file), mixed):
        assert_array_equal(draw(initializer, (2, 2), dtype), values, strict=True)
    assert_array_equal(draw(create("torch.constant", val=1), (2,), dtype), np.ones(2, dtype))


@pytest.mark.parametrize(
    ("value", "dtype", "told"),
    [
        (0.5, "int32", r"0\.5"),
        (300, "int8", "300"),
        (-1, "uint8", "-1"),
        (2, "bool", "2"),
        (1e5, "float16", r"100000\.0"),
        ([1, 1e39], "float32", r"1e\+39"),
        ([1, 1j], "float32", "1j"),
        ([1, 1e39j], "complex64", r"1e\+39j"),
    ],
)
def test_a_value_that_the_dtype_does_not_have_is_refused(tmp_path, value, dtype, told):
    told = rf"'w' holds {dtype}, which has no {told}\. Choose another value, or another dtype"
    spec = ParameterSpec((2,), dtype, name="w")
    for ask in (Constant(value).law, lambda spec: Constant(value)(spec, None)):
        with pytest.raises(BadValueError, match=told):
            ask(spec)
    arrays = {"w": np.broadcast_to(value, 2)}
    with pytest.raises(BadValueError, match=told):
        Load(arrays)(spec, None)


def test_a_larger_nets_value_that_the_dtype_does_not_have_is_refused(tmp_path):
    file = tmp_path / "larger.safetensors"
    nd.save(file, {"w": np.float32([1, 1e5])})
    with pytest.raises(BadValueError, match=r"'w' holds float16, which has no 100000\.0\."):
        draw(WeightSelection(file), (2,), "float16")


@pytest.mark.parametrize(
    ("initializer", "dtype", "reach"),
    [
        (Normal(1e39), "float32", r"8e\+39"),
        (Normal(1e4), "float16", r"8e\+04"),  # 8 standard deviations
        (Normal(1.0, mean=1e5), "float16", r"1e\+05"),
        (Normal(1e200), "float64", "inf"),  # its variance is no number
        (Uniform(1e5), "float16", r"1e\+05"),
        (Uniform(1e308), "float64", "inf"),  # nor is its width
        (TruncatedNormal(1e200), "float64", "inf"),
        (VarianceScaling(1e12), "float16", r"8e\+05"),
    ],
)
def test_a_law_that_is_too_wide_for_the_dtype_is_refused(initializer, dtype, reach):
    told = rf"'w' holds {dtype}, whose largest number is .*, and would get numbers up to {reach}\."
    with pytest.raises(BadValueError, match=told):
        draw(initializer, (100, 100), dtype)
    slot = Slot("w", "w", ParameterSpec((100, 100), dtype, name="w"))
    with pytest.raises(BadValueError, match=told) as caught:
        make_plan([slot], default=initializer)
    assert "for w, which gets" in caught.value.full()


def test_a_law_that_just_fits_is_drawn():
    for initializer, dtype in ((Normal(8e3), "float16"), (Uniform(65504.0), "float16")):
        assert np.isfinite(draw(initializer, (100, 100), dtype)).all()


def test_a_plan_refuses_what_a_dtype_cannot_hold_before_anything_is_drawn():
    slot = Slot("w", "w", ParameterSpec((4, 4), "int32", name="w"))
    with pytest.raises(BadTypeError, match=r"'w' holds int32, and VarianceScaling\(scale=2\)"):
        make_plan([slot], default=VarianceScaling(2.0))


@pytest.mark.parametrize(
    ("initializer", "dtype"),
    [
        (Scaled(1e5, Normal(1.0)), "float16"),
        (Scaled(1e200), "float64"),  # whose variance is no number
        (Identity(1e5), "float16"),
        (ComplexScaling(1e80), "complex64"),
        (Sparse(1, sigma=1e39), "float32"),
    ],
    ids=str,
)
def test_a_plan_refuses_any_law_that_is_too_wide_for_the_dtype(initializer, dtype):
    slot = Slot("w", "w", ParameterSpec((4, 4), dtype, name="w"))
    with pytest.raises(BadValueError, match=rf"'w' holds {dtype}, whose largest number is"):
        make_plan([slot], default=initializer)


@pytest.mark.parametrize("rng", [None, 0])
def test_what_is_no_generator_is_refused(rng):
    told = rf"drawn from a random generator, got {rng} of type .* Write initlab\.nd\.random\.stream"
    with pytest.raises(BadTypeError, match=told):
        VarianceScaling(2.0)(ParameterSpec((4, 4)), rng)


def test_of_what_another_draws_the_other_is_asked():
    with pytest.raises(BadValueError, match=r"holds float16, which has no 100000\.0"):
        draw(Masked(Constant(1e5)), (4, 4), "float16")


def test_a_strangers_whole_numbers_are_drawn_where_nothing_else_is_claimed():
    class Places(Initializer):
        def write(self, spec, rng, out):
            out[...] = rng.integers(10, size=spec.shape)

    class Known(Places):
        any_dtype = True

        def law(self, spec):
            return Law(4.5, 8.25)

    assert draw(Places(), (50,), "int32").max() == 9
    assert_array_equal(draw(Known(), (50,), "int32"), draw(Places(), (50,), "int32"))


def test_a_strangers_returned_fractions_are_not_cut_to_whole_numbers():
    class Half(Initializer):
        def __call__(self, spec, rng):
            return np.full(spec.shape, 0.5)

    out = np.empty((2,), np.int32)
    with pytest.raises(BadTypeError, match=r"'w' holds int32, and Half\(\) returned float64: what"):
        Half().write(ParameterSpec((2,), "int32", name="w"), None, out)
    assert draw(Mixed(["w"], [Ones()]), (2,), "int32").tolist() == [1, 1]
