"""What happens when a block is called: its hooks, the first pass that settles shapes, the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab.autograd import pause
from initlab.errors import BadTypeError, ShapeError
from initlab.tree.changes import CHANGES
from initlab.tree.hooks import HookHandle
from initlab.tree.node import Node
from initlab.tree.shapes import only_shapes
from initlab.tree.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CalledNode"]


class CalledNode(Node):
    """A node that computes."""

    _before: Sequence[Callable[..., Any]] = ()
    _after: Sequence[Callable[..., Any]] = ()

    @property
    def watched(self) -> bool:
        """Whether hooks wait for calls, or a `forward` was put on this very block."""
        return bool(self._before or self._after) or "forward" in self.__dict__

    def register_forward_pre_hook(self, hook: Callable[[Any, Any], Any]) -> HookHandle:
        """Have `hook(block, inputs)` called before each forward pass."""
        return HookHandle(self.__dict__.setdefault("_before", []), hook)

    def register_forward_hook(self, hook: Callable[[Any, Any, Any], Any]) -> HookHandle:
        """Have `hook(block, inputs, output)` called after each forward pass."""
        return HookHandle(self.__dict__.setdefault("_after", []), hook)

    def __call__(self, *args: Any) -> Any:
        """Run the forward pass, after the first one has settled what was deferred.

        Raises:
            ShapeError: when the input does not fit; notes show the layer and its path.
            BadTypeError: when it is no array.
        """
        if self._before:
            for hook in tuple(self._before):
                hook(self, args)
        try:
            if not self._settled:
                self._settle(args)
            out = self.forward(*args)
        except ShapeError as error:
            trace(error, self)
            raise
        except AttributeError as error:
            if any(error.obj is arg for arg in args):
                raise BadTypeError(
                    f"{self.name} takes arrays, got {error.obj!r}: write nd.array(...)."
                ) from error
            raise
        if self._after:
            for hook in tuple(self._after):
                hook(self, args, out)
        return out

    def forward(self, *args: Any) -> Any:
        """Compute the output; every Block that is called has its own."""
        raise NotImplementedError(f"{type(self).__name__} is a Block without forward().")

    def infer_shape(self, *args: Any) -> None:
        """Set the unknown shapes of own Parameters from the first input."""

    def _settle(self, args: tuple[Any, ...]) -> None:
        own = self._parameters.values()
        unknown = [parameter for parameter in own if not parameter.known]
        if unknown and type(self).infer_shape is not CalledNode.infer_shape:
            for parameter in unknown:
                parameter.require_initialized()
            self.infer_shape(*args)
        if only_shapes():
            return
        with pause():
            for parameter in own:
                parameter.settle()
        self._settled = all(parameter.settled for parameter in own)
        CHANGES.note()
