"""Tab completion: the verbs and the catalog's names; the rest of a line is Hydra's to complete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["completions", "line_for_hydra", "plugins_of"]

PLUGIN = re.compile(r""" -p +(?:"([^"]+)"|'([^']+)'|([^\s"']+))(?= )""")


def completions(line: str, verbs: Iterable[str], names: Mapping[str, Iterable[str]]) -> list[str]:
    """Return what the last word of a line may become.

    Args:
        line: as typed so far, the program's name first.
        verbs: of the command.
        names: verb -> what it takes.

    >>> completions("initlab re", ["replay", "reproduce", "run"], {})
    ['replay', 'reproduce']
    >>> completions("initlab", ["plan"], {})
    ['plan']
    >>> completions("initlab catalog xav", [], {"catalog": ["he", "xavier"]})
    ['xavier']
    """
    _, *words, last = _words(line)
    known = names.get(words[0], ()) if words else verbs
    return sorted(word for word in known if word.startswith(last))


def plugins_of(line: str) -> list[str]:
    """Return what stands behind each `-p` of a line.

    >>> plugins_of("initlab plan -p my_init.py -p 'another one.py' +init=mi")
    ['my_init.py', 'another one.py']
    """
    return ["".join(found) for found in PLUGIN.findall(line)]


def line_for_hydra(line: str) -> str:
    """Return the line with nothing but the program, overrides and what is not complete yet.

    >>> line_for_hydra("initlab plan -m seed=1,2 init=xa")
    'initlab seed=1,2 init=xa'
    """
    program, *words, last = _words(line)
    return " ".join([program, *(word for word in words if "=" in word), last])


def _words(line: str) -> list[str]:
    """Return the program, what follows it without plugins, and the word being typed or ""."""
    program, _, rest = PLUGIN.sub("", line).partition(" ")
    *words, last = rest.split(" ")
    return [program, *filter(None, words), last]
