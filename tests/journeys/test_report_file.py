"""A report opened from the disk: ways through its objects by keys alone, and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from boxscore.project import Project
from boxscore.report import write_report
from tests.journeys.conftest import Journey

pytestmark = pytest.mark.journey
WIDTHS = {"wide": 1600, "narrow": 1280, "phone": 390}


@pytest.fixture(scope="module")
def report(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both runs of the demo, judged by first rules."""
    folder = tmp_path_factory.mktemp("report")
    project = Project.open(demo_folder)
    project.write_gate_rules(folder / "rules.yaml", baseline="float32")
    path = folder / "report.html"
    write_report(project, [], path, rules=folder / "rules.yaml", examples=24)
    return path


@pytest.fixture
def page(browser: Any, report: Path) -> Iterator[Any]:
    """It, in a browser without any network."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme="dark", offline=True
    )
    found = context.new_page()
    problems: list[str] = []
    found.on("console", lambda message: problems.append(message.text))
    found.on("pageerror", lambda error: problems.append(str(error)))
    found.goto(report.as_uri())
    yield found
    context.close()
    assert problems == []


def test_the_first_screen_is_the_verdict(page: Any) -> None:
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 800})
        first, second = page.locator(".verdict p").all()[:2]
        assert first.inner_text().startswith("int8 is worse than float32: AP -0.114")
        assert second.inner_text().startswith("int8 does not pass the gate against float32")
        assert second.bounding_box()["y"] + second.bounding_box()["height"] < 400
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_from_a_number_to_its_objects_by_keys(page: Any) -> None:
    section = page.locator("#run1")
    shown = section.locator(".panel:visible")
    assert shown.get_attribute("id") == "r1-fp"
    for outcome, word in (("fn", "missed"), ("tp", "right"), ("fp", "false")):
        section.get_by_role("link", name=re.compile(rf"^\d+ {word}$")).focus()
        page.keyboard.press("Enter")
        assert shown.count() == 1 and shown.get_attribute("id") == f"r1-{outcome}"
        assert shown.locator("figure").first.is_visible()
        assert section.locator("nav a").first.is_visible()
    page.go_back()
    assert shown.get_attribute("id") == "r1-tp"


def test_from_a_class_and_a_kind_to_the_worst_of_it(page: Any) -> None:
    section = page.locator("#run1")
    marked = section.locator("figure:has(:target)")
    row = section.locator("tr", has=page.get_by_role("cell", name="person", exact=True)).last
    row.locator("a[href^='#r1-fn-']").focus()
    page.keyboard.press("Enter")
    assert marked.is_visible() and marked.locator("b").inner_text() == "person"
    assert section.locator(".panel:visible").get_attribute("id") == "r1-fn"
    section.get_by_role("link", name="duplicate").focus()
    page.keyboard.press("Enter")
    assert "duplicate" in marked.inner_text()
    assert section.locator(".panel:visible").get_attribute("id") == "r1-fp"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_on_paper(page: Any, tmp_path: Path, paper: str) -> None:
    page.pdf(path=str(tmp_path / "r.pdf"), format=paper)
    content = (tmp_path / "r.pdf").read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", content))
    assert 8 <= pages <= 16
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav:visible").count() == 0
    assert page.locator("#run0 figure:visible").count() == 3 * 12
    width = {"A4": 210, "Letter": 216}[paper] - 26
    page.set_viewport_size({"width": round(width / 25.4 * 96), "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= round(width / 25.4 * 96)
    wide = "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    assert page.evaluate(f"{wide}.length") == 0  # nothing beyond the right edge


def test_the_text_on_paper(page: Any, tmp_path: Path) -> None:
    reader = pytest.importorskip("pypdfium2")
    page.pdf(path=str(tmp_path / "r.pdf"), format="A4")
    document = reader.PdfDocument(tmp_path / "r.pdf")
    texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    assert "int8 is worse than float32" in texts[0]
    assert "does not pass the gate" in texts[0]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {len(texts)}" in text
    whole = " ".join(texts)
    for words in ("What to fix first", "Weak slices", "Label issues", "SHA-256 of the labels"):
        assert words in whole


def test_two_runs_from_the_compare_page(journey: Journey, tmp_path: Path) -> None:
    journey.open("#/compare?run=float32&other=int8")
    with journey.page.expect_download() as started:
        journey.page.get_by_role("link", name="Report", exact=True).click()
    assert started.value.suggested_filename == "report.html"
    started.value.save_as(tmp_path / "r.html")
    assert "int8 is worse than float32" in (tmp_path / "r.html").read_text(encoding="utf-8")
