from __future__ import annotations

import numpy as np
import pytest

from initlab.data import Text
from initlab.errors import DataError
from initlab.nd.random import Streams


def joined(data):
    return np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])


def test_each_label_is_the_character_that_follows(tmp_path):
    file = tmp_path / "abc.txt"
    file.write_text("abcdefghijklmnopqrstuvwxyz\n" * 4)
    x, y = joined(Text(file=str(file), length=9).load(Streams(0)))
    letters = ord("a") - ord(" ") + 1
    assert (y[:, :-1] == x[:, 1:]).all()
    inside = (x >= letters) & (x < letters + 25)
    assert (y[inside] == x[inside] + 1).all()
    assert set(y[x == letters + 25]) == {0}  # z, then the line's end


def test_pythons_topics_are_read_and_are_mostly_printable():
    data = Text(characters=20_000).load(Streams(0))
    x, _ = joined(data)
    assert data.source == "Python's help topics"
    assert x.shape == (19_999 // 64, 64)
    assert x.min() >= 0
    assert (x == 96).mean() < 0.01


def test_characters_outside_ascii_share_one_number(tmp_path):
    file = tmp_path / "greek.txt"
    file.write_text("αβγδ" * 10, encoding="utf-8")
    x, y = joined(Text(file=str(file), length=4).load(Streams(0)))
    assert set(np.unique(x)) == set(np.unique(y)) == {96}


def test_a_text_that_is_too_short_is_refused(tmp_path):
    file = tmp_path / "short.txt"
    file.write_text("too short")
    with pytest.raises(DataError, match=r"9 characters, .* 0 samples of 64.*data\.length"):
        Text(file=str(file)).load(Streams(0))


@pytest.mark.parametrize("name", ["missing.txt", "latin.txt"])
def test_a_file_that_is_no_text_is_refused(tmp_path, name):
    (tmp_path / "latin.txt").write_bytes(b"\xe9\xe8\xff")
    with pytest.raises(DataError, match=rf"{name} cannot be read as UTF-8 .*data\.file=PLACE"):
        Text(file=str(tmp_path / name)).load(Streams(0))
