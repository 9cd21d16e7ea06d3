"""What a run leaves: numbers under stable names, and files that say the same."""

from __future__ import annotations

import csv
import io
import json
import math
from io import BytesIO
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from safetensors.numpy import load

from initlab.running import Finished, Outcome, Planned, Stepped, plan
from initlab.running.figures import pictures
from initlab.running.magnitudes import EDGES
from initlab.tracking import Status
from initlab.tree import parameters

FILES = {
    "config.yaml", "environment.json", "plan.txt", "plan.json", "readings.csv", "steps.csv",
    "parameters.safetensors", "parameters.json", "figures/histograms_weight.svg",
    "figures/histograms_bias.svg", "figures/loss.svg", "figures/signal_through_depth.svg",
}  # fmt: skip


def rows(record, name):
    return list(csv.DictReader(io.StringIO(record.files[name].decode())))


def test_the_artifacts_are_the_config_the_plan_the_tables_the_figures_and_the_parameters(usual):
    _, record = usual
    assert record.files.keys() == FILES
    assert record.status == Status.FINISHED
    assert record.error is None


def test_the_final_parameters_are_in_the_file_to_the_bit(usual):
    result, record = usual
    stored = load(record.files["parameters.safetensors"])
    final = {path: np.asarray(p.data()) for path, p in parameters(result.net).items()}
    assert stored.keys() == final.keys()
    for path, array in final.items():
        assert stored[path].dtype == np.float32
        np.testing.assert_array_equal(stored[path], array)


def test_tied_parameters_are_stored_once_with_their_other_paths(run):
    _, record = run(
        "training.epochs=0", "+model.ties.w={parameter: hidden.1.bias, to: hidden.0.bias}"
    )
    stored = record.files["parameters.safetensors"]
    assert "hidden.1.bias" not in load(stored)
    header = json.loads(stored[8 : 8 + int.from_bytes(stored[:8], "little")])
    assert json.loads(header["__metadata__"]["aliases"]) == {"hidden.1.bias": "hidden.0.bias"}


def test_the_plan_and_the_config_are_those_that_decided_the_run(usual):
    result, record = usual
    assert record.files["plan.txt"].decode() == f"{plan(result.spec)}\n"
    assert json.loads(record.files["plan.json"]) == plan(result.spec).to_dict()
    assert record.files["config.yaml"].decode() == result.spec.text


def test_each_step_s_loss_and_accuracy_is_in_the_table(usual):
    result, record = usual
    table = rows(record, "steps.csv")
    assert len(table) == len(result.steps) == 46
    for row, step in zip(table, result.steps, strict=True):
        assert (int(row["step"]), int(row["epoch"])) == (step.number, step.epoch)
        assert (float(row["loss"]), float(row["accuracy"])) == (step.loss, step.accuracy)


def test_of_biases_charts_have_what_a_probe_was_pointed_at_and_the_table_has_all(run):
    _, record = run("probes.gradients.match=**.bias", "training.epochs=1")
    kinds = {kind: f"{kind}/hidden.0." for kind in ("weight_std", "grad_std")}
    charted = record.metrics.keys()
    assert f"{kinds['weight_std']}weight" in charted
    assert f"{kinds['weight_std']}bias" not in charted
    assert f"{kinds['grad_std']}bias" in charted
    told = {f"{row['statistic']}/{row['place']}" for row in rows(record, "readings.csv")}
    assert f"{kinds['weight_std']}bias" in told


def test_each_reading_is_in_the_table_with_what_was_expected(usual):
    result, record = usual
    table = rows(record, "readings.csv")
    readings = [(step, r) for step, found in result.readings for r in found]
    assert len(table) == len(readings) > 22 * 12
    for row, (step, reading) in zip(table, readings, strict=True):
        assert (int(row["step"]), row["statistic"], row["place"]) == (
            step, reading.statistic, reading.place,
        )  # fmt: skip
        assert float(row["value"]) == reading.value
        assert (row["expected"] or None) == (
            None if reading.expected is None else str(reading.expected)
        )
        assert (row["verdict"] or None) == reading.verdict


def test_charts_hold_headlines_and_the_rest_is_in_the_table_only(usual):
    result, record = usual
    paths = [f"{block}.weight" for block in ("hidden.0", "hidden.1", "output")]
    charts = {
        f"{name}/{p}"
        for p in paths
        for name in ("weight_std", "grad_std", "grad_to_weight", "update_to_weight")
    }
    charts |= {
        f"{name}/{b}"
        for b in ("hidden.0", "hidden.1", "output")
        for name in ("act_std", "signal_grad_std", "dead_units")
    }
    others = {
        "train/loss", "train/accuracy", "test/loss", "test/accuracy", "diverged", "trained",
        "train_loss", "loss", "accuracy",
        "at_init/act_std_by_depth", "at_init/signal_grad_std_by_depth",
    }  # fmt: skip
    assert record.metrics.keys() == charts | others
    for path in paths:
        series = [
            (step, r.value)
            for step, found in result.readings
            for r in found
            if r.metric == f"weight_std/{path}"
        ]
        assert record.metrics[f"weight_std/{path}"] == series


