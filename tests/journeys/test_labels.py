"""Ten label issues reviewed by keyboard; what was decided is what the project holds."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in

pytestmark = pytest.mark.journey


@pytest.fixture
def own(demo_folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(demo_folder, tmp_path / "demo")


@pytest.fixture
def journey_of_own(own: Path, browser: Any) -> Iterator[Journey]:
    with served(own) as address, signed_in(browser, address) as found:
        yield found


def test_ten_issues_by_keyboard(journey_of_own: Journey, own: Path, tmp_path: Path) -> None:
    journey = journey_of_own
    journey.open("#/overview")
    page = journey.page
    page.get_by_role("link", name="Label issues").click()
    page.get_by_role("heading", level=1, name="Label issues").wait_for()
    project = Project.open(own)
    issues = project.label_issues(limit=10)["issues"]
    for issue, key in zip(issues, "AARASAARAR", strict=True):
        expect(page.get_by_test_id("sentence")).to_have_text(issue["sentence"])
        page.keyboard.press(key)
    expect(page.get_by_test_id("counts")).to_have_text(re.compile(r"^6 fixed, 3 kept, \d+ open$"))
    page.wait_for_load_state("networkidle")
    review = project.label_review()
    assert [review[k] for k in ("accepted", "rejected", "skipped")] == [6, 3, 1]
    assert [d["key"] for d in review["decisions"]] == [i["key"] for i in reversed(issues)]
    after = project.scores_with_corrections()["runs"][0]["accepted"]["AP"]
    expect(page.get_by_test_id("scores-accepted")).to_contain_text(f"{after:.3f}"[1:])
    page.keyboard.press("u")
    expect(page.get_by_test_id("counts")).to_have_text(re.compile(r"^6 fixed, 2 kept"))
    expect(page.get_by_test_id("sentence")).to_have_text(issues[-1]["sentence"])
    page.get_by_text("Export 6 fixes").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Patch, COCO").click()
    started.value.save_as(tmp_path / "patch.zip")
    with zipfile.ZipFile(tmp_path / "patch.zip") as archive:
        assert len(json.loads(archive.read("patch.json"))["annotations"]) == 6
    page.reload()
    expect(page.get_by_test_id("counts")).to_have_text(re.compile(r"^6 fixed, 2 kept"))
    page.get_by_role("link", name="Overview").click()
    advice = page.get_by_role("button", name=re.compile(r"Accepted label corrections\s*: 6 labels"))
    gain = project.fix_first(project.run_names()[0], limit=100)["fixes"]
    (labels,) = [fix for fix in gain if fix["what"] == "labels"]
    expect(advice).to_contain_text(f"AP with them is {labels['ap']:.3f}".replace(" 0.", " ."))
    advice.click()
    page.get_by_role("heading", level=1, name="Label issues").wait_for()


def test_kinds_have_their_counts_and_empty_ones_say_so(journey: Journey, demo_folder: Path) -> None:
    journey.open("#/labels")
    page = journey.page
    project = Project.open(demo_folder)
    counts = {k["kind"]: k["count"] for k in project.label_issues()["kinds"]}
    chip = page.get_by_role("button", name=f"Loose box {counts['located']}")
    chip.click()
    page.wait_for_url(re.compile("issue=located"))
    expect(page.locator(".queue-row")).to_have_count(counts["located"])
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel="))
    page.keyboard.press("z")
    page.wait_for_url(re.compile("zoom=0"))


def test_the_picture_and_the_queue_by_keyboard(journey: Journey) -> None:
    """What the mouse does is done by keys: names of neighbours, zoom and pan, the list."""
    journey.open("#/labels?zoom=0")
    page, stage = journey.page, journey.page.get_by_test_id("stage")
    canvas, named = stage.locator("canvas"), stage.get_by_role("status")
    expect(canvas).to_have_attribute("data-marks", re.compile(r"^([4-9]|\d\d)$"))
    expect(canvas).to_have_attribute("data-strong", "label suggested")
    page.keyboard.press("o")
    expect(canvas).to_have_attribute("data-strong", re.compile(r"^G\d+ label suggested$"))
    expect(named).to_have_text(re.compile(r"^label: \w+"))
    stage.focus()
    page.keyboard.press("+")
    expect(stage).to_have_attribute("data-scale", "1.500")
    centre = stage.get_attribute("data-centre")
    page.keyboard.press("ArrowDown")
    expect(stage).not_to_have_attribute("data-centre", centre)
    page.keyboard.press("0")
    expect(stage).to_have_attribute("data-scale", "1.000")
    current = page.locator('.queue-row[aria-pressed="true"]')
    first = current.inner_text()
    current.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".queue-row").nth(1)).to_be_focused()
    expect(page.locator(".queue-row").nth(1)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Home")
    expect(current).to_be_focused()
    expect(current).to_have_text(first, use_inner_text=True)
