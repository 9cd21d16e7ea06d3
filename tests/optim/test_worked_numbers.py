"""Three steps of each optimizer as a run of MXNet 1.9.1 makes them, to six places."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import optim

START = np.array([[0.5, -1.5, 2.0], [1.0, 0.25, -0.75]])
GRADIENTS = [
    [[0.2, -0.4, 3.0], [-2.0, 0.1, 0.05]],
    [[0.3, 0.4, -1.0], [-1.0, 0.0, 0.5]],
    [[-0.7, 0.2, 0.4], [2.5, -0.3, 0.0]],
]
HELD = {"weight_decay": 0.1, "clip_gradient": 0.5}
WORKED = [
    (optim.SGD(0.1, **HELD), [[0.485847, -1.475845, 1.901093], [1.018804, 0.262774, -0.782125]]),
    (
        optim.SGD(0.1, 0.9, **HELD),
        [[0.412048, -1.405285, 1.809653], [1.122484, 0.239374, -0.816145]],
    ),
    (
        optim.NAG(0.1, 0.9, clip_gradient=0.5),
        [[0.44492, -1.50884, 1.88755], [1.21245, 0.27261, -0.902695]],
    ),
    (
        optim.NAG(0.1, weight_decay=0.1),
        [[0.505848, -1.475845, 1.705568], [1.015319, 0.262774, -0.782125]],
    ),
    (optim.Adam(0.1, **HELD), [[0.299526, -1.362668, 1.871683], [1.226201, 0.110268, -0.76375]]),
    (
        optim.RMSProp(0.1, **HELD),
        [[0.182761, -1.384471, 1.721093], [1.353549, 0.248023, -0.69575]],
    ),
    (
        optim.RMSProp(0.1, 0.8, 0.7, centered=True, **HELD),
        [[-0.254194, -1.190644, 1.588987], [1.757367, -0.072458, -0.589241]],
    ),
    (
        optim.RMSProp(0.1, clip_weights=0.8),
        [[0.201479, -0.8, 0.756226], [0.554737, 0.236665, -0.8]],
    ),
    (
        optim.AdaGrad(0.1, **HELD),
        [[0.385877, -1.460775, 1.863355], [1.080577, 0.239434, -0.924241]],
    ),
    (optim.AdaDelta(**HELD), [[0.360783, -1.100768, 1.450168], [0.735894, 0.187355, -0.567239]]),
    (
        optim.AdaDelta(5, rho=0.8, epsilon=1e-3),
        [[0.46381, -1.549209, 1.948625], [1.033441, 0.274756, -0.871355]],
    ),
    (optim.Adamax(0.1, **HELD), [[0.311911, -1.37192, 1.871684], [1.226199, 0.11858, -0.72549]]),
    (optim.Ftrl(0.1, **HELD), [[0.074142, -0.434262, 0.635646], [0.366043, 0.035233, -0.072209]]),
    (
        optim.Ftrl(lamda1=0.3, beta=2),
        [[0.035131, -0.244116, 1.145661], [0.519414, 0.006476, -0.026078]],
    ),
    (optim.FTML(0.1, **HELD), [[0.396312, -1.449513, 1.911479], [1.111479, 0.220322, -0.723459]]),
    (
        optim.FTML(0.05, beta1=0.5),
        [[0.454759, -1.499832, 1.958697], [1.034203, 0.246929, -0.846895]],
    ),
    (
        optim.Signum(0.1, wd_lh=0.2, **HELD),
        [[0.176556, -1.117748, 1.588344], [1.235232, 0.141258, -0.807854]],
    ),
    (
        optim.Signum(0.1, 0, **HELD),
        [[0.38814, -1.556439, 1.841588], [1.067309, 0.244565, -0.924734]],
    ),
    (optim.Nadam(0.1, **HELD), [[0.386453, -1.445848, 1.899037], [1.126852, 0.226535, -0.736062]]),
    (
        optim.Nadam(0.1, schedule_decay=30),
        [[0.338559, -1.446227, 1.850784], [1.154817, 0.164245, -0.998133]],
    ),
    (optim.LAMB(0.1, **HELD), [[0.233172, -1.396539, 1.692622], [1.288938, 0.17025, -1.142482]]),
    (
        optim.LAMB(0.1, lower_bound=4, bias_correction=False, weight_decay=0.1),
        [[0.203072, -1.434377, 1.542904], [1.351833, 0.128855, -1.349755]],
    ),
    (
        optim.LAMB(0.1, upper_bound=0.5),
        [[0.463339, -1.494752, 1.947194], [1.047032, 0.234662, -0.827207]],
    ),
    (
        optim.LARS(0.1, eta=0.5, **HELD),
        [[0.486574, -1.501546, 1.968228], [1.015267, 0.257039, -0.777499]],
    ),
    (
        optim.LARS(0.1, 0.9, eta=0.5, eps=0.1, **HELD),
        [[0.449522, -1.484028, 1.94612], [1.064565, 0.247557, -0.802061]],
    ),
    (
        optim.LARS(0.1, 0.9, eta=0.5, momentum_correction=False),
        [[0.466234, -1.535309, 1.827218], [1.245242, 0.255555, -0.839095]],
    ),
    (optim.DCASGD(0.1, **HELD), [[0.485891, -1.475875, 1.901142], [1.018725, 0.262775, -0.782127]]),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("optimizer", "expected"), WORKED)
def test_three_steps_lead_to_the_worked_numbers(descent, optimizer, expected, dtype):
    path = descent(optimizer, START, 4 * np.array(GRADIENTS), batch_size=4, dtype=dtype)
    assert path.dtype == dtype
    np.testing.assert_allclose(path[-1], expected, atol=2e-6)


def test_every_optimizer_has_its_numbers_here():
    drawn = {optim.SGLD}
    assert {type(it) for it, _ in WORKED} | drawn == set(optim.optimizers().values())


@pytest.mark.parametrize(
    ("corrected", "expected"),
    [
        (True, [[0.489614, -1.554284, 1.799128], [1.17737, 0.269909, -0.857439]]),
        (False, [[0.527513, -1.512124, 1.722782], [1.03237, 0.271045, -0.797204]]),
    ],
)
def test_lars_makes_the_last_move_again_at_the_rate_of_now_unless_it_is_not_corrected(
    weights, corrected, expected
):
    parameter = weights(np.array(START))
    stepper = optim.LARS(0.9, 0.9, eta=0.5, momentum_correction=corrected).bind([parameter])
    for lr, gradient in zip([0.1, 0.05, 0.2], GRADIENTS, strict=True):
        parameter.grad().array[...] = gradient
        stepper.advance(lr, 1)
    np.testing.assert_allclose(parameter.array, expected, atol=2e-6)
