from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass

import numpy as np
import pytest

from initlab import init
from initlab.errors import BadTypeError, BadValueError, InitlabError, ShapeError, UnknownNameError
from initlab.init import (
    NTK,
    Constant,
    HaarOrthogonal,
    Identity,
    Initializer,
    LogShares,
    LSTMBias,
    Masked,
    MSRAPrelu,
    MuP,
    Normal,
    One,
    Ones,
    Orthogonal,
    ParameterSpec,
    Scaled,
    Sparse,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
    WeightSelection,
    Xavier,
    Zero,
    Zeros,
    create,
    initializers,
)

BAD = [
    (lambda: Uniform(-1), r"uniform: scale must not be negative, got -1"),
    (lambda: Normal(sigma=-0.1), r"normal: sigma must not be negative, got -0\.1"),
    (lambda: Normal(mean=float("nan")), r"normal: mean must be a finite number, got nan"),
    (lambda: TruncatedNormal(-1), r"truncated_normal: sigma must not be negative"),
    (lambda: TruncatedNormal(mean=float("inf")), r"truncated_normal: mean must be a finite"),
    (lambda: MuP(scale=-1), r"mup: scale must be positive, got -1"),
    (lambda: NTK(scale=float("nan")), r"ntk: scale must be a finite number, got nan"),
    (lambda: Xavier(magnitude=0), r"xavier: magnitude must be positive, got 0"),
    (lambda: Xavier("unifrom"), r"rnd_type must be one of uniform, gaussian, got 'unifrom'\. Did"),
    (lambda: Xavier(factor_type="both"), r"xavier: factor_type must be one of avg, in, out, got"),
    (lambda: MSRAPrelu("both"), r"msraprelu: factor_type must be one of avg, in, out"),
    (lambda: MSRAPrelu(slope=float("inf")), r"msraprelu: slope must be a finite number, got inf"),
    (lambda: VarianceScaling(-1), r"variance_scaling: scale must be positive, got -1"),
    (lambda: HaarOrthogonal(0), r"orthogonal: scale must be positive, got 0"),
    (lambda: Identity(float("inf")), r"identity: gain must be a finite number, got inf"),
    (lambda: Constant(float("nan")), r"constant: value must be a finite number, got nan"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_a_value_outside_what_is_allowed_is_refused_at_construction(make, message):
    with pytest.raises(BadValueError, match=message):
        make()


@pytest.mark.parametrize("value", ["3", None, True])
def test_what_is_no_number_is_refused_by_its_type(value):
    with pytest.raises(BadTypeError, match=r"constant: value must be a number, got .* of type"):
        Constant(value)


OPTIONS = [
    (cls, option)
    for cls in (getattr(init, name) for name in init.__all__)
    if is_dataclass(cls) and issubclass(cls, Initializer)
    for option in fields(cls)
]


@pytest.mark.parametrize(
    ("cls", "option"), OPTIONS, ids=[f"{cls.__name__}-{option.name}" for cls, option in OPTIONS]
)
def test_an_option_of_a_type_that_its_class_does_not_declare_is_refused(cls, option):
    """Whatever it is, a set of complex numbers is not it."""
    needed = {f.name: "none" for f in fields(cls) if f.default is MISSING}
    with pytest.raises(InitlabError):
        cls(**{**needed, option.name: {1j}})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Scaled(of="he"),
            r"scaled: of must be an Initializer, such as .* got 'he'",
        ),
        (lambda: Masked(of=Normal), r"masked: of must be an Initializer, such as .* of type type"),
        (lambda: MuP(scale="2"), r"mup: scale must be a number, got '2' of type str"),
        (lambda: MuP(base=64.5), r"mup: base must be a whole number, got 64\.5 of type float"),
        (lambda: MuP(zero_query="no"), r"mup: zero_query must be True or False, got 'no'"),
        (
            lambda: LSTMBias(gates=None),
            r"lstmbias: gates must be a text, got None of",
        ),
        (lambda: WeightSelection(3), r"weight_selection: file must be the path of a file, got 3"),
        (lambda: LogShares("61"), r"log_shares: shares are a number for each class, got '61'"),
        (lambda: LogShares((6, "1")), r"log_shares: shares must be a number, got '1' of type str"),
        (
            lambda: Sparse(True),
            r"sparse: connections must be a whole number, got True of",
        ),
    ],
)
def test_an_options_wrong_type_is_told_with_what_it_must_be(make, message):
    with pytest.raises(BadTypeError, match=message):
        make()


def test_an_option_may_be_none_where_that_is_declared():
    assert Sparse(None, 0.5).connections is None


def test_a_strangers_options_are_looked_at_before_its_own_checks():
    @dataclass(frozen=True)
    class Steps(Normal):
        count: int = 1

        def __post_init__(self):
            assert self.count > 0

    with pytest.raises(BadTypeError, match="steps: count must be a whole number, got '1'"):
        Steps(count="1")


