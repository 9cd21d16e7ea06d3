"""Transformers of a thousand layers with the norm after the branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import not_negative
from initlab.init.fans import Mode
from initlab.init.independent import Shape, VarianceScaling
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, absorbed, need_branches, told_rate
from initlab.init.spec import Role

__all__ = ["DeepNorm", "TFixup"]

QUERY_KEY = ("query", "key")


@dataclass(frozen=True)
class DeepNorm(Placed):
    """Xavier with gain beta = (8N)^(-1/4) for the branches' weights, 1 for queries and keys.

    Wang et al. (2022), an encoder or a decoder alone of N blocks, whose streams are multiplied by
    alpha = (2N)^(1/4) before each branch is added; for two halves of one net see the arguments.
    The norm after the sum forgets sizes, LN(alpha x + f) = LN(x + f / alpha), so alpha is taken
    into the branch's last weight: over alpha, and so is its Adam's rate (SGD's over alpha^2). That
    is DeepNorm to the letter where a norm follows each sum, as in model=post_ln_transformer; biases
    of branches keep their rate.

    Args:
        decoder_blocks: M, of the decoder that this net is the encoder of: then beta is
            0.87 (N^4 M)^(-1/16) and alpha 0.81 (N^4 M)^(1/16); 0 for a net alone.
        decoder: whether this net is that decoder, whose M blocks attend to an encoder too and so
            have three branches each: then beta is (12M)^(-1/4) and alpha (3M)^(1/4).

    Raises:
        BadValueError: when decoder_blocks is negative, or given to the decoder itself.
    """

    decoder_blocks: int = 0
    decoder: bool = False

    def __post_init__(self) -> None:
        not_negative("deepnorm", decoder_blocks=self.decoder_blocks)
        if self.decoder and self.decoder_blocks:
            raise BadValueError(
                f"deepnorm: decoder_blocks={self.decoder_blocks} is for the encoder, and this is "
                "the decoder, which knows its own. Leave it out."
            )

    def at(self, place: Place) -> Given | None:
        """Return the scaled Xavier."""
        need_branches(place, "deepnorm")
        if place.inner < 0 or place.mentions(*QUERY_KEY):
            return Given(_xavier(1.0))
        (beta, told), (alpha, how) = self._factors(place.branches)
        note = f"beta {beta:.4g} = {told}"
        if not place.ends_branch:
            return Given(_xavier(beta), note)
        kind = self.trained_by(place)
        rate = absorbed(1 / alpha, kind)
        note += f", over alpha {alpha:.4g} = {how}, {told_rate(rate, kind)}"
        return Given(_xavier(beta / alpha), note, rate)

    def _factors(self, branches: int) -> tuple[tuple[float, str], tuple[float, str]]:
        """Return beta and alpha, each with its formula."""
        a_block = 3 if self.decoder else 2
        blocks, m = branches / a_block, self.decoder_blocks
        n = f"{blocks:g}"
        if not m:
            beta, alpha = (4 * branches) ** -0.25, branches**0.25
            return (
                (beta, f"({4 * a_block} x {n})^(-1/4)"),
                (alpha, f"({a_block} x {n})^(1/4)"),
            )
        both, told = (blocks**4 * m) ** (1 / 16), f"({n}^4 x {m})"
        return (0.87 / both, f"0.87 {told}^(-1/16)"), (0.81 * both, f"0.81 {told}^(1/16)")


@dataclass(frozen=True)
class TFixup(Placed):
    """Transformers without warm-up or norm: encoders x 0.67 N^(-1/4), decoders x (9N)^(-1/4).

    Huang et al. (2020), for N blocks: values, outputs and feed-forward weights, values also times
    sqrt(2) as their Xavier of the stacked query, key and value has it; embeddings N(0, 1/d), times
    (9N)^(-1/4) in either, as their code has it.

    Args:
        decoder: whether the factor is a decoder's, whose blocks attend to an encoder too and so
            have three branches each.
    """

    decoder: bool = False
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the scaled Xavier."""
        need_branches(place, "t_fixup")
        blocks = place.branches / (3 if self.decoder else 2)
        embeds = place.spec.role == Role.embedding
        factor = (9 * blocks) ** -0.25 if embeds or self.decoder else 0.67 * blocks**-0.25
        note = f"x {factor:.4g}, {blocks:g} blocks"
        if place.is_first and place.norms:
            note += f", {place.norms} norms stay, which T-Fixup is to do without"
        if embeds:
            return Given(VarianceScaling(factor**2, Mode.fan_out), note)
        if place.inner < 0 or place.mentions(*QUERY_KEY):
            return Given(_xavier(1.0))
        return Given(_xavier(factor * (2**0.5 if place.mentions("value") else 1)), note)


def _xavier(gain: float) -> VarianceScaling:
    return VarianceScaling(gain**2, Mode.fan_avg, Shape.uniform)
