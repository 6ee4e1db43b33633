"""From a weak slice and from a bin of a metric to the objects, in a real browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from tests.journeys.conftest import served, signed_in

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """The demo with its metrics computed."""
    path = tmp_path_factory.mktemp("slices") / "demo"
    shutil.copytree(demo_folder, path)
    Project.open(path).run_metrics()
    return path


@pytest.fixture(scope="module")
def measured_address(measured: Path) -> Iterator[str]:
    with served(measured) as found:
        yield found


def test_from_a_weak_slice_to_its_misses(
    browser: Any, measured_address: str, measured: Path
) -> None:
    with signed_in(browser, measured_address) as journey:
        page = journey.page
        journey.open("#/slices?run=int8")
        page.get_by_label("Baseline").select_option("float32")
        page.wait_for_url(re.compile("base=float32"))
        document = Project.open(measured).weak_slices("int8", "float32", pixels=False)
        first = document["slices"][0]
        expect(page.get_by_test_id("lead")).to_contain_text(document["lead"])
        page.locator(".weak tbody tr").first.click()
        page.wait_for_url(re.compile("outcome=fn"))
        missed = page.get_by_test_id("total")
        expect(missed).to_have_text(re.compile(r"^\d+ objects$"))
        assert int(missed.inner_text().split()[0]) <= first["units"]
        page.get_by_role("button", name=re.compile("Remove filter Object")).click()
        page.wait_for_url(lambda url: "among=" not in url)


def test_from_a_bin_to_its_objects(browser: Any, measured_address: str, measured: Path) -> None:
    with signed_in(browser, measured_address) as journey:
        page = journey.page
        journey.open("#/slices?run=float32&metric=brightness")
        bins = page.locator(".bin-chart.fn .bin")
        expect(bins).to_have_count(8)
        expected = Project.open(measured).metric_performance("float32", "Brightness", bins=8)
        bins.nth(2).click()
        page.wait_for_url(re.compile("among=metric.brightness"))
        expect(page.get_by_test_id("total")).to_have_text(f"{expected['bins'][2]['fn']} objects")


def test_a_weak_slice_becomes_the_slice_of_every_page(
    browser: Any, measured_address: str, measured: Path
) -> None:
    with signed_in(browser, measured_address) as journey:
        page = journey.page
        journey.open("#/slices?run=int8&base=float32")
        project = Project.open(measured)
        document = project.weak_slices("int8", "float32", pixels=False)
        first, change = document["slices"][0], document["measures"]["change"]["value"]
        expect(page.locator(".weak tbody .whisker .line").first).to_be_attached()
        told = f"recall change {100 * change:.1f} %".replace("-", "\u2212")
        expect(page.locator(".card", has_text="Found on half")).to_contain_text(told)
        page.get_by_role("button", name="use as slice").first.click()
        page.wait_for_url(re.compile("slice=object"))
        expected = project.evaluate("int8", where=first["where"])["counts"]
        expect(page.locator(".bar-counts")).to_contain_text(str(expected["fn"]))
        journey.expect_counts(expected)
        precision = page.locator(".bin-chart.tp")
        expect(precision.locator("line.whole-run")).to_be_attached()
        expect(page.locator(".bin-chart.fn line.whole-run")).to_be_attached()
        assert expected["tp"] + expected["fn"] == first["units"]
