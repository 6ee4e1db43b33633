"""Every page when the server fails or is late, without a run, and with endless names."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from boxscore.project import Project
from tests.journeys.conftest import Journey, served, signed_in
from tests.journeys.pages import PAGES
from tests.journeys.test_first_look import OVERFLOW

pytestmark = pytest.mark.journey
BROKEN = {
    "status": 500,
    "content_type": "application/problem+json",
    "body": json.dumps({"status": 500, "detail": "It broke.", "code": "E-BUG", "fix": "Tell us."}),
}
# What the shell knows already is enough for these.
WITHOUT_QUESTIONS = {"runs", "projects"}
# Each answer is late by a time of its own, so that parts of a page come in many orders.
LATE = """
const fetched = window.fetch;
window.fetch = async (...asked) => {
  let sum = 0;
  const url = String(asked[0].url ?? asked[0]);
  for (const letter of url) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  await new Promise(go => setTimeout(go, 200 + sum % 300));
  return fetched(...asked);
};
window.jumped = 0;
new PerformanceObserver(seen => {
  for (const shift of seen.getEntries()) window.jumped += shift.value;
}).observe({type: 'layout-shift', buffered: true});
"""
MOST_SHIFT = 0.1
"""Web Vitals call a layout shift up to 0.1 good and above 0.25 poor."""


@pytest.fixture(scope="module")
def demo(browser: Any, address: str) -> Iterator[Journey]:
    """One page of the demo for all tests."""
    with signed_in(browser, address) as journey:
        yield journey


def show(journey: Journey, page: str) -> None:
    journey.page.goto("about:blank")
    journey.page.goto(f"{journey.base}/#/{page}")
    journey.page.locator("h1").first.wait_for()


@pytest.mark.parametrize("page", [p for p in PAGES if p not in WITHOUT_QUESTIONS])
def test_a_failure_is_said_and_asked_again(page: str, demo: Journey) -> None:
    def fail(route: Any) -> None:
        if re.search(r"/api/v1/projects?(\?|$)", route.request.url):
            route.continue_()
        else:
            route.fulfill(**BROKEN)

    demo.page.route("**/api/v1/**", fail)
    show(demo, page)
    alerts = demo.page.locator("main [role=alert]")
    expect(alerts.first).to_contain_text("It broke.")
    expect(alerts.first).to_contain_text("Tell us.")
    assert demo.problems and all("500" in problem for problem in demo.problems)
    demo.page.unroute("**/api/v1/**")
    demo.page.wait_for_load_state("networkidle")  # the last failures are told of late
    demo.problems.clear()
    again = demo.page.get_by_role("button", name="Try again").first
    while alerts.count():  # a click may mend several, and may bring a question that failed before
        with contextlib.suppress(Error):
            again.click(timeout=2_000)
        demo.page.wait_for_timeout(200)
    expect(alerts).to_have_count(0)
    assert demo.problems == []


@pytest.mark.slow
def test_nothing_jumps_when_answers_are_late(browser: Any, address: str) -> None:
    with signed_in(browser, address) as journey:
        journey.page.add_init_script(LATE)
        moved = {}
        for page in PAGES:
            show(journey, page)
            journey.page.wait_for_load_state("networkidle")
            journey.page.wait_for_timeout(600)  # what an answer makes a page ask next is late too
            moved[page] = journey.page.evaluate("window.jumped")
    assert {page: by for page, by in moved.items() if by > MOST_SHIFT} == {}


@pytest.fixture(scope="module")
def endless(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A project whose names never end."""
    folder = tmp_path_factory.mktemp("endless")
    images = [
        {"id": k, "file_name": f"{'a_folder_without_end/' * 5}{k}.jpg", "width": 64, "height": 64}
        for k in range(6)
    ]
    classes = [{"id": k, "name": f"{k} " + "unbroken_name_" * 12 + "of words " * 9} for k in (1, 2)]
    boxes = [
        {"id": k + 1, "image_id": k, "category_id": 1 + k % 2, "bbox": [4, 4, 30, 30], "area": 900,
         "iscrowd": 0}
        for k in range(6)
    ]  # fmt: skip
    (folder / "truth.json").write_text(
        json.dumps({"images": images, "annotations": boxes, "categories": classes})
    )
    made = Project.import_project(folder / "truth.json", target=folder, name="no end " * 20)
    project = Project.open(made["path"])
    for name in ("one", "two"):
        found = [
            {"image_id": k, "category_id": 1 + (k > 2), "bbox": [4, 4 + k, 30, 30], "score": 0.9}
            for k in range(6)
        ]
        (folder / "found.json").write_text(json.dumps(found))
        project.import_predictions(folder / "found.json", name=f"run_{'without_end_' * 9}{name}")
    with served(project.path) as address, signed_in(browser, address) as journey:
        yield journey


def test_endless_names_stay_in_their_place(endless: Journey) -> None:
    for page in PAGES:
        show(endless, page)
        endless.page.wait_for_load_state("networkidle")
        for width in (1600, 1280):
            endless.page.set_viewport_size({"width": width, "height": 900})
            for part in ("main", ".bar", ".nav"):
                assert endless.page.evaluate(OVERFLOW, part) <= 0, f"{part} of {page} at {width}"


def test_without_a_run_every_page_is_itself(
    browser: Any, demo_folder: Path, tmp_path: Path
) -> None:
    project = Project.open(demo_folder)
    project.export("ground-truth", format="coco", output=tmp_path / "out")
    (truth,) = (tmp_path / "out").rglob("*.json")
    made = Project.import_project(truth, target=tmp_path, name="bare")
    with served(Path(made["path"])) as address, signed_in(browser, address) as journey:
        for page in PAGES:
            show(journey, page)
            current = journey.page.locator(".pages a[aria-current] span").inner_text()
            expect(journey.page.locator("h1").first).to_have_text(current)
            journey.page.wait_for_load_state("networkidle")


def test_a_large_project_asks_the_gate_where_its_pill_stands(browser: Any, tmp_path: Path) -> None:
    images = [{"id": k, "file_name": f"{k}.jpg", "width": 64, "height": 64} for k in range(10_001)]
    box = {"image_id": 0, "category_id": 1, "bbox": [4, 4, 30, 30]}
    classes = [{"id": 1, "name": "car"}]
    labels = [box | {"id": 1, "area": 900, "iscrowd": 0}]
    truth = {"images": images, "annotations": labels, "categories": classes}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "found.json").write_text(json.dumps([box | {"score": 0.9}]))
    made = Project.import_project(tmp_path / "truth.json", target=tmp_path, name="large")
    project = Project.open(made["path"])
    project.import_predictions(tmp_path / "found.json", name="found")
    project.keep_gate_rules("version: 1\nrules:\n  - metric: AP50\n    at_least: 0.5\n")
    with served(project.path) as address, signed_in(browser, address) as journey:
        show(journey, "runs")
        journey.page.get_by_role("button", name="Ask the gate").click()
        expect(journey.page.locator(".gate-pill")).to_contain_text("Pass")
