"""The frameworks' presets against the frameworks, and the table that lays them side by side."""

from __future__ import annotations

from math import isfinite, prod, sqrt

import numpy as np
import pytest

from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.init import (
    COLUMNS,
    LAYERS,
    Fans,
    Load,
    ParameterSpec,
    as_matrices,
    conventions,
    create,
    initializers,
    layer,
    matrix_shape,
)
from initlab.init.fans import fans, flattened
from initlab.init.torch_names import Nonlinearity, calculate_gain
from initlab.listing import print_catalog

PRESETS = initializers()


def std_of(name, spec):
    return sqrt(PRESETS[name].law(spec).variance)


def close(drawn, name, spec):
    """The drawn std is the preset's, within five standard errors by its law."""
    law, n = PRESETS[name].law(spec), drawn.size
    error = sqrt(law.variance * (law.kurtosis - 1) / 4 / n)
    return abs(drawn.astype(np.float64).std() - sqrt(law.variance)) < 5 * error


LAID_OUT = {  # by hand: the shape that each framework gives the weight of the same layer
    "dense": {"torch": (256, 64), "keras": (64, 256), "jax": (64, 256)},
    "convolution": {"torch": (64, 32, 3, 3), "keras": (3, 3, 32, 64), "jax": (3, 3, 32, 64)},
    "grouped": {"torch": (64, 8, 3, 3), "keras": (3, 3, 8, 64), "jax": (3, 3, 8, 64)},
    "depthwise": {"torch": (32, 1, 3, 3), "keras": (3, 3, 32, 1), "jax": (3, 3, 1, 32)},
    "transposed": {"torch": (64, 32, 4, 4), "keras": (4, 4, 32, 64), "jax": (4, 4, 64, 32)},
    "embedding": {"torch": (5000, 128), "keras": (5000, 128), "jax": (5000, 128)},
    "experts": {"torch": (8, 256, 64), "keras": (8, 64, 256), "jax": (8, 64, 256)},
}
POSITIONS = {"torch": (1, 0), "keras": (-2, -1), "jax": (-2, -1)}  # of inputs and outputs


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("framework", POSITIONS)
def test_a_frameworks_fans_are_those_at_its_positions_of_its_own_layout(kind, framework):
    shape, (i, o) = LAID_OUT[kind][framework], POSITIONS[framework]
    around = prod(shape) // (shape[i] * shape[o])
    assert fans(LAYERS[kind], Fans(framework)) == (shape[i] * around, shape[o] * around)


@pytest.mark.peers
@pytest.mark.parametrize("kind", LAYERS)
def test_torchs_presets_are_torchs(kind):
    import torch
    from torch.nn import init

    torch.manual_seed(0)
    w = torch.empty(LAID_OUT[kind]["torch"])
    fills = {
        "xavier_uniform": init.xavier_uniform_, "xavier_normal": init.xavier_normal_,
        "kaiming_uniform": init.kaiming_uniform_, "kaiming_normal": init.kaiming_normal_,
        "trunc_normal": init.trunc_normal_, "uniform": init.uniform_, "normal": init.normal_,
    }  # fmt: skip
    for name, fill in fills.items():
        assert close(fill(w).numpy(), f"torch.{name}", LAYERS[kind]), name


@pytest.mark.peers
@pytest.mark.parametrize("nonlinearity", Nonlinearity)
def test_torchs_presets_take_torchs_arguments(nonlinearity):
    import torch
    from torch.nn import init

    assert calculate_gain(nonlinearity, 0.3) == init.calculate_gain(
        str(nonlinearity), 0.3 if nonlinearity == "leaky_relu" else None
    )
    given = {"a": 0.3, "mode": "fan_out", "nonlinearity": str(nonlinearity)}
    spec, w = LAYERS["convolution"], torch.empty(LAID_OUT["convolution"]["torch"])
    torch.manual_seed(0)
    uniform = create("torch.kaiming_uniform", **given)
    bound = float(init.kaiming_uniform_(w, **given).abs().max())
    assert bound == pytest.approx(uniform.law(spec).high, rel=1e-3)  # 18,432 draws reach it
    normal = create("torch.kaiming_normal", **given)
    drawn = float(init.kaiming_normal_(w, **given).std())
    assert drawn == pytest.approx(sqrt(normal.variance(spec)), rel=5 / sqrt(2 * w.numel()))


