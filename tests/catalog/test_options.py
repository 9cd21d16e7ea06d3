from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from initlab.catalog import REQUIRED, Entry, Option, options

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True)
class Declared:
    """A dataclass.

    Its second paragraph.

    Args:
        sigma: the standard deviation,
            on two lines.
        axes: which ones: a pair.

    Raises:
        ValueError: never.
    """

    sigma: float
    axes: tuple[int, ...] = (0, 1)
    notes: list[str] = field(default_factory=list)
    inner: int = field(default=0, init=False)


class Plain:
    def __init__(self, units: int, *args: int, use_bias: bool = True, **more: int) -> None:
        self.use_bias = False


class Vague:
    def __init__(self, share: Fraction, rest=None) -> None: ...


class Bare:
    pass


def of(value):
    return options(Entry("x", "layer", value, "p", "1"))


def test_options_of_a_dataclass_are_its_fields_with_types_defaults_and_docs():
    assert of(Declared) == [
        Option("sigma", float, REQUIRED, "the standard deviation, on two lines."),
        Option("axes", tuple[int, ...], (0, 1), "which ones: a pair."),
        Option("notes", list[str], [], ""),
    ]
    assert [option.required for option in of(Declared)] == [True, False, False]


def test_options_of_another_class_are_its_constructors_named_arguments():
    assert of(Plain) == [Option("units", int), Option("use_bias", bool, True)]


def test_defaults_of_a_preset_are_its_values():
    assert [option.default for option in of(Declared(0.5, axes=(2,)))] == [0.5, (2,), []]


def test_an_annotation_for_type_checkers_only_is_any():
    assert [option.type for option in of(Vague)] == [Any, Any]


def test_a_class_without_a_constructor_has_no_options():
    assert of(Bare) == []
