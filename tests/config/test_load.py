"""A run that starts from saved parameters: `+init=load init.file=...`."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import initlab
from initlab import nd
from initlab.config import compose
from initlab.errors import BadValueError, ConfigError, DataError, ShapeError
from initlab.init import Load, Xavier
from initlab.running import assemble
from initlab.tree import apply_plan, parameters


@pytest.fixture
def saved(composed, tmp_path):
    """Save what xavier gave a small net."""
    file = tmp_path / "parameters.safetensors"

    def save():
        spec = composed("+init=xavier model.depth=1 seed=7")
        net, plan = assemble(spec)
        apply_plan(net, plan, spec.source)
        net.save_parameters(file, deduplicate=True)
        return file, {path: p.data().asnumpy() for path, p in parameters(net).items()}

    return save


def drawn(spec):
    net, plan = assemble(spec)
    apply_plan(net, plan, spec.source)
    return {path: p.data().asnumpy() for path, p in parameters(net).items()}


def test_all_parameters_start_from_the_file(composed, saved):
    file, values = saved()
    spec = composed(f"+init=load init.file={file} model.depth=1 seed=1")
    found = drawn(spec)
    assert list(found) == list(values)
    for path, value in values.items():
        assert_array_equal(found[path], value, strict=True)
    assert spec.label.startswith("load-mlp-digits-s1")


def test_the_plan_says_the_std_of_what_is_loaded(composed, saved):
    file, values = saved()
    entry = initlab.plan(composed(f"+init=load init.file={file} model.depth=1"))["output.weight"]
    assert type(entry.initializer) is Load
    assert entry.initializer.variance(entry.spec) == pytest.approx(values["output.weight"].var())


def test_a_rule_draws_anew_what_the_file_lacks_or_has_otherwise(composed, saved):
    file, values = saved()
    head = "+init.rules.head.match=output.* +init.rules.head.role=weight"
    spec = composed(
        f"+init=load init.file={file} model.depth=1 {head} +init.rules.head.use.name=xavier"
    )
    found = drawn(spec)
    assert_array_equal(found["hidden.0.weight"], values["hidden.0.weight"])
    assert initlab.plan(spec)["output.weight"].initializer == Xavier()
    assert not np.any(found["output.weight"] == values["output.weight"])


def test_a_file_of_another_net_is_refused_before_anything_is_drawn(composed, saved):
    file, _ = saved()
    with pytest.raises(BadValueError, match=r"'hidden\.1\.weight': it is not among the loaded"):
        initlab.plan(composed(f"+init=load init.file={file} model.depth=2"))
    nd.save(file, {"hidden.0.weight": np.ones((2, 2))})
    with pytest.raises(ShapeError, match=r"'hidden\.0\.weight' cannot be .* loaded \(2, 2\)"):
        initlab.plan(composed(f"+init=load init.file={file} model.depth=1"))


def test_without_a_file_or_with_none_that_can_be_read_it_says_so(composed, tmp_path):
    with pytest.raises(ConfigError, match=r"init\.file has no default: init\.file=VALUE"):
        composed("+init=load")
    with pytest.raises(DataError, match=r"Cannot load arrays from .*nowhere") as caught:
        composed(f"+init=load init.file={tmp_path / 'nowhere'}")
    assert any("init.file" in note for note in caught.value.__notes__)


def test_the_files_content_is_part_of_the_runs_identity_and_its_place_is_not(composed, saved):
    file, values = saved()
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    one, same = (composed(f"+init=load init.file={f} model.depth=1") for f in (file, copy))
    assert one.identity == same.identity
    nd.save(copy, {path: 2 * value for path, value in values.items()})
    assert composed(f"+init=load init.file={copy} model.depth=1").identity != one.identity


def test_what_else_is_called_file_is_no_file(composed, tmp_path):
    def spec(use):
        return composed(f"+init.rules.file.match=output.weight +init.rules.file.use.name={use}")

    assert spec("zeros").identity != spec("ones").identity
    assert spec("zeros").init.rules[0].name == "file"


def test_an_option_file_that_names_no_file_is_a_value(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from initlab import hookimpl\n"
        "from initlab.init import Ones\n"
        "from dataclasses import dataclass\n"
        "@dataclass(frozen=True)\n"
        "class Picked(Ones):\n"
        "    'Ones.'\n"
        "    file: str = 'layer1'\n"
        "@hookimpl\n"
        "def initlab_initializers():\n"
        "    return {'picked': Picked}\n"
    )
    rule = ["+init.rules.r.match=output.weight", "+init.rules.r.use.name=picked"]
    one, other = (
        compose([*rule, f"+init.rules.r.use.file={layer}"], plugins=[str(tmp_path / "mine.py")])
        for layer in ("layer1", "layer2")
    )
    assert one.identity != other.identity