@pytest.mark.peers
def test_torchs_gains_are_torchs():
    import torch
    from torch.nn import init

    w, spec = torch.empty(40, 30), ParameterSpec((40, 30))
    for name, fill in (("xavier_uniform", init.xavier_uniform_), ("orthogonal", init.orthogonal_)):
        drawn = fill(w, gain=3.0).numpy()
        ours = create(f"torch.{name}", gain=3.0)
        size = sqrt((drawn.astype(np.float64) ** 2).mean())
        assert size == pytest.approx(sqrt(ours.variance(spec)), rel=0.05), name


def made_by(name, shape, options):
    framework, made = name.split(".")
    if framework in ("torch", "timm"):
        import torch

        torch.manual_seed(0)
        return getattr(torch.nn.init, f"{made}_")(torch.empty(shape), **options).numpy()
    if framework == "jax":
        import jax

        return np.asarray(getattr(jax.nn.initializers, made)(**options)(jax.random.key(0), shape))
    import keras

    make = getattr(keras.initializers, "".join(map(str.capitalize, made.split("_"))))
    return np.asarray(make(**options, seed=0)(shape))


@pytest.mark.peers
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("torch.uniform", {"a": -3.0, "b": 1.0}),
        ("torch.normal", {"mean": 2.0, "std": 3.0}),
        ("torch.trunc_normal", {"mean": 0.5, "std": 1.5, "a": -1.0, "b": 3.0}),
        ("torch.sparse", {"sparsity": 0.3, "std": 2.0}),
        ("timm.trunc_normal", {"mean": 0.5, "std": 1.5, "a": -1.0, "b": 3.0}),
        ("keras.random_uniform", {"minval": -3.0, "maxval": 1.0}),
        ("keras.random_normal", {"mean": 2.0, "stddev": 3.0}),
        ("keras.truncated_normal", {"mean": 2.0, "stddev": 3.0}),
        ("keras.orthogonal", {"gain": 3.0}),
        ("jax.uniform", {"scale": 3.0}),
        ("jax.normal", {"stddev": 3.0}),
        ("jax.truncated_normal", {"stddev": 3.0, "lower": -1.0, "upper": 2.5}),
    ],
)
def test_a_presets_options_are_the_frameworks_own(name, options, monkeypatch):
    """Moments within five standard errors of independent draws, the range up to the bounds.

    Keras on torch draws each value four times at most: one in 230,000 is not cut.
    """
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    theirs = made_by(name, (200, 150), options).astype(np.float64)
    ours = create(name, **options)
    assert sorted(options) == sorted(vars(ours))
    law = ours.law(ParameterSpec((200, 150)))
    std = sqrt(law.variance)
    assert theirs.mean() == pytest.approx(law.mean, abs=5 * std / sqrt(theirs.size))
    assert theirs.std() == pytest.approx(std, rel=5 * sqrt((law.kurtosis - 1) / 4 / theirs.size))
    if isfinite(law.low) and law.entries == "independent":
        ends = law.low + (law.high - law.low) * np.array([0.01, 0.99])
        reach = 20 / theirs.size / ours.entry(None).density(ends).min()
        cut = theirs[(theirs >= law.low - 1e-6) & (theirs <= law.high + 1e-6)]
        assert theirs.size - cut.size <= 3 * (name == "keras.truncated_normal")
        assert cut.min() < law.low + reach
        assert cut.max() > law.high - reach


@pytest.mark.parametrize(("mode", "n"), [("fan_in", 36), ("fan_out", 72), ("fan_avg", 54)])
def test_timms_variance_scaling_is_normal_by_torchs_fans(mode, n):
    """Its source: normal_(std=sqrt(scale / n)) of _calculate_fan_in_and_fan_out, which sees no
    groups."""
    spec = ParameterSpec((8, 4, 3, 3), groups=2)
    law = create("timm.variance_scaling", scale=3.0, mode=mode).law(spec)
    assert (law.variance, law.kurtosis) == (pytest.approx(3 / n), 3)
    assert create("timm.variance_scaling").law(spec).variance == pytest.approx(1 / 36)


