"""The three first journeys by keyboard alone: no mouse, no address typed after the first."""

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

from boxscore.evaluation.queries import ErrorQuery
from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in

pytestmark = pytest.mark.journey
MANY = 150
SEEN = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    || [...here.querySelectorAll('*')].some(e => getComputedStyle(e).stroke !== 'none');
}"""


@pytest.fixture
def own(browser: Any, demo_folder: Path, tmp_path: Path) -> Iterator[tuple[Journey, Project]]:
    """A page of a copy of the demo, which may be changed."""
    folder = shutil.copytree(demo_folder, tmp_path / "demo")
    with served(folder) as address, signed_in(browser, address) as journey:
        expect(
            journey.page.get_by_role("radiogroup", name="Run").get_by_role("radio")
        ).to_have_count(2)
        journey.page.wait_for_load_state("networkidle")
        yield journey, Project.open(folder)


def walk(page: Any, wanted: str) -> None:
    """The Tab key until the focus is on what is wanted; every stop shows that it has the focus."""
    for _ in range(MANY):
        page.keyboard.press("Tab")
        if page.locator(wanted).evaluate_all("them => them.includes(document.activeElement)"):
            assert page.evaluate(SEEN)
            return
    raise AssertionError(f"{MANY} times Tab never came to {wanted}")


def into_content(page: Any) -> None:
    """The first stop of a page leads past the nav and the bar."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('.skip')"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_from_the_first_start_to_the_first_insight(own: tuple[Journey, Project]) -> None:
    journey, project = own
    page = journey.page
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator(".kpis")).to_contain_text(".300")
    fixes = project.fix_first("float32", order="effort", each=1, limit=6)["fixes"]
    fix = next(one for one in fixes if one["what"] not in ("split", "sequence", "slice"))
    expect(page.locator(".fix li").first).to_contain_text(
        f"{fix['errors']} errors on {fix['images']} images"
    )
    into_content(page)
    walk(page, ".fix button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Errors")).to_be_visible()
    expect(page.get_by_test_id("reason")).not_to_be_empty()
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel="))
    expect(page.get_by_test_id("reason")).not_to_be_empty()
    page.keyboard.press("z")
    page.wait_for_url(re.compile("zoom=0"))


def test_the_worst_class_why_tagged_and_exported(
    own: tuple[Journey, Project], tmp_path: Path
) -> None:
    journey, project = own
    page = journey.page
    page.keyboard.press("x")
    page.wait_for_url(re.compile("run=int8"))
    page.wait_for_load_state("networkidle")
    into_content(page)
    walk(page, ".class-table th button:has(.glyph)")
    for _ in range(3):  # correct, false, missed: the most missed class comes first
        if "FN" in page.evaluate("document.activeElement.textContent"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    rows = project.evaluate("int8")["per_class"]
    worst = max(rows, key=lambda row: (row["fn"], -row["class_id"]))
    walk(page, ".class-table td button")
    expect(page.locator(".class-table td button:focus")).to_have_text(worst["class"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"#/errors.*cls={worst['class_id']}"))
    walk(page, ".facet:has-text('Misses')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("outcome=fn"))
    expect(page.get_by_test_id("total")).to_have_text(f"{worst['fn']} objects")
    expect(page.get_by_test_id("reason")).to_have_text(re.compile("^missed: "))
    for _ in range(20):
        page.keyboard.press("s")
        page.keyboard.press("j")
    expect(page.get_by_test_id("picked")).to_have_text("20 objects picked")
    page.keyboard.press("g")
    page.keyboard.type("look again")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("done")).to_have_text("20 tagged look again")
    walk(page, ".bulk button:has-text('Export')")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")  # the labels, for these are misses
    walk(page, ".bulk form button:has-text('Download')")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "got.zip")
    query = ErrorQuery(outcome="fn", classes=(worst["class_id"],), limit=20)
    listed = project.errors("int8", query)["objects"]
    with zipfile.ZipFile(tmp_path / "got.zip") as packed:
        (name,) = [n for n in packed.namelist() if n.endswith(".json")]
        rows = json.loads(packed.read(name))["annotations"]
    assert sorted(row["bbox"] for row in rows) == sorted(one["box"] for one in listed)


def test_what_int8_broke(own: tuple[Journey, Project]) -> None:
    journey, project = own
    page = journey.page
    page.keyboard.press("7")
    expect(page.get_by_label("Verdict")).to_contain_text("int8 is worse than float32")
    pair = project.compare("float32", "int8")["pairs"][0]
    page.wait_for_load_state("networkidle")
    into_content(page)
    walk(page, ".flip.fixed")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("flip=fixed"))
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.matches('.flip.broken')")
    page.keyboard.press("Enter")
    broken = page.get_by_role("region", name="Broken")
    expect(broken).to_contain_text(f"{pair['flips']['broken']} objects")
    expect(page.locator(".pane .reason").first).to_have_text(re.compile("^correct"))
    expect(page.locator(".pane .reason").last).to_have_text(re.compile("^missed"))
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel=G"))
    walk(page, ".class-changes td button")
    row = pair["per_class"][0]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"cls={row['class_id']}"))
    expect(broken).to_contain_text(f"{row['broken']} object")