def test_the_signal_at_initialization_is_logged_by_depth(usual):
    result, record = usual
    first = result.first("act_std")
    assert list(first) == ["hidden.0", "hidden.1", "output"]
    assert record.metrics["at_init/act_std_by_depth"] == [
        (depth, reading.value) for depth, reading in enumerate(first.values())
    ]


def test_a_long_curve_is_thinned_in_the_record_and_whole_in_the_table(run):
    result, record = run("training.epochs=18", "probes=none")  # 414 steps, every eighth of them
    assert record.metrics["train/loss"] == [(s.number, s.loss) for s in result.steps[::8]]
    assert len(rows(record, "steps.csv")) == 414


def test_the_summary_is_what_the_last_step_and_score_say(usual):
    result, record = usual
    expected = {
        "diverged": 0.0,
        "trained": float(result.steps[-1].loss < min(result.steps[0].loss, math.log(10)) / 2),
        "train_loss": result.steps[-1].loss,
        "loss": result.scores[-1][1].loss,
        "accuracy": result.scores[-1][1].accuracy,
    }
    assert result.summary == record.summary == expected


def test_the_record_knows_the_run_s_name_config_tags_and_data(run):
    result, record = run("+init=he", "training.epochs=0", tags={"sweep": "ours"})
    info = record.info
    assert info.name == result.spec.label == "he-mlp-digits-s0"
    identity = result.spec.identity
    table = info.tags.pop("mlflow.loggedArtifacts")
    assert json.loads(table) == [{"path": "parameters.json", "type": "table"}]
    assert info.tags == {"initializer": "he", "sweep": "ours", "initlab.identity": identity}
    assert info.params["model.width"] == "16"
    assert info.params["init.weight.name"] == "he"
    assert (info.dataset.name, info.dataset.profile["train"]) == ("digits", 1438)
    assert result.data.digest.startswith(info.dataset.digest)
    assert result.run_id == record.run_id


def test_the_result_says_what_became_of_each_parameter(usual):
    result, _ = usual
    columns, table = result.table()
    assert columns[:2] == ("parameter", "initializer")
    assert [row[0] for row in table] == list(parameters(result.net))
    row = dict(zip(columns, table[0], strict=True))
    assert float(row["std claimed"]) == pytest.approx((2 / 80) ** 0.5, rel=1e-3)
    drawn = result.first("weight_std")["hidden.0.weight"].value
    assert row["std drawn"] == f"{drawn:.4g}"
    last = result.last("update_to_weight")["hidden.0.weight"].value
    assert row["last update/weight"] == f"{last:.4g}"
    assert result.outcome is Outcome.finished
    assert result.seconds > 0
    assert str(result).startswith("xavier-mlp-digits-s3: finished in ")
    assert "hidden.0.weight" in result._repr_html_()
    assert repr(result) == f"RunResult({result})"  # a notebook keeps it beside the table


