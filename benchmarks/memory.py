"""The most memory, in MB, that five steps add to a fresh process: python memory.py WHO ROW

For training.py, which asks for it in a process of its own; Linux only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from training import POOLS, load

STEPS = 5


def held() -> float:
    """Return the peak of this process so far, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM in /proc/self/status")


def main(who: str, row: str) -> None:
    if who == "torch":
        import torch

        torch.set_num_threads(int(os.environ.get(POOLS[0], "1")))
    else:
        import scipy.linalg.blas  # noqa: F401 - what a step imports

        import initlab.nn
        import initlab.optim
        import initlab.training  # noqa: F401 - idem
    _, makers = load()[row]
    before = held()
    step = makers[who]()
    for _ in range(STEPS):
        step()
    print(held() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
