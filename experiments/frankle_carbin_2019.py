"""Does a pruned net learn because of its mask, or because of the values that it was drawn with?"""

from itertools import islice

import numpy as np

from initlab import init, nn
from initlab.nd.random import Streams
from initlab.optim import Adam
from initlab.reproduction import Claim, Finding, chain, digits, draw
from initlab.training import evaluate, steps_per_epoch, train
from initlab.tree import parameters

WIDTHS, KEPT, BATCH = (64, 100, 100), 0.05, 60
GLOROT = init.VarianceScaling(1.0, mode="fan_avg")
LOOKS = (50, 400)


def measure(seeds=5, rounds=8, steps=400):
    """Yield how far ahead of others a winning ticket is on the test samples, for each seed."""
    for seed in range(seeds):
        yield f"pruning the net of seed {seed}"
        drawn = _weights(seed)
        masks = {path: np.ones_like(w) for path, w in drawn.items()}
        for _ in range(rounds):
            trained, _ = _train(drawn, masks, steps, seed)
            masks = {
                path: masks[path] * _largest(np.abs(trained[path]), masks[path], rounds)
                for path in masks
            }
        rng = np.random.default_rng(seed)
        shuffled = {path: rng.permuted(m.ravel()).reshape(m.shape) for path, m in masks.items()}
        _, ticket = _train(drawn, masks, steps, seed)
        _, again = _train(_weights(seed + 1000), masks, steps, seed)
        _, elsewhere = _train(drawn, shuffled, steps, seed)
        for look, least in zip(LOOKS, (0.3, 0.02), strict=True):
            if look <= steps:
                for name, other in (("new values", again), ("a random mask", elsewhere)):
                    what = f"ticket less {name}, {look} steps, seed {seed}"
                    ahead = round(ticket[look] - other[look], 9)  # of whole samples
                    yield Finding(what, ahead, least, 1.0)


def _weights(seed):
    """Return what the net is drawn with."""
    net = draw(chain(WIDTHS, "relu", use_bias=True, outputs=10), GLOROT, seed)
    found = parameters(net).items()
    return {path: np.array(p.data()) for path, p in found if path.endswith("weight")}


def _largest(sizes, mask, rounds):
    """Return which of the weights that are left are among the largest, of one round's share."""
    count = round(KEPT ** (1 / rounds) * mask.sum())
    return sizes >= np.sort(sizes[mask > 0])[-count]


def _train(weights, masks, steps, seed):
    """Return the weights after training, pruned ones kept at 0, and test accuracies on the way."""
    net, data, loss = (
        chain(WIDTHS, "relu", use_bias=True, outputs=10), digits(), nn.SoftmaxCrossEntropyLoss(),
    )  # fmt: skip
    draw(net, GLOROT, seed)
    found = parameters(net)
    _put(found, weights, masks)
    stepper = Adam(lr=0.0012).bind(list(found.values()), total=steps)
    epochs = -(-steps // steps_per_epoch(len(data.train_x), BATCH))
    made = train(net, loss, stepper, data, Streams(seed), epochs=epochs, batch_size=BATCH)
    accuracy = {}
    for step, _ in enumerate(islice(made, steps), 1):
        _put(found, {path: np.asarray(found[path].data()) for path in masks}, masks)
        if step in LOOKS:
            accuracy[step] = evaluate(net, loss, data.test_x, data.test_y).accuracy
    return {path: np.array(found[path].data()) for path in masks}, accuracy


def _put(found, weights, masks):
    for path, mask in masks.items():
        found[path].set_data(weights[path] * mask)


CLAIM = Claim(
    question="Does a pruned net learn because of its mask, or because of the values that it was "
    "drawn with?",
    claim="A winning ticket, the largest weights of a trained net set back to their first values, "
    "learns faster and better than the same mask with new values, or than other weights.",
    source="Frankle & Carbin, The lottery ticket hypothesis (2019)",
    protocol="A net of 64-100-100-10 on digits, pruned layer by layer in eight rounds of 400 steps "
    "to 5 % of its weights, each round from the first values; five seeds, each by itself: the "
    "ticket is ahead by at least 0.3 after 50 steps and 0.02 after 400, on the test samples. What "
    "that leaves open is as in the paper: Adam at rate 1.2e-3, batches of 60, Glorot's Gaussian "
    "values, ReLU; biases are not pruned.",
    measure=measure,
)
