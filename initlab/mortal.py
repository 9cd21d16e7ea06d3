"""Imported first by a helper process: it ends with the one that started it, whatever it is at.

While it imports large libraries it would else live on for seconds, and hold the command's output.
"""

import ctypes
import signal
import sys
from contextlib import suppress

ON_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)

if sys.argv[0] == "-c":  # so are such processes started; whoever else imports this is none
    with suppress(AttributeError, OSError):  # beside Linux it ends when it next looks
        ctypes.CDLL(None).prctl(ON_PARENTS_DEATH, signal.SIGKILL)
