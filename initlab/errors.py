"""Every error that initlab raises for a user's sake, as one tree.

Each class also derives from the builtin that a stranger would catch::

    InitlabError
    ├── BadValueError           ValueError     a value outside what is allowed
    │   ├── BadTypeError        TypeError      a value of the wrong type
    │   ├── UnknownNameError    KeyError       a name that no catalog entry, key or path has
    │   ├── ShapeError          RuntimeError   shapes that do not fit each other
    │   ├── QuadratureError  ArithmeticError   an expectation that does not exist, or not exactly
    │   ├── TieError                           two parameters that cannot be one
    │   └── NameTakenError                     one name for two things
    ├── SelectsNothingError     LookupError    a rule, tie or probe pattern without a match
    ├── NotInitializedError     RuntimeError   a parameter without data
    │   └── DeferredInitializationError        ... because its shape is not known yet
    ├── GraphError              RuntimeError   backward without a graph, a graph used twice
    │   └── InPlaceError                       a write into an array that a recorded graph needs
    ├── AnomalyError        RuntimeError   a call that made a non-finite value or gradient
    ├── TrainerError            UserWarning    a step that would leave a gradient out
    ├── NoRuleError             TypeError      a NumPy function that autograd has no rule for
    ├── DataError               OSError        a data file that is missing, cut or not what it says
    ├── PluginError             ImportError    a plugin that breaks the contract
    ├── TrackingError           OSError        a place for the record that cannot be used
    ├── ConfigError             ValueError     a config that does not compose
    └── RunFailedError          RuntimeError   a run that began and then failed

Gluon's users catch what Gluon raises: a BadValueError is an AssertionError too, and a
NotInitializedError, since `set_data` asserts; a ShapeError and a DataError are the RuntimeErrors
that MXNet's own are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AnomalyError",
    "BadTypeError",
    "BadValueError",
    "ConfigError",
    "DataError",
    "DeferredInitializationError",
    "GraphError",
    "InPlaceError",
    "InitlabError",
    "NameTakenError",
    "NoRuleError",
    "NotInitializedError",
    "PluginError",
    "QuadratureError",
    "RunFailedError",
    "SelectsNothingError",
    "ShapeError",
    "TieError",
    "TrackingError",
    "TrainerError",
    "UnknownNameError",
    "nearest",
]


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return the `known` names closest to `name`, best first, at most `count`.

    >>> nearest("kaiming_nrmal", ["kaiming_normal", "zeros"])
    ['kaiming_normal']
    """
    from difflib import get_close_matches  # a start that goes well never asks

    return get_close_matches(name, sorted(known), n=count, cutoff=0.5)


class InitlabError(Exception):
    """Anything that initlab refuses, with a message for the person who caused it.

    The place (a config key, a file) is added with `add_note` where it is known; `str()` is the
    message alone and `full()` the message and its notes.
    """

    def full(self) -> str:
        """Return the message followed by its notes, one a line."""
        return "\n".join([str(self), *getattr(self, "__notes__", [])])


class BadValueError(InitlabError, ValueError, AssertionError):
    """A value outside what is allowed."""


class UnknownNameError(BadValueError, KeyError):
    """A name that nothing has; the message offers the nearest ones, and of few names all.

    >>> str(UnknownNameError("initializer", "xvier", ["xavier", "zeros"]))
    "Unknown initializer 'xvier'. Did you mean 'xavier'? Known: xavier, zeros."
    """

    FEW = 20

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        self.nearest = nearest(name, self.known)
        guess = f" Did you mean {self.nearest[0]!r}?" if self.nearest else ""
        names = self.known
        if len(names) > self.FEW:
            near = nearest(name, names, count=10) or names[:10]
            names = [*near, f"and {len(names) - len(near)} more"]
        super().__init__(f"Unknown {kind} {name!r}.{guess} Known: {', '.join(names) or 'none'}.")

    __str__ = Exception.__str__  # KeyError's own puts quotes around the message

    def __reduce__(self) -> tuple[type, tuple[str, str, list[str]], dict[str, object]]:
        """Pickle by the arguments and the notes, so that the error crosses processes."""
        return type(self), (self.kind, self.name, self.known), vars(self)


class SelectsNothingError(InitlabError, LookupError):
    """A pattern that matches no path, or none of another kind; the message lists the nearest.

    >>> str(SelectsNothingError("rule 'head'", "outptu.weight", ["output.weight"]))
    "rule 'head' selects nothing: no path matches 'outptu.weight'. Nearest: output.weight."
    """

    def __init__(self, what: str, pattern: str, paths: Iterable[str], kind: str = "path") -> None:
        self.what, self.pattern, self.paths, self.kind = what, pattern, sorted(paths), kind
        self.nearest = nearest(pattern, self.paths) or self.paths[:5]
        near = ", ".join(self.nearest) if self.nearest else f"there are no {kind}s"
        super().__init__(f"{what} selects nothing: no {kind} matches {pattern!r}. Nearest: {near}.")

    def __reduce__(self) -> tuple[type, tuple[str, str, list[str], str], dict[str, object]]:
        """Pickle by the arguments and the notes, so that the error crosses processes."""
        return type(self), (self.what, self.pattern, self.paths, self.kind), vars(self)


class BadTypeError(BadValueError, TypeError):
    """A value of the wrong type."""


class ShapeError(BadValueError, RuntimeError):
    """Shapes that do not fit each other.

    Attributes:
        at: the block that it came through last, and the path from there to where it arose.
    """

    at: tuple[object, str] = (None, "")


class QuadratureError(BadValueError, ArithmeticError):
    """An expectation that does not exist, or cannot be had to six digits within a limit on work."""


class TieError(BadValueError):
    """Two parameters that cannot be one."""


class NotInitializedError(InitlabError, RuntimeError, AssertionError):
    """A parameter that has no data yet."""


class DeferredInitializationError(NotInitializedError):
    """A parameter whose draw waits for its shape, which the first forward pass tells."""


class GraphError(InitlabError, RuntimeError):
    """A backward pass without a recorded graph, or through one that is already freed."""


class AnomalyError(InitlabError, RuntimeError):
    """A call that made a non-finite value or gradient, within `autograd.detect_anomaly`."""


class InPlaceError(GraphError):
    """A write into an array that a recorded graph still needs; raised before the write."""


class TrainerError(InitlabError, UserWarning):
    """A step that would leave a gradient out, or a rate set beside a schedule of rates."""


class NoRuleError(InitlabError, TypeError):
    """A NumPy function that autograd has no rule for."""


class DataError(InitlabError, OSError, RuntimeError):
    """A data file that is missing, cut or not what it says."""


class PluginError(InitlabError, ImportError):
    """A plugin that fails to import or breaks the contract."""


class NameTakenError(BadValueError):
    """One name for two things: two packages that register it, two Parameters of a net."""


class TrackingError(InitlabError, OSError):
    """A place for the record that cannot be used."""


class ConfigError(InitlabError, ValueError):
    """A config that does not compose, or a key that is not there."""


class RunFailedError(InitlabError, RuntimeError):
    """A run that began and then failed; its cause is attached, what was measured is kept."""
