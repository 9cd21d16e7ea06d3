"""What a sweep's runs share: a picture with bands over seeds for each depth of net."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import defaultdict

import pytest

from initlab.compare import select
from initlab.jobs import share_pictures

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pictures(past):
    """Return the sweep's picture, as each of its finished runs has it, by depth."""
    found = defaultdict(list)
    chosen = select(past, [])
    for trial in chosen.trials:
        file = past.file(trial.run, f"figures/{chosen.name}/signal_through_depth.svg")
        found[trial.values["model.depth"]].append(file)
    return found


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_run_of_a_depth_has_the_same_picture(pictures):
    assert {depth: (len(files), len(set(files))) for depth, files in pictures.items()} == {
        "2": (9, 1), "4": (9, 1), "10": (9, 1),
    }  # fmt: skip


def test_it_names_the_depth_and_every_initializer_in_the_order_of_the_command(pictures):
    for depth, (svg, *_) in pictures.items():
        told = texts(svg)
        assert any(f"model.depth={depth}" in text for text in told)
        assert [t for t in told if t in ("xavier", "he", "torch.normal")] == [
            "xavier", "he", "torch.normal",
        ]  # fmt: skip
        assert {"activations", "gradients of the loss"} <= set(told)


def test_what_is_drawn_is_what_the_runs_measured(past, monkeypatch):
    seen = []
    monkeypatch.setattr("initlab.jobs.picture.draw_bands", lambda *given: seen.append(given))
    monkeypatch.setattr("initlab.tracking.mlflow.StoredRun.log_artifact", lambda *_: None)
    share_pictures(past, select(past, []).name, ("init", "model.depth", "seed"))
    assert len(seen) == 3
    (panels,) = [panels for panels, title, _ in seen if "model.depth=4" in title]
    run = past.run("he-mlp-digits-s2 depth=4", preferred="FINISHED")
    for metric, curves in zip(("act", "signal_grad"), panels.values(), strict=True):
        stored = past.stored(run).curve(f"at_init/{metric}_std_by_depth")
        assert len(stored) == 5
        assert len(curves["he"]) == 3
        assert curves["he"][1] == stored


def test_more_lines_than_can_be_told_apart_are_not_drawn(past, monkeypatch):
    seen = []
    monkeypatch.setattr("initlab.jobs.picture.draw_bands", lambda *given: seen.append(given))
    monkeypatch.setattr("initlab.tracking.mlflow.StoredRun.log_artifact", lambda *_: None)
    name = select(past, []).name
    monkeypatch.setattr("initlab.jobs.picture.LINES", 3)
    share_pictures(past, name, ("init", "model.depth", "seed"))
    assert len(seen) == 3
    monkeypatch.setattr("initlab.jobs.picture.LINES", 2)
    share_pictures(past, name, ("init", "model.depth", "seed"))
    assert len(seen) == 3
