"""The command line: a verb, run where none is said; whatever goes wrong is one message."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from initlab import verbs
from initlab.errors import InitlabError, RunFailedError, UnknownNameError
from initlab.interruption import interruptible
from initlab.words import take_plugins

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

USER_MISTAKE, FAILED_RUN, INTERRUPTED = 2, 1, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command line and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        with interruptible():
            status = _dispatch(arguments)
            sys.stdout.flush()
            return status
    except KeyboardInterrupt:
        print("Interrupted. What was measured is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # who reads our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED_RUN
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        return _tell(error)


def _dispatch(arguments: list[str]) -> int:
    plugins, arguments = take_plugins(arguments)
    if {"-h", "--help"} & set(arguments):
        from initlab.help import help_of

        print(help_of(arguments), end="")
        return 0
    if "--version" in arguments:
        from initlab.version import __version__

        print(f"initlab {__version__}")
        return 0
    verb = arguments[0] if arguments else ""
    if verb in verbs.__all__:
        verb, *arguments = arguments
    elif verb.isidentifier():
        raise UnknownNameError("command", verb, verbs.__all__)
    else:
        verb = "run"
    status: int = getattr(verbs, verb)(arguments, plugins)
    return status


def _tell(error: Exception) -> int:
    """Print an error as one message, or with its traceback, and return the exit status."""
    mistake = isinstance(error, InitlabError) and not isinstance(error, RunFailedError)
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        traceback.print_exception(error)
    else:
        name = type(error).__name__
        message = error.full() if isinstance(error, InitlabError) else f"{name}: {error}"
        way_out = "" if mistake else "\nHYDRA_FULL_ERROR=1 before the command shows where."
        print(f"initlab: {message}{way_out}", file=sys.stderr)
    return USER_MISTAKE if mistake else FAILED_RUN
