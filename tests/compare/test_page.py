"""The page of a comparison in a real browser: alone, on a phone, without colours, filtered."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import pytest

from initlab.compare import make_board, make_page, select
from initlab.compare.page import _updates

pytestmark = [pytest.mark.slow, pytest.mark.browser]

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def page_file(past, catalog, tmp_path_factory):
    selection = select(past, [])
    text = make_page(past, selection, make_board(past, selection), catalog)
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(text, encoding="utf-8")
    return file


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
def page(browser, page_file):
    """The open page; what it asks for and complains of is listed."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    opened.asked, opened.wrong = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.wrong.append(str(error)))
    opened.on("console", lambda m: opened.wrong.append(m.text) if m.type == "error" else None)
    opened.goto(page_file.as_uri())
    yield opened
    assert opened.wrong == []
    assert opened.asked == [page_file.as_uri()]  # no network
    opened.close()


def marks(page, title):
    return page.locator(f"figure:has(h2:text-is('{title}')) path.mark")


def test_every_picture_is_there_with_every_run(page):
    titles = page.locator("figure h2").all_text_contents()
    for title in ("Test accuracy by init", "Test loss while training", "Signal through depth",
                  "Gradient through depth", "Last update / weight", "Phase position"):  # fmt: skip
        assert title in titles
    assert marks(page, "Test accuracy by init").count() == 27
    assert page.locator("#board tbody tr").count() == 9
    assert page.locator("#plans details").count() == 27
    if os.environ.get("INITLAB_SCREENSHOTS"):
        page.screenshot(path=DOCS / "compare.png")


def panels(page, title):
    return page.locator(f"figure:has(h2:text-is('{title}')) .panel")


def test_each_picture_has_a_panel_for_each_condition_since_no_line_may_stand_for_two(page, past):
    conditions = [f"model.depth={depth}" for depth in (2, 4, 10)]
    for title in ("Test accuracy by init", "Test loss while training", "Training loss",
                  "Signal through depth", "Gradient through depth",
                  "Last update / weight"):  # fmt: skip
        found = panels(page, title)
        told = found.evaluate_all("all => all.map(panel => panel.dataset.panel)")
        assert told == conditions, title
    for condition, panel in zip(
        conditions, panels(page, "Test accuracy by init").all(), strict=True
    ):
        names = panel.locator("path.mark title").all_text_contents()
        assert sorted(name.partition(":")[0] for name in names) == sorted(
            trial.run.name for trial in select(past, []).trials if trial.condition == condition
        )


def test_seeds_that_diverged_are_counted_and_drawn_alone_beside_the_others_mean(page, past):
    lost = {}
    for trial in select(past, []).trials:
        lost.setdefault((trial.condition, trial.row), []).append(trial.run.metrics["diverged"])
    for title in ("Training loss", "Test accuracy by init"):
        for panel in panels(page, title).all():
            condition = panel.get_attribute("data-panel")
            told = [
                f"{row} {sum(diverged):.0f} of 3"
                for (where, row), diverged in sorted(lost.items())
                if where == condition and any(diverged)
            ]
            head = panel.locator("p").text_content()
            assert head.partition("diverged: ")[2] == ", ".join(told)
    for panel in panels(page, "Training loss").all():
        condition = panel.get_attribute("data-panel")
        texts = set(panel.locator("path.mark title").all_text_contents())
        for (where, row), diverged in lost.items():
            if where != condition:
                continue
            alone = [t for t in texts if t.startswith(f"{row}-") and "diverged" in t]
            assert len(alone) == sum(diverged)
            means = [t for t in texts if t.startswith(f"{row}: ")]
            assert len(means) == (sum(diverged) < 3)
            assert all(f"mean of {3 - sum(diverged):.0f} seed" in text for text in means)


def test_a_mean_is_of_the_same_runs_at_every_place(page):
    curves = [[[0, 1], [1, 2], [2, 3]], [[0, 5], [2, 7]]]  # the second has no value at 1
    assert page.evaluate("curves => common(curves)", curves) == [[0, [1, 5]], [2, [3, 7]]]
    assert page.evaluate("common([])") == []


