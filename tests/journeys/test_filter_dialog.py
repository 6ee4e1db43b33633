"""The filter: by mouse and by keyboard, kept in the address, shared by pages, saved as a slice."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.evaluation.queries import ErrorQuery
from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in

pytestmark = pytest.mark.journey
TOTAL = re.compile(r"^(\d+) objects?$")


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of its own: slices are saved in it."""
    folder = tmp_path_factory.mktemp("filter") / "demo"
    shutil.copytree(demo_folder, folder)
    project = Project.open(folder)
    project.note("Blurred on purpose", "split=val,class=person")
    return folder


@pytest.fixture(scope="module")
def own_address(folder: Path) -> Iterator[str]:
    with served(folder) as found:
        yield found


@pytest.fixture
def own(browser: Any, own_address: str) -> Iterator[Journey]:
    with signed_in(browser, own_address) as found:
        yield found


def drag(page: Any, name: str, low: float, high: float) -> None:
    """Brush a histogram from one share of its width to another."""
    brush = page.locator(f"svg.brush[aria-label^='{name}']")
    brush.scroll_into_view_if_needed()
    box = brush.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + low * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + high * box["width"], y, steps=4)
    page.mouse.up()


def test_three_kinds_of_conditions_by_mouse(own: Journey, folder: Path) -> None:
    own.open("#/errors?conf=0.2")
    page = own.page
    page.get_by_role("button", name="Filter: all images").click()
    dialog = page.get_by_role("dialog", name="Filter")
    dialog.get_by_role("checkbox", name=re.compile("^val 22")).check()
    page.wait_for_url(re.compile("slice=split=val"))
    row = dialog.locator("label", has_text="Poor box")
    expect(dialog.get_by_test_id("filter-left")).to_contain_text("22 of 41 images")
    promised = row.locator("span").last.inner_text()
    row.click()
    page.wait_for_url(re.compile("kind=location"))
    expect(dialog.get_by_test_id("filter-left")).to_contain_text(f"{promised} objects listed")
    drag(page, "IoU", 0.26, 0.43)
    page.wait_for_url(re.compile(r"among=object\.iou="))
    found = re.search(r"object\.iou=([\d.]+)\.\.([\d.]+)", page.url)
    assert found is not None and (float(found[1]), float(found[2])) == (0.25, 0.45)
    query = ErrorQuery(outcome="fp", kind="location", confidence=0.2, among="object.iou=0.25..0.45")
    total = Project.open(folder).errors("float32", query, where="split=val")["total"]
    assert 0 < total < int(promised)
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_test_id("total")).to_have_text(TOTAL)
    expect(page.get_by_test_id("total")).to_contain_text(f"{total} ")
    page.reload()
    chips = page.get_by_role("group", name="Active filters")
    for name in ("Split val", "Poor box", "IoU .25 to .45"):
        expect(chips).to_contain_text(name)
    expect(page.get_by_test_id("total")).to_contain_text(f"{total} ")
    page.get_by_role("button", name="Remove filter IoU .25 to .45").click()
    expect(page.get_by_test_id("total")).to_contain_text(f"{promised} ")


def test_the_same_by_keyboard(own: Journey) -> None:
    own.open("#/errors?conf=0.2")
    page = own.page
    page.keyboard.press("i")
    expect(page.get_by_label("Words in titles, tags and notes")).to_be_focused()
    page.keyboard.type("blurred")  # the words are where the focus is
    page.wait_for_url(re.compile("slice=text=blurred"))
    page.get_by_role("radio", name=re.compile("^Misses")).focus()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("outcome=fn"))
    page.get_by_label("IoU with the label or prediction nearby, from").focus()
    page.keyboard.type("0.3")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"among=object\.iou=0\.3\.\."))
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    chips = page.get_by_role("group", name="Active filters")
    expect(chips).to_contain_text("Words blurred")
    expect(chips).to_contain_text("IoU from .3")
    page.reload()
    expect(page.get_by_test_id("total")).to_have_text(TOTAL)
    page.keyboard.press("Escape")
    expect(chips).to_have_count(0)


def test_a_condition_that_a_page_cannot_honour_says_so(own: Journey) -> None:
    own.open("#/errors?slice=split=val&outcome=fp&among=object.confidence=0.3..")
    page = own.page
    expect(page.get_by_text("not used here")).to_have_count(0)
    page.keyboard.press("2")
    page.get_by_role("heading", level=1, name="Overview").wait_for()
    expect(page.locator(".chip.unused")).to_have_count(2)
    expect(page.locator(".chip", has_text="Split val")).not_to_contain_text("not used")
    page.keyboard.press("6")
    page.get_by_role("heading", level=1, name="Metrics").wait_for()
    expect(page.locator(".chip.unused")).to_have_count(1)
    expect(page.locator(".chip.unused")).to_have_text(re.compile("False positive"))
    expect(page.locator(".chip.unused")).to_have_attribute("title", re.compile("whatever becomes"))
    page.keyboard.press("3")
    expect(page.get_by_text("not used here")).to_have_count(0)


