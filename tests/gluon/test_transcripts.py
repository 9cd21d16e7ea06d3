"""Scenarios of Gluon's parameter management, each with what MXNet 1.9.1 answered.

The transcripts beside this file are doctests with a `# title`. Their answers were recorded from
MXNet 1.9.1 on NumPy 1.23 with oneDNN off; nothing else than `answer` below ran there too. Where
initlab answers otherwise on purpose, docs/differences-from-gluon.md says so, and the scenario
is in test_differences.py.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import re
import warnings
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parent


def scenarios():
    """Return (file, title, text) of every scenario."""
    found = []
    for file in sorted(FOLDER.glob("*.txt")):
        for text in re.split(r"^# ", file.read_text(), flags=re.MULTILINE)[1:]:
            title, _, body = text.partition("\n")
            found.append((file.stem, title, body))
    return found


def answer(source, names, expected=""):
    """Run one input and return what it prints, warns of, shows and raises.

    An error is written by the builtin that it derives from: the expected one if it does.
    """
    body = ast.parse(source).body
    shown = body.pop() if isinstance(body[-1], ast.Expr) else None
    out, value = io.StringIO(), None
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda _, category, *rest: out.write(f"~ {category.__name__}\n")
        try:
            exec(compile(ast.Module(body, []), "input", "exec"), names)
            if shown:
                value = eval(compile(ast.Expression(shown.value), "input", "eval"), names)
            out.write("" if value is None else f"{text_of(value)}\n")
        except Exception as error:  # noqa: BLE001 - whatever MXNet raises
            kinds = [cls.__name__ for cls in type(error).__mro__ if cls.__module__ == "builtins"]
            wanted = expected.strip().rpartition("! ")[2]
            out.write(f"! {wanted if wanted in kinds else kinds[0]}\n")
    return out.getvalue()


def text_of(value):
    """Write a value alike for both: arrays as rounded lists, one number as itself."""
    if hasattr(value, "asnumpy") or isinstance(value, np.ndarray | np.generic):
        array = value.asnumpy() if hasattr(value, "asnumpy") else np.asarray(value)
        rounded = np.round(array.astype(float), 4) + 0.0
        return str(rounded.item() if rounded.size == 1 else rounded.tolist())
    if isinstance(value, np.dtype) or (isinstance(value, type) and issubclass(value, np.generic)):
        return np.dtype(value).name
    if isinstance(value, list | tuple):
        inside = ", ".join(map(text_of, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return repr(value)


def namespace(file):
    """Return what a scenario may name."""
    from initlab import autograd, init, nd, nn

    return {
        "autograd": autograd, "init": init, "nd": nd, "nn": nn, "np": np, "file": str(file),
        "gluon": nn, "Block": nn.Block, "Parameter": nn.Parameter,
        "ParameterDict": nn.ParameterDict,
        "same": lambda a, b: bool((a.asnumpy() == b.asnumpy()).all()),
    }  # fmt: skip


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda found: f"{found[0]}: {found[1]}")
def test_it_answers_as_mxnet_did(scenario, tmp_path):
    from initlab.tree import fresh_names

    names, told, expected = namespace(tmp_path / "file"), "", ""
    with fresh_names():
        for example in doctest.DocTestParser().get_examples(scenario[2]):
            told += f">>> {example.source}{answer(example.source, names, example.want)}"
            expected += f">>> {example.source}{example.want}"
    assert [line.rstrip() for line in told.splitlines()] == [
        line.replace("<BLANKLINE>", "").rstrip() for line in expected.splitlines()
    ]
