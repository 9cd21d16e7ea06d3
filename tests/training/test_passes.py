"""A pass by lists of calls is what the tape makes of the same batch, to the last bit."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initlab import autograd, nn, optim
from initlab.autograd import Tensor, record
from initlab.errors import AnomalyError, BadValueError, GraphError
from initlab.nd import random
from initlab.training import Passes
from initlab.tree import fresh_names, gather, parameters, tie

INPUTS, CLASSES = 5, 3
CROSS_ENTROPY = nn.SoftmaxCrossEntropyLoss()


def batch(seed, n=4, dtype=np.float32):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, INPUTS)).astype(dtype), rng.integers(0, CLASSES, n)


def mlp(*widths, activation="relu"):
    net = nn.Sequential()
    for inputs, units in zip((INPUTS, *widths), widths, strict=False):
        net.add(nn.Dense(units, activation=activation, in_units=inputs))
    net.add(nn.Dense(CLASSES, in_units=(INPUTS, *widths)[-1]))
    net.initialize("xavier")
    return net


def tape(net, loss, x, y):
    """What a pass does, as a user writes it: the output, the losses, and the gradients."""
    with record():
        output = net(Tensor(x))
        losses = loss(output, y)
    losses.backward()
    return output.array, losses.array


def order():
    x = Tensor(1.0)
    x.attach_grad()
    with record():
        return (x * x).node.order


def recorded(act):
    """How many calls were recorded meanwhile."""
    before = order()
    act()
    return before - order() - 1


class Twins:
    """A net that is trained by passes, and a copy by the tape; they must never differ."""

    def __init__(self, net, loss=CROSS_ENTROPY, optimizer=None):
        self.nets, self.loss = (net, copy.deepcopy(net)), loss
        self.passes = Passes(net, loss)
        rule = optimizer or optim.SGD(0.1)
        self.steppers = [rule.bind(list(parameters(twin).values())) for twin in self.nets]

    def change(self, act):
        """Do the same to both."""
        for net in self.nets:
            act(net)

    def run(self, x, y):
        """One pass, there and back; what is drawn on the way is drawn alike."""
        random.seed(1)
        made = self.passes(x, y)
        made.backward()
        random.seed(1)
        output, losses = tape(self.nets[1], self.loss, x, y)
        np.testing.assert_array_equal(made.output, output)
        np.testing.assert_array_equal(made.losses, losses)
        self.agree()

    def step(self, x, y):
        self.run(x, y)
        for stepper in self.steppers:
            stepper.step(len(x))
        self.agree()

    def agree(self):
        ours, theirs = (parameters(net) for net in self.nets)
        assert ours.keys() == theirs.keys()
        for path, parameter in ours.items():
            other = theirs[path]
            np.testing.assert_array_equal(parameter.data(), other.data(), path)
            assert parameter.data().fresh_grad == other.data().fresh_grad
            if parameter.grad_req != "null":
                np.testing.assert_array_equal(parameter.grad(), other.grad(), path)

    def calls(self, seed=0, **options):
        """How many calls the tape records in a pass of the first net."""
        x, y = batch(seed, **options)
        return recorded(lambda: self.passes(x, y).backward())


@pytest.fixture
def twins():
    """Twins whose pass is a list of calls by now."""
    random.seed(0)
    found = Twins(mlp(8, 8, 8))
    for seed in range(3):
        found.step(*batch(seed))
    assert found.calls() == 0
    found.run(*batch(0))
    return found


# ---- any net, any optimizer
WIDTHS = st.sampled_from([1, 4, INPUTS])


@st.composite
def nets(draw):
    """Blocks after each other, some of them rows of dense layers through and through."""
    random.seed(0)
    with fresh_names():  # which streams depend on
        return drawn(draw)


def drawn(draw):
    net, width = nn.Sequential(), INPUTS
    kinds = ["dense"] * 4 + draw(st.sampled_from([[], ["norm", "act", "drop", "residual", "row"]]))
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(kinds))
        if kind == "dense":
            inputs, width = width, draw(WIDTHS)
            act = draw(st.sampled_from([None, "relu", "tanh", "sigmoid", "gelu"]))
            net.add(nn.Dense(width, act, draw(st.booleans()), in_units=inputs))
        elif kind == "norm":
            net.add(nn.LayerNorm(in_channels=width))
        elif kind == "act":
            net.add(nn.Activation(draw(st.sampled_from(["relu", "tanh"]))))
        elif kind == "drop":
            net.add(nn.Dropout(0.3))
        elif kind == "residual":
            net.add(nn.Residual(nn.Dense(width, "tanh", in_units=width)))
        else:
            inner = nn.HybridSequential()
            inner.add(*(nn.Dense(width, "relu", in_units=width) for _ in range(2)))
            net.add(inner)
    net.add(nn.Dense(CLASSES, in_units=width))
    net.initialize("xavier")
    return net


OPTIMIZERS = [
    optim.SGD(0.1), optim.SGD(0.1, 0.9, weight_decay=0.01), optim.Adam(0.01), optim.RMSProp(0.01),
    optim.SGD(0.1, clip_gradient=0.01),
]  # fmt: skip


@settings(max_examples=150)
@given(
    net=nets(),
    optimizer=st.sampled_from(OPTIMIZERS),
    reqs=st.lists(st.sampled_from(["write", "write", "add", "null"]), min_size=20, max_size=20),
    varied=st.booleans(),
    rates=st.lists(st.sampled_from([1.0, 0.5, 0.0]), min_size=20, max_size=20),
    sizes=st.lists(st.sampled_from([1, 4, 7]), min_size=4, max_size=6),
)
def test_a_training_by_passes_is_the_tape_s(net, optimizer, reqs, varied, rates, sizes):
    if varied:
        found = list(parameters(net).values())
        for parameter, req, rate in zip(found, reqs, rates, strict=False):
            parameter.grad_req, parameter.lr_mult = req, rate
        found[-1].grad_req = "write"
    twins = Twins(net, optimizer=optimizer)
    for seed, n in enumerate(sizes):
        twins.step(*batch(seed, n))


def test_dense_layers_and_their_loss_record_nothing_once_nothing_changes():
    twins = Twins(mlp(8, 8))
    assert [twins.calls(seed) for seed in range(4)] == [4, 2, 0, 0]  # the first settles its layers
    assert twins.calls(n=3) == 0
    assert twins.calls() == 0


def test_nested_containers_are_one_row():
    inner, net = nn.HybridSequential(), nn.Sequential()
    inner.add(nn.Dense(4, "tanh", in_units=INPUTS), nn.Dense(4, "relu", in_units=4))
    net.add(inner, nn.Repeat(2, lambda: nn.Dense(4, in_units=4)), nn.Dense(CLASSES, in_units=4))
    net.initialize("xavier")
    twins = Twins(net)
    for seed in range(3):
        twins.step(*batch(seed))
    assert twins.calls() == 0


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_another_precision_is_one_as_well(twins, dtype):
    twins.change(lambda net: net.cast(dtype))
    twins.steppers = [optim.SGD(0.1).bind(list(parameters(net).values())) for net in twins.nets]
    for seed in range(4):
        twins.step(*batch(seed, dtype=dtype))
    assert twins.calls(dtype=dtype) == 0


# ---- what changes between two passes
def watch(net):
    net[1].register_forward_hook(lambda *_: None)


def watch_whole(net):
    net.register_forward_pre_hook(lambda *_: None)


def freeze(net):
    net[0].weight.grad_req = "null"


def freeze_below(net):
    for layer in list(net)[:2]:
        layer.weight.grad_req = layer.bias.grad_req = "null"


def gather_up(net):
    net[1].bias.grad_req = "add"


def share(net):
    tie(net, "2.weight", "1.weight")


def redraw(net):
    net.initialize("orthogonal", force_reinit=True)
    net[1].initialize("ones", force_reinit=True)


def write(net):
    net[1].weight.set_data(np.eye(8))


def write_recorded(net):
    with record():
        net[1].weight.set_data(np.eye(8))


def own_gradient(net):
    net[1].weight.data().attach_grad()


def other_activation(net):
    net[1].act = nn.Activation("tanh")


def odd_activation(net):
    net[1].act = nn.Activation("gelu")


def pop(net):
    net._children.pop("1")


def grow(net):
    net.add(nn.Dense(CLASSES, in_units=CLASSES))
    net[-1].initialize("ones")


def double(net):
    net.cast("float64")


CHANGED = [
    watch, watch_whole, freeze, freeze_below, gather_up, share, redraw, write, write_recorded,
    own_gradient, other_activation, odd_activation, pop, grow, double,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGED)
def test_a_change_between_two_passes_is_seen(twins, change):
    twins.change(change)
    for seed in range(1, 4):
        x, y = batch(seed, dtype=np.float64 if change is double else np.float32)
        twins.run(x, y)


def test_hooks_are_called(twins):
    seen = []
    with twins.nets[0][1].register_forward_hook(lambda *_: seen.append(1)):
        twins.calls()
        twins.calls()
    twins.calls()
    assert len(seen) == 2
    assert twins.calls() == 0


def test_a_forward_that_is_put_on_a_block_is_called(twins):
    def double(net):
        plain = net[1].forward
        net[1].forward = lambda x: plain(x) * 2

    for change in (double, lambda net: delattr(net[1], "forward")):
        twins.change(change)
        for seed in range(3):
            twins.run(*batch(seed))


@pytest.mark.parametrize("loss", [nn.SoftmaxCrossEntropyLoss(), nn.L2Loss()])
def test_a_forward_that_is_put_on_a_loss_is_called(loss):
    loss.forward = lambda pred, label: pred.mean(1)
    twins = Twins(mlp(8, 8), loss)
    for seed in range(4):
        twins.step(*batch(seed))


def test_a_forward_that_is_put_on_the_loss_later_is_called():
    twins = Twins(mlp(8, 8), nn.SoftmaxCrossEntropyLoss())
    for seed in range(3):
        twins.step(*batch(seed))
    assert twins.calls() == 0
    twins.loss.forward = lambda pred, label: pred.mean(1)
    twins.run(*batch(3))


def test_a_watched_loss_is_watched(twins):
    seen = []
    with twins.loss.register_forward_hook(lambda *_: seen.append(1)):
        for seed in range(3):
            twins.run(*batch(seed))
    assert len(seen) == 6
    twins.run(*batch(0))
    assert twins.calls() == 0


def test_who_watches_the_loss_may_keep_what_it_was_given(twins):
    twins.loss, kept = nn.L2Loss(), []
    twins.passes = Passes(twins.nets[0], twins.loss)
    with twins.loss.register_forward_hook(lambda _, given, __: kept.append(given[0])):
        for seed in range(4):
            x, _ = batch(seed)
            made = twins.passes(x, np.zeros((len(x), CLASSES), np.float32))
            made.backward()
            np.testing.assert_array_equal(kept[seed], made.output)
    assert not np.shares_memory(kept[2].array, kept[3].array)


LOSSES = {
    "half": (nn.SoftmaxCrossEntropyLoss(weight=0.5), "labels"),
    "over samples": (nn.SoftmaxCrossEntropyLoss(axis=0, batch_axis=1), "classes"),
    "distributions": (nn.SoftmaxCrossEntropyLoss(sparse_label=False), "outputs"),
    "column": (nn.SoftmaxCrossEntropyLoss(), "column"),
    "l2": (nn.L2Loss(), "outputs"),
    "huber": (nn.HuberLoss(0.1), "outputs"),
    "binary": (nn.SigmoidBCELoss(), "outputs"),
    "divergence": (nn.KLDivLoss(from_logits=False), "outputs"),
    "of a user": (lambda output, y: (output * output).sum(axis=1) * 0.1, "labels"),
}


@pytest.mark.parametrize(("loss", "kind"), LOSSES.values(), ids=LOSSES.keys())
def test_under_another_loss_it_is_the_tape_s_too(loss, kind):
    twins = Twins(mlp(8, 8), loss)
    for seed in range(5):
        x, labels = batch(seed)
        y = {
            "labels": labels, "column": labels[:, None], "classes": labels[:CLASSES],
            "outputs": np.random.default_rng(seed).random((len(x), CLASSES), np.float32),
        }[kind]  # fmt: skip
        twins.step(x, y)


def test_a_loss_of_ours_is_all_that_is_recorded_and_a_user_s_goes_with_its_net():
    (x, y), own = batch(0), nn.SoftmaxCrossEntropyLoss(weight=2.0)
    counts = []

    def users(output, labels):
        return own(output, labels)

    for loss in (own, users):
        passes = Passes(mlp(8, 8), loss)
        for _ in range(3):
            passes(x, y)
        counts.append(recorded(lambda: passes(x, y)))  # noqa: B023 - called at once
    assert counts == [2, 3]


def test_a_loss_s_options_are_read_at_each_pass(twins):
    twins.loss._weight = 0.5
    try:
        for seed in range(3):
            twins.run(*batch(seed))
    finally:
        twins.loss._weight = None


def test_a_list_waits_for_batches_of_its_kind(twins):
    x, y = batch(1)
    strided = np.repeat(x, 2, axis=1)[:, ::2]
    for inputs, labels in [
        (x, y), (x[:3], y[:3]), (strided, y), (np.asfortranarray(x), y), (x, y.astype(np.int32)),
        (x, y.astype(np.float32)), (x, y[:, None]), (Tensor(x), Tensor(y)),
    ]:  # fmt: skip
        twins.run(inputs, labels)


def test_targets_that_want_their_gradient_get_it():
    net = mlp(8, 8)
    passes, (x, _) = Passes(net, nn.L2Loss()), batch(0)
    for _ in range(3):
        y = Tensor(np.ones((len(x), CLASSES), np.float32))
        y.attach_grad()
        passes(x, y).backward()
        np.testing.assert_allclose(y.grad, (1 - net(x).array) / CLASSES, rtol=1e-5)


def test_an_input_that_wants_its_gradient_gets_it(twins):
    x, y = batch(1)
    x = Tensor(x)
    x.attach_grad()
    twins.passes(x, y).backward()
    assert (x.grad.array != 0).any()


def test_a_label_that_is_no_class_is_refused_and_nothing_is_lost(twins):
    x, y = batch(1)
    for wrong in (CLASSES, -1):
        for _ in range(2):
            with pytest.raises(BadValueError, match=f"Label {wrong} is none of the 3 classes"):
                twins.passes(x, np.where(y == y[0], wrong, y))
            twins.agree()
    twins.step(x, y)
    twins.step(x, y)


def test_outputs_are_arrays_or_what_else_a_block_returns(twins):
    class Pair(nn.Block):
        def forward(self, x):
            return x, x * 2

    x, y = batch(1)
    recorded, listed = Passes(nn.Flatten(), lambda x, _: x * x)(x, y), twins.passes(x, y)
    assert type(recorded.output) is type(listed.output) is np.ndarray
    one, two = Passes(Pair(), lambda pair, _: pair[0] + pair[1])(x, y).output
    np.testing.assert_array_equal(two.array, 2 * one.array)


def test_what_a_pass_returned_stays_and_it_goes_back_once(twins):
    first = twins.passes(*batch(1))
    output, losses = first.output.copy(), first.losses.copy()
    first.backward()
    twins.passes(*batch(2)).backward()
    np.testing.assert_array_equal(first.output, output)
    np.testing.assert_array_equal(first.losses, losses)
    with pytest.raises(GraphError, match="A pass goes back once"):
        first.backward()


def test_two_passes_at_once_do_not_meet(twins):
    (x, y), (u, v) = batch(1), batch(2)
    first = twins.passes(x, y)
    second = twins.passes(u, v)
    second.backward()
    first.backward()
    tape(twins.nets[1], twins.loss, x, y)
    twins.agree()


def draw_one(net):
    net[1].weight.initialize("orthogonal", force_reinit=True)


def draw_all(net):
    net.initialize("orthogonal", force_reinit=True)


@pytest.mark.parametrize("change", [draw_one, draw_all, write, double, freeze, gather_up])
def test_a_change_before_a_pass_goes_back_is_the_tape_s_too(twins, change):
    gather(parameters(twins.nets[1]).values())  # as the first net's are, by its first step
    (x, y), nets = batch(5), twins.nets
    made = twins.passes(x, y)
    with record():
        losses = twins.loss(nets[1](Tensor(x)), y)
    before = [[p.data() for p in parameters(net).values()] for net in nets]
    for net in nets:
        random.seed(1)
        change(net)
    made.backward()
    losses.backward()
    twins.agree()
    for ours, theirs in zip(*before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
        if ours.grad is not None:
            np.testing.assert_array_equal(ours.grad, theirs.grad)


def test_two_threads_do_not_meet(twins):
    batches = [batch(seed, n=64) for seed in range(8)]
    truth = [tape(twins.nets[1], twins.loss, x, y)[1] for x, y in batches]
    twins.passes(*batches[0]).backward()
    barrier = Barrier(2)

    def go(at):
        barrier.wait()
        found = []
        for _ in range(20):
            for x, y in batches[at::2]:
                made = twins.passes(x, y)
                found.append(made.losses)
                made.backward()
        return found

    with ThreadPoolExecutor(2) as pool:
        for at, found in enumerate(pool.map(go, (0, 1))):
            for losses, expected in zip(found, truth[at::2] * 20, strict=True):
                np.testing.assert_array_equal(losses, expected)


def test_within_detect_anomaly_the_very_call_is_named(twins):
    x, y = batch(1)
    x[0, 0] = np.inf
    with (
        autograd.detect_anomaly(),
        np.errstate(all="ignore"),
        pytest.raises(AnomalyError, match="dense made"),
    ):
        twins.passes(x, y)


def test_within_record_all_is_recorded(twins):
    x, y = batch(1)
    with record():
        assert recorded(lambda: twins.passes(x, y)) == 2


def test_passes_are_in_training_mode_and_draw_as_the_tape_does():
    net = nn.Sequential()
    net.add(nn.Dense(8, "relu", in_units=INPUTS), nn.Dropout(0.5), nn.Dense(CLASSES, in_units=8))
    net.initialize("xavier")
    twins = Twins(net)
    for seed in range(3):
        twins.step(*batch(seed))
        assert not autograd.is_training()
    assert (net[0].weight.grad().array == 0).any(axis=1).any()  # a unit was dropped everywhere


def test_a_copy_has_lists_of_its_own(twins):
    other = copy.deepcopy(twins.nets[0])
    passes, (x, y) = Passes(other, CROSS_ENTROPY), batch(1)
    before = twins.nets[0][0].weight.grad().array.copy()
    for _ in range(3):
        passes(x, y).backward()
    np.testing.assert_array_equal(twins.nets[0][0].weight.grad(), before)


def test_copied_passes_have_lists_of_their_own(twins):
    passes, (x, y) = copy.deepcopy(twins.passes), batch(1)
    for _ in range(3):
        passes(x, y).backward()
        twins.agree()


def test_memory_of_shapes_that_come_once_is_not_kept(twins):
    def there_and_back(*sizes):
        for made in [twins.passes(*batch(n, n)) for n in sizes]:
            made.backward()

    for n in range(1, 40):
        there_and_back(n)
    assert len(twins.passes._idle) <= 4
    while len(twins.passes._idle) < 4:
        n += 1
        there_and_back(n)
    there_and_back(n, n + 1)  # two at once, so that one is made while one of the four is away
    for more in range(2, 20):
        there_and_back(n + more)
    assert len(twins.passes._idle) <= 5
