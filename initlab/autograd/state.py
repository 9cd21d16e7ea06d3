"""Whether this thread is recording calls, and whether layers should behave as in training."""

from __future__ import annotations

import threading
from typing import Any

__all__ = [
    "STATE",
    "Scope",
    "is_idle",
    "is_recording",
    "is_training",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "train_mode",
]


class _State(threading.local):
    """The flags of one thread: what records is False, True, or the one who looks at each call."""

    def __init__(self) -> None:
        self.recording: Any = False
        self.training = False
        self.mode: Any = True


STATE = _State()


class Scope:
    """A `with` block that sets the flags and restores them, also after an exception."""

    __slots__ = ("_before", "_recording", "_training")

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording, self._training = recording, training
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        state = STATE.__dict__  # this thread's own: one look-up instead of one a flag
        self._before.append((state["recording"], state["training"]))
        if self._recording is not None:
            state["recording"] = state["mode"] if self._recording else False
        if self._training is not None:
            state["training"] = self._training

    def __exit__(self, *_: object) -> None:
        state = STATE.__dict__
        state["recording"], state["training"] = self._before.pop()


def set_recording(is_record: bool) -> bool:
    """Record calls from now on, or no longer; return whether it was so. Scopes restore theirs.

    >>> before = set_recording(True)
    >>> set_recording(before)
    True
    """
    before = is_recording()
    STATE.recording = STATE.mode if is_record else False
    return before


def set_training(train_mode: bool) -> bool:
    """Let layers behave as in training from now on, or no longer; return whether they did."""
    before, STATE.training = STATE.training, bool(train_mode)
    return before


def record(train_mode: bool = True) -> Scope:
    """Record calls on tensors for `backward`, in training mode unless told otherwise.

    >>> with record():
    ...     is_recording(), is_training()
    (True, True)
    """
    return Scope(True, train_mode)


def pause(train_mode: bool = False) -> Scope:
    """Stop recording for a while: what runs inside leaves no trace in the graph."""
    return Scope(False, train_mode)


def train_mode() -> Scope:
    """Behave as in training (dropout drops), recording or not."""
    return Scope(None, True)


def predict_mode() -> Scope:
    """Behave as in prediction (dropout passes everything), recording or not."""
    return Scope(None, False)


def is_recording() -> bool:
    """Return whether calls on tensors are being recorded in this thread."""
    return bool(STATE.recording)


def is_idle() -> bool:
    """Return whether this thread records nothing and has no recorded call looked at.

    >>> with record():
    ...     is_idle()
    False
    """
    state = STATE.__dict__
    return state["recording"] is False and state["mode"] is True


def is_training() -> bool:
    """Return whether layers should behave as in training in this thread."""
    return STATE.training
