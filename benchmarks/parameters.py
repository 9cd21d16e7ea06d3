"""Parameters of a deep net and of a wide one, by initlab and its peers.

Build, initialize, collect by a regular expression, save and load: 1,000 layers of 64 x 64, and
100 million parameters in four layers. Everybody has a process of its own, so that nobody's objects
are in another's way, and in each round all do one thing in turn, so that a busy machine is busy for
all; a figure is the median over rounds of a peer's time by initlab's,
with its quartiles: above 1 initlab is faster. Files are where TMPDIR says, best in memory. MXNet
needs a Python of its own, `--mxnet PYTHON` or the environment's MXNET_PYTHON; peers that are not
there are named. `--threads 2` gives everybody two; `--seconds` is the time for a row. The table
goes to the screen, ready for README.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
NETS = {"1,000 layers": (1000, 64), "100 million": (4, 5000)}
ROWS = {"build": 3, "initialize": 1, "collect": 20, "save": 1, "load": 1}  # how often in a turn
PATTERN = ".*weight"


class Initlab:
    """The net as initlab has it; a fresh one is built for what happens once in a life."""

    def __init__(self, layers, width, file):
        from initlab import nn

        self.nn, self.layers, self.width, self.file = nn, layers, width, file

    def build(self):
        net = self.nn.Sequential()
        with net.name_scope():
            for _ in range(self.layers):
                net.add(self.nn.Dense(self.width, in_units=self.width))
        return net

    def initialize(self, net):
        net.initialize()

    def collect(self, net):
        return len(net.collect_params(PATTERN).keys())

    def save(self, net):
        net.save_parameters(self.file)

    def load(self, net):
        net.load_parameters(self.file)


class MXNet(Initlab):
    """The same calls, and the wait for what they only began."""

    def __init__(self, layers, width, file):
        import mxnet

        self.nn, self.wait = mxnet.gluon.nn, mxnet.nd.waitall
        self.layers, self.width, self.file = layers, width, file

    def initialize(self, net):
        super().initialize(net)
        self.wait()

    def load(self, net):
        super().load(net)
        self.wait()


class Torch:
    """Built without values, which initialize then allocates and draws: none is drawn twice."""

    def __init__(self, layers, width, file):
        import torch

        torch.set_num_threads(int(os.environ[POOLS[0]]))
        self.torch, self.layers, self.width, self.file = torch, layers, width, file

    def build(self):
        Linear = self.torch.nn.Linear
        return self.torch.nn.Sequential(
            *(Linear(self.width, self.width, device="meta") for _ in range(self.layers))
        )

    def initialize(self, net):
        net.to_empty(device="cpu")
        with self.torch.no_grad():
            for name, parameter in net.named_parameters():
                if name.endswith("bias"):
                    parameter.zero_()
                else:
                    parameter.uniform_(-0.07, 0.07)

    def collect(self, net):
        pattern = re.compile(PATTERN)
        return len({name: p for name, p in net.named_parameters() if pattern.match(name)})

    def save(self, net):
        self.torch.save(net.state_dict(), self.file)

    def load(self, net):
        net.load_state_dict(self.torch.load(self.file))


WHO = {"initlab": Initlab, "torch": Torch, "mxnet": MXNet}


class Contestant:
    """A process of its own, by its own Python: a row goes in, a time comes out."""

    def __init__(self, python, who, layers, width, folder):
        command = [python, __file__, "--worker", who, str(layers), str(width), folder]
        environment = os.environ | {"MXNET_MKLDNN_ENABLED": "0"}
        if python != sys.executable:
            environment["PYTHONPATH"] = ""
        self.process = subprocess.Popen(
            command, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if self.process.stdout.readline().strip() != "ready":
            raise ImportError(f"{python} has no {who}")

    def seconds(self, row):
        print(row, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def work(who, layers, width, folder):
    """Answer rows with times until there are no more."""
    does = WHO[who](int(layers), int(width), str(Path(folder, who)))
    net = does.build()
    does.initialize(net)
    does.save(net)
    print("ready", flush=True)
    for row in sys.stdin:
        print(json.dumps(seconds(does, net, row.strip())), flush=True)


def seconds(does, net, row):
    """Do what the row says; return the time of once."""
    net = does.build() if row == "initialize" else net
    do, arguments = getattr(does, row), () if row == "build" else (net,)
    gc.collect()
    gc.disable()
    start = time.perf_counter()
    for _ in range(ROWS[row]):
        do(*arguments)
    taken = time.perf_counter() - start
    gc.enable()
    return taken / ROWS[row]


def limit(threads):
    """Start this process again on so many processors: libraries read that only as they load."""
    if os.environ.get("BENCHMARK_THREADS") != str(threads):
        os.environ.update(dict.fromkeys(POOLS, str(threads)), BENCHMARK_THREADS=str(threads))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def contestants(mxnet, layers, width, folder):
    """Return who is there, and the names of the others."""
    found, absent = {}, []
    for who in WHO:
        python = mxnet if who == "mxnet" else sys.executable
        try:
            found[who] = Contestant(python, who, layers, width, folder)
        except (ImportError, OSError):
            absent.append(who)
    return found, absent


def rounds(there, row, budget):
    """Return each one's times, in rounds that all take part in."""
    for contestant in there.values():
        contestant.seconds(row)
    times = {who: [] for who in there}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times["initlab"]) < 5:
        for who, contestant in there.items():
            times[who].append(contestant.seconds(row))
    return times


def cells(times):
    import numpy as np

    own = np.array(times["initlab"])
    shown = {"initlab": f"{np.median(own) * 1e3:.3g} ms"}
    for who, taken in times.items():
        if who != "initlab":
            low, middle, high = np.quantile(np.array(taken) / own, (0.25, 0.5, 0.75))
            shown[who] = f"{middle:.2f} ({low:.2f}-{high:.2f})"
    return shown


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--mxnet", default=os.environ.get("MXNET_PYTHON", "python-of-mxnet"))
    parser.add_argument("--net", choices=NETS, action="append")
    parser.add_argument("--worker", nargs=4)
    arguments = parser.parse_args()
    if arguments.worker:
        work(*arguments.worker)
        return
    limit(arguments.threads)
    print("| net | what | " + " | ".join(WHO) + " |\n|---|---|" + "---|" * len(WHO))
    for name in arguments.net or NETS:
        with tempfile.TemporaryDirectory() as folder:
            there, absent = contestants(arguments.mxnet, *NETS[name], folder)
            for row in ROWS:
                shown = cells(rounds(there, row, arguments.seconds))
                line = " | ".join(shown.get(who, "-") for who in WHO)
                print(f"| {name} | {row} | {line} |", flush=True)
            for contestant in there.values():
                contestant.close()
    if absent:
        print(f"Not here: {', '.join(absent)}.")


if __name__ == "__main__":
    main()
