"""From the first start to the first insight, in a real browser."""

from __future__ import annotations

import re

import pytest

from boxscore.project import Project
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
OVERFLOW = """name => {
  const found = document.querySelector(name);
  return found.scrollWidth - found.clientWidth;
}"""


def test_overview_shows_the_known_scores(journey: Journey) -> None:
    journey.open("#/overview")
    text = journey.page.locator(".kpis").inner_text()
    assert ".300" in text and ".508" in text
    assert journey.counts() == {"tp": 181, "fp": 207, "fn": 234}
    assert "token" not in journey.page.url


def test_the_token_is_needed(journey: Journey) -> None:
    stranger = journey.page.context.browser.new_context()
    answer = stranger.request.get(f"{journey.base}/api/v1/project")
    assert answer.status == 401 and answer.json()["code"] == "E-GATE-TOKEN"
    stranger.close()


def test_sliders_recount_exactly(journey: Journey, demo_folder: object) -> None:
    project = Project.open(str(demo_folder))
    journey.open("#/overview")
    before = journey.page.locator(".kpi b").first.inner_text()
    for iou, confidence in ((0.5, 0.4), (0.75, 0.1), (0.3, 0.6)):
        journey.open(f"#/overview?iou={iou}&conf={confidence}")
        counts = project.summary("float32", iou=iou, confidence=confidence)["counts"]
        assert journey.counts() == {k: counts[k] for k in ("tp", "fp", "fn")}
    assert journey.page.locator(".kpi b").first.inner_text() == before  # AP does not move


def test_a_slider_move_is_quick(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.get_by_label("IoU").focus()
    for _ in range(5):
        with page.expect_response(re.compile("/summary")) as answer:
            page.keyboard.press("ArrowRight")
        assert answer.value.json()["recount_ms"] < 100
    page.wait_for_load_state("networkidle")
    assert "iou=0.55" in page.url


def test_other_run(journey: Journey) -> None:
    journey.open("#/overview")
    journey.page.keyboard.press("x")
    journey.page.wait_for_load_state("networkidle")
    assert "run=int8" in journey.page.url
    journey.page.locator(".kpis", has_text=".186").wait_for()


def test_errors_from_facet_to_reason(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.locator(".facet", has_text="Wrong class").first.click()
    page.wait_for_load_state("networkidle")
    assert "kind=class" in page.url
    count = int(page.locator(".facet[aria-pressed=true] span").last.inner_text())
    assert page.get_by_test_id("total").inner_text() == f"{count} objects"
    first = page.get_by_test_id("reason").inner_text()
    assert first.startswith("wrong class: overlaps a")
    page.keyboard.press("j")
    page.wait_for_load_state("networkidle")
    assert page.get_by_test_id("reason").inner_text() != first or page.url.count("sel=P")
    page.wait_for_function("() => document.querySelector('.stage img')?.naturalWidth > 100")
    page.keyboard.press("Escape")
    page.wait_for_load_state("networkidle")
    assert "kind=" not in page.url


def test_tiles_hold_real_pictures_and_are_virtual(journey: Journey) -> None:
    journey.open("#/errors?outcome=fn")
    widths = journey.page.locator(".tile img").evaluate_all(
        "images => images.map(i => i.naturalWidth)"
    )
    assert len(widths) > 8 and min(widths) > 20
    journey.page.locator(".tiles-scroll").evaluate("e => e.scrollTo(0, 1e6)")
    journey.page.wait_for_load_state("networkidle")
    assert journey.page.locator(".tile").count() < 120


def test_a_view_survives_reload(journey: Journey) -> None:
    journey.open("#/errors?run=int8&iou=0.6&conf=0.3&outcome=fp&kind=location&theme=dark")
    counts, total = journey.counts(), journey.page.get_by_test_id("total").inner_text()
    journey.page.reload()
    journey.page.wait_for_load_state("networkidle")
    assert journey.counts() == counts
    assert journey.page.get_by_test_id("total").inner_text() == total
    assert journey.page.locator("html").get_attribute("data-theme") == "dark"


def test_class_chooser_and_empty_state(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.keyboard.press("c")
    page.get_by_label("Find a class").fill("toaster")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Done").click()
    page.wait_for_load_state("networkidle")
    assert "cls=" in page.url
    page.goto(
        f"{journey.base}/#/errors?conf=0.99&outcome=fp"
    )  # no reload: the app follows the address
    page.get_by_text("Nothing here at these thresholds").wait_for()
    page.get_by_role("button", name="Clear filters").click()
    assert "outcome=" not in page.url


def test_runs_page_and_keyboard(journey: Journey) -> None:
    journey.open("#/overview")
    page = journey.page
    page.keyboard.press("1")
    page.wait_for_load_state("networkidle")
    rows = page.locator(".runs-table tbody tr")
    assert (
        rows.count() == 2 and ".300" in rows.first.inner_text() and ".186" in rows.last.inner_text()
    )
    assert "19 of 41 images" in page.locator(".note").inner_text()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("d")
    page.locator("html[data-theme=dark]").wait_for()


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize("page", ["runs", "overview", "errors"])
def test_nothing_sticks_out(page: str, width: int, journey: Journey) -> None:
    journey.page.set_viewport_size({"width": width, "height": 900})
    journey.open(f"#/{page}")
    wide = journey.page.evaluate(OVERFLOW, "main")
    bar = journey.page.evaluate(OVERFLOW, ".bar")
    assert wide <= 0 and bar <= 0