def test_numpy_numbers_are_numbers():
    assert Constant(np.float32(0.5)) == Constant(0.5)
    assert Uniform(np.int64(3)) == Uniform(3)


@pytest.mark.parametrize("make", [Xavier, VarianceScaling, MSRAPrelu, HaarOrthogonal])
def test_rules_by_fan_refuse_a_vector_and_name_another_rule(make):
    spec = ParameterSpec((7,), name="dense0_bias")
    with pytest.raises(
        ShapeError, match=r"'dense0_bias' of shape \(7,\).*zeros, constant, uniform"
    ):
        make()(spec, np.random.default_rng(0))


def test_an_identity_refuses_what_is_no_matrix():
    with pytest.raises(
        ShapeError, match=r"\(2, 3, 4\) is no matrix, which identity needs\. Choose"
    ):
        Identity()(ParameterSpec((2, 3, 4)), np.random.default_rng(0))
    with pytest.raises(
        ShapeError, match=r"shape \(2, 0\), where 0 is a dimension that is not known"
    ):
        Identity().variance(ParameterSpec((2, 0)))


def test_the_chapters_and_the_frameworks_names_are_there():
    wanted = "zeros ones constant uniform normal xavier he msraprelu lecun orthogonal identity"
    frameworks = "torch.kaiming_uniform keras.glorot_uniform jax.lecun_normal mxnet.xavier"
    assert set(f"{wanted} {frameworks} timm.trunc_normal".split()) <= set(initializers())


def test_gluons_names_are_the_same_classes():
    assert Zero is Zeros
    assert One is Ones


@pytest.mark.parametrize(
    ("named", "made"),
    [
        ("xavier", Xavier()),
        ("Xavier", Xavier()),
        ("zero", Zeros()),
        ("ones", Ones()),
        ('["constant", {"value": 3}]', Constant(3)),
        ('["Xavier", {"rnd_type": "gaussian", "factor_type": "in"}]', Xavier("gaussian", "in")),
        ('["zero", {}]', Zeros()),
        ('{"initializer": "Constant", "value": 3}', Constant(3)),
        ({"initializer": "constant", "value": 3}, Constant(3)),
        ("orthogonal", Orthogonal(1.414, "uniform")),
        (Normal(0.3), Normal(0.3)),
    ],
)
def test_create_takes_names_in_any_case_gluons_json_and_instances(named, made):
    assert create(named) == made


def test_create_offers_the_nearest_name():
    with pytest.raises(
        UnknownNameError, match=r"Unknown initializer 'xvier'\. Did you mean 'xavier'"
    ):
        create("xvier")


@pytest.mark.parametrize("wrong", [Xavier, 3, None])
def test_create_refuses_classes_and_numbers_and_says_what_to_write(wrong):
    with pytest.raises(
        BadTypeError, match=r"registered name, got .* Write init\.Xavier\(\) or 'xav"
    ):
        create(wrong)


@pytest.mark.parametrize("text", ['["constant"', '["constant"]', "[3, {}]", '["constant", 3]'])
def test_create_shows_how_the_json_is_written(text):
    with pytest.raises(BadValueError, match=r"is no initializer: .*\. Write it as '\[\"constant\""):
        create(text)


def test_create_takes_the_named_ones_arguments():
    assert create("constant", 3) == create("constant", value=3) == Constant(3)
    for whole in (Constant(3), '["constant", {"value": 3}]'):
        with pytest.raises(BadTypeError, match=r"got .* with options\. Write"):
            create(whole, value=4)


def test_create_refuses_an_option_that_the_initializer_does_not_have():
    with pytest.raises(BadTypeError, match=r"'constant' does not take \{'sigma': 1\}: .*'sigma'"):
        create('["constant", {"sigma": 1}]')


def test_constant_takes_an_array_that_has_or_broadcasts_to_the_shape():
    spec = ParameterSpec((2, 3), name="w")
    for value in ([[1, 2, 3]], np.array([1, 2, 3]), [[1, 2, 3], [1, 2, 3]]):
        made = Constant(value)
        assert made(spec, None).tolist() == [[1, 2, 3], [1, 2, 3]]
        assert made.variance(spec) == pytest.approx(2 / 3)
    assert Constant([1, 2]) == Constant(np.array([1, 2]))
    assert Constant([1, 2]) != Constant([1, 3])
    for shape in ((2,), (1, 1, 3), (3, 3)):
        with pytest.raises(
            ShapeError, match=rf"'w' of shape \(2, 3\) cannot hold .* of shape \{str(shape)[:-1]}"
        ):
            Constant(np.ones(shape))(spec, None)
