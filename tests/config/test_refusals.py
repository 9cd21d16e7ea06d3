"""What Hydra refuses is told in our words: what, the value, where, the nearest right name."""

from __future__ import annotations

from traceback import format_exception

import pytest

from initlab.config.arguments import normalized
from initlab.errors import BadTypeError, ConfigError, UnknownNameError


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        ("model=mpl", "mlp"),
        ("init=xvier", "xavier"),
        ("data=digit", "digits"),
        ("optim=sdg", "sgd"),
        ("probes=defalt", "default"),
        ("tracking=mlfow", "mlflow"),
        ("+experiment=tied_mpl", "tied_mlp"),
    ],
)
def test_an_unknown_option_of_a_group_offers_the_nearest(composed, line, nearest):
    group, _, name = line.lstrip("+").partition("=")
    with pytest.raises(UnknownNameError) as error:
        composed(line)
    assert (error.value.kind, error.value.name) == (group, name)
    assert error.value.nearest[0] == nearest
    assert f"in {group}={name}" in error.value.full().splitlines()


@pytest.mark.parametrize(
    ("line", "key", "nearest"),
    [
        ("sede=1", "sede", "seed"),
        ("training.epoch=3", "training.epoch", "training.epochs"),
        ("init=xavier init.weight.magnitud=3", "init.weight.magnitud", "init.weight.magnitude"),
        ("model.widht=8", "model.widht", "model.width"),
    ],
)
def test_an_unknown_key_offers_the_nearest_and_how_to_add_one(composed, line, key, nearest):
    with pytest.raises(UnknownNameError) as error:
        composed(line)
    assert error.value.name == key
    assert error.value.nearest[0] == nearest
    assert f"put a plus before it: +{key}" in error.value.full()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("init.weight.scale=wide", r"init\.weight\.scale has the wrong type: Value 'wide'"),
        ("init.weight.scale=null", r"init\.weight\.scale has the wrong type"),
        ("init=xavier init.weight.rnd_type=gausian", r"expected one of \[uniform, gaussian\]"),
        ("training.epochs=1.5", r"training\.epochs=1\.5 has the wrong type"),
        ("optim.lr=fast", r"optim\.lr='fast' has the wrong type"),
        ("probes.weights.times=often", r"probes\.weights\.times='often' has the wrong type"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_key(composed, line, text):
    with pytest.raises(BadTypeError, match=text):
        composed(line)


@pytest.mark.parametrize(("full", "kept"), [("0", False), ("1", True)])
def test_hydras_own_traceback_is_kept_for_who_asks(composed, monkeypatch, full, kept):
    monkeypatch.setenv("HYDRA_FULL_ERROR", full)
    with pytest.raises(UnknownNameError) as error:
        composed("init=xvier")
    told = "".join(format_exception(error.value))
    assert ("MissingConfigException" in told) is kept


def test_a_size_of_another_type_is_told_by_the_key_that_was_set(composed):
    with pytest.raises(BadTypeError) as error:
        composed("model.depth=many")
    assert "model.depth=many" in error.value.full()


@pytest.mark.parametrize("line", ["model.width=[1", "model=mlp=", "seed={a"])
def test_an_override_that_does_not_parse_is_refused_with_its_text(composed, line):
    with pytest.raises(ConfigError) as error:
        composed(line)
    assert line.partition("=")[2] in str(error.value)


@pytest.mark.parametrize("line", ["init=null", "+experiment=null", "data=3", "model=true"])
def test_a_group_takes_a_name(composed, line):
    group = line.lstrip("+").partition("=")[0]
    with pytest.raises(ConfigError, match=f"{group}=NAME takes one of"):
        composed(line)


def test_an_option_without_default_is_named_when_it_is_not_given(catalog, tmp_path):
    from initlab.catalog import load_catalog
    from initlab.config import compose

    plugin = tmp_path / "needy.py"
    plugin.write_text(
        "from dataclasses import dataclass\n"
        "from initlab.catalog import hookimpl\n"
        "from initlab.init import Zeros\n"
        "@dataclass(frozen=True)\n"
        "class Needy(Zeros):\n"
        "    gain: float\n"
        "@hookimpl\n"
        "def initlab_initializers():\n"
        "    return {'needy': Needy}\n"
    )
    known = load_catalog([plugin], installed=False)
    with pytest.raises(ConfigError, match=r"init\.weight\.gain=VALUE"):
        compose(["init=needy"], catalog=known)
    assert (
        compose(["init=needy", "init.weight.gain=2"], catalog=known).init.roles["weight"].gain == 2
    )


@pytest.mark.parametrize("flag", ["--wibble", "--multrun", "-x", "--cgf=job"])
def test_an_unknown_flag_is_refused_with_those_that_there_are(flag):
    with pytest.raises(UnknownNameError, match=f"Unknown flag '{flag}'") as error:
        normalized(["seed=1", flag])
    assert "--multirun" in error.value.known


def test_flags_come_first_and_keep_their_values():
    assert normalized(["seed=1", "--cfg", "job"]) == ["--cfg", "job", "seed=1"]


@pytest.mark.parametrize("value", ["zäh", "[1,2", "a(b"])
def test_a_value_that_hydra_cannot_read_is_told_with_the_quotes_that_let_it(composed, value):
    with pytest.raises(ConfigError, match=r"cannot read .tracking\.experiment=") as error:
        composed(f"tracking.experiment={value}")
    quoted = f"tracking.experiment='{value}'"
    assert f'"{quoted}"' in error.value.full()
    assert composed(quoted).tracking.experiment == value


@pytest.mark.parametrize("line", ["~init[", "tracking.experiment='open"])
def test_where_quotes_alone_do_not_help_their_form_is_told(composed, line):
    with pytest.raises(ConfigError, match="Hydra cannot read") as error:
        composed(line)
    assert "\"KEY='VALUE'\"" in error.value.full()
