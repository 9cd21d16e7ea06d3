"""What the command line can do, one verb a file: each takes what follows it and `-p`'s plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.verbs.catalog import catalog
    from initlab.verbs.close import close
    from initlab.verbs.compare import compare
    from initlab.verbs.gallery import gallery
    from initlab.verbs.plan import plan
    from initlab.verbs.replay import replay
    from initlab.verbs.reproduce import reproduce
    from initlab.verbs.run import run
    from initlab.verbs.show import show
    from initlab.verbs.theory import theory
else:
    on_demand(__name__)

__all__ = [
    "catalog",
    "close",
    "compare",
    "gallery",
    "plan",
    "replay",
    "reproduce",
    "run",
    "show",
    "theory",
]
