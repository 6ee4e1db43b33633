"""Ways back: to the place on a page, and to usual thresholds; and links that are old."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
TOP = "document.getElementById('content').scrollTop"


def test_back_comes_to_the_same_place(journey: Journey) -> None:
    journey.open("#/overview")
    page = journey.page
    row = page.locator(".class-table tbody tr", has_text="umbrella")
    row.scroll_into_view_if_needed()
    place = page.evaluate(TOP)
    assert place > 400
    row.click()
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    page.go_back()
    page.wait_for_function(f"{TOP} === {place}")
    expect(row).to_be_in_viewport()
    page.locator("main").press("7")
    page.get_by_role("heading", level=1, name="Compare").wait_for()
    page.wait_for_function(f"{TOP} === 0")


def test_a_threshold_goes_back_to_what_is_usual(journey: Journey) -> None:
    journey.open("#/overview?iou=0.7&conf=0.6")
    page = journey.page
    page.get_by_label("IoU").first.dblclick()
    page.wait_for_url(lambda url: "iou=" not in url)
    page.get_by_label("Confidence").first.press("Delete")
    page.wait_for_url(lambda url: "conf=" not in url)
    journey.expect_counts({"tp": 181, "fp": 207, "fn": 234})


def test_a_link_to_a_run_that_is_gone_says_so(journey: Journey) -> None:
    journey.open("#/errors?run=deleted")
    note = journey.page.get_by_role("note").first
    expect(note).to_have_text("There is no run deleted here. This is float32.")
    journey.page.get_by_role("radio", name=re.compile("int8")).click()
    expect(note).to_have_count(0)
