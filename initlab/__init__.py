"""The laboratory for neural-network parameters: named, reached, initialized, tied, watched.

Everything is offered here and imported when it is first asked for::

    from initlab import autograd, init, nd, nn

    spec = initlab.compose(["+init=xavier", "model.depth=8"])
    initlab.plan(spec)
    initlab.run(spec)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab import (
        autograd,
        calibrators,
        data,
        errors,
        gluon,
        init,
        nd,
        nn,
        optim,
        probes,
        reproduction,
        testing,
        theory,
        tracking,
        training,
        tree,
    )
    from initlab.catalog import Catalog, hookimpl, load_catalog
    from initlab.config import RunSpec, compose
    from initlab.errors import InitlabError
    from initlab.running import RunResult, plan, run
    from initlab.version import __version__
else:
    on_demand(__name__)

__all__ = [
    "Catalog",
    "InitlabError",
    "RunResult",
    "RunSpec",
    "__version__",
    "autograd",
    "calibrators",
    "compose",
    "data",
    "errors",
    "gluon",
    "hookimpl",
    "init",
    "load_catalog",
    "nd",
    "nn",
    "optim",
    "plan",
    "probes",
    "reproduction",
    "run",
    "testing",
    "theory",
    "tracking",
    "training",
    "tree",
]
