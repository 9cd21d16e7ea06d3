"""How a step grows with the layers and with the width: python benchmarks/growth.py

R4's net of 10, 100 and 1000 layers, R5's at widths from 128 to 2048, 10 layers deep; everybody in
turn, the medians of their turns. The tables go to the screen; write.py puts them into README.md.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from training import alternately, limit, load, seconds

DEPTHS, WIDTHS = (10, 100, 1000), (128, 256, 512, 1024, 2048)
WHO = ("torch", "initlab", "BLAS")
SECONDS = 3


def times(net) -> dict[str, float]:
    from rows.mlp import PEERS

    timed = {who: partial(seconds, PEERS[who](net)) for who in WHO}
    return {who: float(np.median(found)) for who, found in alternately(timed, SECONDS).items()}


def main() -> None:
    limit(1)
    load()
    from rows.mlp import Net

    deep = partial(Net, activation="relu", batch=32)
    print("| layers | torch a layer | initlab a layer | initlab / BLAS |\n|---|---|---|---|")
    for depth in DEPTHS:
        found = times(deep((*(64,) * depth, 10)))
        layer = {who: f"{found[who] / depth * 1e6:.1f} us" for who in WHO}
        share = found["initlab"] / found["BLAS"]
        print(f"| {depth} | {layer['torch']} | {layer['initlab']} | {share:.2f} |", flush=True)
    print("\n| width | torch | initlab | initlab / torch | initlab / BLAS |\n|---|---|---|---|---|")
    for width in WIDTHS:
        found = times(Net((*(width,) * 10, 10), "tanh", 128))
        cells = [f"{found[who] * 1e3:.2f} ms" for who in WHO[:2]]
        ratios = [f"{found['initlab'] / found[who]:.2f}" for who in ("torch", "BLAS")]
        print(f"| {width} | {' | '.join(cells + ratios)} |", flush=True)


if __name__ == "__main__":
    main()
