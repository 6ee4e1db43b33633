"""From the first start to the first insight, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
SHOWN = """() => {
  const images = [...document.querySelectorAll('.tile img')];
  return images.length > 8 && images.every(image => image.naturalWidth > 20);
}"""
OVERFLOW = """name => {
  const found = document.querySelector(name);
  return found.scrollWidth - found.clientWidth;
}"""


def test_overview_shows_the_known_scores(journey: Journey) -> None:
    journey.open("#/overview")
    expect(journey.page.locator(".kpis")).to_contain_text(".300")
    expect(journey.page.locator(".kpis")).to_contain_text(".508")
    journey.expect_counts({"tp": 181, "fp": 207, "fn": 234})
    assert "token" not in journey.page.url


def test_the_token_is_needed(journey: Journey) -> None:
    stranger = journey.page.context.browser.new_context()
    answer = stranger.request.get(f"{journey.base}/api/v1/project")
    assert answer.status == 401 and answer.json()["code"] == "E-GATE-TOKEN"
    stranger.close()


def test_sliders_recount_exactly(journey: Journey, demo_folder: object) -> None:
    project = Project.open(str(demo_folder))
    journey.open("#/overview")
    expect(journey.page.locator(".kpi b").first).to_have_text(".300")
    for iou, confidence in ((0.5, 0.4), (0.75, 0.1), (0.3, 0.6)):
        journey.open(f"#/overview?iou={iou}&conf={confidence}")
        counts = project.summary("float32", iou=iou, confidence=confidence)["counts"]
        journey.expect_counts(counts)
    expect(journey.page.locator(".kpi b").first).to_have_text(".300")  # AP does not move


def test_a_slider_moves_by_keys(journey: Journey, demo_folder: object) -> None:
    journey.open("#/errors")
    page = journey.page
    page.get_by_label("IoU").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("iou=0.55"))
    journey.expect_counts(Project.open(str(demo_folder)).summary("float32", iou=0.55)["counts"])


def test_other_run(journey: Journey) -> None:
    journey.open("#/overview")
    journey.page.keyboard.press("x")
    journey.page.wait_for_url(re.compile("run=int8"))
    journey.page.locator(".kpis", has_text=".186").wait_for()


def test_errors_from_facet_to_reason(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.locator(".facet", has_text="Wrong class").first.click()
    page.wait_for_url(re.compile("kind=class"))
    count = int(page.locator(".facet[aria-pressed=true] span").last.inner_text())
    expect(page.get_by_test_id("total")).to_have_text(f"{count} objects")
    reason = page.get_by_test_id("reason")
    expect(reason).to_have_text(re.compile("^wrong class: overlaps a"))
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel=P"))
    expect(reason).to_have_text(re.compile("^wrong class: overlaps a"))
    page.wait_for_function("() => document.querySelector('.stage img')?.naturalWidth > 100")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "kind=" not in url)


def test_tiles_hold_real_pictures_and_are_virtual(journey: Journey) -> None:
    journey.open("#/errors?outcome=fn")
    journey.page.wait_for_function(SHOWN)
    journey.page.locator(".tiles-scroll").evaluate("e => e.scrollTo(0, 1e6)")
    journey.page.wait_for_load_state("networkidle")
    assert journey.page.locator(".tile").count() < 120


def test_a_view_survives_reload(journey: Journey) -> None:
    journey.open("#/errors?run=int8&iou=0.6&conf=0.3&outcome=fp&kind=location&theme=dark")
    expect(journey.page.get_by_test_id("total")).to_have_text(re.compile("[0-9]+ objects"))
    counts, total = journey.counts(), journey.page.get_by_test_id("total").inner_text()
    journey.page.reload()
    expect(journey.page.get_by_test_id("total")).to_have_text(total)
    journey.page.wait_for_load_state("networkidle")
    journey.expect_counts(counts)
    expect(journey.page.locator("html")).to_have_attribute("data-theme", "dark")


def test_class_chooser_and_empty_state(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.keyboard.press("c")
    page.get_by_label("Find a class").fill("toaster")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(re.compile("cls="))
    page.goto(
        f"{journey.base}/#/errors?conf=0.99&outcome=fp"
    )  # no reload: the app follows the address
    page.get_by_text("Nothing here at these thresholds").wait_for()
    page.get_by_role("button", name="Clear filters").click()
    page.wait_for_url(lambda url: "outcome=" not in url)


def test_runs_page_and_keyboard(journey: Journey) -> None:
    journey.open("#/overview")
    page = journey.page
    page.keyboard.press("1")
    rows = page.locator(".runs-table tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(".300")
    expect(rows.last).to_contain_text(".186")
    expect(page.locator("p.note")).to_contain_text("19 of 41 images")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
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


def test_the_error_budget_leads_to_its_objects(journey: Journey) -> None:
    journey.open("#/overview")
    card = journey.page.get_by_label("Error budget")
    rows = card.get_by_role("button")
    rows.first.wait_for()
    assert rows.first.inner_text().split("\n")[0] == "Poor box"
    assert card.inner_text().count("+.") == 6
    journey.page.locator(".kpi", has_text="95 % .253 to .359").wait_for()
    rows.first.click()
    journey.page.get_by_role("heading", level=1, name="Errors").wait_for()
    assert "kind=location" in journey.page.url
