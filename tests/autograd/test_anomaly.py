from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn
from initlab.autograd import Tensor, detect_anomaly, grad, record
from initlab.errors import AnomalyError

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def leaf(*values):
    x = Tensor(np.array(values))
    x.attach_grad()
    return x


def test_the_first_call_that_made_a_non_finite_value_is_named_with_its_place():
    x = leaf(1.0, 0.0)
    with (
        detect_anomaly(),
        record(),
        pytest.raises(AnomalyError, match=r"^log made -inf at \(1,\), of finite arguments"),
    ):
        np.exp(np.log(x)) * 2


def test_a_value_that_came_in_non_finite_is_told_apart():
    x = leaf(1.0, np.nan)
    with (
        detect_anomaly(),
        record(),
        pytest.raises(AnomalyError, match=r"exp made nan at \(1,\), of already non-finite"),
    ):
        np.exp(x)


def test_a_rule_that_makes_a_non_finite_gradient_is_named_and_its_call_shown():
    x = leaf(4.0, 0.0)
    with detect_anomaly():
        with record():
            y = np.sqrt(x)  # the call that the note shows
            z = y * 2
        with pytest.raises(AnomalyError, match=r"sqrt gives to its argument 0 .* inf at") as caught:
            z.backward()
    assert "the call that the note shows" in caught.value.__notes__[0]


def test_in_one_call_for_many_layers_the_very_one_is_named():
    net = nn.Sequential()
    net.add(nn.Dense(3, in_units=2), nn.Dense(5, in_units=3), nn.Dense(2, in_units=5))
    net.initialize("ones")
    net[1].weight.set_data(np.full((5, 3), np.inf, np.float32))
    with (
        detect_anomaly(),
        record(),
        pytest.raises(AnomalyError, match=r"dense made inf .* shapes \[\(1, 3\), \(5, 3\), \(5,\)"),
    ):
        net(nd.ones((1, 2)))


def test_infinities_can_be_let_pass():
    x = leaf(0.0)
    with detect_anomaly(infinite=False), record():
        y = np.log(x)
        with pytest.raises(AnomalyError, match="subtract made nan"):
            y - y


@pytest.mark.parametrize("inside", [True, False])
def test_it_does_not_matter_which_block_is_entered_first(inside):
    x = leaf(0.0)
    blocks = [detect_anomaly(), record()]
    first, second = blocks if inside else blocks[::-1]
    with first, second, pytest.raises(AnomalyError):
        np.log(x)


def test_outside_of_the_block_nothing_is_searched():
    x = leaf(0.0)
    with detect_anomaly():
        pass
    with record():
        y = np.log(x)
    y.backward()
    assert np.isinf(y.array).all()


def test_values_and_gradients_are_the_same_within():
    x, W = leaf([1.0, -2.0]), leaf([0.5, 1.5], [2.0, -1.0])

    def slopes():
        with record():
            y = nd.perceptron(x, W, None, W, None, activations=("tanh", None)).sum()
        return [g.array for g in grad(y, [x, W])]

    plain = slopes()
    with detect_anomaly():
        watched = slopes()
    np.testing.assert_allclose(np.concatenate(watched), np.concatenate(plain), rtol=1e-14)
