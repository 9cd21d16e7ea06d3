from __future__ import annotations

import itertools
import json

import pytest

from initlab.errors import SelectsNothingError, ShapeError, UnknownNameError
from initlab.init import (
    Constant,
    Initializer,
    Normal,
    Ones,
    ParameterSpec,
    Role,
    Rule,
    Slot,
    Uniform,
    Written,
    Xavier,
    Zeros,
    make_plan,
)


def weight(path, shape=(10, 20), **more):
    return Slot(path, path.replace(".", "_"), ParameterSpec(shape), **more)


def of_role(path, role, own=None):
    return Slot(path, path.replace(".", "_"), ParameterSpec((10,), role=role), own)


NET = [
    weight("encoder.0.weight"),
    of_role("encoder.0.bias", Role.bias, Zeros()),
    of_role("encoder.norm.gamma", Role.gain, Ones()),
    weight("decoder.weight"),
]
RULE = [Rule("head", "decoder.**", Constant(1))]
WRITTEN = [Written("decoder", "weight", Constant(2))]
ROLES = {"weight": Constant(3)}
OWN = Constant(4)
DEFAULT = Constant(5)
GROUNDS = ["rule head", "written on decoder", "role weight", "layer default", "default"]


def decoder(present):
    """The decoder's entry when only the grounds in `present` speak."""
    slot = weight("decoder.weight", own=OWN if "layer default" in present else None)
    plan = make_plan(
        [slot],
        rules=RULE if "rule head" in present else (),
        written=WRITTEN if "written on decoder" in present else (),
        roles=ROLES if "role weight" in present else {},
        default=DEFAULT,
    )
    return plan["decoder.weight"]


SUBSETS = [
    (*subset, "default") for n in range(5) for subset in itertools.combinations(GROUNDS[:-1], n)
]


@pytest.mark.parametrize("present", SUBSETS, ids=" > ".join)
def test_the_strongest_ground_speaks_and_the_others_are_named_as_overruled(present):
    entry = decoder(present)
    assert entry.why == present[0]
    assert entry.initializer == Constant(1 + GROUNDS.index(present[0]))
    assert entry.overruled == present[1:-1]


def test_without_any_word_the_default_is_gluons_uniform():
    entry = make_plan([weight("a")])["a"]
    assert (entry.initializer, entry.why, entry.overruled) == (Uniform(0.07), "default", ())


def test_of_two_rules_the_later_wins_and_the_earlier_is_overruled():
    rules = [Rule("first", "**", Constant(1)), Rule("second", "decoder.*", Constant(2))]
    plan = make_plan(NET, rules=rules)
    assert plan["decoder.weight"].initializer == Constant(2)
    assert plan["decoder.weight"].overruled == ("rule first",)
    assert plan["encoder.0.bias"].overruled == ("layer default",)


def test_a_rule_with_a_role_leaves_other_roles_alone():
    plan = make_plan(NET, rules=[Rule("b", "encoder.**", Constant(7), role=Role.bias)])
    assert [entry.path for entry in plan if entry.initializer == Constant(7)] == ["encoder.0.bias"]


def test_biases_and_gains_listen_to_their_own_role_only():
    plan = make_plan(NET, roles={"weight": Xavier(), "gain": Constant(0.5)})
    assert plan["encoder.0.bias"].why == "layer default"
    assert plan["encoder.norm.gamma"].why == "role gain"
    assert plan["encoder.norm.gamma"].overruled == ("layer default",)


EMBEDDING = Slot("emb.weight", "e", ParameterSpec((9, 4), role=Role.embedding))


def test_an_embedding_follows_weight_unless_it_has_a_word_of_its_own():
    assert make_plan([EMBEDDING], roles=ROLES)["emb.weight"].why == "role weight"
    both = {**ROLES, "embedding": Normal()}
    assert make_plan([EMBEDDING], roles=both)["emb.weight"].why == "role embedding"
    written = [Written("emb", "embedding", Constant(1)), Written("emb", "weight", Constant(2))]
    assert make_plan([EMBEDDING], written=written)["emb.weight"].initializer == Constant(1)
    assert make_plan([EMBEDDING], written=written[1:])["emb.weight"].initializer == Constant(2)


