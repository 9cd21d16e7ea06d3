"""A training step of initlab and of its peers: python benchmarks/training.py [ROW ...]

Forward, backward and SGD in float32. In each round everybody makes some steps in turn, for 10
ms or one step long. A figure is the median over the rounds of a time by torch's of the same
round, below 1 where they are faster, with its quartiles; `initlab / BLAS` is by the products
alone. Memory is what five steps add at their peak, in processes of their own. `--threads 2`
gives everybody two, with a pause before each turn; `--seconds` is the time for a row. MXNet needs
a Python of its own, `--mxnet PYTHON` or the environment's MXNET_PYTHON. Peers that cannot run here
are named, with the reason. The table goes to the screen; `python benchmarks/write.py training` puts
it into README.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WARM_UP, TURN = 3, 0.01
NOTHING = nullcontext()
PAUSE = 0.2  # seconds until OpenBLAS's second thread no longer waits awake, in everybody's way


def limit(threads: int) -> None:
    """Start this process again on so many processors: libraries read that only as they load."""
    if os.environ.get("BENCHMARK_THREADS") != str(threads):
        os.environ.update(dict.fromkeys(POOLS, str(threads)), BENCHMARK_THREADS=str(threads))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def load() -> dict:
    """Return every row of every file in rows/, by number."""
    here = Path(__file__).parent
    sys.path.insert(0, str(here))
    found = {}
    for file in (here / "rows").glob("[a-z]*.py"):
        found |= importlib.import_module(f"rows.{file.stem}").ROWS
    return dict(sorted(found.items(), key=lambda item: int(item[0][1:])))


class Elsewhere:
    """A step that another Python makes and times, for a peer that cannot live in this one."""

    def __init__(self, python: str, row: str, who: str) -> None:
        self.process = subprocess.Popen(
            [python, __file__, "--serve", row, who], env=os.environ | {"PYTHONPATH": ""}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if (said := self.process.stdout.readline().strip()) != "ready":
            raise ImportError(said or f"no {who} in {python}")

    def __call__(self) -> None:
        self.seconds(1)

    def seconds(self, count: int) -> float:
        print(count, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def serve(row: str, who: str) -> None:
    """Make a step here, and answer each number of steps with the seconds of one."""
    try:
        step = load()[row][1][who]()
        step()
    except Exception as error:  # noqa: BLE001 - told to who asked
        print(f"{type(error).__name__}: {error}".splitlines()[0])
        return
    print("ready", flush=True)
    for count in sys.stdin:
        print(seconds(step, int(count)), flush=True)


def make(row: str, makers: dict, options: argparse.Namespace) -> tuple[dict, list[str]]:
    """Return the warmed-up steps of those that are installed, and the names of the others."""
    steps, absent = {}, []
    for who, maker in makers.items():
        if options.only and who not in options.only:
            continue
        try:
            step = Elsewhere(options.mxnet, row, who) if who == "MXNet" else maker()
            for _ in range(WARM_UP):
                step()
        except (ImportError, OSError, RuntimeError) as error:
            if who in ("initlab", "torch"):
                raise
            absent.append(f"{who} ({error})")
            continue
        steps[who] = step
    return steps, absent


def seconds(step, count: int, setting=NOTHING) -> float:
    """Return the seconds of one of so many steps."""
    if isinstance(step, Elsewhere):
        return step.seconds(count)
    with setting:
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / count


def often(step) -> int:
    """Return how many steps make a turn."""
    return 1 if seconds(step, 1) > TURN else max(1, round(TURN / seconds(step, 10)))


def alternately(steps: dict, budget: float, threads: int = 1) -> dict[str, np.ndarray]:
    """Return each one's seconds a step in every round: one step, or 10 ms, warm as a loop is."""
    from initlab import nd

    settings = dict.fromkeys(("initlab", "tape"), nd.threads(threads))
    counts = {who: often(step) for who, step in steps.items()}
    times = {who: [] for who in steps}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times["torch"]) < 5:
        for who, step in steps.items():
            time.sleep(PAUSE * (threads > 1))
            times[who].append(seconds(step, counts[who], settings.get(who, NOTHING)))
    return {who: np.array(found) for who, found in times.items()}


def spread(ratios: np.ndarray) -> str:
    low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def cells(times: dict) -> dict[str, str]:
    shown = {"torch": f"{np.median(times['torch']) * 1e3:.3g} ms"}
    for who, taken in times.items():
        if who != "torch":
            shown[who] = spread(taken / times["torch"])
    if "initlab" in times and "BLAS" in times:
        shown["initlab / BLAS"] = spread(times["initlab"] / times["BLAS"])
    return shown


def memory(row: str, threads: int) -> str:
    """Return what initlab and torch hold at most, each in a process of its own."""
    peaks = []
    for who in ("initlab", "torch"):
        command = [sys.executable, str(Path(__file__).with_name("memory.py")), who, row]
        environment = {**os.environ, **dict.fromkeys(POOLS, str(threads))}
        done = subprocess.run(command, env=environment, check=True, capture_output=True)
        peaks.append(f"{float(done.stdout):.0f}")
    return f"{peaks[0]} of {peaks[1]} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", nargs="*", default=[], help="torch and whom to compare with it")
    parser.add_argument("--mxnet", default=os.environ.get("MXNET_PYTHON", "python-of-mxnet"))
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
        return
    limit(options.threads)
    rows, lines, missing = load(), {}, set()
    for row in options.rows or rows:
        title, makers = rows[row]
        steps, absent = make(row, makers, options)
        missing.update(absent)
        line = cells(alternately(steps, options.seconds, options.threads))
        for step in steps.values():
            if isinstance(step, Elsewhere):
                step.close()
        lines[f"{row} {title}"] = line | {"memory": memory(row, options.threads)}
        print(row, lines[f"{row} {title}"], file=sys.stderr)
    columns = list(dict.fromkeys(who for line in lines.values() for who in line))
    columns.sort(key=("memory", "initlab / BLAS", "BLAS", "NumPy").count)
    print(f"{options.threads} thread(s); absent: {', '.join(sorted(missing)) or 'none'}\n")
    print(f"| row | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for title, line in lines.items():
        print(f"| {title} | {' | '.join(line.get(who, '-') for who in columns)} |")


if __name__ == "__main__":
    main()
