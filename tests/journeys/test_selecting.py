"""Find the worst class, see why, tag twenty objects, export them: by mouse, and by keyboard."""

from __future__ import annotations

import json
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


@pytest.fixture
def own(browser: Any, demo_folder: Path, tmp_path: Path) -> Iterator[tuple[Journey, Project]]:
    """A page of a copy of the demo, which may be changed."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    with served(folder) as address, signed_in(browser, address) as journey:
        yield journey, Project.open(folder)


def test_by_keyboard_alone(own: tuple[Journey, Project]) -> None:
    journey, project = own
    journey.open("#/errors?run=int8&outcome=fp&kind=class")
    page = journey.page
    for _ in range(20):
        page.keyboard.press("s")
        page.keyboard.press("j")
    expect(page.get_by_test_id("picked")).to_have_text("20 objects picked")
    page.keyboard.press("g")
    page.keyboard.type("mistaken")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("done")).to_have_text("20 tagged mistaken")
    (tag,) = project.tags()
    assert (tag["tag"], tag["predictions"]) == ("mistaken", {"int8": 20})
    listed = project.errors("int8", ErrorQuery(outcome="fp", kind="class", limit=20))
    assert {tuple(found["tags"]) for found in listed["objects"]} == {("mistaken",)}
    page.keyboard.press("1")  # every one of them has it: it goes
    expect(page.get_by_test_id("done")).to_have_text("mistaken taken off 20")
    assert project.tags() == []
    page.keyboard.press("u")
    expect(page.get_by_test_id("done")).to_have_text("Undone: untag mistaken")
    assert project.tags()[0]["predictions"] == {"int8": 20}
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("picked")).to_have_text("Nothing picked")


def test_everything_of_a_filter_is_exported(own: tuple[Journey, Project], tmp_path: Path) -> None:
    journey, project = own
    query = ErrorQuery(outcome="fp", limit=500)
    listed = project.errors("int8", query)
    journey.open("#/errors?run=int8&outcome=fp")
    page = journey.page
    page.locator(".tile").first.click()
    page.keyboard.press("Control+a")
    assert 60 < listed["total"] <= 500  # more than one page
    expect(page.get_by_test_id("picked")).to_have_text(f"{listed['total']} objects picked")
    page.get_by_role("button", name="Export…").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    path = tmp_path / "got.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as packed:
        (name,) = [n for n in packed.namelist() if n.endswith("results.json")]
        rows = json.loads(packed.read(name))
    assert sorted(r["bbox"] for r in rows) == sorted(o["box"] for o in listed["objects"])


def test_a_slice_is_saved_and_chosen(own: tuple[Journey, Project]) -> None:
    journey, project = own
    journey.open("#/errors?run=int8&slice=split=val,!class=person")
    page = journey.page
    page.get_by_role("button", name="Remove filter Not: Images with person").wait_for()
    page.keyboard.press("i")
    page.get_by_label("Name of the slice").fill("no people")
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="no people").check()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Remove filter Slice no people").wait_for()
    images = project.summary("int8", where="slice=no people")["images"]
    assert project.slices() == {"no people": "split=val,!class=person"}
    expect(page.get_by_test_id("slice-images")).to_have_text(f"{images} of 41 images")


def test_the_grid_is_one_stop_of_the_tab_key(own: tuple[Journey, Project]) -> None:
    journey, _ = own
    journey.open("#/errors?run=int8")
    page = journey.page
    page.locator(".tile").first.wait_for()
    assert page.locator('.tile[tabindex="0"]').count() == 1
    page.locator(".tile").nth(0).click()
    page.locator(".tile").nth(4).click(modifiers=["Shift"])
    expect(page.get_by_test_id("picked")).to_have_text("5 objects picked")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".tile").nth(5)).to_be_focused()
    page.keyboard.press(" ")
    expect(page.get_by_test_id("picked")).to_have_text("6 objects picked")
