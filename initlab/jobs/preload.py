"""What workers are forked with: all that a usual run imports, so that none of them has to."""

import gc
from contextlib import suppress

from initlab.config import compose, execute_job  # noqa: F401
from initlab.jobs import SweepTask  # noqa: F401
from initlab.running import run
from initlab.tracking import load_mlflow

load_mlflow()
with suppress(Exception):  # whatever it is, a job tells it
    run(compose(["tracking=none", "training.epochs=1", "training.batch_size=2000"]))
gc.freeze()  # no collector walks what is there now, which would copy it
