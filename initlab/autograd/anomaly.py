"""The first call that made a value or a gradient non-finite, named where it was made."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd.node import Part
from initlab.autograd.state import STATE
from initlab.autograd.tensor import Tensor
from initlab.errors import AnomalyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.autograd.node import Node, Source

__all__ = ["detect_anomaly"]


class detect_anomaly:  # noqa: N801 - the name that users of other libraries know
    """A `with` block in which recorded calls and backward passes are searched for NaN and infinity.

    What one primitive does in place of many is done by the many meanwhile, so that the very one is
    named. Outside of the block nothing is searched and nothing is slower.

    Args:
        infinite: whether infinities count too, or NaN alone.

    Raises:
        AnomalyError: within the block, as soon as a call has made such a value, or its rule such a
            gradient; a note then shows where the call stands.

    >>> import initlab.nd
    >>> from initlab.autograd import record
    >>> x = Tensor([0.0])
    >>> x.attach_grad()
    >>> with detect_anomaly(), record(), np.errstate(all="ignore"):
    ...     y = np.log(x)
    Traceback (most recent call last):
        ...
    initlab.errors.AnomalyError: log made -inf at (0,), of finite arguments of shapes [(1,)].
    """

    def __init__(self, infinite: bool = True) -> None:
        self._infinite = infinite
        self._before: list[tuple[Any, Any]] = []
        self._stacks: dict[Node, str] = {}

    def __enter__(self) -> None:
        self._before.append((STATE.mode, STATE.recording))
        STATE.mode = self
        STATE.recording = self if STATE.recording else False

    def __exit__(self, *_: object) -> None:
        STATE.mode, STATE.recording = self._before.pop()
        self._stacks.clear()

    def record(
        self,
        primitive: Any,
        args: Sequence[Any],
        sources: Sequence[Source | None],
        kwargs: Mapping[str, Any],
    ) -> Any:
        """Record a call as the primitive does, and look at its value, or values."""
        parts = getattr(primitive.joint, "__wrapped__", None)
        if parts is not None:
            pairs = zip(args, sources, strict=True)
            tensors = [a if source is None else Tensor(a, source) for a, source in pairs]
            return parts(*tensors, **kwargs)
        made = primitive.record(args, sources, kwargs)
        for out in made if type(made) is list else [made]:
            bad = self._first_bad(out.array)
            if bad is not None:
                arrays = [a for a in args if isinstance(a, np.ndarray)]
                fine = all(self._first_bad(a) is None for a in arrays)
                raise AnomalyError(
                    f"{primitive.__name__} made {out.array[bad]} at {bad}, of "
                    f"{'finite' if fine else 'already non-finite'} arguments of shapes "
                    f"{[a.shape for a in arrays]}."
                )
            node = out.node.whole if type(out.node) is Part else out.node
            self._stacks[node] = "".join(traceback.format_stack()[:-2])
        return made

    def check(self, node: Node, g: Any, gradients: Mapping[Source, Any]) -> None:
        """Look at the gradients that a node's rule has just added to."""
        args, sources, *_ = node.call
        for i, (arg, source) in enumerate(zip(args, sources, strict=True)):
            bad = None if source is None else self._first_bad(_array(gradients.get(source)))
            if bad is not None:
                error = AnomalyError(
                    f"The gradient that {node.primitive.__name__} gives to its argument {i} of "
                    f"shape {arg.shape} is {_array(gradients[source])[bad]} at {bad}, from a "
                    f"gradient of shape {_shape(g)} of its own."
                )
                error.add_note(f"It was called here:\n{self._stacks.get(node, 'before the block')}")
                raise error

    def _first_bad(self, array: Any) -> tuple[int, ...] | None:
        if array is None or array.dtype.kind not in "fc":
            return None
        bad = ~np.isfinite(array) if self._infinite else np.isnan(array)
        if not bad.any():
            return None
        return tuple(int(i) for i in np.unravel_index(bad.argmax(), bad.shape))


def _shape(g: Any) -> Any:
    return [_shape(part) for part in g if part is not None] if type(g) is list else g.shape


def _array(g: Any) -> Any:
    return g.array if type(g) is Tensor else g
