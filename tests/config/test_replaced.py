"""What is replaced for a block's time is there again after it, however the block ends."""

import os
from contextlib import suppress
from types import SimpleNamespace

from initlab.config.replaced import environment, replaced


class Base:
    value = "the base's"


class Derived(Base):
    pass


def test_an_attribute_is_as_before_after_an_error():
    owner = SimpleNamespace(value=1)
    with suppress(RuntimeError), replaced(owner, "value", 2):
        assert owner.value == 2
        raise RuntimeError
    assert owner.value == 1


def test_an_attribute_that_was_not_there_or_only_inherited_is_gone_afterwards():
    with replaced(Derived, "value", "its own"):
        assert Derived.value == "its own"
    assert Derived.value == "the base's"
    assert "value" not in vars(Derived)


def test_the_environment_is_as_before_whatever_was_set_or_removed_meanwhile(monkeypatch):
    monkeypatch.setenv("INITLAB_HERE", "1")
    before = dict(os.environ)
    with suppress(RuntimeError), environment({"INITLAB_HERE": "2", "INITLAB_NEW": "3"}):
        assert (os.environ["INITLAB_HERE"], os.environ["INITLAB_NEW"]) == ("2", "3")
        os.environ["INITLAB_MORE"] = "4"
        del os.environ["INITLAB_HERE"]
        raise RuntimeError
    assert dict(os.environ) == before
