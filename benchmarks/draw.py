"""First values drawn by initlab and by torch: python benchmarks/draw.py [--threads 2] [--memory]

I1 a Gaussian fill of 100 million float32; I2 a truncated normal one of 20 million; I3a an
orthogonal 2048 x 2048, I3b 64 of 512 x 512; I4 a tree shaped as GPT-2 small, Normal(0.02). Both
fill arrays that are there. They alternate, so that a busy machine is busy for both; a ratio is that
of the least times. Where numba is installed, as much is drawn before as it takes to be loaded.
With --memory instead which initializers need more than a block a thread beside the 12 MB that they
fill, as a matrix, a kernel or a vector, and how much of it by its size.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import tracemalloc
from functools import partial
from importlib.util import find_spec

import numpy as np

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ON_ANY = {"I2": 0.15, "I3a": 0.7, "I3b": 0.7}
AIMS = {1: {"I1": 0.7, **ON_ANY}, 2: {"I1": 0.4, "I4": 0.6, **ON_ANY}}
WITH_NUMBA = {"I1": 0.2, "I4": 0.2}
LAYER = [(2304, 768), (2304,), (768, 768), (768,), (3072, 768), (3072,), (768, 3072), (768,)]
GPT2 = [(50257, 768), (1024, 768), *(LAYER + [(768,)] * 4) * 12, (768,), (768,)]


def limit(threads: int) -> None:
    """Start this process again on so many processors: libraries read that only as they load."""
    if os.environ.get("BENCHMARK_THREADS") != str(threads):
        os.environ.update(dict.fromkeys(POOLS, str(threads)), BENCHMARK_THREADS=str(threads))
        os.execv(sys.executable, [sys.executable, *sys.argv])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def ours(initializer, shapes):
    from initlab.init import make_plan
    from initlab.nd.random import Streams
    from initlab.tree import Block, Parameter, apply_plan, gather, slots

    def net():
        """Return a net that is not drawn yet, in memory that has been touched."""
        block = Block()
        for number, shape in enumerate(shapes):
            sides = {} if len(shape) > 1 else {"in_axes": (), "out_axes": (0,)}
            setattr(block, f"p{number}", Parameter(f"p{number}", shape=shape, **sides))
        parameters = block.collect_params().values()
        gather(parameters)
        for memory in {id(p.place.data): p.place.data for p in parameters}.values():
            memory.fill(0)
        return partial(apply_plan, block, make_plan(slots(block), default=initializer), Streams(0))

    return net


def theirs(fill, shapes):
    import torch

    tensors = [torch.zeros(shape) for shape in shapes]

    def draw():
        for tensor in tensors:
            fill(tensor)

    return lambda: draw


def rows():
    from torch.nn import init as torch_init

    from initlab import init

    cut = init.TruncatedNormal(0.02, bounds="relative")
    trunc = partial(torch_init.trunc_normal_, std=0.02, a=-0.04, b=0.04)
    small = partial(torch_init.normal_, std=0.02)
    orthogonal = init.HaarOrthogonal()
    return {
        "I1": (init.Normal(1), torch_init.normal_, [(10_000, 10_000)], 5),
        "I2": (cut, trunc, [(20_000, 1_000)], 5),
        "I3a": (orthogonal, torch_init.orthogonal_, [(2048, 2048)], 5),
        "I3b": (orthogonal, torch_init.orthogonal_, [(512, 512)] * 64, 4),
        "I4": (init.Normal(0.02), small, GPT2, 4),
    }


def clock(ready):
    draw = ready()
    start = time.perf_counter()
    draw()
    return time.perf_counter() - start


SHAPES = (1024, 3072), (1536, 2048), (2048, 2048), (1024, 340, 3, 3), (3 * 2**20,)


def needed(initializer):
    """Return what a draw takes beside the array, in blocks a thread and in arrays, and for what."""
    from initlab.errors import InitlabError
    from initlab.init import ParameterSpec
    from initlab.nd.random import BLOCK, cores, stream

    for shape in SHAPES:
        sides = {} if len(shape) > 1 else {"role": "bias", "in_axes": (), "out_axes": (0,)}
        spec, out = ParameterSpec(shape, name="w", **sides), np.empty(shape, np.float32)
        tracemalloc.start()
        try:
            initializer.write(spec, stream(0, "w"), out)
        except InitlabError:
            continue
        else:
            peak = tracemalloc.get_traced_memory()[1]
            return peak / (4 * BLOCK * cores()), peak / out.nbytes, shape
        finally:
            tracemalloc.stop()
    return None


def memory() -> None:
    from initlab.init import HaarOrthogonal, initializers

    needed(HaarOrthogonal())  # SciPy is imported
    print("| initializer | shape | beside the array, by its size |")
    print("|---|---|---|")
    found = {}
    for name, value in initializers().items():
        try:
            found[name] = needed(value() if isinstance(value, type) else value)
        except TypeError:  # it wants a file
            continue
    for name, row in sorted(found.items(), key=lambda pair: (pair[1] or [0, 0])[1]):
        if row and row[0] > 1.05:
            print(f"| {name} | {row[2]} | {row[1]:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=float, default=1, help="times the usual number of rounds")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("rows", nargs="*")
    given = parser.parse_args()
    limit(given.threads)
    if given.memory:
        memory()
        return
    from initlab import init

    aims = AIMS.get(given.threads, {})
    if find_spec("numba"):
        aims |= WITH_NUMBA
        ours(init.Normal(1), [(2**12, 2**16)])()()
    print(f"| row | torch, {given.threads} thread(s), ms | initlab, ms | ratio | aim |")
    print("|---|---|---|---|---|")

    for name, (initializer, fill, shapes, rounds) in rows().items():
        if given.rows and name not in given.rows:
            continue
        pair = theirs(fill, shapes), ours(initializer, shapes)
        times = [[clock(draw) for draw in pair] for _ in range(max(2, int(rounds * given.rounds)))]
        torch_time, our_time = (min(column) * 1e3 for column in zip(*times, strict=True))
        ratio = our_time / torch_time
        print(
            f"| {name} | {torch_time:.0f} | {our_time:.0f} | {ratio:.2f} | {aims.get(name, '-')} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
