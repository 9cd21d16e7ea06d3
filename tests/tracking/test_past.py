"""What a record gives back of its runs."""

from __future__ import annotations

from initlab.tracking import Past, RunInfo, Status, make_tracker


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
