"""All figures of every parameter of a tree, by initlab and by torch: python benchmarks/probes.py

P1: mean, deviation, least, largest, L2 norm, share of zeros and a histogram of 64 bins of every
array of a tree shaped as GPT-2 small, 124 million numbers; beside it one reading of their memory,
the least that any of it could take. P2: the singular values of 64 matrices of 512x512. P3: a
Hessian-vector product of a 20-layer tanh MLP of width 128, batch 32. P3j: the singular values of
its Jacobian at each of 32 inputs. Everybody in turn; a ratio is
that of the least times. `--threads 2` gives everybody two.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from draw import GPT2, limit

ROUNDS = 5
WIDTH, DEPTH, BATCH = 128, 20, 32


def tree():
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, np.float32) * np.float32(0.02) for shape in GPT2]


def statistics(threads: int) -> dict:
    """Return P1 as each one does it."""
    import torch

    from initlab import nd
    from initlab.probes import histogram, moments

    arrays, pool = tree(), ThreadPoolExecutor(threads)
    tensors = [torch.from_numpy(array) for array in arrays]
    halves = [half for array in arrays for half in np.array_split(array.ravel(), threads)]

    def initlab():
        with nd.threads(threads):
            for array in arrays:
                found = moments(array)
                histogram(array, found.min, found.max)

    def theirs():
        for x in tensors:
            _ = x.mean(), x.std(), x.min(), x.max(), x.norm(), (x == 0).sum(), torch.histc(x, 64)

    return {"torch": theirs, "initlab": initlab, "memory": lambda: [*pool.map(np.max, halves)]}


def spectra(threads: int) -> dict:
    """Return P2."""
    import torch

    from initlab import nd
    from initlab.probes import singular_values

    matrices = np.random.default_rng(0).standard_normal((64, 512, 512), np.float32)
    tensors = torch.from_numpy(matrices)

    def initlab():
        with nd.threads(threads):
            return singular_values(matrices)

    theirs = torch.linalg.svdvals(tensors).numpy()
    np.testing.assert_allclose(initlab(), theirs, atol=1e-5 * theirs.max())
    return {"torch": lambda: torch.linalg.svdvals(tensors), "initlab": initlab}


def perceptrons():
    """Return the MLP as initlab's net and as torch's, of the same weights, and a batch."""
    import torch

    from initlab import nn

    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, WIDTH)).astype(np.float32)
    net, model = nn.Sequential(), torch.nn.Sequential()
    for ending in ["tanh"] * (DEPTH - 1) + [None]:
        w = (rng.standard_normal((WIDTH, WIDTH)) / WIDTH**0.5).astype(np.float32)
        ours, theirs = (
            nn.Dense(WIDTH, activation=ending, in_units=WIDTH),
            torch.nn.Linear(WIDTH, WIDTH),
        )
        net.add(ours)
        model.extend([theirs, torch.nn.Tanh()] if ending else [theirs])
        ours.initialize()
        ours.weight.set_data(w)
        with torch.no_grad():
            theirs.weight.copy_(torch.from_numpy(w))
            theirs.bias.zero_()
    return net, model, x


def curvature(_threads: int) -> dict:
    """Return P3: H v by the gradient of the product of gradient and v."""
    import torch

    from initlab import nd, nn
    from initlab.autograd import Tensor, grad, record

    net, model, x = perceptrons()
    y = np.random.default_rng(1).integers(0, WIDTH, BATCH)
    loss, batch = nn.SoftmaxCrossEntropyLoss(), nd.array(x)
    ours = [p.data() for p in net.collect_params().values()]
    along = [Tensor(np.ones(p.shape, np.float32)) for p in ours]

    def initlab():
        with record():
            slopes = grad(loss(net(batch), y).mean(), ours, create_graph=True)
        return [part.array for part in grad(slopes, ours, along)]

    theirs = list(model.parameters())
    others = [torch.ones_like(p) for p in theirs]
    x_, y_ = torch.from_numpy(x), torch.from_numpy(y)

    def hvp():
        value = torch.nn.functional.cross_entropy(model(x_), y_)
        slopes = torch.autograd.grad(value, theirs, create_graph=True)
        return [part.numpy() for part in torch.autograd.grad(slopes, theirs, others)]

    for a, b in zip(initlab(), hvp(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0.01, atol=1e-3 * abs(b).max())
    return {"torch": hvp, "initlab": initlab}


def jacobians(threads: int) -> dict:
    """Return P3j: an input's copies are walked back together, each from another output."""
    import torch

    from initlab import nd
    from initlab.autograd import grad, record
    from initlab.probes import singular_values

    net, model, x = perceptrons()
    heads = np.eye(WIDTH, dtype=np.float32)

    def initlab():
        with nd.threads(threads):
            batch = nd.array(x)
            batch.attach_grad()
            with record():
                y = net(batch)
            rows = [grad(y, batch, np.tile(head, (BATCH, 1)), retain_graph=True) for head in heads]
            return singular_values(np.stack([row.array for row in rows], axis=1))

    x_, jacobian = torch.from_numpy(x), torch.func.vmap(torch.func.jacrev(model))

    def theirs():
        with torch.no_grad():
            return torch.linalg.svdvals(jacobian(x_))

    np.testing.assert_allclose(initlab(), theirs().numpy(), rtol=1e-3, atol=1e-5)
    return {"torch": theirs, "initlab": initlab}


ROWS = {
    "P1": (statistics, ROUNDS),
    "P2": (spectra, ROUNDS),
    "P3": (curvature, 100),
    "P3j": (jacobians, 10),
}


def least(steps: dict, rounds: int) -> dict[str, float]:
    times = {who: [] for who in steps}
    for _ in range(rounds):
        for who, step in steps.items():
            start = time.perf_counter()
            step()
            times[who].append(time.perf_counter() - start)
    return {who: min(found) for who, found in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    limit(options.threads)
    print("| row | threads | torch, ms | initlab, ms | ratio | by a reading of memory |")
    print("|---|---|---|---|---|---|")
    for row in options.rows or ROWS:
        maker, rounds = ROWS[row]
        found = least(maker(options.threads), rounds)
        torch, initlab = found["torch"] * 1e3, found["initlab"] * 1e3
        memory = f"{found['initlab'] / found['memory']:.1f}" if "memory" in found else "-"
        cells = f"{torch:.3g} | {initlab:.3g} | {initlab / torch:.2f} | {memory}"
        print(f"| {row} | {options.threads} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
