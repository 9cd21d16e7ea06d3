from __future__ import annotations

import re
from dataclasses import fields

import numpy as np
import pytest

from initlab.data import MNIST, Digits, FashionMNIST, Spirals, Task, Teacher, Text, datasets
from initlab.errors import BadTypeError, BadValueError

BAD_VALUES = [
    (lambda: Digits(test_share=0), "digits: test_share must be between 0 and 1, got 0."),
    (lambda: Digits(test_share=float("nan")), "digits: test_share must be between 0 and 1, got n"),
    (lambda: Digits(test_share=1e-9), "digits: test_share 1e-09 of 1797 samples leaves none for t"),
    (
        lambda: Teacher(samples=3, test_share=0.9),
        "teacher: test_share 0.9 of 3 samples leaves none",
    ),
    (lambda: Digits(outputs=7), "digits: outputs must be 10, the number of its classes, got 7."),
    (lambda: MNIST(outputs=11), "mnist: outputs must be 10, the number of its classes, got 11."),
    (lambda: FashionMNIST(outputs=1), "fashion_mnist: outputs must be 10, the number of its"),
    (lambda: Teacher(inputs=0), "teacher: inputs must be at least 1, got 0."),
    (lambda: Teacher(outputs=-1), "teacher: outputs must be at least 1, got -1."),
    (lambda: Teacher(width=0), "teacher: width must be at least 1, got 0."),
    (lambda: Teacher(depth=-1), "teacher: depth must be at least 0, got -1."),
    (lambda: Teacher(samples=1), "teacher: samples must be at least 2, got 1."),
    (lambda: Teacher(noise=-0.5), "teacher: noise must be finite and at least 0, got -0.5."),
    (lambda: Teacher(noise=float("inf")), "teacher: noise must be finite and at least 0, got inf."),
    (lambda: Spirals(outputs=1), "spirals: outputs must be at least 2, got 1."),
    (lambda: Spirals(outputs=9, samples=8), "spirals: samples must be at least 9, got 8."),
    (lambda: Text(length=0), "text: length must be at least 1, got 0."),
    (lambda: Text(length=64, characters=128), "text: characters must be at least 129, got 128."),
    (lambda: Text(outputs=26), "text: outputs must be 97, the number of its classes, got 26."),
    (lambda: Spirals(turns=-1.0), "spirals: turns must be finite and at least 0, got -1.0."),
    (lambda: Spirals(noise=float("nan")), "spirals: noise must be finite and at least 0, got nan."),
]
BAD_TYPES = [
    (lambda: Teacher(width=2.5), "teacher: width must be an integer, got 2.5 of type float."),
    (lambda: Spirals(samples=True), "spirals: samples must be an integer, got True of type bool."),
    (lambda: Digits(outputs="10"), "digits: outputs must be an integer, got '10' of type str."),
    (lambda: Digits(test_share="x"), "digits: test_share must be a number, got 'x' of type str."),
    (lambda: Teacher(noise=None), "teacher: noise must be a number, got None of type NoneType."),
    (lambda: Text(file=None), "text: file must be a string, got None of type NoneType."),
    (lambda: MNIST(folder=3), "mnist: folder must be a string, got 3 of type int."),
]


@pytest.mark.parametrize(("make", "message"), BAD_VALUES)
def test_an_option_outside_what_is_allowed_is_refused_before_anything_is_loaded(make, message):
    with pytest.raises(BadValueError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(("make", "message"), BAD_TYPES)
def test_an_option_of_another_type_is_refused_by_its_type(make, message):
    with pytest.raises(BadTypeError, match=re.escape(message)):
        make()


def test_numpy_numbers_are_numbers():
    assert Teacher(width=np.int64(32), noise=np.float32(0.5)) == Teacher(noise=0.5)


@pytest.mark.parametrize("name", datasets())
def test_every_option_is_typed_and_has_a_default_and_one_is_outputs(name):
    made = {field.name: field.type for field in fields(datasets()[name]())}
    assert made["outputs"] == "int"
    assert set(made.values()) <= {"int", "float", "str"}


@pytest.mark.parametrize("name", datasets())
def test_an_example_is_two_zero_samples_of_the_input_shape(name):
    dataset = datasets()[name]()
    example = dataset.example()
    assert example.shape == (2, *dataset.input_shape)
    assert example.dtype == np.float32
    assert not example.any()


def test_only_the_teacher_asks_for_regression():
    tasks = {name: cls().task for name, cls in datasets().items()}
    assert {name for name, task in tasks.items() if task is Task.regression} == {"teacher"}
