"""Equal RunSpecs give equal bits; what changes for one parameter changes for no other."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import initlab
from initlab.running import assemble
from initlab.tree import apply_plan


def drawn(spec, bits):
    net, plan = assemble(spec)
    apply_plan(net, plan, spec.source)
    return bits(net)


def test_equal_specs_give_equal_bits_and_numbers(run, usual, bits):
    first, one = usual
    again, two = run("+init=xavier", "seed=3")
    assert again.steps == first.steps
    assert again.scores == first.scores
    assert again.readings == first.readings
    assert bits(again.net) == bits(first.net)
    assert one.metrics == two.metrics
    assert one.files["parameters.safetensors"] == two.files["parameters.safetensors"]
    assert again.spec.identity == first.spec.identity


SCRIPT = """
import hashlib, sys, initlab
spec = initlab.compose(sys.argv[1:])
result = initlab.run(spec)
sha = hashlib.sha256()
for parameter in result.net.collect_params().values():
    sha.update(parameter.data().asnumpy().tobytes())
print(result.steps[-1].loss, sha.hexdigest())
"""


@pytest.mark.slow
def test_another_process_in_another_directory_gives_the_same_bits(tmp_path):
    said = set()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        overrides = ["+init=he", "training.epochs=2", "tracking=none", "seed=5"]
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *overrides],
            capture_output=True, text=True, check=True, cwd=tmp_path / name,
        )  # fmt: skip
        said.add(done.stdout)
    assert len(said) == 1


class OneSequence:
    """A source that remembers what was drawn, as MXNet's does."""

    def __init__(self, seed):
        self.only = np.random.default_rng(seed)

    def stream(self, path):
        return self.only


def test_a_source_that_remembers_begins_anew_with_each_run_of_a_spec(spec):
    remembering = replace(spec("training.epochs=1", "tracking=none"), source=OneSequence(3))
    assert initlab.run(remembering).steps == initlab.run(remembering).steps


@pytest.mark.parametrize("change", ["seed=4", "+init=he", "optim.lr=0.5"])
def test_what_decides_a_run_changes_it(run, usual, change):
    overrides = {"+init": "+init=xavier", "seed": "seed=3"}
    overrides[change.partition("=")[0]] = change
    other, _ = run(*overrides.values())
    assert other.steps != usual[0].steps
    assert other.spec.identity != usual[0].spec.identity


def test_another_record_is_the_same_run(spec):
    assert spec("tracking=none").identity == spec("tracking=memory").identity


def test_another_initializer_for_one_layer_leaves_the_draws_of_all_others(spec, bits):
    before = drawn(spec("+init=he"), bits)
    after = drawn(
        spec("+init=he", "+init.rules.mid={match: hidden.1.weight, use: {name: xavier}}"), bits
    )
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {"hidden.1.weight"}


def test_an_initializer_written_on_a_block_leaves_the_draws_of_all_others(spec, bits):
    before = drawn(spec("+init=he"), bits)
    after = drawn(spec("+init=he", "+model.children.output.init.bias.name=normal"), bits)
    assert {path for path in before if before[path] != after[path]} == {"output.bias"}


def test_a_layer_more_leaves_the_draws_of_all_others(spec, bits):
    shallow, deep = (drawn(spec("+init=he", f"model.depth={d}"), bits) for d in (2, 3))
    assert deep.keys() - shallow.keys() == {"hidden.2.weight", "hidden.2.bias"}
    assert {path: deep[path] for path in shallow} == shallow


def test_a_tie_leaves_the_draws_of_all_others(spec, bits):
    apart = drawn(spec("+init=he"), bits)
    tie = "+model.ties.b={parameter: hidden.1.bias, to: hidden.0.bias}"
    tied = drawn(spec("+init=he", tie), bits)
    assert apart.keys() - tied.keys() == {"hidden.1.bias"}
    assert {path: apart[path] for path in tied} == tied


def test_two_layers_of_one_shape_have_draws_of_their_own(spec, bits):
    found = drawn(spec("+init=he", "model.depth=3"), bits)
    assert found["hidden.1.weight"] != found["hidden.2.weight"]


def test_dropout_and_probes_draw_from_streams_of_their_own(run, bits):
    drop = "+model.children.drop={block: dropout, rate: 0.5}"
    with_all, _ = run(drop, "training.epochs=1")
    without, _ = run(drop, "training.epochs=1", "probes=none")
    assert with_all.steps == without.steps
    assert bits(with_all.net) == bits(without.net)