def test_mxnets_load_is_load():
    assert create("mxnet.load", param={"w": [1.0]}) == Load({"w": [1.0]})


def test_timms_other_truncated_normal_is_cut_before_it_is_scaled():
    """Its source: trunc_normal_(tensor, 0, 1, a, b), then mul_(std).add_(mean)."""
    law = create("timm.trunc_normal_tf", mean=5.0, std=0.5, a=-1.0, b=3.0).law(None)
    cut = create("torch.trunc_normal", a=-1.0, b=3.0).law(None)
    assert (law.low, law.high) == pytest.approx((4.5, 6.5))
    assert (law.mean, law.variance) == pytest.approx((5 + 0.5 * cut.mean, 0.25 * cut.variance))


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("torch.uniform", {"a": 2}, r"torch\.uniform: a must not be above b, got 2 and 1\.0"),
        ("torch.normal", {"std": -1}, r"torch\.normal: std must not be negative, got -1"),
        ("torch.trunc_normal", {"std": -1}, r"trunc_normal: std must not be negative"),
        ("torch.trunc_normal", {"a": 3}, r"low must be below high, got 3 and 2\.0"),
        ("torch.constant", {"val": float("nan")}, r"torch\.constant: val must be a finite number"),
        ("torch.sparse", {"std": -1}, r"torch\.sparse: std must not be negative"),
        ("torch.sparse", {"sparsity": 1}, r"sparsity is in \[0, 1\), got 1"),
        ("torch.dirac", {"groups": 0}, r"dirac: groups must be positive, got 0"),
        ("timm.trunc_normal_tf", {"std": -1}, r"trunc_normal_tf: std must not be negative"),
        ("keras.random_uniform", {"minval": 1}, r"random_uniform: minval must not be above maxv"),
        ("keras.random_normal", {"stddev": -1}, r"random_normal: stddev must not be negative"),
        ("keras.truncated_normal", {"stddev": -1}, r"truncated_normal: stddev must not be neg"),
        ("keras.orthogonal", {"gain": 0}, r"orthogonal: gain must be positive, got 0"),
        ("jax.uniform", {"scale": -1}, r"jax\.uniform: scale must not be negative, got -1"),
        ("jax.normal", {"stddev": -1}, r"jax\.normal: stddev must not be negative"),
        ("jax.truncated_normal", {"stddev": -1}, r"jax\.truncated_normal: stddev must not be neg"),
    ],
)
def test_a_presets_refusals_name_the_frameworks_option(name, options, told):
    with pytest.raises(BadValueError, match=told):
        create(name, **options)


def orthogonal_of(framework, shape):
    if framework == "torch":
        import torch

        return torch.nn.init.orthogonal_(torch.empty(shape)).numpy()
    if framework == "jax":
        import jax

        return np.asarray(jax.nn.initializers.orthogonal()(jax.random.key(0), shape))
    import keras

    return np.asarray(keras.initializers.Orthogonal(seed=0)(shape))


