from __future__ import annotations

import pytest

from initlab.errors import BadValueError
from initlab.tracking.metrics import check_key

KEYS = [
    "loss",
    "grad_std/encoder.layers.3.attn.query.weight",
    "at init: act_std-0",
    ".hidden",
    "a(b)",
    "a=b",
    "a,b",
    "/a",
    "a/",
    "a//b",
    "../a",
    ".",
    "a" * 250,
    "a" * 251,
]


@pytest.mark.parametrize("key", KEYS)
def test_a_name_is_refused_exactly_when_mlflow_refuses_it(key, store):
    from mlflow.exceptions import MlflowException
    from mlflow.utils.validation import _validate_metric

    def refused(check):
        try:
            check()
        except (MlflowException, BadValueError):
            return True
        return False

    assert refused(lambda: check_key(key, "metric")) == refused(
        lambda: _validate_metric(key, 1.0, 0, 0)
    )


def test_an_empty_name_is_refused():
    with pytest.raises(BadValueError, match="cannot hold the param name ''"):
        check_key("", "param")
