"""What the command line costs on this machine: python benchmarks/run.py

Whole processes, measured alternately with what they are compared to; medians of STARTS short ones,
REPEATS of a run. The environment is README's, without extras: its packages are what a start scans.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

STARTS, REPEATS = 20, 5
INITLAB = ("-m", "initlab")
# byte code is kept, as an installed package has it
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
SWEEP = (*INITLAB, "-m", "+init=xavier,he,orthogonal", "seed=1,2,3")


def seconds(arguments: tuple[str, ...], cwd: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=ENVIRONMENT, check=True, capture_output=True
    )
    return time.perf_counter() - start


def alternately(commands: dict[str, tuple[str, ...]], cwd: Path, repeats: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, arguments in commands.items():
            times[name].append(seconds(arguments, cwd))
    return {name: median(found) for name, found in times.items()}


def trained(folder: Path) -> float:
    """Seconds of training and probing, summed over the runs recorded under `folder`."""
    return sum(json.loads(file.read_text())["seconds"] for file in folder.rglob("outcome.json"))


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| what | seconds |\n|---|---|")
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        first = seconds((*INITLAB, "+init=xavier"), here)
        starts = {
            "`import hydra, numpy`": ("-c", "import hydra, numpy"),
            "`plan +init=xavier`": (*INITLAB, "plan", "+init=xavier"),
            "`catalog`": (*INITLAB, "catalog"),
        }
        times = alternately(starts, here, STARTS) | alternately(
            {
                "`import mlflow`": ("-c", "import mlflow"),
                "`+init=xavier`, from the second time on": (*INITLAB, "+init=xavier"),
            },
            here,
            REPEATS,
        )
        for name, found in times.items():
            print(f"| {name} | {found:.2f} |")
        print(f"| `+init=xavier`, the first time in a directory | {first:.2f} |")
        runs = trained(here / "outputs") / len(list((here / "outputs").rglob("outcome.json")))
        print(f"| of which training and probing | {runs:.2f} |")
        sweep = seconds(SWEEP, here)
        training = trained(here / "multirun")
        print(f"| `-m +init=xavier,he,orthogonal seed=1,2,3` | {sweep:.2f} |")
        print(f"| of which training and probing | {training:.2f} |")
        print(f"| share of the sweep that is not training | {1 - training / sweep:.1%} |")


if __name__ == "__main__":
    main()
