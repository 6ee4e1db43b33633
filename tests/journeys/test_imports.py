"""Imports told in full, and the gate beside every run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.conftest import ROOT
from tests.journeys.conftest import Journey, served, signed_in

pytestmark = pytest.mark.journey
RULES = "version: 1\nrules:\n  - {metric: AP, at_least: 0.2}\n  - {metric: AP50, at_least: 0.1}\n"
REPAIRED, REJECTED = 70, 9


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demo with rules, and a run of which some records are rejected and more are repaired."""
    folder = tmp_path_factory.mktemp("imports")
    shutil.copytree(demo_folder, folder / "demo")
    project = Project.open(folder / "demo")
    project.keep_gate_rules(RULES)
    records = json.loads((ROOT / "src/boxscore/demo/predictions_int8.json").read_text())
    for k in range(REPAIRED):
        records[k] |= {"bbox": [9000 + k, 9000, 5, 5]}
    for k in range(REPAIRED, REPAIRED + REJECTED):
        records[k] |= {"bbox": [1, 2, -3, 4]}
    (folder / "strange.json").write_text(json.dumps(records))
    project.import_predictions(folder / "strange.json", name="strange")
    return project


@pytest.fixture(scope="module")
def reports_address(browser: Any, project: Project) -> Iterator[str]:
    with served(project.path) as found:
        yield found


@pytest.fixture
def reports(browser: Any, reports_address: str) -> Iterator[Journey]:
    with signed_in(browser, reports_address) as found:
        yield found


def test_the_report_is_that_of_the_run(journey: Journey) -> None:
    journey.open("#/imports")
    page = journey.page
    expect(page.get_by_role("heading", level=1, name="Import report")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Accepted, nothing dropped")
    shown = page.get_by_role("region", name="Predictions: float32")
    expect(shown.get_by_role("region", name="Files")).to_contain_text("3\u202f319")
    expect(shown.get_by_role("region", name="Reconcile")).to_contain_text("have predictions")
    readings = shown.get_by_role("region", name="How boxes and ids were read")
    expect(readings.locator("tr.current").nth(2)).to_contain_text("xywh, pixels")
    expect(shown.get_by_label("Distribution of confidences")).to_be_visible()
    page.get_by_role("button", name="annotations.json").click()
    labels = page.get_by_role("region", name="Labels of demo")
    expect(labels.get_by_role("region", name="Reconcile")).to_contain_text("Crowd regions")
    page.wait_for_url(re.compile("sel=1"))


def test_records_are_read_page_by_page(reports: Journey) -> None:
    reports.open("#/imports?run=strange")
    card = reports.page.get_by_role("region", name="Rejected and repaired")
    total = REPAIRED + REJECTED
    expect(card.get_by_role("status")).to_have_text(f"1 to 60 of {total} records")
    card.get_by_role("button", name="Later").click()
    expect(card.get_by_role("status")).to_have_text(f"61 to {total} of {total} records")
    expect(card.locator("tbody tr")).to_have_count(total - 60)
    card.get_by_role("button", name=re.compile("E-COCO-BBOX-NEG")).click()
    expect(card.get_by_role("status")).to_have_text(f"1 to {REJECTED} of {REJECTED} records")
    checks = reports.page.get_by_role("region", name="Reconcile")
    outside = checks.get_by_role("listitem").filter(has_text="Boxes outside their image")
    expect(outside).to_contain_text("Look")
    expect(outside.locator("b")).to_have_text(str(REPAIRED))


def test_the_mapping_is_downloaded_and_a_class_opened(
    reports: Journey, project: Project, tmp_path: Path
) -> None:
    reports.open("#/imports?run=strange")
    page = reports.page
    card = page.get_by_role("region", name="mapping.yaml")
    with page.expect_download() as told:
        card.get_by_role("link", name="Download").click()
    told.value.save_as(tmp_path / "mapping.yaml")
    assert (tmp_path / "mapping.yaml").read_text() == project.import_mapping("strange")
    classes = page.get_by_role("region", name="Classes")
    classes.get_by_label("Find a class").fill("umbrella")
    expect(classes.locator("tbody tr")).to_have_count(1)
    classes.get_by_role("button", name="umbrella").click()
    page.wait_for_url(re.compile("errors.*cls="))
    expect(page.get_by_role("heading", level=1, name="Errors")).to_be_visible()


def test_a_bar_of_confidences_opens_its_predictions(reports: Journey, project: Project) -> None:
    reports.open("#/imports?run=strange")
    page = reports.page
    page.get_by_label("Distribution of confidences").get_by_role("button").last.click()
    page.wait_for_url(re.compile("errors.*among=object.confidence"))
    spread = project.import_report("strange")["confidences"]
    last = next(n for n in reversed(spread["counts"]) if n)
    expect(page.locator(".tiles-scroll .tile")).to_have_count(last)


def test_every_run_says_whether_it_passes(reports: Journey) -> None:
    reports.open("#/runs")
    page = reports.page
    rows = page.locator(".runs-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="float32").locator(".gate-pill")).to_have_text("Pass")
    failed = rows.filter(has_text="predictions_int8").locator(".gate-pill")
    expect(failed).to_have_text("1 of 2 fail")
    failed.click()
    page.wait_for_url(re.compile("gate.*run=int8"))
    expect(page.get_by_label("Verdict")).to_contain_text("int8 does not pass")


def test_without_rules_the_runs_say_so(journey: Journey) -> None:
    journey.open("#/runs")
    pills = journey.page.locator(".runs-table .gate-pill")
    expect(pills).to_have_text(["No rules", "No rules"])
