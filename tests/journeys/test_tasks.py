"""The Overview follows the task and the protocol; confusion leads to its objects."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
OBJECT_CARDS = ("Precision and recall", "Choose a confidence", "Error budget", "F1 per class")


def test_the_protocol_is_chosen_and_kept(journey: Journey, demo_folder: object) -> None:
    journey.open("#/overview")
    page = journey.page
    page.get_by_label("Protocol").select_option("voc12")
    page.wait_for_url(re.compile("protocol=voc12"))
    expect(page.locator(".kpi").first).to_contain_text("mAP")
    project = Project.open(str(demo_folder))
    expected = project.evaluate("float32", protocol="voc12")["metrics"]["mAP"]
    shown = f"{expected:.3f}"[1:]
    expect(page.locator(".kpi b").first).to_have_text(shown)
    page.reload()
    expect(page.locator(".kpi b").first).to_have_text(shown)
    expect(page.get_by_label("Protocol")).to_have_value("voc12")
    page.get_by_label("Protocol").select_option("coco")
    page.wait_for_url(lambda url: "protocol=" not in url)
    expect(page.locator(".kpi b").first).to_have_text(".300")


def test_all_twelve_numbers_have_definitions(journey: Journey) -> None:
    journey.open("#/overview")
    numbers = journey.page.locator(".numbers > div")
    expect(numbers).to_have_count(12)
    for k in range(12):
        words = numbers.nth(k).locator("dd span").inner_text()
        assert re.match(r"Average (precision|recall) at IoU \.", words)
    expect(numbers.nth(3)).to_contain_text("small objects")


def test_only_what_fits_the_task_is_shown(tasks: Journey) -> None:
    tasks.open("#/overview?run=shapes")
    page = tasks.page
    for name in OBJECT_CARDS:
        expect(page.get_by_label(name, exact=True).first).to_be_visible()
    page.get_by_label("Task").select_option("panoptic")
    page.wait_for_url(re.compile("task=panoptic"))
    expect(page.locator(".kpi span").first).to_have_text("PQ")
    expect(page.locator(".class-table th", has_text="RQ")).to_be_visible()
    for name in OBJECT_CARDS:
        expect(page.get_by_label(name, exact=True)).to_have_count(0)
    expect(page.locator(".bar-counts button")).to_have_count(0)
    unknown = page.locator(".numbers abbr").first
    expect(unknown).to_have_attribute("title", re.compile("things"))
    page.get_by_label("Task").select_option("semantic")
    expect(page.locator(".kpi span").first).to_have_text("mIoU")
    expect(page.locator(".class-table th", has_text="Pixels").first).to_be_visible()


def test_classification_overview(tasks: Journey) -> None:
    tasks.open("#/overview?run=answers")
    page = tasks.page
    expect(page.locator(".numbers dt")).to_have_text([
        "Accuracy", "Balanced accuracy", "Precision", "Recall", "F1", "Top-5 accuracy", "ECE",
    ])  # fmt: skip
    expect(page.get_by_role("region", name="Calibration")).to_contain_text("ECE")
    for name in OBJECT_CARDS:
        expect(page.get_by_label(name, exact=True)).to_have_count(0)
    head = page.locator(".class-table th")
    expect(head).to_have_count(10)
    assert not any("AP" in name for name in head.all_inner_texts())
    expect(page.locator(".numbers abbr")).to_have_attribute("title", re.compile("one guess"))


def test_a_confused_pair_leads_to_its_objects(tasks: Journey) -> None:
    tasks.open("#/confusion?run=shapes")
    page = tasks.page
    cell = page.locator(".matrix tbody tr:not(:last-child) button.fp").first
    expect(cell).to_have_text(re.compile("[1-9]"))
    count = int(cell.inner_text())
    named = re.match(r"(\w+), predicted (\w+): ", str(cell.get_attribute("title")))
    assert named is not None
    cell.click()
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    assert "outcome=fp" in page.url
    expect(page.get_by_test_id("total")).to_have_text(
        f"{count} objects" if count > 1 else "1 object"
    )
    expect(page.get_by_label("Active filters")).to_contain_text(f"Labelled {named[1]}")
    expect(page.locator(".tile").first).to_contain_text(named[2])
    page.go_back()
    page.get_by_role("heading", level=1, name="Confusion").wait_for()


def test_answers_lead_to_their_images(tasks: Journey) -> None:
    tasks.open("#/confusion?run=answers")
    page, total = tasks.page, tasks.page.get_by_test_id("total")
    cell = page.locator(".matrix button.fp").first
    named = re.match(r"(\w+), predicted (\w+): (\d+)", str(cell.get_attribute("title")))
    assert named is not None
    count = int(named[3])
    cell.click()
    expect(total).to_have_text(f"{count} images" if count > 1 else "1 image")
    expect(page.locator(".tile").first).to_contain_text(f"{named[2]}, is {named[1]}")
    expect(page.get_by_test_id("answer")).to_contain_text(f"{named[2]} at ")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "labelled=" not in url)
    known = re.compile(r"\d")
    expect(page.locator(".bar-counts b").last).to_have_text(known)
    expect(total).to_have_text(f"{tasks.counts()['fn']} images")
    page.wait_for_function("() => document.querySelector('.stage img')?.naturalWidth > 100")
    page.keyboard.press("s")
    expect(page.get_by_test_id("picked")).to_have_text("1 image picked")
    page.keyboard.press("Control+a")
    expect(page.get_by_test_id("picked")).to_have_text(f"{tasks.counts()['fn']} images picked")
    tasks.open("#/overview?run=answers")
    expect(page.locator(".bar-counts b").last).to_have_text(known)
    counts = tasks.counts()
    page.locator(".bar-counts button").first.click()
    expect(total).to_have_text(f"{counts['tp']} images")
    tasks.open("#/errors?run=answers&kind=class&outcome=tp")
    expect(page.locator(".chip.unused")).to_have_count(1)
    expect(page.locator(".chip.unused")).to_contain_text("Wrong class")
    tasks.open("#/overview?run=answers")
    page.locator(".class-table tbody tr").first.click()
    page.get_by_role("heading", level=1, name="Errors").wait_for()
    expect(page.get_by_label("Active filters")).to_be_visible()


def test_the_matrix_adds_up_to_the_counts(journey: Journey) -> None:
    journey.open("#/confusion")
    page = journey.page
    page.locator(".matrix").wait_for()
    missed = page.locator(".matrix tbody tr td:last-child button")
    expect(missed.first).to_have_text(re.compile(r"^\d+$"))
    expect(page.locator(".matrix tbody tr")).to_have_count(19)
    missed.first.click()
    page.wait_for_url(re.compile("outcome=fn"))
    page.get_by_role("heading", level=1, name="Errors").wait_for()


def test_chosen_classes_keep_the_shares_of_whole_rows(journey: Journey) -> None:
    shares = []
    for hash_ in ("#/confusion", "#/confusion?cls=41"):
        journey.open(hash_)
        rows = journey.page.locator(".pairs tbody tr")
        rows.first.wait_for()
        pair = rows.filter(has_text="bowl").filter(has_text="cup")
        pair.first.wait_for()
        shares.append(pair.all_inner_texts())
    assert shares[0] and shares[0] == shares[1]
    expect(journey.page.locator(".pairs tbody tr").filter(has_not_text="cup")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize("view", ["confusion", "overview?task=panoptic", "overview?run=answers"])
def test_nothing_sticks_out(view: str, width: int, tasks: Journey) -> None:
    tasks.page.set_viewport_size({"width": width, "height": 900})
    tasks.open(f"#/{view}")
    wide = tasks.page.evaluate("() => { const m = document.querySelector('main');"
                               " return m.scrollWidth - m.clientWidth }")  # fmt: skip
    assert wide <= 0
