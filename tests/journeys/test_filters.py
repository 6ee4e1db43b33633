"""One filter on every page, whatever the task; cells, bars, bins and rows lead to their objects."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
FACET = ".facet[aria-pressed=true] span"


def test_a_slice_is_kept_on_every_page(journey: Journey, demo_folder: object) -> None:
    journey.open("#/overview")
    page = journey.page
    page.keyboard.press("i")
    page.get_by_role("checkbox", name="val 22").check()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(re.compile("slice=split=val"))
    expect(page.get_by_test_id("slice-images")).to_have_text("22 of 41 images")
    project = Project.open(str(demo_folder))
    expected = project.summary("float32", where="split=val")
    expect(page.locator(".kpi b").first).to_have_text(f"{expected['metrics']['AP']:.3f}"[1:])
    page.wait_for_load_state("networkidle")
    counts = {k: expected["counts"][k] for k in ("tp", "fp", "fn")}
    journey.expect_counts(counts)
    page.keyboard.press("3")
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    expect(page.get_by_test_id("total")).to_have_text(f"{counts['fp'] + counts['fn']} objects")
    page.keyboard.press("4")
    page.locator(".matrix").wait_for()
    assert "slice=split=val" in page.url
    page.reload()
    page.get_by_role("button", name="Remove filter Split val").click()
    page.wait_for_url(lambda url: "slice=" not in url)


def test_a_pattern_of_titles(journey: Journey) -> None:
    journey.open("#/errors")
    page = journey.page
    page.get_by_role("button", name="All images").click()
    page.get_by_label("Pattern of titles").fill("00000031*")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(re.compile("slice=title="))
    expect(page.get_by_test_id("slice-images")).to_have_text(re.compile(r"^\d of 41 images$"))


def test_a_slice_without_images_says_so(journey: Journey) -> None:
    journey.open("#/overview?slice=split=nowhere")
    page = journey.page
    expect(page.get_by_role("alert").first).to_contain_text("no image has split 'nowhere'")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".kpi b").first).to_have_text(".300")
    journey.problems[:] = [p for p in journey.problems if "400" not in p]


def test_errors_follow_the_task(tasks: Journey) -> None:
    tasks.open("#/overview?run=shapes&task=bbox")
    page = tasks.page
    counts = tasks.counts()
    page.get_by_label("Error budget").get_by_role("button").first.click()
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    assert "task=bbox" in page.url
    expect(page.get_by_label("Task")).to_have_value("bbox")
    page.keyboard.press("Escape")
    wrong = counts["fp"] + counts["fn"]
    expect(page.get_by_test_id("total")).to_have_text(f"{wrong} objects")
    expect(page.locator(".stage canvas")).to_have_attribute("data-filled", "0")
    page.get_by_label("Task").select_option("segm")
    page.wait_for_url(lambda url: "task=" not in url)
    expect(page.locator(".stage canvas")).not_to_have_attribute("data-filled", "0")


def test_cells_show_exactly_their_objects(journey: Journey) -> None:
    journey.open("#/confusion")
    page = journey.page
    page.locator(".matrix").wait_for()
    for kind in ("fp", "fn", "tp"):
        cell = page.locator(f".matrix tbody button.{kind}").nth(1)
        count = int(cell.inner_text())
        cell.click()
        page.get_by_role("heading", level=1, name="Errors").wait_for()
        words = "1 object" if count == 1 else f"{count} objects"
        expect(page.get_by_test_id("total")).to_have_text(words)
        page.go_back()
        page.locator(".matrix").wait_for()


def test_labelled_as(journey: Journey) -> None:
    journey.open("#/errors?outcome=fp&cls=0")
    page = journey.page
    page.locator(".facet", has_text="no match").click()
    page.wait_for_url(re.compile("labelled=none"))
    count = int(page.locator(FACET).last.inner_text())
    expect(page.get_by_test_id("total")).to_have_text(f"{count} objects")


def test_a_calibration_bin_opens_its_false_positives(journey: Journey) -> None:
    journey.open("#/overview")
    page = journey.page
    dot = page.get_by_label("Calibration", exact=True).get_by_role("button").nth(4)
    words = str(dot.get_attribute("aria-label"))
    found = re.search(r"to \.\d+: (\d+) predictions, precision (\S+),", words.replace("\u202f", ""))
    assert found is not None
    wrong = round(int(found[1]) * (1 - float(found[2])))
    dot.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("below="))
    expect(page.get_by_test_id("total")).to_have_text(f"{wrong} objects")


def test_intervals_are_drawn(journey: Journey) -> None:
    journey.open("#/overview")
    page = journey.page
    drawn = page.locator(".kpi .whisker")
    expect(drawn).to_have_count(5)  # AP, AP50, precision, recall, F1
    expect(drawn.first).to_have_attribute("aria-label", ".300, 95 % .253 to .359")
    expect(drawn.last).to_have_attribute("aria-label", ".451, 95 % .398 to .516")
    person = page.locator(".class-table tbody tr", has_text="person").first
    expect(person.locator(".whisker")).to_have_attribute("aria-label", ".312, 95 % .241 to .403")
