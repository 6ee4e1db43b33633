"""Two runs side by side, and what every import did, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.conftest import ROOT
from tests.journeys.conftest import Journey, served, signed_in
from tests.journeys.test_first_look import OVERFLOW, SHOWN

pytestmark = pytest.mark.journey


def test_what_broke_between_two_runs(journey: Journey, demo_folder: object) -> None:
    journey.open("#/runs")
    page = journey.page
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_label("Verdict")).to_contain_text("int8 is worse than float32")
    pair = Project.open(str(demo_folder)).compare("float32", "int8")["pairs"][0]
    rows = page.locator(".forest tbody tr")
    expect(rows).to_have_count(12)
    expect(rows.first).to_contain_text("−.114")
    broken = page.locator(".flip.broken")
    assert int(broken.locator("b").inner_text()) == pair["flips"]["broken"]
    expect(page.get_by_role("region", name="Broken")).to_contain_text(
        f"{pair['flips']['broken']} objects"
    )
    page.wait_for_function(SHOWN)
    reasons = page.locator(".pane .reason")
    expect(reasons.first).to_have_text(re.compile("^correct"))
    expect(reasons.last).to_have_text(re.compile("^missed"))
    page.keyboard.press("j")
    page.wait_for_url(re.compile("sel=G"))
    page.locator(".class-changes tbody tr", has_text="person").first.click()
    page.wait_for_url(re.compile("cls=0"))
    row = next(r for r in pair["per_class"] if r["class_id"] == 0)
    expect(page.get_by_role("region", name="Broken")).to_contain_text(f"{row['broken']} objects")


def test_new_false_positives_and_the_other_way_round(journey: Journey) -> None:
    journey.open("#/compare?flip=new")
    page = journey.page
    expect(page.locator(".pane .reason").first).to_have_text("not predicted here")
    count = page.locator(".flip.new b").inner_text()
    page.get_by_role("button", name="Swap").click()
    page.wait_for_url(re.compile("run=int8.*other=float32"))
    expect(page.get_by_label("Verdict")).to_contain_text("float32 is better than int8")
    expect(page.locator(".flip.removed b")).to_have_text(count)


def test_one_run_has_nothing_to_be_compared_with(tasks: Journey) -> None:
    tasks.open("#/compare?run=shapes")
    expect(tasks.page.locator("main")).to_contain_text("There is nothing to compare it with")


@pytest.mark.parametrize("width", [1280, 1600])
@pytest.mark.parametrize("page", ["compare", "imports", "gate", "errors?slice=split=val"])
def test_nothing_sticks_out(page: str, width: int, journey: Journey) -> None:
    journey.page.set_viewport_size({"width": width, "height": 900})
    journey.open(f"#/{page}")
    assert journey.page.evaluate(OVERFLOW, "main") <= 0
    assert journey.page.evaluate(OVERFLOW, ".bar") <= 0


def test_a_project_without_runs_says_how_to_import_one(browser: Any, tmp_path: Path) -> None:
    source = ROOT / "src" / "boxscore" / "demo" / "annotations.json"
    made = Project.import_project(source, target=tmp_path, name="bare")
    with served(Path(made["path"])) as address, signed_in(browser, address) as bare:
        for path in ("overview", "errors", "compare"):
            bare.page.goto(f"{bare.base}/#/{path}")
            expect(bare.page.locator("main")).to_contain_text("No run yet")
            expect(bare.page.locator("main code").first).to_contain_text("import predictions")
        bare.page.goto(f"{bare.base}/#/imports")
        expect(bare.page.get_by_label("Labels of bare")).to_be_visible()
