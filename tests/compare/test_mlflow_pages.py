"""MLflow's own pages on a real sweep, in a real browser: the saved view and one run."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from initlab.compare import select
from initlab.tracking.view import view_address, view_tag

pytestmark = [pytest.mark.slow, pytest.mark.browser]

DOCS = Path(__file__).parents[2] / "docs"
PATIENCE = 60_000  # ms


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
    uri, until = f"http://127.0.0.1:{port}", time.monotonic() + 120
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
    opened = browser.new_page(viewport={"width": 1700, "height": 1150})
    opened.set_default_timeout(PATIENCE)
    yield opened
    opened.close()


def test_the_saved_view_opens_the_charts_in_order_grouped_by_initializer(page, server, past):
    sweep = select(past, []).name
    page.goto(f"{server}/{view_address(past.experiment, sweep)}")
    for section in ("What it came to", "Training", "Signal through depth, as drawn"):
        page.get_by_text(section, exact=False).first.wait_for()
    page.get_by_text("18 matching runs").wait_for()
    page.get_by_text(re.compile(r"Group: init: he")).first.wait_for()
    text = page.locator("body").inner_text()
    assert text.index("What it came to") < text.index("Training\n") < text.index("Signal through")
    for initializer in ("he", "xavier", "zeros"):
        for depth in (2, 10):
            assert f"init: {initializer}, model.depth: {depth}" in text
    page.locator("svg .lines, svg.main-svg").first.wait_for()  # the charts are drawn
    if os.environ.get("INITLAB_SCREENSHOTS"):
        if (close := page.get_by_label("Close Assistant")).count():
            close.first.click()
        time.sleep(3)
        page.screenshot(path=DOCS / "sweep-in-mlflow.png")


def test_the_runs_table_has_the_columns_that_matter_first(page, server, past):
    sweep = select(past, []).name
    address = view_address(past.experiment, sweep).replace("CHART", "TABLE")
    page.goto(f"{server}/{address}")
    page.get_by_text("18 matching runs").wait_for()
    page.get_by_role("columnheader", name="final/test_accuracy").first.wait_for()
    headers = " ".join(page.get_by_role("columnheader").all_inner_texts())
    for column in ("init", "model.depth", "seed", "final/test_accuracy", "final/test_loss"):
        assert column in headers


def test_a_runs_page_has_its_data_set_tags_and_artifacts(page, server, past):
    run = past.run("he-mlp-digits-s2 depth=10")
    address = f"#/experiments/{past.experiment}/runs/{run.run_id}"
    page.goto(f"{server}/{address}?workflowType=machine_learning")
    for told in ("digits", "initlab.sweep", "model.depth", "init=he model.depth=10"):
        page.get_by_text(told, exact=False).first.wait_for()
    page.goto(f"{server}/{address}/artifacts?workflowType=machine_learning")
    for file in ("plan.txt", "config.yaml", "environment.json", "parameters.safetensors"):
        page.get_by_text(file, exact=True).first.wait_for()


def test_a_view_is_text_that_fits_a_tag_and_names_the_axes():
    key, text = view_tag("init-seed-3f2a9c", ("init", "seed"), 0)
    assert key == "mlflow.sharedViewState.init-seed-3f2a9c"
    assert len(text) < 8000
    assert "params.`init`" in text
    assert "initlab.sweep` LIKE '%init-seed-3f2a9c%'" in text
