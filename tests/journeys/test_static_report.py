"""A report from disk: a click through what is false, missed and right, and no request at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from boxscore.report import write_report

pytestmark = pytest.mark.journey
LOADED = """() => {
  const shown = [...document.querySelectorAll('.gallery img')].filter(i => i.offsetParent !== null);
  return shown.length > 0 && shown.every(i => i.complete && i.naturalWidth > 20);
}"""


@pytest.fixture(scope="module")
def report(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of one run of the demo."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(Project.open(demo_folder), ["float32"], path, examples=12)
    return path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_report_from_disk(theme: Any, browser: Any, report: Path, demo_folder: Path) -> None:
    counts = Project.open(demo_folder).summary("float32")["counts"]
    context = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(report.as_uri())
    expect(page.locator("body")).to_contain_text(f"{counts['tp']} right")
    for word, outcome in (("False", "fp"), ("Missed", "fn"), ("Right", "tp")):
        page.get_by_text(re.compile(rf"^{word} \(\d+\)$")).click()
        shown = page.locator("figure:visible")
        expect(shown).to_have_count(min(12, counts[outcome]))
        page.wait_for_function(LOADED)
        role = "truth" if outcome == "fn" else outcome
        expect(shown.first.locator(f"rect.{outcome}, rect.{role}").first).to_be_visible()
    # What was chosen by mouse is chosen by keyboard too.
    page.get_by_role("link", name=re.compile(r"^Missed \(")).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".panel.fn")).to_be_visible()
    expect(page.locator(".panel.tp")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert problems == []
    context.close()