def test_what_is_written_on_the_nearest_block_wins_whatever_the_order():
    near, far = Written("a.b", "weight", Constant(1)), Written("a", "weight", Constant(2))
    root = Written("", "weight", Constant(3))
    slots = [weight("a.b.c.weight"), weight("a.d.weight"), weight("ab.weight")]
    for order in itertools.permutations([near, far, root]):
        plan = make_plan(slots, written=order)
        assert [entry.why for entry in plan] == [
            "written on a.b", "written on a", "written on the model",
        ]  # fmt: skip
        assert plan["a.b.c.weight"].overruled == ("written on a", "written on the model")


def test_on_one_block_a_parameters_name_counts_before_its_role():
    by_name, by_role = Written("norm", "gamma", Constant(1)), Written("norm", "gain", Constant(2))
    slot = of_role("norm.gamma", Role.gain, Ones())
    for order in ([by_name, by_role], [by_role, by_name]):
        assert make_plan([slot], written=order)["norm.gamma"].initializer == Constant(1)


def test_of_two_equal_words_on_one_block_the_later_wins():
    written = [Written("a", "weight", Constant(1)), Written("*", "weight", Constant(2))]
    assert make_plan([weight("a.weight")], written=written)["a.weight"].initializer == Constant(2)


def test_a_pattern_reaches_the_blocks_that_fit_it():
    slots = [weight("body.0.in.weight"), weight("body.1.in.weight")]
    plan = make_plan(slots, written=[Written("body.*", "weight", Constant(1))])
    assert [entry.why for entry in plan] == ["written on body.*"] * 2


TIED = [weight("encoder.weight", (10, 10), aliases=("decoder.weight",)), weight("middle.weight")]


def test_a_rule_may_name_an_alias():
    plan = make_plan(TIED, rules=[Rule("head", "decoder.weight", Constant(1))])
    assert plan["encoder.weight"].why == "rule head"
    assert plan["decoder.weight"] is plan["encoder.weight"]


def test_of_two_blocks_that_share_a_parameter_its_first_speaks_before_the_other():
    written = [Written("decoder", "weight", Constant(1)), Written("encoder", "weight", Constant(2))]
    entry = make_plan(TIED, written=written)["encoder.weight"]
    assert (entry.why, entry.overruled) == ("written on encoder", ("written on decoder",))
    assert make_plan(TIED, written=written[:1])["encoder.weight"].why == "written on decoder"


def test_a_rule_that_selects_nothing_is_an_error_with_the_nearest_path():
    with pytest.raises(
        SelectsNothingError, match=r"rule 'head' selects.*'decoder.wieght'.*decoder\.w"
    ):
        make_plan(NET, rules=[Rule("head", "decoder.wieght", Zeros())])


def test_a_rule_that_selects_nothing_of_its_role_says_so():
    with pytest.raises(SelectsNothingError, match=r"rule 'head' \(role bias\) selects nothing"):
        make_plan(NET, rules=[Rule("head", "decoder.*", Zeros(), role=Role.bias)])


@pytest.mark.parametrize("what", ["bias", "gamma"])
def test_a_written_initializer_that_reaches_nothing_is_an_error(what):
    with pytest.raises(SelectsNothingError, match=rf"'{what}' written on decoder selects nothing"):
        make_plan(NET, written=[Written("decoder", what, Zeros())])


def test_an_unknown_role_is_an_error_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match=r"Unknown role 'wieght'\. Did you mean 'weight'"):
        make_plan(NET, roles={"wieght": Zeros()})


def test_an_initializer_that_cannot_draw_a_parameter_objects_in_the_plan():
    with pytest.raises(ShapeError, match="no fan_in and fan_out") as caught:
        make_plan(NET, roles={"bias": Xavier()})
    assert "for encoder.0.bias, which gets Xavier(" in caught.value.full()
    assert "by role bias" in caught.value.full()


def test_an_unknown_path_of_a_plan_is_an_error():
    with pytest.raises(SelectsNothingError, match=r"plan\[...\] selects nothing.*'decoder.wieght'"):
        make_plan(NET)["decoder.wieght"]


