"""What a record gives back of its runs."""

from __future__ import annotations

from initlab.tracking import Past, RunInfo, Status, make_tracker
from initlab.tracking.view import VIEW_TAG


def test_each_run_has_its_own_curves_all_of_them(store, tmp_path):
    past, ids = Past(store), []
    for factor in (1, 2):
        tracker = make_tracker(store)
        ids.append(tracker.start(RunInfo("curve", directory=tmp_path / str(factor))))
        for step in (2, 0, 1):
            tracker.log(step, {"loss": factor * (step + 0.5)})
        tracker.end(Status.FINISHED)
    first, second = map(past.run, ids)
    for run, factor in ((first, 1), (second, 2), (first, 1)):
        assert past.curve(run, "loss") == [(step, factor * (step + 0.5)) for step in range(3)]
    assert past.curve(first, "nothing") == []


def test_views_are_saved_for_the_mlflow_whose_form_is_known_and_for_no_other(
    store, tmp_path, monkeypatch
):
    tracker = make_tracker(store)
    tags = {"initlab.sweep": "init-seed-3f2a9c"}
    tracker.start(RunInfo("run", {"init": "he"}, tags, directory=tmp_path / "run"))
    tracker.end(Status.FINISHED, summary={"loss": 1.0})
    past = Past(store)
    for version, views in (("3.18.0", 0), ("3.17.9", 2)):
        monkeypatch.setattr("initlab.tracking.past.version", lambda version=version: version)
        assert "init-seed-3f2a9c" in past.announce("init-seed-3f2a9c", ["init", "seed"])
        told = past.store.client.get_experiment(past.experiment).tags
        assert sum(key.startswith(VIEW_TAG) for key in told) == views