def test_pictures_are_pictures(usual):
    result, record = usual
    for name in ("loss", "signal_through_depth", "histograms_weight", "histograms_bias"):
        svg = ET.fromstring(record.files[f"figures/{name}.svg"])
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"
        texts = [text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")]
        assert any(result.spec.label in text for text in texts)


def test_a_picture_has_nothing_of_the_one_before(usual, run):
    result, record = usual
    other, _ = run("model.depth=5", "optim.lr=1e30")
    others = pictures(other)
    for name, draw in pictures(result).items():
        file = record.files[f"figures/{name}.svg"]
        again = BytesIO()
        others[name](BytesIO())
        draw(again)
        assert _drawn(again.getvalue()) == _drawn(file)


def _drawn(svg):
    """Return the shapes and texts of a picture, without the names that are made up for it."""
    parts = ET.fromstring(svg).iter()
    kept = ("d", "x", "y", "width", "height", "transform")
    return [(part.tag, part.text, *map(part.get, kept)) for part in parts]


def test_a_run_without_activations_read_has_no_picture_of_them(run):
    _, record = run("probes=none", "training.epochs=1")
    assert "figures/signal_through_depth.svg" not in record.files
    assert "figures/loss.svg" in record.files


def test_a_folder_that_is_given_holds_the_files(run, tmp_path):
    folder = tmp_path / "deep" / "er"
    _, record = run("training.epochs=0", directory=folder)
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert kept == {name.rpartition("/")[2]: data for name, data in record.files.items()}


def test_without_a_folder_nothing_is_left_in_the_working_directory(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("training.epochs=0")
    assert list(tmp_path.iterdir()) == []


DIVERGING = {
    "rate": ["optim.lr=1e30"],
    "weights": ["+init=constant", "init.weight.value=1e30"],
    "draw": ["+init=infinite"],
    "residual": ["model=residual_mlp", "optim.lr=1e30"],
    "untrained": ["+init=constant", "init.weight.value=1e30", "training.epochs=0"],
    "regression": ["data=teacher", "optim.lr=1e8"],
    "unprobed": ["optim.lr=1e30", "probes=none"],
}


@pytest.mark.parametrize("case", DIVERGING)
def test_a_run_that_diverges_is_a_result(run, case):
    result, record = run(*DIVERGING[case])
    assert result.outcome is Outcome.diverged
    assert record.summary["trained"] == 0
    assert record.status == Status.FINISHED
    assert record.error == f"diverged: {result.divergence}"
    assert result.divergence.block
    assert record.summary["diverged"] == 1
    assert record.summary["diverged_step"] == result.divergence.step
    assert all(math.isfinite(v) for v in result.summary.values())
    assert all(math.isfinite(v) for series in record.metrics.values() for _, v in series)
    assert {"readings.csv", "steps.csv", "figures/loss.svg"} <= record.files.keys()
    assert len(rows(record, "steps.csv")) == len(result.steps) < 46
    assert str(result).startswith(f"{result.spec.label}: diverged in ")


def test_the_layer_that_overflows_at_the_first_step_is_named(run):
    # digits in [0, 1]: 64 * 1e30 fits into hidden.0, its product with 16 * 1e30 does not
    result, _ = run("+init=constant", "init.weight.value=1e30")
    assert (result.divergence.block, result.divergence.step) == ("hidden.1", 0)
    norms = {r.place: r.value for r in result.readings[0][1] if r.statistic == "weight_norm"}
    assert norms["output.weight"] == pytest.approx(160**0.5 * 1e30, rel=1e-6)


def test_a_step_that_was_not_made_has_no_update_to_read(run):
    result, _ = run("+init=constant", "init.weight.value=1e30")
    assert result.last("update_to_weight") == {}


def test_the_last_update_may_be_the_one_that_diverges(run):
    # 1438 samples in one batch: one step an epoch, and its loss is finite
    result, record = run("training.epochs=1", "training.batch_size=2000", "optim.lr=1e30")
    assert [step.finite for step in result.steps] == [True]
    assert result.outcome is Outcome.diverged
    assert record.status == Status.FINISHED
    assert record.summary.keys() >= {"train_loss", "diverged_step"}
    assert "loss" not in record.summary
    assert record.summary["accuracy"] == 0  # no answer of a net of NaN is right


def test_a_loss_that_only_came_down_to_chance_is_not_training(run):
    # weights of N(0, 1): the first loss is in the hundreds, equal chances for ten digits are ln 10
    result, _ = run("+init=torch.normal", "model.depth=3", "training.epochs=3", "seed=1")
    assert result.divergence is None
    first, last = result.steps[0].loss, result.steps[-1].loss
    assert first > 100
    assert math.log(10) / 2 < last < first / 2
    assert result.summary["trained"] == 0


def test_a_watcher_sees_all_events_and_changes_none(run, usual):
    events = []
    result, _ = run("+init=xavier", "seed=3", watch=events.append)
    assert result.steps == usual[0].steps
    kinds = [type(event) for event in events]
    assert (kinds[0], kinds[-1], kinds.count(Stepped)) == (Planned, Finished, 46)


def test_the_table_of_parameters_is_one_that_mlflow_shows(usual):
    result, record = usual
    table = json.loads(record.files["parameters.json"])
    columns, rows = result.table()
    assert table == {"columns": list(columns), "data": [list(row) for row in rows]}


def test_the_histograms_are_those_of_the_net_by_role(usual):
    result, _ = usual
    step, found = result.magnitudes[-1]
    assert step == 46
    assert set(found) == {(r, k) for r in ("weight", "bias") for k in ("values", "gradients")}
    weights = np.concatenate(
        [
            np.ravel(w.data())
            for path, w in parameters(result.net).items()
            if path.endswith("weight")
        ]
    )
    exact = np.histogram(np.log10(np.abs(weights[weights != 0])), EDGES)[0] / weights.size
    np.testing.assert_allclose(found["weight", "values"], exact, atol=0.02)
    assert found["weight", "values"].sum() == pytest.approx(1, abs=0.01)
