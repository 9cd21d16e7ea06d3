"""A training step of initlab and of its peers: python benchmarks/training.py [ROW ...]

Forward, backward and SGD in float32. Everybody makes some steps in turn, again and again; compared
are their fastest turns, which a pause of a busy machine does not reach: each by torch's, and in
brackets the median by torch's median. `--threads 2` gives everybody two; `--seconds` is the time
for a row. Peers that cannot run here are named, with the reason. The table goes to the screen,
ready for README.md.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from statistics import median

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
WARM_UP = 3
NOTHING = nullcontext()


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


def make(makers: dict, only: list[str]) -> tuple[dict, list[str]]:
    """Return the warmed-up steps of those that are installed, and the names of the others."""
    steps, absent = {}, []
    for who, maker in makers.items():
        if only and who not in only:
            continue
        try:
            step = maker()
        except (ImportError, RuntimeError) as error:
            if who in ("initlab", "torch"):
                raise
            absent.append(f"{who} ({error})")
            continue
        for _ in range(WARM_UP):
            step()
        steps[who] = step
    return steps, absent


def seconds(step, count: int, setting=NOTHING) -> float:
    with setting:
        start = time.perf_counter()
        for _ in range(count):
            step()
        return (time.perf_counter() - start) / count


def alternately(
    steps: dict, budget: float, turn: float = 0.01, threads: int = 1
) -> dict[str, list[float]]:
    """Return each one's seconds a step in every turn: one step, or 10 ms, warm as a loop is."""
    from initlab import nd

    settings = {"initlab": nd.threads(threads)}
    counts = {who: max(1, round(turn / seconds(s, 10))) for who, s in steps.items()}
    times = {who: [] for who in steps}
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(times["torch"]) < 5:
        for who, step in steps.items():
            times[who].append(seconds(step, counts[who], settings.get(who, NOTHING)))
    return times


def cells(times: dict) -> dict[str, str]:
    low = {who: min(found) for who, found in times.items()}
    middle = {who: median(found) for who, found in times.items()}
    shown = {"torch": f"{low['torch'] * 1e3:.3g} ms"}
    for who in times:
        if who != "torch":
            usual = middle[who] / middle["torch"]
            shown[who] = f"{low[who] / low['torch']:.2f} ({usual:.2f})"
    if "initlab" in times and "BLAS" in times:
        shown["initlab / BLAS"] = f"{low['initlab'] / low['BLAS']:.2f}"
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", nargs="*", default=[], help="torch and whom to compare with it")
    options = parser.parse_args()
    limit(options.threads)
    rows, lines, missing = load(), {}, set()
    for row in options.rows or rows:
        title, makers = rows[row]
        steps, absent = make(makers, options.only)
        missing.update(absent)
        times = alternately(steps, options.seconds, threads=options.threads)
        lines[f"{row} {title}"] = cells(times)
        print(row, lines[f"{row} {title}"], file=sys.stderr)
    columns = list(dict.fromkeys(who for line in lines.values() for who in line))
    print(f"{options.threads} thread(s); absent: {', '.join(sorted(missing)) or 'none'}\n")
    print(f"| row | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for title, line in lines.items():
        print(f"| {title} | {' | '.join(line.get(who, '-') for who in columns)} |")


if __name__ == "__main__":
    main()
