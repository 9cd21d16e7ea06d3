"""The most memory that a training holds: python benchmarks/memory.py [ROW ...]

Each of initlab and torch in a process of its own: what five steps add, at their peak, to what the
process held when everything was imported. The table goes to the screen, ready for README.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from training import POOLS, load

STEPS = 5


def held() -> float:
    """Return the peak of this process so far, in MB; Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("no VmHWM in /proc/self/status")


def measure(who: str, row: str) -> None:
    if who == "torch":
        import torch

        torch.set_num_threads(1)
    else:
        import scipy.linalg.blas  # noqa: F401 - what a step imports

        import initlab.nn
        import initlab.optim  # noqa: F401 - idem
    _, makers = load()[row]
    before = held()
    step = makers[who]()
    for _ in range(STEPS):
        step()
    print(held() - before)


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--measure":
        measure(*sys.argv[2:])
        return
    print("| row | torch | initlab |\n|---|---|---|")
    environment = {**os.environ, **dict.fromkeys(POOLS, "1")}
    for row in sys.argv[1:] or ["R3", "R5", "R7"]:
        cells = []
        for who in ("torch", "initlab"):
            command = [sys.executable, __file__, "--measure", who, row]
            done = subprocess.run(command, env=environment, check=True, capture_output=True)
            cells.append(f"{float(done.stdout):.0f} MB")
        print(f"| {row} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
