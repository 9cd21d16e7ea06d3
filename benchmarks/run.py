"""What the command line costs on this machine: python benchmarks/run.py

Whole processes, measured alternately with what they are compared to; medians of STARTS short ones,
REPEATS of a run. The environment is README's, without extras: its packages are what a start scans.
What answers at once is compared, turn by turn, to the import of Hydra and NumPy and to the least
program of both: it lets Hydra compose two keys and prints them.
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
IMPORT = "`import hydra, numpy`"
LEAST = """
import hydra, numpy

@hydra.main(version_base="1.3", config_path=".", config_name="least")
def main(config):
    print(config)

main()
"""
CONFIG = """
init: he
seed: 0
hydra: {run: {dir: .}, output_subdir: null}
"""
# byte code is kept, as an installed package has it
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
SWEEP = (*INITLAB, "-m", "+init=xavier,he,orthogonal", "seed=1,2,3")


def seconds(arguments: tuple[str, ...], cwd: Path) -> float:
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=ENVIRONMENT, check=True, capture_output=True
    )
    return time.perf_counter() - start


def alternately(
    commands: dict[str, tuple[str, ...]], cwd: Path, repeats: int
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, arguments in commands.items():
            times[name].append(seconds(arguments, cwd))
    return times


def trained(folder: Path) -> float:
    """Seconds of training and probing, summed over the runs recorded under `folder`."""
    return sum(json.loads(file.read_text())["seconds"] for file in folder.rglob("outcome.json"))


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores\n")
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        (here / "least.py").write_text(LEAST)
        (here / "least.yaml").write_text(CONFIG)
        first = seconds((*INITLAB, "+init=xavier"), here)
        starts = {
            IMPORT: ("-c", "import hydra, numpy"),
            "the least program of Hydra": ("least.py", "init=xavier"),
            "`plan +init=xavier`": (*INITLAB, "plan", "+init=xavier"),
            "`catalog`": (*INITLAB, "catalog"),
        }
        runs = {
            "`import mlflow`": ("-c", "import mlflow"),
            "`+init=xavier`, from the second time on": (*INITLAB, "+init=xavier"),
        }
        times = alternately(starts, here, STARTS)
        print("| what answers at once | seconds | of the import |\n|---|---|---|")
        for name, found in times.items():
            ratio = median(a / b for a, b in zip(found, times[IMPORT], strict=True))
            print(f"| {name} | {median(found):.2f} | {ratio:.2f} |")
        print("\n| what | seconds |\n|---|---|")
        for name, found in alternately(runs, here, REPEATS).items():
            print(f"| {name} | {median(found):.2f} |")
        print(f"| `+init=xavier`, the first time in a directory | {first:.2f} |")
        each = trained(here / "outputs") / len(list((here / "outputs").rglob("outcome.json")))
        print(f"| of which training and probing | {each:.2f} |")
        sweep = seconds(SWEEP, here)
        training = trained(here / "multirun")
        print(f"| `-m +init=xavier,he,orthogonal seed=1,2,3` | {sweep:.2f} |")
        print(f"| of which training and probing | {training:.2f} |")
        print(f"| share of the sweep that is not training | {1 - training / sweep:.1%} |")


if __name__ == "__main__":
    main()
