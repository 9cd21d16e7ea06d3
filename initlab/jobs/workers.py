"""Workers of joblib that start warm: forked, each as it is needed, from one that waits."""

from __future__ import annotations

from multiprocessing import forkserver, set_forkserver_preload

__all__ = ["warm_workers"]


def warm_workers() -> None:
    """Let joblib fork its workers from a server that starts now, and imports what they need.

    Joblib's own start as fresh interpreters, each of which imports MLflow and all else again. The
    server has no threads and no open store, so that it can be forked at any time; what it imported
    its workers share.
    """
    from joblib.externals.loky.backend.context import set_start_method

    set_forkserver_preload(["initlab.jobs.preload"])
    forkserver.ensure_running()
    set_start_method("forkserver", force=True)
