from __future__ import annotations

from itertools import product

import pytest

from initlab.errors import SelectsNothingError
from initlab.paths import PathPattern, select

MATCHES = [
    ("**.weight", "weight"),
    ("**.weight", "encoder.0.weight"),
    ("encoder.**", "encoder"),
    ("encoder.**", "encoder.a.b"),
    ("**", ""),
    ("**", "a.b.c"),
    ("", ""),
    ("*", "weight"),
    ("layer*.bias", "layer3.bias"),
    ("layer*.bias", "layer.bias"),
    ("a.**.b", "a.b"),
    ("a.**.b", "a.x.y.b"),
    ("a.**.b", "a.b.b"),
    ("**.a.**", "x.a.y"),
    ("**.**", "a"),
    ("*.weight", "0.weight"),
    ("layer[12].bias", "layer2.bias"),
    ("layer?.bias", "layer3.bias"),
]
MISSES = [
    ("encoder.**", "encoder2.bias"),
    ("**.weight", "encoder.weight2"),
    ("**.weight", "xweight"),
    ("*", ""),
    ("*", "a.b"),
    ("*.weight", "weight"),
    ("*.weight", "a.b.weight"),
    ("layer*.bias", "layer3.x.bias"),
    ("layer*.bias", "Layer3.bias"),
    ("", "a"),
    ("a.**.b", "a"),
    ("a", "a.b"),
    ("a.b", "a"),
]


@pytest.mark.parametrize(("pattern", "path"), MATCHES)
def test_a_pattern_matches_the_whole_path(pattern, path):
    assert PathPattern(pattern).matches(path)


@pytest.mark.parametrize(("pattern", "path"), MISSES)
def test_a_pattern_misses_what_only_resembles_it(pattern, path):
    assert not PathPattern(pattern).matches(path)


def expand(pattern, segments, longest):
    """Return every path that a pattern of '**' and plain segments means, by writing it out."""
    choices = [
        [c for n in range(longest + 1) for c in product(segments, repeat=n)]
        if part == "**"
        else [(part,)]
        for part in pattern.split(".")
    ]
    return {".".join(s for run in combination for s in run) for combination in product(*choices)}


@pytest.mark.parametrize("pattern", ["**", "**.a", "a.**", "a.**.b", "**.a.**", "**.b.**.a"])
def test_double_stars_mean_every_way_of_writing_segments_in_their_place(pattern):
    paths = [".".join(p) for n in range(4) for p in product("ab", repeat=n)]
    meant = expand(pattern, "ab", 3)
    assert [p for p in paths if PathPattern(pattern).matches(p)] == [p for p in paths if p in meant]


def test_select_keeps_the_order_of_the_paths():
    paths = ["b.weight", "a.bias", "a.weight"]
    assert select("**.weight", iter(paths), "rule 'x'") == ["b.weight", "a.weight"]


def test_select_without_a_match_says_who_asked_and_what_is_near():
    with pytest.raises(
        SelectsNothingError,
        match=r"^probe 'p' selects nothing: no path matches 'ouput\.weight'\. Nearest: output\.w",
    ):
        select("ouput.weight", ["output.weight", "hidden.bias"], "probe 'p'")


def test_patterns_are_values():
    assert PathPattern("a.*") == PathPattern("a.*")
    assert len({PathPattern("a.*"), PathPattern("a.*"), PathPattern("b")}) == 2
