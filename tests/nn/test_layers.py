from __future__ import annotations

import inspect

import pytest

from initlab import nn


def test_the_names_of_the_layers_are_their_classes_in_snake_case():
    for name, layer in nn.layers().items():
        assert name.replace("_", "") == layer.__name__.lower()


def test_every_layer_of_the_door_has_a_name():
    offered = {getattr(nn, name) for name in nn.__all__ if isinstance(getattr(nn, name), type)}
    losses = {cls for cls in offered if issubclass(cls, nn.Loss)}
    in_code = {nn.Block, nn.HybridBlock, nn.HybridSequential, nn.Lambda, nn.HybridLambda}
    parameters = {nn.Constant, nn.Parameter, nn.ParameterDict}
    assert set(nn.layers().values()) == offered - losses - in_code - parameters


@pytest.mark.parametrize("layer", nn.layers().values())
def test_every_layer_takes_a_prefix_and_shared_params_last(layer):
    assert list(inspect.signature(layer).parameters)[-2:] == ["prefix", "params"]


def test_the_layers_cannot_be_changed_from_outside():
    with pytest.raises(TypeError):
        nn.layers()["mine"] = nn.Dense