@pytest.mark.parametrize(
    ("curves", "told"),
    [
        ([[[0, 1], [1, 2]], [[0, 3], [1, 4]]], ["he: x, mean of 2 seeds, last 3"]),
        ([[[0, 1], [2, 2]], [[0, 3], [1, 4]]], ["r0: x, last 2", "r1: x, last 4"]),  # meet once
        ([[[0, 1]], [[0, 3]]], ["he: x, mean of 2 seeds, last 2"]),
        ([[[0, 1], [1, 2]]], ["he: x, mean of 1 seed, last 2"]),
    ],
)
def test_seeds_whose_steps_do_not_meet_are_drawn_alone(page, curves, told):
    drawn = """curves => {
      const runs = curves.map((pts, n) => ({name: "r" + n, row: "he", diverged: false, pts}));
      const svg = lines("x", r => r.pts, {xname: "step"})(runs)(runs);
      return [...new Set([...svg.querySelectorAll("title")].map(t => t.textContent))]; }"""
    assert page.evaluate(drawn, curves) == told


@pytest.mark.parametrize(
    ("values", "log"),
    [([2.3071, 2.3079], True), ([2.3071, 2.3079], False), ([1e-9, 3], True), ([0, 1], False),
     ([99999.5, 100001], False), ([2.3000001, 2.3000002], False), ([0.1, 0.9], True)],
)  # fmt: skip
def test_the_ticks_of_an_axis_are_told_apart_and_are_where_they_say(page, values, log):
    ticks = page.evaluate("([vs, log]) => scale(vs, log).ticks", [values, log])
    numbers = [float(text) for _, text in ticks]
    assert len(set(numbers)) == len(numbers) >= 2
    axis = [math.log(number) for number in numbers] if log else numbers
    slope = (axis[-1] - axis[0]) / (ticks[-1][0] - ticks[0][0])
    for number, (part, _) in zip(axis, ticks, strict=True):
        off = number - axis[0] - slope * (part - ticks[0][0])
        assert abs(off) < 0.01 * abs(axis[-1] - axis[0])


def test_the_edge_of_chaos_goes_to_the_end_of_the_plane(page):
    edge = [[1, 0], [2, 0.2], [4, 0.6]]
    assert page.evaluate("edge => within(edge, 9, 0.4)", edge) == [
        [1, 0], [2, 0.2], [3, pytest.approx(0.4)],
    ]  # fmt: skip
    assert page.evaluate("edge => within(edge, 9, 9)", edge) == edge
    assert page.evaluate("edge => within(edge, 0.5, 9)", edge) == []


def test_a_caption_says_where_a_zero_is_on_a_logarithmic_scale(page):
    figure = page.locator("figure:has(h2:text-is('Last update / weight')) figcaption")
    assert "on the lower edge: zero" in figure.text_content()


def test_an_axis_of_one_condition_has_ticks_that_differ(page):
    page.locator("select[data-axis='model.depth']").select_option("10")
    for figure in page.locator("figure svg").all():
        ticks = figure.locator("text.ytick").all_text_contents()
        assert len(set(ticks)) == len(ticks)


