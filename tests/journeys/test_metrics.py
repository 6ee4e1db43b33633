"""The page of quality metrics: what is unusual is seen, and leads to its images."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import boxscore
from boxscore.project import Project
from tests.journeys.conftest import served, signed_in

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def measured(
    browser: Any, demo_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Project]]:
    """The demo with all metrics, served."""
    folder = tmp_path_factory.mktemp("measured") / "demo"
    shutil.copytree(demo_folder, folder)
    Project.open(folder).run_metrics()
    with served(folder) as address:
        yield address, Project.open(folder)


def test_metrics_findings_and_their_images(browser: Any, measured: tuple[str, Project]) -> None:
    address, project = measured
    with signed_in(browser, address) as journey:
        journey.open("#/metrics")
        page = journey.page
        page.get_by_role("heading", name="Brightness", exact=True).wait_for()
        page.get_by_label("Find a metric").fill("watermark")
        expect(page.locator(".metric-list .facet")).to_have_count(1)
        page.locator(".metric-list .facet").click()
        page.wait_for_url(re.compile("metric=text_overlay_area"))
        page.get_by_label("Find a metric").fill("")
        page.locator(".metric-list .facet", has_text="Brightness").click()
        values = project.metric_values("Brightness")
        summary = f"median {np_short(sorted(values.tolist())[20])}"
        expect(page.locator(".card-foot", has_text=summary)).to_be_visible()
        page.get_by_role("radio", name="Lowest").click()
        darkest = project.items["title"][values.argmin()]
        expect(page.locator(".value-tiles .tile bdi").first).to_have_text(darkest)
        picture = page.locator(".value-tiles .tile-picture").first.bounding_box()
        assert picture is not None and picture["height"] > 80
        page.get_by_role("button", name=re.compile("smaller than a model")).click()
        page.wait_for_url(re.compile("code=ANN013"))
        total = project.findings(code="ANN013")["total"]
        expect(page.locator(".value-tiles .tile")).to_have_count(total)
        page.locator(".value-tiles .tile").first.click()
        page.get_by_role("heading", level=1, name="Errors").wait_for()
        expect(page.get_by_test_id("total")).to_have_text("1 image")


def np_short(value: float) -> str:
    """Four digits, as the app writes them."""
    return f"{value:.4g}".removeprefix("0")


def test_a_bar_is_a_filter(browser: Any, measured: tuple[str, Project]) -> None:
    address, project = measured
    with signed_in(browser, address) as journey:
        journey.open("#/metrics?metric=brightness")
        page = journey.page
        bar = page.locator(".histogram .picks").last
        bar.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"slice=metric\.brightness="))
        expect(page.get_by_test_id("slice-images")).to_have_text("1 of 41 images")
        page.get_by_role("button", name="Errors of these images").click()
        page.get_by_role("heading", level=1, name="Errors").wait_for()
        top = project.metric_values("Brightness").max()
        expected = project.summary("float32", where=f"metric.brightness={top}..")["counts"]
        page.wait_for_load_state("networkidle")
        journey.expect_counts(expected)
        page.get_by_role("button", name=re.compile("Remove filter Brightness")).click()
        page.wait_for_url(lambda url: "slice=" not in url)


def test_a_project_without_pixels_and_runs(browser: Any, tmp_path: Path) -> None:
    demo = Path(boxscore.__file__).parent / "demo"
    truth = shutil.copy(demo / "annotations.json", tmp_path / "alone.json")
    made = Project.import_project(truth, target=tmp_path, name="bare")
    with served(Path(made["path"])) as address, signed_in(browser, address) as journey:
        page = journey.page
        page.goto(f"{journey.base}/#/metrics")
        page.get_by_text("Not computed for 41 images").wait_for()
        page.locator(".metric-list .facet", has_text="Object Count").click()
        expect(page.locator(".value-tiles .no-picture").first).to_be_visible()
        expect(page.locator(".histogram .picks")).to_have_count(0)


def test_a_class_opens_its_chart(browser: Any, measured: tuple[str, Project]) -> None:
    address, project = measured
    with signed_in(browser, address) as journey:
        journey.open("#/metrics?run=int8&metric=object_area_relative")
        page = journey.page
        row = project.metric_by_class("int8", "object_area_relative")["classes"][0]
        first = page.locator(".by-class tbody tr").first
        expect(first.locator("bdi")).to_have_text(row["class_name"])
        expect(first.locator("td").nth(3)).to_have_text(f"{100 * row['recall']['drop']:.1f}")
        first.click()
        page.get_by_role("heading", name=f"Object Area - Relative: {row['class_name']}").wait_for()
        whole = project.metric_performance("int8", "object_area_relative")
        for side, share in (("tp", whole["precision"]), ("fn", 1 - whole["recall"])):
            line = page.locator(f".bin-chart.{side} .key.whole-run")
            expect(line).to_have_text(f"whole run {100 * share:.1f} %")


def test_a_bar_of_objects_is_a_slice_of_objects(
    browser: Any, measured: tuple[str, Project]
) -> None:
    address, project = measured
    with signed_in(browser, address) as journey:
        journey.open("#/overview?run=int8&slice=object.area=..1024")
        page = journey.page
        expected = project.evaluate("int8", where="object.area=..1024")["counts"]
        journey.expect_counts(expected)
        page.get_by_role("button", name="Remove filter Object area up to").wait_for()
        journey.open("#/metrics?run=int8&metric=object_area_absolute")
        page.locator(".histogram .picks").first.click()
        page.wait_for_url(re.compile(r"slice=object\.object_area_absolute="))
        page.get_by_role("button", name="Errors of these objects").click()
        page.get_by_role("heading", level=1, name="Errors").wait_for()
