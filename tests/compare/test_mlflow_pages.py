"""MLflow's own pages on a real sweep, in a real browser: the saved view and one run."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from PIL import Image

from initlab.compare import select
from initlab.tracking.view import view_address, view_tags

pytestmark = [pytest.mark.slow, pytest.mark.browser]

DOCS = Path(__file__).parents[2] / "docs"
PATIENCE = 60_000  # ms
BANDS = """() => [...document.querySelectorAll("path.js-fill")]
    .filter(band => (band.getAttribute("d") || "").split("L").length > 4)
    .length >= 9"""  # of groups: out along the largest seeds, back along the least


@pytest.fixture(scope="module")
def server(lab):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    listen = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    store = ["--backend-store-uri", f"sqlite:///{lab}/mlflow.db"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *listen, *store],
        cwd=lab, env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    uri, until = f"http://127.0.0.1:{port}", time.monotonic() + 300
    while time.monotonic() < until:
        try:
            urlopen(f"{uri}/health", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            break
    yield uri
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1600, "height": 1200})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def open_page(page, address, awaited):
    """Open an address, wait for a text, and close what MLflow opens beside it."""
    page.goto("about:blank")
    page.goto(address)
    page.get_by_text(awaited).first.wait_for()
    assistant = page.get_by_role("button", name="Send message")
    if assistant.count():
        # at once: a click waits until the page stands still, which takes a busy machine minutes
        page.get_by_role("button", name="Close", exact=True).last.dispatch_event("click")
        assistant.wait_for(state="hidden")


def keep(page, name):
    """Keep a picture for the documents."""
    if os.environ.get("INITLAB_SCREENSHOTS"):
        time.sleep(4)  # charts move into place
        page.screenshot(path=DOCS / f"{name}.png")


def test_the_saved_view_opens_the_charts_in_order_grouped_by_initializer(page, server, past):
    sweep = select(past, []).name
    open_page(page, f"{server}/{view_address(past.experiment, sweep)}", "27 matching runs")
    for section in ("What it came to", "Training", "Signal through depth, as drawn"):
        page.get_by_text(section, exact=False).first.wait_for()
    page.get_by_text(re.compile(r"Group: init: he")).first.wait_for()
    text = page.locator("body").inner_text()
    assert text.index("What it came to") < text.index("Training\n") < text.index("Signal through")
    for initializer in ("he", "xavier", "torch.normal"):
        for depth in (2, 4, 10):
            assert f"init: {initializer}, model.depth: {depth}" in text
    page.wait_for_function(BANDS)
    keep(page, "sweep-in-mlflow")


def test_further_down_the_charts_are_by_probe_and_in_it_by_block(page, server, past):
    sweep = select(past, []).name
    open_page(page, f"{server}/{view_address(past.experiment, sweep)}", "27 matching runs")
    page.get_by_text("weight_std").first.wait_for()
    text = page.locator("body").inner_text()
    assert "act_std\n(11)" in text  # ten hidden layers and the output
    assert re.findall(r"^(\w+)\n\(\d+\)$", text, re.MULTILINE)[:8] == [
        "Training", "act_std", "dead_units", "grad_std", "grad_to_weight", "signal_grad_std",
        "update_to_weight", "weight_std",
    ]  # fmt: skip
    page.get_by_text("act_std", exact=True).first.evaluate("title => title.scrollIntoView()")
    for block in ("hidden.0", "hidden.1", "hidden.2"):
        page.get_by_text(f"act_std/{block}", exact=True).first.wait_for()


def test_runs_that_diverged_stay_in_the_parallel_coordinates_of_the_view_by_run(page, server, past):
    sweep = select(past, []).name
    open_page(page, f"{server}/{view_address(past.experiment, f'{sweep}-runs')}", "Run by run")
    page.locator("svg text", has_text="model.depth").first.wait_for()
    told = page.locator("svg text").evaluate_all("texts => texts.map(text => text.textContent)")
    axes = ["init", "model.depth", "seed", "trained", "accuracy"]
    assert [text for text in told if text in axes][:5] == axes
    diverged = [t.run.name for t in select(past, []).trials if t.run.metrics["diverged"]]
    assert len(diverged) >= 3
    for name in diverged:
        page.get_by_text(name, exact=True).first.wait_for()  # among the runs that are shown
    keep(page, "parallel-in-mlflow")


def test_a_runs_parameters_are_a_table_in_mlflow(page, server, past):
    run = past.run("he-mlp-digits-s2 depth=10")
    place = f"#/experiments/{past.experiment}/runs/{run.run_id}/artifacts/parameters.json"
    page.goto(f"{server}/{place}?workflowType=machine_learning")
    page.get_by_role("columnheader", name="std drawn").first.wait_for()
    page.get_by_text("hidden.9.weight", exact=True).first.wait_for()
    headers = page.get_by_role("columnheader").all_inner_texts()
    assert headers[:4] == ["parameter", "initializer", "std claimed", "std drawn"]
    assert page.get_by_role("row").count() == 23  # 11 layers' weights and biases below the head


def test_the_runs_table_has_the_columns_that_matter_first(page, server, past):
    sweep = select(past, []).name
    address = view_address(past.experiment, sweep).replace("CHART", "TABLE")
    open_page(page, f"{server}/{address}", "27 matching runs")
    page.get_by_role("columnheader", name="diverged").first.wait_for()
    places = page.get_by_role("columnheader").evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect().left, one.innerText.trim()])"
    )
    headers = list(dict.fromkeys(text for _, text in sorted(places)))
    first = ["init", "model.depth", "seed", "accuracy", "loss", "trained", "diverged"]
    assert [text for text in headers if text in first] == first


def test_the_compare_page_begins_with_the_accuracy_and_its_box_plots_have_every_run(
    page, server, past
):
    runs = [trial.run for trial in select(past, []).trials]
    query = urlencode({
        "runs": json.dumps([run.run_id for run in runs]),
        "experiments": json.dumps([past.experiment]),
    })  # fmt: skip
    open_page(page, f"{server}/#/compare-runs?{query}", "Comparing 27 Runs from 1 Experiment")
    chosen = page.locator("[class$=select-selection-item-content]")  # by MLflow, at first
    chosen.nth(3).wait_for()
    assert [text for text in chosen.all_inner_texts() if "." not in text] == ["init", "accuracy"]
    page.get_by_text("Box Plot").click()
    for axis, name in (("x", "init"), ("y", "accuracy")):
        page.locator(f"#{axis}-axis-selector").click()
        page.get_by_role("option", name=name, exact=True).click()
    page.locator("path.box").nth(2).wait_for()
    assert page.locator("path.box").count() == 3
    assert page.locator("path.point").count() == 27  # those that diverged at 0
    keep(page, "boxes-in-mlflow")


def test_a_runs_page_has_its_data_set_tags_and_artifacts(page, server, past):
    run = past.run("he-mlp-digits-s2 depth=10")
    address = f"#/experiments/{past.experiment}/runs/{run.run_id}"
    page.goto(f"{server}/{address}?workflowType=machine_learning")
    for told in ("digits", "initlab.sweep", "model.depth", "init=he model.depth=10"):
        page.get_by_text(told, exact=False).first.wait_for()
    page.goto(f"{server}/{address}/artifacts?workflowType=machine_learning")
    for file in ("plan.txt", "config.yaml", "environment.json", "parameters.safetensors"):
        page.get_by_text(file, exact=True).first.wait_for()


FIGURES = (
    "signal_through_depth", "loss", "histograms_weight", "histograms_bias",
    "{sweep}/signal_through_depth",  # with bands over seeds
)  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES)
def test_a_runs_figures_are_drawn_where_its_artifacts_are_shown(page, server, past, figure):
    run, file = past.run("he-mlp-digits-s2 depth=10"), figure.format(sweep=select(past, []).name)
    place = f"#/experiments/{past.experiment}/runs/{run.run_id}/artifacts/figures/{file}.svg"
    page.goto(f"{server}/{place}?workflowType=machine_learning")
    picture = page.locator("img[src^='blob:']").first
    picture.wait_for()
    page.wait_for_function("shown => shown.naturalWidth > 500", arg=picture.element_handle())
    drawn = Image.open(BytesIO(picture.screenshot())).convert("RGB")
    assert len(drawn.getcolors(1 << 24)) > 50  # lines and letters; a broken picture has few


RUNS = [
    {"accuracy": 0.9, "loss": 0.5, "trained": 1.0, "diverged": 0.0, "train/loss": 0.1},
    {"accuracy": 0.0, "trained": 0.0, "diverged": 1.0, "train/loss": 1e30},
]


def view_of(runs, axes=("init", "seed")):
    """Return the name and the state of each view that is kept."""
    tags = view_tags("init-seed-3f2a9c", axes, runs, 0)
    assert all(len(text) < 20_000 for text in tags.values())  # as long as MLflow lets them be
    states = [json.loads(text)["state"].removeprefix("deflate;") for text in tags.values()]
    return {
        key.removeprefix("mlflow.sharedViewState."): json.loads(zlib.decompress(b64decode(state)))
        for key, state in zip(tags, states, strict=True)
    }


def test_a_view_names_the_sweep_and_its_axes():
    views = view_of(RUNS)
    assert list(views) == ["init-seed-3f2a9c", "init-seed-3f2a9c-runs"]
    for view in views.values():
        assert "tags.`initlab.sweep` LIKE '%init-seed-3f2a9c%'" in view["searchFilter"]
        assert view["selectedColumns"][:3] == [
            "params.`init`", "params.`seed`", "metrics.`accuracy`"
        ]  # fmt: skip


def test_what_some_runs_lack_is_no_axis_of_parallel_coordinates():
    chart = view_of(RUNS)["init-seed-3f2a9c-runs"]["compareRunCharts"][0]
    assert (chart["type"], chart["selectedParams"]) == ("PARALLEL", ["init", "seed"])
    assert chart["selectedMetrics"] == ["trained", "accuracy"]  # the diverged one has no loss


def test_a_run_that_diverged_leaves_a_picture_instead_of_squeezing_the_others():
    charts = {c["metricKey"]: c for c in view_of(RUNS)["init-seed-3f2a9c"]["compareRunCharts"]}
    low, high = (charts["train/loss"]["range"][end] for end in ("yMin", "yMax"))
    assert low < math.log10(0.1) < high < 2  # in powers of ten
    charts = {c["metricKey"]: c for c in view_of(RUNS[:1])["init-seed-3f2a9c"]["compareRunCharts"]}
    assert charts["train/loss"]["range"] == {}


def test_a_view_of_the_deepest_nets_fits_into_a_tag():
    probes = ("act_std", "grad_std", "weight_std", "update_to_weight")
    deep = {f"{probe}/hidden.{n}.weight": 10.0**-n for probe in probes for n in range(25)}
    assert (
        len(view_of([RUNS[0] | deep, RUNS[1] | deep])["init-seed-3f2a9c"]["compareRunCharts"])
        == 104
    )