def test_values_and_findings_are_those_of_the_filter(own: Journey, folder: Path) -> None:
    where, asked = "split=val", "#/metrics?slice=split=val&cls=0&metric=object_area_relative"
    project = Project.open(folder)
    own.open(asked)
    page = own.page
    total = project.metric("object_area_relative", where=where, classes=(0,))["total"]
    card = page.locator(".metrics-top .card").first
    expect(card).to_contain_text(f"{total} values")
    codes = project.findings("float32", where=where, classes=(0,), pixels=False)["codes"]
    twice = next(one["count"] for one in codes if one["code"] == "PRD001")
    assert 0 < twice < project.findings("float32", code="PRD001", pixels=False)["total"]
    row = page.locator(".finding-codes tr", has_text="PRD001")
    expect(row.locator("td").last).to_have_text(str(twice))
    page.locator(".histogram .picks").first.click()
    page.wait_for_url(re.compile(r"slice=split=val,object\.object_area_relative="))
    expect(card).to_contain_text(f"{total} values")  # its own range is lifted where it is shown
    expect(page.locator(".histogram .inside")).to_have_count(1)


def test_issues_the_gate_and_drift_are_those_of_the_filter(own: Journey, folder: Path) -> None:
    project = Project.open(folder)
    own.open("#/labels?slice=split=val&cls=0")
    page = own.page
    left = project.label_issues(where="split=val", classes=(0,))["total"]
    assert 0 < left < project.label_issues(where="split=val")["total"]
    expect(page.get_by_role("button", name=re.compile("^All "))).to_have_text(f"All {left}")
    own.open("#/gate?slice=split=val")
    value = project.evaluate("float32", where="split=val")["metrics"]["AP"]
    floor = page.locator("tr", has_text=re.compile("AP at least"))
    expect(floor).to_contain_text(f"{value:.3f}".removeprefix("0"))
    expect(page.get_by_label("Verdict")).to_contain_text("on split=val")
    expect(page.get_by_label("Verdict")).to_contain_text("--slice 'split=val'")
    own.open("#/drift?slice=split=val")
    expect(page.get_by_test_id("lead")).to_contain_text("the rest (22 images and 19 images)")
    expect(page.get_by_label("Compared with")).to_have_value("rest")
    own.open("#/drift?slice=metric.object_count=5..")
    busy = [f"split={name},metric.object_count=5.." for name in ("train", "val")]
    sides = project.drift(where=busy[0], against=busy[1], pixels=False)
    counts = [sides[side]["images"] for side in ("first", "second")]
    expect(page.get_by_test_id("lead")).to_contain_text(f"{counts[0]} images and {counts[1]} image")
    expect(page.get_by_text("not used here")).to_have_count(0)


def test_a_saved_slice_is_used_on_another_page(own: Journey, folder: Path) -> None:
    own.open("#/errors?slice=split=val,metric.object_count=5..")
    page = own.page
    expect(page.get_by_test_id("slice-images")).to_have_text(re.compile("of 41 images"))
    page.keyboard.press("i")
    page.get_by_label("Name of the slice").fill("crowded val")
    page.get_by_role("button", name="Save").click()
    row = page.get_by_role("checkbox", name=re.compile("crowded val"))
    row.wait_for()
    page.get_by_role("button", name="Clear all").click()
    row.check()
    page.wait_for_url(re.compile(r"slice=slice=crowded"))
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.locator(".matrix").wait_for()
    expected = Project.open(folder).summary("float32", where="slice=crowded val")
    expect(page.get_by_test_id("slice-images")).to_contain_text(f"{expected['images']} of 41")
    page.wait_for_load_state("networkidle")
    own.expect_counts(expected["counts"])


def test_notes_are_seen_on_tiles_and_beside_the_picture(own: Journey) -> None:
    own.open("#/errors?mode=images&outcome=all&slice=text=purpose")
    page = own.page
    expect(page.locator(".tile .noted").first).to_have_attribute("title", "Blurred on purpose")
    expect(page.locator(".viewer-notes")).to_contain_text("Blurred on purpose")


def test_both_ends_of_a_list_and_a_number_in_it(own: Journey) -> None:
    own.open("#/errors?conf=0.05")
    page = own.page
    total = int(page.get_by_test_id("total").inner_text().partition(" ")[0].replace("\u202f", ""))
    assert total > 300
    place = page.locator(".go-to input")
    page.keyboard.press("End")
    expect(place).to_have_value(str(total))
    expect(page.locator(".tile[aria-pressed=true]")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(place).to_have_value("1")
    page.keyboard.press("g")
    page.keyboard.type("234")
    page.keyboard.press("Enter")
    expect(place).to_have_value("234")
    chosen = page.locator(".tile[aria-pressed=true]")
    expect(chosen).to_be_in_viewport()
    title = str(chosen.get_attribute("title"))
    page.reload()
    expect(place).to_have_value("234")
    expect(page.locator(".tile[aria-pressed=true]")).to_have_attribute("title", title)


def test_bars_rows_and_points_lead_to_what_they_show(own: Journey) -> None:
    own.open("#/runs")
    page = own.page
    page.get_by_role("button", name="22 val").click()
    expect(page.get_by_test_id("slice-images")).to_have_text("22 of 41 images")
    page.locator(".thumbnails button").first.click()
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    expect(page.get_by_test_id("slice-images")).to_have_text("1 of 41 images")
    own.open("#/overview")
    page.locator(".outcome-bar .fn").click()
    page.wait_for_url(re.compile("errors.*outcome=fn"))
    own.open("#/confusion")
    page.locator(".matrix tbody th button", has_text="cup").click()
    page.wait_for_url(re.compile("outcome=all.*labelled=41"))
    own.open("#/metrics?metric=object_area_relative")
    page.locator(".histogram .picks").last.click()
    page.wait_for_url(re.compile(r"slice=object\.object_area_relative="))
