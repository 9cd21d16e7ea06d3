from __future__ import annotations

import pickle

import pytest

from initlab import errors
from initlab.errors import InitlabError, SelectsNothingError, UnknownNameError, nearest

BUILTIN = {
    "UnknownNameError": KeyError,
    "SelectsNothingError": LookupError,
    "BadValueError": ValueError,
    "BadTypeError": TypeError,
    "ShapeError": RuntimeError,
    "QuadratureError": ArithmeticError,
    "TieError": ValueError,
    "NotInitializedError": RuntimeError,
    "DeferredInitializationError": RuntimeError,
    "GraphError": RuntimeError,
    "AnomalyError": RuntimeError,
    "InPlaceError": RuntimeError,
    "TrainerError": UserWarning,
    "NoRuleError": TypeError,
    "DataError": OSError,
    "PluginError": ImportError,
    "NameTakenError": ValueError,
    "TrackingError": OSError,
    "ConfigError": ValueError,
    "RunFailedError": RuntimeError,
}
PARENT = {
    "BadTypeError": "BadValueError",
    "UnknownNameError": "BadValueError",
    "ShapeError": "BadValueError",
    "QuadratureError": "BadValueError",
    "TieError": "BadValueError",
    "NameTakenError": "BadValueError",
    "DeferredInitializationError": "NotInitializedError",
    "InPlaceError": "GraphError",
}


def example(name):
    if name == "UnknownNameError":
        return UnknownNameError("initializer", "xvier", ["xavier", "zeros"])
    if name == "SelectsNothingError":
        return SelectsNothingError("rule 'head'", "outptu.weight", ["output.weight"])
    return getattr(errors, name)("the value 3 in init.weight is wrong; write 4.")


def test_the_table_above_has_every_class():
    classes = {n for n in errors.__all__ if isinstance(getattr(errors, n), type)}
    assert classes == {*BUILTIN, "InitlabError"}


@pytest.mark.parametrize("name", BUILTIN)
def test_each_error_is_an_initlab_error_and_the_builtin_that_a_stranger_catches(name):
    error = getattr(errors, name)
    assert issubclass(error, InitlabError)
    assert issubclass(error, BUILTIN[name])
    assert issubclass(error, getattr(errors, PARENT.get(name, "InitlabError")))


def test_what_gluon_asserts_is_an_assertion_error_too():
    assert issubclass(errors.BadValueError, AssertionError)
    assert issubclass(errors.NotInitializedError, AssertionError)


def test_what_mxnet_raises_is_a_runtime_error_too():
    assert issubclass(errors.DataError, RuntimeError)
    assert issubclass(errors.ShapeError, ValueError)


@pytest.mark.parametrize("name", BUILTIN)
def test_str_is_the_message_alone_and_full_adds_the_notes(name):
    error = example(name)
    message = str(error)
    error.add_note("in config key init.weight")
    error.add_note("in conf/config.yaml")
    assert str(error) == message
    assert error.full() == f"{message}\nin config key init.weight\nin conf/config.yaml"


@pytest.mark.parametrize("name", BUILTIN)
def test_an_error_survives_the_way_between_processes(name):
    error = example(name)
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


@pytest.mark.parametrize("name", BUILTIN)
def test_the_notes_survive_the_way_between_processes_too(name):
    error = example(name)
    error.add_note("in config key init.weight")
    assert pickle.loads(pickle.dumps(error)).full() == error.full()


def test_without_notes_full_is_the_message():
    assert example("ShapeError").full() == "the value 3 in init.weight is wrong; write 4."


def test_an_unknown_name_offers_the_nearest_and_lists_all_in_order():
    error = UnknownNameError("initializer", "xvier", ["zeros", "xavier", "he"])
    assert str(error) == (
        "Unknown initializer 'xvier'. Did you mean 'xavier'? Known: he, xavier, zeros."
    )
    assert (error.kind, error.name, error.nearest) == ("initializer", "xvier", ["xavier"])


def test_an_unknown_name_far_from_all_offers_none():
    error = UnknownNameError("probe", "qqq", iter(["weights"]))
    assert str(error) == "Unknown probe 'qqq'. Known: weights."


def test_an_unknown_name_among_none_says_so():
    assert str(UnknownNameError("probe", "x", [])) == "Unknown probe 'x'. Known: none."


def test_of_many_names_the_nearest_are_told_and_how_many_more_there_are():
    many = [f"name{number}" for number in range(100)]
    assert str(UnknownNameError("thing", "name7", [*many[:7], *many[8:]])).endswith(
        f", and {99 - 10} more."
    )
    told = str(UnknownNameError("thing", "xyz", many))
    assert told == f"Unknown thing 'xyz'. Known: {', '.join(sorted(many)[:10])}, and 90 more."


def test_a_pattern_without_a_match_lists_the_nearest_paths():
    error = SelectsNothingError("tie 'd'", "decoder.wieght", ["a", "decoder.weight", "z"])
    assert str(error) == (
        "tie 'd' selects nothing: no path matches 'decoder.wieght'. Nearest: decoder.weight."
    )
    assert (error.what, error.pattern) == ("tie 'd'", "decoder.wieght")


def test_a_pattern_near_to_nothing_lists_the_first_five_paths():
    error = SelectsNothingError("rule 'r'", "????", "gfedcba")
    assert str(error).endswith("Nearest: a, b, c, d, e.")


def test_a_pattern_over_no_paths_says_so():
    error = SelectsNothingError("rule 'r'", "**", [])
    assert str(error) == (
        "rule 'r' selects nothing: no path matches '**'. Nearest: there are no paths."
    )


def test_nearest_names_come_best_first_and_at_most_as_many_as_asked():
    known = ["kaiming_normal", "kaiming_uniform", "normal", "zeros"]
    assert nearest("kaiming_nrmal", known)[0] == "kaiming_normal"
    assert nearest("kaiming_nrmal", known, count=1) == ["kaiming_normal"]
    assert nearest("qqqq", known) == []
