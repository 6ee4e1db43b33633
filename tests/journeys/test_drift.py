"""The page of drift: two splits or two projects, a metric, a bin, its images."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import boxscore
from boxscore.project import Project
from boxscore.project.shelf import project_id
from tests.journeys.conftest import served, signed_in

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """A folder of two projects: the demo, and one part of it."""
    path = tmp_path_factory.mktemp("shelf")
    shutil.copytree(demo_folder, path / "demo")
    project = Project.open(path / "demo")
    project.metric("Brightness")
    project.subset("split=val", name="later", runs=[])
    Project.open(path / "later").metric("Brightness")
    return path


def test_two_splits_and_two_projects(browser: Any, folder: Path) -> None:
    first, second = Project.open(folder / "demo"), Project.open(folder / "later")
    base = f"p/{project_id(first.path)}/"
    with served(folder) as address, signed_in(browser, address) as journey:
        page = journey.page
        journey.open(f"{base}#/drift")
        known = first.drift(where="split=train", against="split=val", pixels=False)
        ranked = sorted(known["metrics"], key=lambda row: (-row["ks"], row["title"]))
        expect(page.locator(".drift-metrics tbody tr")).to_have_count(len(ranked))
        expect(page.locator(".drift-metrics tbody button").first).to_have_text(ranked[0]["title"])
        expect(page.get_by_test_id("lead")).to_contain_text("between train and val (19 images")
        distance = f"Class shares differ by {100 * known['class_distance']:.1f} %"
        expect(page.get_by_test_id("lead")).to_contain_text(distance)
        page.locator(".drift-metrics tbody tr", has_text="Brightness").click()
        page.wait_for_url(re.compile("metric=brightness"))
        document = first.drift_metric("Brightness", where="split=train", against="split=val", bin=6)
        bars = page.locator(".overlay-chart .picks")
        expect(bars).to_have_count(len(document["edges"]) - 1)
        bars.nth(6).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("bin=6"))
        for k, name in enumerate(("train", "val")):
            tiles = page.get_by_label(f"{name}, in the bin").locator(".tile")
            expect(tiles).to_have_count(min(12, len(document["rows"][k])))
        page.get_by_label("Compared with").select_option(label="later")
        page.wait_for_url(re.compile("with=" + project_id(second.path)))
        expect(page.get_by_test_id("lead")).to_contain_text("between train and later")
        expect(page.get_by_label("later, in the bin")).to_have_count(0)
        both = first.drift_metric("Brightness", second, where="split=train")
        fullest = both["counts"][1].index(max(both["counts"][1]))
        page.locator(".overlay-chart .picks").nth(fullest).click()
        page.get_by_label("later, in the bin").locator(".tile").first.wait_for()
        source = page.get_by_label("later, in the bin").locator("img").first.get_attribute("src")
        assert source.startswith(f"/p/{project_id(second.path)}/api/")


def test_one_set_of_images_says_what_to_do(browser: Any, tmp_path: Path) -> None:
    demo = Path(boxscore.__file__).parent / "demo"
    truth = tmp_path / "alone.json"
    truth.write_text(
        re.sub(r'"split": ?"[a-z0-9]*"', '"split": "val"', (demo / "annotations.json").read_text())
    )
    made = Project.import_project(truth, target=tmp_path, name="bare")
    with served(Path(made["path"])) as address, signed_in(browser, address) as journey:
        page = journey.page
        page.goto(f"{journey.base}/#/drift")
        page.get_by_text(re.compile("only one set of images|Both sides are the same")).wait_for()
        expect(page.locator(".empty")).to_contain_text("Choose another split")
