from __future__ import annotations

import numpy as np
import pytest

from initlab import nd
from initlab.autograd import Tensor, record, train_mode
from initlab.errors import BadValueError, NoRuleError, ShapeError
from initlab.nd.constants import ones
from initlab.nd.softmax import row_starts


def test_array_is_float32_unless_it_comes_from_a_tensor_or_is_told():
    assert nd.array(np.ones(2)).dtype == np.float32
    assert nd.array(Tensor(np.arange(2))).dtype == np.arange(2).dtype
    assert nd.array([1], dtype="int8").dtype == np.int8


def test_array_copies():
    source = np.ones(2, np.float32)
    nd.array(source)[:] = 5
    assert source.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (nd.zeros((1, 2)), [[0, 0]]),
        (nd.ones(2), [1, 1]),
        (nd.full(2, 7), [7, 7]),
        (nd.arange(1, 4), [1, 2, 3]),
        (nd.eye(2), [[1, 0], [0, 1]]),
        (nd.linspace(0, 1, 3), [0, 0.5, 1]),
    ],
)
def test_creation_is_float32_and_has_these_values(made, expected):
    assert made.dtype == np.float32
    assert made.tolist() == expected


def test_nd_exports_exactly_what_it_lists():
    assert all(hasattr(nd, name) for name in nd.__all__)
    assert len(nd.__all__) == len(set(nd.__all__))


def test_repeated_rows_of_take_add_their_gradients():
    table = nd.zeros((3, 2))
    table.attach_grad()
    with record():
        y = nd.take(table, np.array([2, 0, 2]), axis=0)
    y.backward()
    assert table.grad.tolist() == [[1, 1], [0, 0], [2, 2]]


def test_dense_equals_the_product_with_the_transposed_weight():
    rng = np.random.default_rng(0)
    x, W, b = rng.normal(size=(5, 2, 3)), rng.normal(size=(4, 6)), rng.normal(size=4)
    expected = np.einsum("ni,oi->no", x.reshape(5, 6), W) + b
    np.testing.assert_allclose(np.asarray(nd.dense(x, W, b)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "flatten", "expected"),
    [((0, 2, 3), True, (0, 4)), ((2, 0, 6), False, (2, 0, 4)), ((6,), False, (4,))],
)
def test_dense_takes_empty_batches_and_single_vectors(shape, flatten, expected):
    W = nd.ones((4, 6))
    W.attach_grad()
    with record():
        y = nd.dense(nd.zeros(shape), W, flatten=flatten)
    y.backward()
    assert y.shape == expected
    assert W.grad.tolist() == np.zeros((4, 6)).tolist()


def test_dense_takes_a_vector_as_rows_of_one_value_as_gluon_does():
    assert nd.dense(np.ones(4), np.ones((2, 1))).shape == (4, 2)


def test_dense_skips_gradients_that_nobody_wants():
    W = nd.ones((2, 3))
    W.attach_grad()
    with record():
        y = nd.dense(nd.ones((4, 3)), W)
    parts = y.node.primitive.joint(y.array, y.array, [False, True], *y.node.call[0])
    assert [part is None for part in parts] == [True, False, True]


def test_dense_of_misfitting_widths_names_both_shapes():
    with pytest.raises(ShapeError, match=r"\(2, 3\) gives rows of 3 .* \(4, 5\) takes 5"):
        nd.dense(np.ones((2, 3)), np.ones((4, 5)))


def test_cross_entropy_of_equal_logits_is_the_logarithm_of_the_classes():
    loss = nd.softmax_cross_entropy(np.zeros((2, 10)), np.array([3.0, 9.0]))
    np.testing.assert_allclose(loss.array, np.log(10))


def test_cross_entropy_takes_huge_logits():
    loss = nd.softmax_cross_entropy(np.array([[1e4, 0.0]]), [1])
    assert loss.tolist() == [1e4]


@pytest.mark.parametrize("label", [-1, 3])
def test_cross_entropy_refuses_a_label_outside_the_classes(label):
    with pytest.raises(BadValueError, match=f"Label {label} is none of the 3 classes 0 to 2"):
        nd.softmax_cross_entropy(np.zeros((1, 3)), [label])


def test_cross_entropy_refuses_labels_of_another_shape():
    with pytest.raises(ShapeError, match=r"Labels of shape \(2, 1\) do not fit .* must be \(2,\)"):
        nd.softmax_cross_entropy(np.zeros((2, 3)), [[0], [1]])


def test_layer_norm_has_mean_zero_and_variance_one():
    x = np.random.default_rng(1).normal(3, 5, (4, 64))
    y = nd.layer_norm(x, np.ones(64), np.zeros(64), eps=0.0).array
    np.testing.assert_allclose(y.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(1), 1, rtol=1e-12)


def test_dropout_keeps_the_mean_and_drops_its_share():
    n, p = 100_000, 0.3
    with train_mode():
        y = nd.dropout(np.ones(n), p, np.random.default_rng(2)).array
    error = np.sqrt(p * (1 - p) / n)
    assert abs((y == 0).mean() - p) < 4 * error  # 4 standard errors of a share
    assert set(np.round(y[y > 0], 12)) == {round(1 / (1 - p), 12)}


def test_dropout_passes_everything_in_prediction():
    x = nd.ones(4)
    assert nd.dropout(x, 0.5, np.random.default_rng(0)) is x


def test_dropout_along_axes_makes_one_choice_for_all():
    with train_mode():
        y = nd.dropout(np.ones((50, 4)), 0.5, np.random.default_rng(3), axes=(1,)).array
    assert (y == y[:, :1]).all()


def test_dropout_refuses_a_rate_of_one():
    with pytest.raises(BadValueError, match=r"less than 1, but got 1\.0"):
        nd.dropout(np.ones(2), 1.0, np.random.default_rng(0))


def test_norm_of_another_order_has_no_rule():
    with pytest.raises(NoRuleError, match=r"numpy\.linalg\.norm with ord='nuc'"):
        np.linalg.norm(nd.ones((2, 2)), "nuc")


def test_pad_in_another_mode_has_no_rule():
    with pytest.raises(NoRuleError, match=r"numpy\.pad with mode='edge'"):
        np.pad(nd.ones(2), 1, mode="edge")


def test_split_into_unequal_parts_is_refused():
    with pytest.raises(ShapeError, match="length 3 cannot be split into 2 equal parts"):
        np.split(nd.ones(3), 2)


def test_einsum_with_too_few_operands_is_refused():
    with pytest.raises(ShapeError, match="names 2 operands, 1 came"):
        np.einsum("ij,jk", nd.ones((2, 2)))


def test_whole_numbers_get_no_gradient_from_a_cast():
    x = nd.ones(2)
    x.attach_grad()
    with record():
        assert x.astype("int64").node is None
        assert x.astype("float64").node is not None


def test_constants_are_kept_while_they_are_small():
    for n, kept in ((100, True), (1 << 20, False)):
        assert (ones(n, np.dtype("float32")) is ones(n, np.dtype("float32"))) == kept
        assert (row_starts(n, 3) is row_starts(n, 3)) == kept
