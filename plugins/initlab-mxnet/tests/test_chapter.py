"""The chapter's printed numbers, all 281 of them, with MXNet's source and seed 0.

241 are what the net shows, to the last printed digit, the sign of a zero included. The other 40 are
the outputs of two nets, whose last digits depend on the order in which a matrix product adds up,
which is the BLAS library's choice. The chapter's machine went through the terms in order, each
multiplied and added with one rounding: such a product, written here, gives its 40 numbers from the
nets' weights, and the nets' own outputs agree with it within the rounding of one.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re

import numpy as np
import pytest
from chapter import CHAPTER
from initlab_mxnet import MXNet

from initlab import nd
from initlab.nd.random import Streams
from initlab.nn import Dense
from initlab.tree import blocks, fresh_names

NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]\d+)?")
PRODUCTS = ("net(x) #", "rgnet(x)")  # the listings whose last line is a net's output


def numbers(printed):
    """Return the numbers in a printed array, as text; what compares to true is a one there."""
    return NUMBER.findall(printed.replace("True", "1."))


def value(number):
    return float(number), number.startswith("-")


@pytest.fixture(scope="module")
def shown():
    """Type the listings in one session; return for each its code, the output, and the product."""
    nd.random.seed(0, MXNet)  # a fresh MXNet process: the chapter sets no seed
    names: dict[str, object] = {}
    with fresh_names():
        yield [(code, *typed(code, names), printed) for code, printed in CHAPTER]
    nd.random.seed(0, Streams)


def typed(code, names):
    tree = ast.parse(code)
    *rest, last = tree.body
    said, product = io.StringIO(), None
    with contextlib.redirect_stdout(said):
        exec(compile(ast.Module(rest, []), "chapter", "exec"), names)
        if isinstance(last, ast.Expr):
            result = eval(compile(ast.Expression(last.value), "chapter", "eval"), names)
            said.write(str(result))
    if any(line in code for line in PRODUCTS):
        net = names["rgnet" if "rgnet(x)" in code else "net"]
        product = np.asarray(result), fused_forward(net, np.asarray(names["x"]))
    return said.getvalue(), product


def fused_forward(net, x):
    for layer in blocks(net).values():
        if isinstance(layer, Dense):
            x = fused_product(x, np.asarray(layer.weight.data()))
            x = np.maximum(x, 0) if "relu" in repr(layer) else x
    return x


def fused_product(x, weight):
    """Return x W^T in float32, term by term in order, each multiply-add rounded once.

    A product of two float32 numbers is exact in float64.
    """
    total = np.zeros((len(x), len(weight)), np.float32)
    for column, row in zip(x.T.astype(float), weight.T.astype(float), strict=True):
        total = (np.outer(column, row) + total).astype(np.float32)
    return total


def test_the_chapter_prints_281_numbers_40_of_which_are_matrix_products():
    counts = {code: len(numbers(printed)) for code, printed in CHAPTER}
    assert sum(counts.values()) == 281
    assert sum(n for code, n in counts.items() if any(line in code for line in PRODUCTS)) == 40


def test_241_numbers_are_the_chapters_to_the_last_digit(shown):
    compared = 0
    for _, said, product, printed in shown:
        if product is None:
            assert [*map(value, numbers(said))] == [*map(value, numbers(printed))]
            compared += len(numbers(printed))
    assert compared == 241


def test_40_numbers_are_the_chapters_where_products_add_up_as_on_its_machine(shown):
    compared = 0
    for _, _, product, printed in shown:
        if product is not None:
            ours, fused = product
            assert numbers(str(fused)) == numbers(printed)
            np.testing.assert_allclose(ours, fused, rtol=0, atol=1e-6 * abs(fused).max())
            compared += len(numbers(printed))
    assert compared == 40
