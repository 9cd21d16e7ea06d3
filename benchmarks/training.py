"""A training step of initlab and of its peers: python benchmarks/training.py [ROW ...]

Forward, backward and SGD in float32. Everybody has a process of its own, and in each round they
make some steps in turn, for 10 ms or one step long, after as many that are not counted: as warm as
a loop is. A figure is the median over the rounds of a time by torch's of the same round, below 1
where they are faster, with its quartiles; `initlab / BLAS` is by the products alone. Memory is what
five steps add at their peak, in further processes. `--threads 2` gives everybody two, with a pause
before each turn; `--seconds` is the time for a row. MXNet needs another Python, `--mxnet PYTHON` or
the environment's MXNET_PYTHON. Peers that cannot run here are named, with the reason. The table
goes to the screen; `python benchmarks/write.py training` puts it into README.md.
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


class Peer:
    """A step that a process of its own makes and times, after `WARM_UP` of them."""

    def __init__(self, python: str, row: str, who: str) -> None:
        environment = os.environ | ({"PYTHONPATH": ""} if python != sys.executable else {})
        self.process = subprocess.Popen(
            [python, __file__, "--serve", row, who], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if (said := self.process.stdout.readline().strip()) != "ready":
            self.close()
            raise ImportError(said or f"no {who} in {python}")

    def seconds(self, count: int) -> float:
        """Return the seconds of one of so many steps."""
        print(count, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def serve(row: str, who: str) -> None:
    """Make a step here, and answer each number of steps with the seconds of one."""
    try:
        step = load()[row][1][who]()
        with within(who):
            for _ in range(WARM_UP):
                step()
    except Exception as error:  # noqa: BLE001 - told to who asked
        print(f"{type(error).__name__}: {error}".splitlines()[0])
        return
    print("ready", flush=True)
    with within(who):
        for count in sys.stdin:
            print(seconds(step, int(count)), flush=True)


def within(who: str):
    """Return the setting that a peer's steps are made in."""
    if who not in ("initlab", "tape"):
        return nullcontext()
    from initlab import nd

    return nd.threads(int(os.environ["BENCHMARK_THREADS"]))


def make(row: str, makers: dict, options: argparse.Namespace) -> tuple[dict, list[str]]:
    """Return the warmed-up peers that are installed, and the names of the others."""
    peers, absent = {}, []
    for who in makers:
        if options.only and who not in options.only:
            continue
        try:
            peers[who] = Peer(options.mxnet if who == "MXNet" else sys.executable, row, who)
        except (ImportError, OSError) as error:
            if who in ("initlab", "torch"):
                raise
            absent.append(f"{who} ({error})")
    return peers, absent


def seconds(step, count: int) -> float:
    """Return the seconds of one of so many steps."""
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


def often(timed) -> int:
    """Return how many steps make a turn."""
    return 1 if timed(1) > TURN else max(1, round(TURN / timed(10)))


def alternately(timed: dict, budget: float, pause: float = 0) -> dict[str, np.ndarray]:
    """Return each one's seconds a step in every round, from what returns those of some steps."""
    counts = {who: often(take) for who, take in timed.items()}
    times = {who: [] for who in timed}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times["torch"]) < 5:
        for who, take in timed.items():
            time.sleep(pause)
            take(counts[who])  # whoever had the processor before left other things in its cache
            times[who].append(take(counts[who]))
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
        peers, absent = make(row, makers, options)
        missing.update(absent)
        timed = {who: peer.seconds for who, peer in peers.items()}
        line = cells(alternately(timed, options.seconds, PAUSE * (options.threads > 1)))
        for peer in peers.values():
            peer.close()
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
