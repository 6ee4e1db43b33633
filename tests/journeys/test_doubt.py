"""Bands, whiskers and differences are drawn, and each leads to its objects, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from boxscore.evaluation.queries import FlipQuery
from boxscore.project import Project
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey


def test_a_point_of_the_curve_sets_the_threshold_and_leads_to_its_errors(
    journey: Journey, demo_folder: object
) -> None:
    journey.open("#/overview")
    page = journey.page
    card = page.get_by_role("region", name="Precision and recall")
    expect(card.locator(".band")).to_have_count(1)
    expect(card).to_contain_text("1\u202f000 sets of 41 images drawn anew")
    chart = card.locator("svg.chart")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.3})
    page.wait_for_url(re.compile(r"conf=0\.\d+"))
    (number,) = re.findall(r"conf=([\d.]+)", page.url)
    confidence = float(number)
    counts = Project.open(str(demo_folder)).summary("float32", confidence=confidence)["counts"]
    expect(card.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile(f"precision {counts['precision'] * 100:.1f} %")
    )
    errors = counts["fp"] + counts["fn"]
    card.get_by_role("button", name=f"{errors} errors").click()
    expect(page.get_by_role("heading", level=1, name="Errors")).to_be_visible()
    assert f"conf={confidence}" in page.url


def test_arrows_step_along_the_curve(journey: Journey) -> None:
    journey.open("#/overview?conf=0.3")
    page = journey.page
    ring = page.get_by_role("slider", name="Operating point")
    ring.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"conf=0\.29\d*"))
    expect(ring).to_have_attribute("aria-valuenow", re.compile(r"^0\.29"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(r"conf=0\.30\d*"))


def test_costs_of_errors_have_whiskers(journey: Journey, demo_folder: object) -> None:
    found = Project.open(str(demo_folder)).error_budget("float32", intervals=True)
    journey.open("#/overview")
    card = journey.page.get_by_role("region", name="Error budget")
    expect(card.locator(".budget-range")).to_have_count(6)
    ends = found["intervals"]["kinds"]["location"]
    words = f"95 % +{ends['low']:.3f} to +{ends['high']:.3f}".replace("0.", ".")
    expect(card.get_by_role("img", name=words)).to_be_visible()


def test_differences_have_tiles_and_rows_lead_to_what_changed(
    journey: Journey, demo_folder: object
) -> None:
    project = Project.open(str(demo_folder))
    pair = project.compare("float32", "int8", confidence=0.3)["pairs"][0]
    journey.open("#/compare?conf=0.3")
    page = journey.page
    tiles = page.get_by_label("Differences in short")
    expect(tiles.locator(".kpi")).to_have_count(5)
    expect(tiles).to_contain_text("−6.8 pt")
    expect(tiles).to_contain_text("contains zero")
    expect(tiles).to_contain_text("−17.1 pt")
    large = next(row for row in pair["sizes"] if row["name"] == "large")
    page.locator(".forest").get_by_role("button", name="APl", exact=True).click()
    page.wait_for_url(re.compile("size=large"))
    gallery = page.get_by_role("region", name="Broken")
    expect(gallery).to_contain_text(f"{large['broken']} objects (large objects)")
    kind = next(row for row in pair["kinds"] if row["kind"] == "location")
    row = page.locator(".causes tr", has=page.get_by_text("Poor box")).last
    row.get_by_role("button", name=f"{kind['new']} new false positives").click()
    page.wait_for_url(re.compile("flip=new.*why=location"))
    query = FlipQuery(state="new", why="location", confidence=0.3)
    total = project.flipped("float32", "int8", query)["total"]
    gallery = page.get_by_role("region", name="New false positives")
    expect(gallery).to_contain_text(f"{total} objects (poor box)")
    expect(gallery.get_by_role("heading")).to_be_in_viewport()
    gallery.get_by_role("button", name="All sizes and reasons").click()
    alarms = pair["false_positives"]["new"]
    expect(gallery).to_contain_text(f"{alarms} objects, largest first")
