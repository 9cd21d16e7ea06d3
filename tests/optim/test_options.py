from __future__ import annotations

import re

import numpy as np
import pytest

from initlab.errors import BadTypeError, BadValueError
from initlab.optim import (
    DCASGD,
    LAMB,
    LARS,
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    Adamax,
    Cosine,
    Ftrl,
    Nadam,
    RMSProp,
    Signum,
    Warmup,
)

NAN, INF = float("nan"), float("inf")
BAD = [
    (lambda: SGD(lr=-0.1), "sgd: lr must be finite and at least 0, got -0.1."),
    (lambda: SGD(lr=NAN), "sgd: lr must be finite and at least 0, got nan."),
    (lambda: SGD(weight_decay=INF), "sgd: weight_decay must be finite and at least 0, got inf."),
    (lambda: SGD(momentum=1), "sgd: momentum must be at least 0 and below 1, got 1."),
    (lambda: SGD(momentum=-0.5), "sgd: momentum must be at least 0 and below 1, got -0.5."),
    (lambda: Adam(lr=-1), "adam: lr must be finite and at least 0, got -1."),
    (lambda: Adam(beta1=1.0), "adam: beta1 must be at least 0 and below 1, got 1.0."),
    (lambda: Adam(beta2=NAN), "adam: beta2 must be at least 0 and below 1, got nan."),
    (lambda: Adam(epsilon=0), "adam: epsilon must be above 0, got 0."),
    (lambda: Adam(epsilon=-1e-8), "adam: epsilon must be finite and at least 0, got -1e-08."),
    (lambda: Adam(weight_decay=-1), "adam: weight_decay must be finite and at least 0, got -1."),
    (lambda: SGD(clip_gradient=0), "sgd: clip_gradient must be above 0, got 0."),
    (lambda: RMSProp(gamma1=1), "rmsprop: gamma1 must be at least 0 and below 1, got 1."),
    (lambda: RMSProp(clip_weights=-1), "rmsprop: clip_weights must be finite and at least 0"),
    (lambda: AdaGrad(eps=0), "adagrad: eps must be above 0, got 0."),
    (lambda: AdaDelta(rho=1), "adadelta: rho must be at least 0 and below 1, got 1."),
    (lambda: Adamax(beta1=-1), "adamax: beta1 must be at least 0 and below 1, got -1."),
    (lambda: Ftrl(lamda1=-1), "ftrl: lamda1 must be finite and at least 0, got -1."),
    (lambda: Ftrl(lr=0), "ftrl: lr must be above 0, got 0."),
    (lambda: Signum(wd_lh=-1), "signum: wd_lh must be finite and at least 0, got -1."),
    (lambda: Nadam(schedule_decay=-1), "nadam: schedule_decay must be finite and at least 0"),
    (lambda: LAMB(upper_bound=0), "lamb: upper_bound must be above 0, got 0."),
    (lambda: LARS(eta=0), "lars: eta must be above 0, got 0."),
    (lambda: LARS(eps=-1), "lars: eps must be finite and at least 0, got -1."),
    (lambda: DCASGD(lamda=-1), "dcasgd: lamda must be finite and at least 0, got -1."),
    (lambda: Cosine(floor=1.5), "cosine: floor must be from 0 to 1, got 1.5."),
    (lambda: Warmup(share=-0.1), "warmup: share must be from 0 to 1, got -0.1."),
    (lambda: Warmup(floor=NAN), "warmup: floor must be from 0 to 1, got nan."),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_an_option_outside_what_is_allowed_is_refused_at_construction(make, message):
    with pytest.raises(BadValueError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD(lr="0.1"), "sgd: lr must be a number, got '0.1' of type str."),
        (lambda: SGD(momentum=None), "sgd: momentum must be a number, got None of type NoneType."),
        (lambda: Adam(beta1=True), "adam: beta1 must be a number, got True of type bool."),
        (lambda: Warmup(share=[1]), "warmup: share must be a number, got [1] of type list."),
    ],
)
def test_what_is_no_number_is_refused_by_its_type(make, message):
    with pytest.raises(BadTypeError, match=re.escape(message)):
        make()


def test_numpy_numbers_are_numbers():
    assert SGD(np.float32(0.5)) == SGD(0.5)