@pytest.mark.peers
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("framework", POSITIONS)
def test_a_frameworks_orthogonal_matrix_is_the_one_of_its_layout(framework, kind, monkeypatch):
    """Orthonormality alone fixes the mean square: the one over the longer side."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    shape, spec = LAID_OUT[kind][framework], LAYERS[kind]
    theirs = orthogonal_of(framework, shape).astype(np.float64)
    ours = PRESETS[f"{framework}.orthogonal"]
    assert sqrt((theirs**2).mean()) == pytest.approx(std_of(f"{framework}.orthogonal", spec), 1e-5)
    flat = flattened(spec, Fans(framework))
    rows = shape[0] if framework == "torch" else shape[-1]
    assert matrix_shape(flat) == (1, rows, prod(shape) // rows)
    w = ours(spec, np.random.default_rng(0)).astype(np.float64)
    matrix = as_matrices(w.reshape(flat.shape), flat)[0]
    gram = matrix @ matrix.T if rows <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-5)


def test_a_depthwise_matrix_is_flattened_by_each_framework_in_its_own_way():
    """64 filters of 9: torch and JAX make them orthogonal, Keras one vector, the lab each long."""
    row = next(r for r in conventions(layer("depthwise", (64, 1, 3, 3))) if "orth" in r.meant)
    found = [row.stds[name] for name in ("initlab", "torch", "jax", "keras")]
    assert found == pytest.approx([1 / 3, 1 / 8, 1 / 8, 1 / 24])
    assert "64 matrices of 1 x 9, flattened to torch 64 x 9, keras 1 x 576" in row.why


@pytest.mark.parametrize("kind", LAYERS)
def test_every_difference_has_its_reason(kind):
    """Each framework that gives another std than the lab is named, or its convention is."""
    for row in conventions(LAYERS[kind]):
        for column, std in row.stds.items():
            if std is None or row.stds["initlab"] is None:
                continue
            if std != pytest.approx(row.stds["initlab"], rel=1e-9):
                assert column in row.why.lower(), (row.meant, column)


def test_an_embeddings_fans_are_swapped_in_torch_and_timm():
    rows = {row.meant: row for row in conventions(layer("embedding"))}
    assert "timm 128 and 5000" in rows["lecun normal"].why
    assert "torch 128 and 5000" in rows["he uniform"].why


@pytest.mark.peers
@pytest.mark.parametrize("kind", LAYERS)
def test_jaxs_presets_are_jaxs(kind):
    import jax

    made = jax.nn.initializers
    fills = {
        "glorot_uniform": made.glorot_uniform(), "glorot_normal": made.glorot_normal(),
        "he_uniform": made.he_uniform(), "he_normal": made.he_normal(),
        "xavier_uniform": made.xavier_uniform(), "xavier_normal": made.xavier_normal(),
        "kaiming_uniform": made.kaiming_uniform(), "kaiming_normal": made.kaiming_normal(),
        "lecun_normal": made.lecun_normal(), "uniform": made.uniform(), "normal": made.normal(),
        "truncated_normal": made.truncated_normal(),
        "variance_scaling": made.variance_scaling(1.0, "fan_in", "truncated_normal"),
    }  # fmt: skip
    for name, fill in fills.items():
        drawn = np.asarray(fill(jax.random.key(1), LAID_OUT[kind]["jax"]))
        assert close(drawn, f"jax.{name}", LAYERS[kind]), name


@pytest.mark.peers
@pytest.mark.parametrize("kind", LAYERS)
def test_kerass_presets_are_kerass(kind, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    made = keras.initializers
    fills = {
        "glorot_uniform": made.GlorotUniform, "glorot_normal": made.GlorotNormal,
        "he_uniform": made.HeUniform, "he_normal": made.HeNormal,
        "lecun_uniform": made.LecunUniform, "lecun_normal": made.LecunNormal,
        "random_uniform": made.RandomUniform, "random_normal": made.RandomNormal,
        "truncated_normal": made.TruncatedNormal, "variance_scaling": made.VarianceScaling,
    }  # fmt: skip
    for name, fill in fills.items():
        drawn = np.asarray(fill(seed=3)(LAID_OUT[kind]["keras"]))
        assert close(drawn, f"keras.{name}", LAYERS[kind]), name


@pytest.mark.peers
@pytest.mark.parametrize("side", ["real", "imag"])
@pytest.mark.parametrize("scaling", ["density", "spectrum", "none"])
def test_the_fourier_kernels_are_kerass(side, scaling, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    import keras

    from initlab.init import STFT

    theirs = keras.initializers.STFT(side, "hann", None if scaling == "none" else scaling)
    wanted = np.asarray(theirs((64, 1, 33)))  # frame, channel, frequencies
    drawn = STFT(side, "hann", scaling)(ParameterSpec((33, 1, 64)), None)
    np.testing.assert_allclose(np.transpose(drawn, (2, 1, 0)), wanted, atol=1e-5)  # float32 angles


@pytest.mark.peers
def test_jaxs_complex_law_is_nine_thousandths_too_wide_and_ours_is_not():
    import jax

    fill = jax.nn.initializers.lecun_normal(dtype=np.complex64)
    drawn = np.asarray(fill(jax.random.key(0), (400, 500)))
    theirs = sqrt(400 * np.mean(np.abs(drawn) ** 2))
    from initlab.init import ComplexScaling

    ours = ComplexScaling()(ParameterSpec((500, 400), "complex64"), np.random.default_rng(0))
    # |w|^2 has the variance (kurtosis - 1): the root of its mean errs by 0.0007
    assert theirs == pytest.approx(1.0090, abs=0.004)
    assert sqrt(400 * np.mean(np.abs(ours) ** 2)) == pytest.approx(1, abs=0.004)


def test_gaussian_xavier_has_three_times_glorots_variance_in_mxnet_alone():
    row = next(r for r in conventions(layer("dense")) if r.meant == "glorot normal")
    assert row.stds["mxnet"] == pytest.approx(3**0.5 * row.stds["torch"])
    assert row.stds["torch"] == row.stds["initlab"] == row.stds["jax"]
    assert "magnitude 3" in row.why


def test_frameworks_that_agree_need_no_reason():
    rows = {row.meant: row for row in conventions(layer("dense"))}
    assert rows["glorot uniform"].why == ""
    assert len({round(s, 12) for s in rows["glorot uniform"].stds.values() if s}) == 1


def test_a_depthwise_kernel_is_where_fans_part():
    row = next(r for r in conventions(layer("depthwise", (16, 1, 5, 5))) if "he n" in r.meant)
    assert row.stds["torch"] == pytest.approx(sqrt(2 / 25))
    assert row.stds["keras"] == pytest.approx(sqrt(2 / (25 * 16)))
    assert "keras 400 and 25" in row.why


def test_the_listing_prints_every_kind_and_one_shape(capsys):
    from initlab.catalog import load_catalog

    print_catalog(load_catalog(installed=False), ["conventions"])
    said = capsys.readouterr().out
    assert all(kind in said for kind in LAYERS)
    assert all(column in said for column in COLUMNS)
    print_catalog(load_catalog(installed=False), ["conventions", "dense", "30x20"])
    assert "fan_in 20, fan_out 30" in capsys.readouterr().out


def test_a_grouped_layers_own_shape_is_the_examples_unless_it_has_other_groups():
    known = LAYERS["grouped"]
    assert layer("grouped", known.shape) == known
    assert layer("grouped", known.shape, groups=8).fan_out == 8 * 9


def test_the_listing_tells_how_many_groups_a_layer_has(capsys):
    from initlab.catalog import load_catalog

    print_catalog(load_catalog(installed=False), ["conventions", "grouped", "6x4x3", "groups=2"])
    assert "grouped 6 x 4 x 3, 2 groups: fan_in 12, fan_out 9;" in capsys.readouterr().out
    print_catalog(load_catalog(installed=False), ["conventions", "dense"])
    assert "groups" not in capsys.readouterr().out.splitlines()[0]


def test_groups_that_are_none_or_do_not_divide_are_refused():
    from initlab.catalog import load_catalog

    with pytest.raises(ShapeError, match=r"has 63 outputs, which 4 groups do not divide"):
        layer("grouped", (63, 8, 3, 3))
    with pytest.raises(BadValueError, match=r"groups=2 is for a grouped layer, not for kind 'den"):
        layer("dense", (10, 20), groups=2)
    with pytest.raises(BadValueError, match=r"groups=two: the number of groups is a whole one"):
        print_catalog(load_catalog(installed=False), ["conventions", "grouped", "groups=two"])


def test_sizes_that_the_kind_cannot_have_are_refused():
    with pytest.raises(BadValueError, match=r"kind 'dense' has sizes of at least 1, got \(0, 4\)"):
        layer("dense", (0, 4))
    with pytest.raises(ShapeError, match=r"laid out as \(32, 1, 3, 3\), got \(32, 2, 3, 3\)"):
        layer("depthwise", (32, 2, 3, 3))


def test_a_misspelled_kind_and_a_shape_that_does_not_fit_are_refused():
    with pytest.raises(UnknownNameError, match=r"Unknown layer kind 'dens'. Did you mean 'dense'"):
        layer("dens")
    with pytest.raises(ShapeError, match=r"A weight of kind 'dense' .* got \(3,\)"):
        layer("dense", (3,))
    from initlab.catalog import load_catalog

    with pytest.raises(BadValueError, match=r"sizes joined by x, got 'axb'"):
        print_catalog(load_catalog(installed=False), ["conventions", "dense", "axb"])
