"""The built-in initializers by name, and the frameworks' under the frameworks' own names.

A preset draws what the framework draws for the same layer, its way of counting fans included.
Where a framework misses the law that it means, initlab's law stands and the note says by how much.
Orthogonal ones are orthogonal in each group and copy, where the frameworks flatten over them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.init.critical import Critical
from initlab.init.exact_gain import ExactGain
from initlab.init.fans import Fans, Mode
from initlab.init.fixed import (
    STFT,
    Bilinear,
    Constant,
    Cosine,
    Dirac,
    Hadamard,
    Identity,
    Ones,
    Sinusoidal,
    ZeroHadamard,
    Zeros,
)
from initlab.init.independent import (
    Bounds,
    ComplexScaling,
    DropoutScaling,
    MSRAPrelu,
    Normal,
    RandomType,
    RandomWalk,
    Shape,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    Xavier,
)
from initlab.init.orthogonal import (
    ConvOrthogonal,
    DeltaOrthogonal,
    HaarOrthogonal,
    Orthogonal,
    Unitary,
)
from initlab.init.output import LogOdds, LogShares
from initlab.init.placed import (
    GPT2,
    IRNN,
    NTK,
    Antisymmetric,
    BranchScale,
    DeepNorm,
    DepthScaled,
    Fixup,
    FourierFeatures,
    LooksLinear,
    MuP,
    RecurrentStart,
    Rule,
    Siren,
    SmallInit,
    Start,
    TFixup,
    TorchDefault,
    UMuP,
    ZeroOutput,
)
from initlab.init.recurrent import Chrono, LSTMBias
from initlab.init.structured import (
    ICNR,
    NPRNN,
    RAI,
    Centred,
    EqualRows,
    Masked,
    Mirror,
    Scaled,
    Sparse,
    Spectral,
    Standardized,
    Twin,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.init.initializer import Initializer

__all__ = ["initializers"]

IN, AVG = Mode.fan_in, Mode.fan_avg
NORMAL, TRUNCATED, UNIFORM = Shape.normal, Shape.truncated_normal, Shape.uniform

OWN: dict[str, type[Initializer] | Initializer] = {
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "uniform": Uniform,
    "normal": Normal,
    "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling,
    "complex_scaling": ComplexScaling,
    "xavier": Xavier,
    "glorot_normal": VarianceScaling(1.0, AVG),
    "he": VarianceScaling(2.0),
    "lecun": VarianceScaling(1.0),
    "msraprelu": MSRAPrelu,
    "dropout_scaling": DropoutScaling,
    "random_walk": RandomWalk,
    "critical": Critical,
    "exact_gain": ExactGain,
    "orthogonal": HaarOrthogonal,
    "svd_orthogonal": Orthogonal,
    "delta_orthogonal": DeltaOrthogonal,
    "conv_orthogonal": ConvOrthogonal,
    "unitary": Unitary,
    "mirror": Mirror,
    "looks_linear": LooksLinear,
    "twin": Twin,
    "antisymmetric": Antisymmetric,
    "gaussian_submatrix": LooksLinear(VarianceScaling(1.0)),
    "identity": Identity,
    "dirac": Dirac,
    "bilinear": Bilinear,
    "hadamard": Hadamard,
    "cosine": Cosine,
    "sinusoidal": Sinusoidal,
    "stft": STFT,
    "zero_hadamard": ZeroHadamard,
    "sparse": Sparse,
    "rai": RAI,
    "np_rnn": NPRNN,
    "icnr": ICNR,
    "masked": Masked,
    "centred": Centred,
    "spectral": Spectral,
    "equal_rows": EqualRows,
    "standardized": Standardized,
    "lstmbias": LSTMBias,
    "scaled": Scaled,
    "fixup": Fixup,
    "rezero": BranchScale(Start.zero),
    "skipinit": BranchScale(Start.zero),
    "inverse_root_depth": BranchScale(Start.inverse_root),
    "layer_scale": BranchScale(Start.layer_scale),
    "gpt2": GPT2,
    "depth_scaled": DepthScaled,
    "small_init": SmallInit,
    "deepnorm": DeepNorm,
    "t_fixup": TFixup,
    "mup": MuP,
    "depth_mup": MuP(depth=0.5),
    "completep": MuP(depth=1.0),
    "u_mup": UMuP,
    "mean_field": MuP(base=1, optimizer=Rule.sgd),
    "ntk": NTK,
    "zero_output": ZeroOutput,
    "fourier_features": FourierFeatures,
    "siren": Siren,
    "recurrent": RecurrentStart,
    "irnn": IRNN,
    "chrono": Chrono,
    "log_odds": LogOdds,
    "log_shares": LogShares,
}

TORCH: dict[str, Initializer] = {
    "uniform": Uniform(0.5, mean=0.5),
    "normal": Normal(1.0),
    "constant": Constant(0.0),
    "zeros": Zeros(),
    "ones": Ones(),
    "eye": Identity(),
    "dirac": Dirac(),
    "xavier_uniform": VarianceScaling(1.0, AVG, UNIFORM, Fans.torch),
    "xavier_normal": VarianceScaling(1.0, AVG, NORMAL, Fans.torch),
    "kaiming_uniform": VarianceScaling(2.0, IN, UNIFORM, Fans.torch),
    "kaiming_normal": VarianceScaling(2.0, IN, NORMAL, Fans.torch),
    "trunc_normal": TruncatedNormal(1.0, bounds=Bounds.absolute),
    "orthogonal": HaarOrthogonal(),
    "sparse": Sparse(None, 0.1, 0.01, Unit.inputs),
    "default": TorchDefault(),
    "default_linear": VarianceScaling(1 / 3, IN, UNIFORM, Fans.torch),
    "default_conv": VarianceScaling(1 / 3, IN, UNIFORM, Fans.torch),
    "default_embedding": Normal(1.0),
}

KERAS: dict[str, Initializer] = {
    "zeros": Zeros(),
    "ones": Ones(),
    "constant": Constant(0.0),
    "random_uniform": Uniform(0.05),
    "random_normal": Normal(0.05),
    "truncated_normal": TruncatedNormal(0.05, bounds=Bounds.relative),
    "variance_scaling": VarianceScaling(1.0, IN, TRUNCATED, Fans.keras),
    "glorot_uniform": VarianceScaling(1.0, AVG, UNIFORM, Fans.keras),
    "glorot_normal": VarianceScaling(1.0, AVG, TRUNCATED, Fans.keras),
    "he_uniform": VarianceScaling(2.0, IN, UNIFORM, Fans.keras),
    "he_normal": VarianceScaling(2.0, IN, TRUNCATED, Fans.keras),
    "lecun_uniform": VarianceScaling(1.0, IN, UNIFORM, Fans.keras),
    "lecun_normal": VarianceScaling(1.0, IN, TRUNCATED, Fans.keras),
    "orthogonal": HaarOrthogonal(),
    "identity": Identity(),
    "stft": STFT(),
    "lstm": RecurrentStart(),
}

JAX: dict[str, Initializer] = {
    "zeros": Zeros(),
    "ones": Ones(),
    "constant": Constant(0.0),
    "uniform": Uniform(0.005, mean=0.005),
    "normal": Normal(0.01),
    "truncated_normal": TruncatedNormal(0.01, bounds=Bounds.relative),
    "glorot_uniform": VarianceScaling(1.0, AVG, UNIFORM, Fans.jax),
    "glorot_normal": VarianceScaling(1.0, AVG, TRUNCATED, Fans.jax),
    "he_uniform": VarianceScaling(2.0, IN, UNIFORM, Fans.jax),
    "he_normal": VarianceScaling(2.0, IN, TRUNCATED, Fans.jax),
    "lecun_uniform": VarianceScaling(1.0, IN, UNIFORM, Fans.jax),
    "lecun_normal": VarianceScaling(1.0, IN, TRUNCATED, Fans.jax),
    "complex_lecun_normal": ComplexScaling(),  # JAX 0.10 draws a std 0.9 % too large
    "orthogonal": HaarOrthogonal(),
    "delta_orthogonal": DeltaOrthogonal(),
    "default_embedding": VarianceScaling(1.0, Mode.fan_out),  # Flax: over the width
}

MXNET: dict[str, Initializer] = {
    "zero": Zeros(),
    "one": Ones(),
    "constant": Constant(0.0),
    "uniform": Uniform(0.07),
    "normal": Normal(0.01),
    "orthogonal": Orthogonal(),
    "xavier": Xavier(fans=Fans.torch),
    "xavier_gaussian": Xavier(RandomType.gaussian, fans=Fans.torch),
    "msraprelu": MSRAPrelu(fans=Fans.torch),
    "bilinear": Bilinear(),
    "lstmbias": LSTMBias(),
}

TIMM: dict[str, Initializer] = {
    "trunc_normal": TruncatedNormal(1.0, bounds=Bounds.absolute),
    "trunc_normal_tf": TruncatedNormal(1.0, bounds=Bounds.relative),
    "lecun_normal": VarianceScaling(1.0, IN, TRUNCATED, Fans.torch),
    "init_weight_vit": TruncatedNormal(0.02, bounds=Bounds.absolute),  # cut at 100 deviations
}

FRAMEWORKS = {"torch": TORCH, "keras": KERAS, "jax": JAX, "mxnet": MXNET, "timm": TIMM}


def initializers() -> Mapping[str, type[Initializer] | Initializer]:
    """Return the built-in initializers by their registered names, presets as instances.

    A framework's is `FRAMEWORK.NAME`: torch.kaiming_uniform, keras.glorot_uniform.
    """
    presets = {
        f"{framework}.{name}": preset
        for framework, shelf in FRAMEWORKS.items()
        for name, preset in shelf.items()
    }
    return MappingProxyType(OWN | presets)