def test_a_plan_has_an_entry_a_parameter_in_the_order_of_the_tree():
    plan = make_plan(NET)
    assert [entry.path for entry in plan] == [slot.path for slot in NET]
    assert len(plan) == len(NET)
    assert plan == make_plan(NET)


# ---- views
class Silent(Initializer):
    """Claims nothing."""


SHOWN = make_plan(
    [
        weight("encoder.weight", (64, 32), aliases=("decoder.weight",)),
        weight("hidden.weight", (256, 0)),
        of_role("hidden.bias", Role.bias, Zeros()),
        weight("silent.weight", (2, 3), own=Silent()),
    ],
    rules=[Rule("head", "decoder.*", Normal(0.02))],
    roles={"weight": Xavier()},
    written=[Written("silent", "weight", Silent())],
)


def test_a_table_says_everything_that_decides_a_draw():
    columns, rows = SHOWN.table()
    assert columns == (
        "path", "shape", "role", "fan_in", "fan_out", "initializer", "std claimed", "why",
    )  # fmt: skip
    xavier = "Xavier(rnd_type=uniform)"
    assert rows == [
        ("encoder.weight", "64 x 32", "weight", "32", "64", "Normal(sigma=0.02)", "0.02",
         "rule head (overrules role weight); tied to decoder.weight"),
        ("hidden.weight", "256 x ?", "weight", "?", "256", xavier, "?", "role weight"),
        ("hidden.bias", "10", "bias", "-", "-", "Zeros()", "0", "layer default"),
        ("silent.weight", "2 x 3", "weight", "3", "2", "Silent()", "-",
         "written on silent (overrules role weight, layer default)"),
    ]  # fmt: skip


def test_the_text_is_aligned_with_numbers_to_the_right_and_a_total():
    lines = str(SHOWN).splitlines()
    assert len(lines) == 2 + len(SHOWN) + 1
    for column in ("shape", "role", "initializer", "std claimed", "why"):
        at = lines[0].index(column)
        assert all(line[at - 2 : at] == "  " and line[at] != " " for line in lines[:-1])
    right = lines[0].index("fan_out") + len("fan_out")
    assert [line[right - 3 : right] for line in lines[2:-1]] == [" 64", "256", "  -", "  2"]
    assert not any(line.endswith(" ") for line in lines)
    assert lines[-1] == (
        "4 parameters, 2,064 values, 1 path tied to another, "
        "1 of unknown shape until the first forward pass"
    )


def test_an_empty_plan_prints_too():
    assert str(make_plan([])).endswith("\n0 parameters, 0 values")


def test_html_is_escaped():
    plan = make_plan([weight("a<b")])
    html = plan._repr_html_()
    assert repr(plan) == f"InitPlan({plan.total()})"
    assert "<td>a&lt;b</td>" in html
    assert "1 parameter, 200 values" in html


def test_a_plan_is_json():
    entry = json.loads(json.dumps(SHOWN.to_dict()))["encoder.weight"]
    assert entry == {
        "name": "encoder_weight", "shape": [64, 32], "dtype": "float32", "role": "weight",
        "fan_in": 32, "fan_out": 64, "initializer": "Normal(sigma=0.02)", "std": 0.02,
        "why": "rule head", "overruled": ["role weight"], "aliases": ["decoder.weight"],
            "lr_mult": 1.0,
    }  # fmt: skip
    waiting = SHOWN.to_dict()["hidden.weight"]
    assert (waiting["fan_in"], waiting["fan_out"], waiting["std"]) == (None, 256, None)


def test_two_plans_differ_where_parameters_come_go_or_get_something_else():
    before = make_plan([weight("a"), weight("b"), weight("c")])
    after = make_plan([weight("a"), weight("b"), weight("d")], rules=[Rule("r", "b", Zeros())])
    uniform = "Uniform(scale=0.07) (10, 20) (default)"
    assert before.diff(after) == [
        f"~ b: {uniform} -> Zeros() (10, 20) (rule r)", f"- c: {uniform}", f"+ d: {uniform}",
    ]  # fmt: skip
    assert before.diff(before) == []
