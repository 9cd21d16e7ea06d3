"""The built-in initializers by name, and the frameworks' under the frameworks' own names.

A preset draws what the framework draws for the same layer, its way of counting fans included.
Where a framework misses the law that it means, initlab's law stands and the note says by how much.
Options have the framework's own names, where its fans are counted with `fans` beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from initlab import init
from initlab.init.fans import Fans, Mode
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["initializers"]

Maker = Callable[[], Any]  # of a class or a preset, imported when it is asked for

IN, AVG = Mode.fan_in, Mode.fan_avg
TRUNCATED, UNIFORM = "truncated_normal", "uniform"


def _scaling(scale: float, mode: Mode, shape: str, fans: Fans) -> Maker:
    return lambda: init.VarianceScaling(scale, mode, init.Shape(shape), fans)


OWN: dict[str, Maker] = {
    "zeros": lambda: init.Zeros,
    "ones": lambda: init.Ones,
    "constant": lambda: init.Constant,
    "uniform": lambda: init.Uniform,
    "normal": lambda: init.Normal,
    "truncated_normal": lambda: init.TruncatedNormal,
    "variance_scaling": lambda: init.VarianceScaling,
    "complex_scaling": lambda: init.ComplexScaling,
    "xavier": lambda: init.Xavier,
    "glorot_normal": lambda: init.VarianceScaling(1.0, AVG),
    "he": lambda: init.VarianceScaling(2.0),
    "lecun": lambda: init.VarianceScaling(1.0),
    "msraprelu": lambda: init.MSRAPrelu,
    "dropout_scaling": lambda: init.DropoutScaling,
    "random_walk": lambda: init.RandomWalk,
    "critical": lambda: init.Critical,
    "exact_gain": lambda: init.ExactGain,
    "orthogonal": lambda: init.HaarOrthogonal,
    "svd_orthogonal": lambda: init.Orthogonal,
    "delta_orthogonal": lambda: init.DeltaOrthogonal,
    "conv_orthogonal": lambda: init.ConvOrthogonal,
    "unitary": lambda: init.Unitary,
    "mirror": lambda: init.Mirror,
    "looks_linear": lambda: init.LooksLinear,
    "twin": lambda: init.Twin,
    "antisymmetric": lambda: init.Antisymmetric,
    "gaussian_submatrix": lambda: init.LooksLinear(init.VarianceScaling(1.0)),
    "identity": lambda: init.Identity,
    "dirac": lambda: init.Dirac,
    "bilinear": lambda: init.Bilinear,
    "hadamard": lambda: init.Hadamard,
    "cosine": lambda: init.Cosine,
    "sinusoidal": lambda: init.Sinusoidal,
    "stft": lambda: init.STFT,
    "zero_hadamard": lambda: init.ZeroHadamard,
    "sparse": lambda: init.Sparse,
    "rai": lambda: init.RAI,
    "np_rnn": lambda: init.NPRNN,
    "icnr": lambda: init.ICNR,
    "masked": lambda: init.Masked,
    "centred": lambda: init.Centred,
    "spectral": lambda: init.Spectral,
    "equal_rows": lambda: init.EqualRows,
    "standardized": lambda: init.Standardized,
    "lstmbias": lambda: init.LSTMBias,
    "scaled": lambda: init.Scaled,
    "fixup": lambda: init.Fixup,
    "rezero": lambda: init.BranchScale(init.Start.zero),
    "skipinit": lambda: init.BranchScale(init.Start.zero),
    "inverse_root_depth": lambda: init.BranchScale(init.Start.inverse_root),
    "layer_scale": lambda: init.BranchScale(init.Start.layer_scale),
    "gpt2": lambda: init.GPT2,
    "depth_scaled": lambda: init.DepthScaled,
    "small_init": lambda: init.SmallInit,
    "deepnorm": lambda: init.DeepNorm,
    "t_fixup": lambda: init.TFixup,
    "mup": lambda: init.MuP,
    "depth_mup": lambda: init.MuP(depth=0.5),
    "completep": lambda: init.MuP(depth=1.0),
    "u_mup": lambda: init.UMuP,
    "mean_field": lambda: init.MuP(base=1),
    "ntk": lambda: init.NTK,
    "zero_output": lambda: init.ZeroOutput,
    "fourier_features": lambda: init.FourierFeatures,
    "siren": lambda: init.Siren,
    "recurrent": lambda: init.RecurrentStart,
    "irnn": lambda: init.IRNN,
    "chrono": lambda: init.Chrono,
    "log_odds": lambda: init.LogOdds,
    "log_shares": lambda: init.LogShares,
    "load": lambda: init.Load,
    "weight_selection": lambda: init.WeightSelection,
    "pretrained_statistics": lambda: init.PretrainedStatistics,
}

TORCH: dict[str, Maker] = {
    "uniform": lambda: init.TorchUniform(),
    "normal": lambda: init.TorchNormal(),
    "constant": lambda: init.TorchConstant(),
    "zeros": lambda: init.Zeros(),
    "ones": lambda: init.Ones(),
    "eye": lambda: init.Identity(),
    "dirac": lambda: init.TorchDirac(),
    "xavier_uniform": lambda: init.XavierUniform(),
    "xavier_normal": lambda: init.XavierNormal(),
    "kaiming_uniform": lambda: init.KaimingUniform(),
    "kaiming_normal": lambda: init.KaimingNormal(),
    "trunc_normal": lambda: init.TorchTruncatedNormal(),
    "orthogonal": lambda: init.TorchOrthogonal(),
    "sparse": lambda: init.TorchSparse(),
    "default": lambda: init.TorchDefault(),
    "default_linear": lambda: init.TorchDefault(),
    "default_conv": lambda: init.TorchDefault(),
    "default_embedding": lambda: init.TorchNormal(),
}

KERAS: dict[str, Maker] = {
    "zeros": lambda: init.Zeros(),
    "ones": lambda: init.Ones(),
    "constant": lambda: init.Constant(0.0),
    "random_uniform": lambda: init.KerasUniform(),
    "random_normal": lambda: init.KerasNormal(),
    "truncated_normal": lambda: init.KerasTruncatedNormal(),
    "variance_scaling": _scaling(1.0, IN, TRUNCATED, Fans.keras),
    "glorot_uniform": _scaling(1.0, AVG, UNIFORM, Fans.keras),
    "glorot_normal": _scaling(1.0, AVG, TRUNCATED, Fans.keras),
    "he_uniform": _scaling(2.0, IN, UNIFORM, Fans.keras),
    "he_normal": _scaling(2.0, IN, TRUNCATED, Fans.keras),
    "lecun_uniform": _scaling(1.0, IN, UNIFORM, Fans.keras),
    "lecun_normal": _scaling(1.0, IN, TRUNCATED, Fans.keras),
    "orthogonal": lambda: init.KerasOrthogonal(),
    "identity": lambda: init.Identity(),
    "stft": lambda: init.STFT(),
    "lstm": lambda: init.RecurrentStart(),
}

JAX: dict[str, Maker] = {
    "zeros": lambda: init.Zeros(),
    "ones": lambda: init.Ones(),
    "constant": lambda: init.Constant(0.0),
    "uniform": lambda: init.JaxUniform(),
    "normal": lambda: init.JaxNormal(),
    "truncated_normal": lambda: init.JaxTruncatedNormal(),
    "glorot_uniform": _scaling(1.0, AVG, UNIFORM, Fans.jax),
    "glorot_normal": _scaling(1.0, AVG, TRUNCATED, Fans.jax),
    "he_uniform": _scaling(2.0, IN, UNIFORM, Fans.jax),
    "he_normal": _scaling(2.0, IN, TRUNCATED, Fans.jax),
    "variance_scaling": _scaling(1.0, IN, TRUNCATED, Fans.jax),  # JAX's three have no defaults
    "lecun_uniform": _scaling(1.0, IN, UNIFORM, Fans.jax),
    "lecun_normal": _scaling(1.0, IN, TRUNCATED, Fans.jax),
    "complex_lecun_normal": lambda: init.ComplexScaling(),  # JAX 0.10 draws a std 0.9 % too large
    "orthogonal": lambda: init.HaarOrthogonal(layout=Fans.jax),
    "delta_orthogonal": lambda: init.DeltaOrthogonal(per_group=False),
    "default_embedding": lambda: init.VarianceScaling(1.0, Mode.fan_out),  # Flax: over the width
}
JAX |= {  # their other names there
    f"{other}_{shape}": JAX[f"{name}_{shape}"]
    for other, name in (("xavier", "glorot"), ("kaiming", "he"))
    for shape in ("uniform", "normal")
}

MXNET: dict[str, Maker] = {
    "zero": lambda: init.Zeros(),
    "one": lambda: init.Ones(),
    "constant": lambda: init.Constant(0.0),
    "uniform": lambda: init.Uniform(0.07),
    "normal": lambda: init.Normal(0.01),
    "orthogonal": lambda: init.Orthogonal(),
    "xavier": lambda: init.Xavier(fans=Fans.torch),
    "xavier_gaussian": lambda: init.Xavier(init.RandomType.gaussian, fans=Fans.torch),
    "msraprelu": lambda: init.MSRAPrelu(fans=Fans.torch),
    "bilinear": lambda: init.Bilinear(),
    "lstmbias": lambda: init.LSTMBias(),
    "load": lambda: init.Load,
}

TIMM: dict[str, Maker] = {
    "trunc_normal": lambda: init.TorchTruncatedNormal(),
    "trunc_normal_tf": lambda: init.TimmTruncatedNormal(),
    "variance_scaling": _scaling(1.0, IN, "normal", Fans.torch),
    "lecun_normal": _scaling(1.0, IN, TRUNCATED, Fans.torch),
    "init_weight_vit": lambda: init.TorchTruncatedNormal(std=0.02),  # cut at 100 deviations
}

FRAMEWORKS = {"torch": TORCH, "keras": KERAS, "jax": JAX, "mxnet": MXNET, "timm": TIMM}


def initializers() -> Mapping[str, type[init.Initializer] | init.Initializer]:
    """Return the built-in initializers by their registered names, presets as instances.

    A framework's is `FRAMEWORK.NAME`: torch.kaiming_uniform, keras.glorot_uniform. Each is imported
    when it is asked for.
    """
    presets = {
        f"{framework}.{name}": preset
        for framework, shelf in FRAMEWORKS.items()
        for name, preset in shelf.items()
    }
    return Shelf(OWN | presets)
