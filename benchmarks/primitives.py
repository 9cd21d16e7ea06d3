"""Where a row's step spends its time, by primitive: python benchmarks/primitives.py ROW

Each primitive's way forward and back is timed on the row's own net; what is left is layers, tape
and optimizer. A row whose passes are lists of calls is taken by the tape. Processor time, of which
a timer itself takes some tenths of a microsecond a call.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from functools import wraps

from training import limit, load


class Clock:
    """The seconds and calls of functions that it wraps, by name and direction."""

    def __init__(self) -> None:
        self.spent = defaultdict(lambda: [0, 0.0])

    def wrap(self, function, *key):
        if function is None:
            return None

        @wraps(function)  # a primitive reads its options from the signature
        def timed(*args, **kwargs):
            start = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                found = self.spent[key]
                found[0] += 1
                found[1] += time.thread_time() - start

        return timed

    def watch(self, primitive) -> None:
        """Time everything that the tape calls of a primitive."""
        name, kernel = primitive.__name__, primitive.kernel
        primitive.forward = self.wrap(primitive.forward, name, "forward")
        primitive.fn = self.wrap(primitive.fn, name, "forward")
        primitive.joint = self.wrap(primitive.joint, name, "backward")
        primitive.rules = tuple(self.wrap(rule, name, "backward") for rule in primitive.rules)
        if kernel is not None:
            back = self.wrap(kernel.backward, name, "backward")
            primitive.kernel = kernel._replace(backward=back)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("row")
    parser.add_argument("--steps", type=int, default=200)
    options = parser.parse_args()
    limit(1)
    title, makers = load()[options.row]
    step = makers.get("tape", makers["initlab"])()

    from initlab.autograd import PRIMITIVES

    clock = Clock()
    for primitive in PRIMITIVES.values():
        clock.watch(primitive)
    for _ in range(10):
        step()
    clock.spent.clear()
    start = time.thread_time()
    for _ in range(options.steps):
        step()
    whole = time.thread_time() - start

    rest = whole - sum(seconds for _, seconds in clock.spent.values())
    rows = [(*key, *found) for key, found in clock.spent.items()]
    rows.append(("layers, tape, optimizer", "", options.steps, rest))
    print(f"{options.row} {title}: {whole / options.steps * 1e6:.0f} us a step\n")
    print("| primitive | way | calls a step | us a step | share |\n|---|---|---|---|---|")
    for name, way, calls, seconds in sorted(rows, key=lambda row: -row[-1]):
        each = f"{calls / options.steps:g} | {seconds / options.steps * 1e6:.1f}"
        print(f"| {name} | {way} | {each} | {seconds / whole:.1%} |")


if __name__ == "__main__":
    main()
