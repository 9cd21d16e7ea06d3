"""An initializer that depends on where a parameter stands: a plan asks it, and then draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.errors import BadValueError
from initlab.init.initializer import Initializer
from initlab.init.place import OptimizerKind
from initlab.init.spec import Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.place import Place
    from initlab.init.spec import ParameterSpec

__all__ = ["Given", "Placed", "absorbed", "need_branches", "need_recurrence", "told_rate"]


@dataclass(frozen=True)
class Given:
    """What a rule gives one parameter.

    Args:
        use: the initializer, which draws.
        note: the numbers behind it, "x 0.25 = 4^(-1/2)".
        lr_mult: what its learning rate is multiplied by.
    """

    use: Initializer
    note: str = ""
    lr_mult: float = 1.0


class Placed(Initializer):
    """A rule over the tree: subclasses define `at(place)`.

    A plan shows what each parameter gets, with the numbers, before anything is drawn; parameters
    for which the rule has nothing to say fall to the next ground.
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight,)
    """The roles that it speaks for; for weights includes embeddings."""

    def given(self, place: Place) -> Given | None:
        """Return what the rule gives, if the parameter has one of its roles, and fans if a weight.

        Raises:
            InitlabError: when the rule does not apply to such a net.
        """
        role = Role.weight if place.spec.role == Role.embedding else place.spec.role
        if role not in self.roles or (role == Role.weight and not place.is_weight):
            return None
        return self.at(place)

    def at(self, place: Place) -> Given | None:
        """Return what the parameter at `place`, of one of the roles, gets; None says nothing.

        Raises:
            InitlabError: when the rule does not apply to such a net.
        """
        raise NotImplementedError(f"{type(self).__name__} is Placed without at(self, place)")

    def trained_by(self, place: Place, usual: OptimizerKind = OptimizerKind.adam) -> OptimizerKind:
        """Return whose learning rates are meant: its own `optimizer`'s, the run's, or the usual.

        Raises:
            BadValueError: when the run's optimizer steps like neither.
        """
        own: OptimizerKind | None = getattr(self, "optimizer", None)
        if own is not None or place.optimizer is None:
            return own or usual
        if place.optimizer not in list(OptimizerKind):
            also = ", or say whose to take: init.weight.optimizer=adam" * hasattr(self, "optimizer")
            raise BadValueError(
                f"{type(self).__name__} sets learning rates, which it knows for optimizers that "
                f"step like sgd or adam; the run trains by {place.optimizer}. Choose optim=sgd or "
                f"optim=adam{also}."
            )
        return OptimizerKind(place.optimizer)

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - it refuses
    ) -> NDArray[np.floating]:
        """Refuse: where the parameter stands is not known here.

        Raises:
            BadValueError: always.
        """
        raise BadValueError(
            f"{spec.label} gets from {self} what depends on its place, which only a plan knows: "
            "give it in a config (+init=NAME), or draw by initlab.tree.apply_plan(net, make_plan("
            "slots(net), roles={...}), source)."
        )


def need_branches(place: Place, rule: str) -> None:
    """Raise a BadValueError when the net has no residual branch."""
    if not place.branches:
        raise BadValueError(
            f"{rule} is for residual nets, and this one has no residual branch. Build it of "
            "Residual blocks, such as model=residual_mlp, or choose he."
        )


def need_recurrence(place: Place, rule: str) -> None:
    """Raise a BadValueError when the net has no recurrent weight."""
    if not place.recurrences:
        raise BadValueError(
            f"{rule} is for recurrent nets, and this one has no recurrent weight. Build it of "
            "recurrent layers, such as model=lstm data=text, or choose glorot_normal."
        )


def absorbed(factor: float, kind: OptimizerKind) -> float:
    """Return the rate of a weight into which a forward factor is taken, that nothing changes.

    >>> absorbed(0.5, OptimizerKind.sgd), absorbed(0.5, OptimizerKind.adam)
    (0.25, 0.5)
    """
    return factor**2 if kind is OptimizerKind.sgd else factor


def told_rate(rate: float, kind: OptimizerKind) -> str:
    """Return a learning rate's factor in words, with the optimizer whose it is."""
    return f"{'SGD' if kind is OptimizerKind.sgd else 'Adam'}'s lr x {rate:.4g}"
