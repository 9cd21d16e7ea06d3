"""What workers are forked with: all that a usual run imports, so that none of them has to."""

import gc
import os
import signal
from contextlib import suppress

from initlab.config import compose
from initlab.jobs import SweepTask  # noqa: F401 - for the workers
from initlab.running import run

with suppress(Exception):  # whatever it is, a job tells it
    run(compose(["tracking=none", "training.epochs=1", "training.batch_size=2000"]))
gc.set_threshold(200_000)  # as `initlab.__main__` has it for a run alone
gc.freeze()  # no collector walks what is there now, which would copy it
# the server is started deaf to Ctrl-C, which is for its workers
os.register_at_fork(
    after_in_child=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
)