def test_no_text_of_a_picture_lies_on_another(page):
    touching = """all => all.flatMap(svg => {
      const texts = [...svg.querySelectorAll("text")];
      const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
      return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
        a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map(([other]) => [one, other])); })"""
    for width in (1200, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("figure svg").evaluate_all(touching) == []


def test_updates_are_all_of_one_step(past):
    trial = next(t for t in select(past, []).trials if t.run.metrics["diverged"])
    paths = [
        key.partition("/")[2] for key in trial.run.metrics if key.startswith("update_to_weight/")
    ]
    found = _updates(past, trial, paths)
    steps = [
        {step for step, value in past.curve(trial.run, f"update_to_weight/{path}") if value == seen}
        for path, (_, seen) in zip(paths, found, strict=True)
    ]
    assert set.intersection(*steps)


def test_a_filter_and_a_name_take_runs_away(page):
    page.locator("select[data-axis='model.depth']").select_option("10")
    assert marks(page, "Test accuracy by init").count() == 9
    page.locator("button[data-row='torch.normal']").click()
    assert marks(page, "Test accuracy by init").count() == 6
    assert page.locator("#plans details").count() == 6
    page.locator("button[data-row='torch.normal']").click()
    assert marks(page, "Test accuracy by init").count() == 9


def test_a_point_says_what_it_is_when_touched(page):
    mark = marks(page, "Test accuracy by init").first
    mark.dispatch_event("click")
    assert page.locator("#tip").text_content() == mark.locator("title").text_content()
    assert "he-mlp-digits-s" in page.locator("#tip").text_content()


def test_a_plan_opens_with_every_parameter(page):
    box = page.locator("#plans details").first
    box.locator("summary").click()
    assert box.locator("tr").nth(1).is_visible()
    assert "hidden.0.weight" in box.locator("tr").nth(1).text_content()


def test_without_colours_each_name_has_its_own_mark_and_dash(page):
    marks_, dashes = set(), set()
    for button in page.locator("button[data-row]").all():
        line, mark = button.locator("path").all()
        dashes.add(line.get_attribute("stroke-dasharray"))
        marks_.add(mark.get_attribute("d"))
    assert len(marks_) == len(dashes) == 3


def test_runs_that_diverged_are_hollow_marks_in_every_picture_of_results(page, past):
    diverged = {t.run.name for t in select(past, []).trials if t.run.metrics["diverged"]}
    assert len(diverged) >= 4
    for title in ("Test accuracy by init", "Test loss by init"):
        hollow = page.locator(f"figure:has(h2:text-is('{title}')) path.mark[fill=none] title")
        assert set(hollow.all_text_contents()) == {f"{name}: diverged" for name in diverged}
        assert marks(page, title).count() == 27


def test_what_diverged_does_not_squeeze_the_others_losses(page):
    # 1e30 on the axis would leave nothing of the losses from 0.2 to 3
    figure = page.locator("figure:has(h2:text-is('Training loss'))")
    ticks = [float(text) for text in figure.locator("text[text-anchor=end]").all_text_contents()]
    assert 0.05 < min(ticks) < max(ticks) < 1e4


def test_no_text_of_a_picture_is_cut_off(page):
    inside = """all => all.every(svg => {
      const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("text")].every(text => {
        const t = text.getBoundingClientRect();
        return t.left >= box.left - 1 && t.right <= box.right + 1; }); })"""
    assert page.locator("figure svg").evaluate_all(inside)


def test_a_logarithmic_axis_has_several_ticks_even_within_a_decade(page):
    figure = page.locator("figure:has(h2:text-is('Test loss while training'))")
    assert figure.locator("text[text-anchor=end]").count() >= 3


def test_theory_puts_the_runs_where_it_should(page):
    texts = marks(page, "Phase position").locator("title").all_text_contents()
    # relu, no biases: sigma_w^2 is 2 for He (critical), 1 for Xavier, 32 for N(0, 1) of 32 inputs
    found = {text.split(":")[0]: text.split(": ")[1].split(",")[0] for text in texts}
    assert (found["he"], found["xavier"], found["torch.normal"]) == (
        "critical", "ordered", "chaotic",
    )  # fmt: skip


def test_a_phone_shows_it_without_scrolling_sideways(page):
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in page.locator("button[data-row]").all():
        assert button.bounding_box()["height"] >= 40  # a finger's size
    figure = page.locator("figure svg").first.bounding_box()
    assert figure["width"] > 300
    if os.environ.get("INITLAB_SCREENSHOTS"):
        page.locator("#controls").scroll_into_view_if_needed()
        page.screenshot(path=DOCS / "compare-phone.png")


def test_nothing_in_a_name_breaks_the_page(browser, past, catalog, tmp_path):
    selection = select(past, ["init=he", "model.depth=2"])
    text = make_page(past, selection, make_board(past, selection), catalog)
    assert text.count("</script>") == 2
    assert "<!--" not in text
