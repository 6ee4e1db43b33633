"""Projects side by side, an import from the browser, and names that try to run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import expect

from boxscore.project import Project
from boxscore.report import write_report
from tests.journeys.conftest import served, signed_in
from tests.journeys.pages import PAGES

pytestmark = pytest.mark.journey
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(2)</script>',
    "javascript:alert(3)",
    "{{7*7}}${7*7}<svg/onload=alert(4)>",
]


@pytest.fixture(scope="module")
def shelf(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two copies of the demo in a folder."""
    folder = tmp_path_factory.mktemp("shelf")
    for name in ("one", "two"):
        shutil.copytree(demo_folder, folder / name)
    return folder


@pytest.fixture(scope="module")
def address(shelf: Path) -> Iterator[str]:
    """A server for the folder."""
    with served(shelf) as found:
        yield found


def shifted(project: Project, folder: Path) -> Path:
    """A run as YOLO text whose class numbers begin at 1."""
    project.export("float32", format="yolo", output=folder)
    labels = next(folder.rglob("*.txt")).parent
    for file in labels.glob("*.txt"):
        rows = [line.split(" ", 1) for line in file.read_text().splitlines()]
        file.write_text("".join(f"{int(number) + 1} {rest}\n" for number, rest in rows))
    return labels


def test_a_yolo_folder_with_a_wrong_offset_is_mended(
    browser: Any, address: str, shelf: Path, tmp_path: Path
) -> None:
    project = Project.open(shelf / "one")
    labels = shifted(project, tmp_path / "out")
    with signed_in(browser, address, live=True) as journey:
        page = journey.page
        expect(page.get_by_role("heading", name="Projects").first).to_be_visible()
        page.locator("table a").first.click()
        page.locator(".kpis").wait_for()
        page.goto(page.url.split("#")[0] + "#/runs")
        page.get_by_role("button", name="Add a run").click()
        page.get_by_label("Name").fill("from-browser")
        page.get_by_label("Choose a folder").set_input_files(str(labels))
        page.get_by_text("The same as a mapping file").click()
        mapping = page.get_by_label("Mapping")
        expect(mapping).to_have_value(re.compile("classes:"))
        pairs = "".join(
            f"    {c['class_id'] + 1}: {json.dumps(c['name'])}\n"
            for c in project.overview()["classes"]
        )
        mapping.fill(f"version: 1\nclasses:\n  map:\n{pairs}")
        page.get_by_role("button", name="Check again").click()
        page.get_by_text("Would import").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_role("dialog").wait_for(state="hidden")
        row = page.locator(".runs-table tbody tr", has_text="from-browser")
        expect(row).to_contain_text(".508")  # AP50 of the run it was made from


def test_rows_of_the_doctors_table_are_mended(
    browser: Any, address: str, shelf: Path, tmp_path: Path
) -> None:
    """Too few labels to tell that classes are counted from 1: a person sees it and says so."""
    project = Project.open(shelf / "two")
    labels = shifted(project, tmp_path / "out")
    few = sorted(labels.glob("*.txt"))[3]
    for file in labels.glob("*.txt"):
        if file != few:
            file.unlink()
    numbers = [line.split()[0] for line in few.read_text().splitlines()]
    most = max(sorted(set(numbers)), key=numbers.count)
    classes = [c["name"] for c in project.overview()["classes"]]
    with signed_in(browser, address, live=True) as journey:
        page = journey.page
        page.locator("table a", has_text="demo").last.click()
        page.locator(".kpis").wait_for()
        here = page.url.split("#")[0]
        page.goto(f"{here}#/runs")
        page.get_by_role("button", name="Add a run").click()
        page.get_by_label("Name").fill("mended")
        page.get_by_label("Choose a folder").set_input_files(str(labels))
        page.get_by_text(re.compile(r"^\d+ classes in the file")).click()
        row = page.get_by_label(f"Class of {most}", exact=True)
        expect(row).to_have_value(classes[int(most)])  # one too far
        page.get_by_label("Read classes as").select_option("place in the list, from 1")
        page.get_by_role("button", name="Check again").click()
        expect(row).to_have_value(classes[int(most) - 1])
        row.fill("no such class")
        expect(row).to_have_attribute("aria-invalid", "true")
        row.fill("zebra")
        page.get_by_role("button", name="Check again").click()
        page.get_by_text("Would import").wait_for()
        page.get_by_role("button", name="Import", exact=True).click()
        page.get_by_role("dialog").wait_for(state="hidden")
        page.locator(".runs-table tbody tr", has_text="mended").wait_for()
        name = page.locator(".project b").inner_text()
    found = {p: Project.open(shelf / p) for p in ("one", "two")}
    (mended,) = [p for p in found.values() if "mended" in [r["name"] for r in p.run_cards()]]
    assert name == "demo"
    rows = {row["class"]: row["predictions"] for row in mended.evaluate("mended")["per_class"]}
    for number in sorted(set(numbers)):
        wanted = "zebra" if number == most else classes[int(number) - 1]
        assert rows[wanted] == numbers.count(number)


def test_a_change_elsewhere_shows_by_itself(browser: Any, address: str, shelf: Path) -> None:
    with signed_in(browser, address, live=True) as journey:
        page = journey.page
        page.locator("table a").first.click()
        page.locator(".kpis").wait_for()
        page.goto(page.url.split("#")[0] + "#/runs")
        page.locator(".runs-table tbody tr", has_text="int8").wait_for()
        for name in ("one", "two"):
            Project.open(shelf / name).rename_run("int8", "renamed")
        page.locator(".runs-table tbody tr", has_text="renamed").wait_for()
        # A question about the old name may have been on its way.
        journey.problems[:] = [p for p in journey.problems if "/runs/int8/" not in p]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose every name, note and word tries to run."""
    folder = tmp_path_factory.mktemp("hostile")
    images = [
        {"id": k, "file_name": f"{name}.jpg", "width": 64, "height": 64}
        for k, name in enumerate(HOSTILE)
    ]
    boxes = [
        {"id": k + 1, "image_id": k, "category_id": k, "bbox": [4, 4, 30, 30], "area": 900,
         "iscrowd": 0}
        for k in range(len(HOSTILE))
    ]  # fmt: skip
    classes = [{"id": k, "name": name} for k, name in enumerate(HOSTILE)]
    truth, found = folder / "truth.json", folder / "found.json"
    truth.write_text(json.dumps({"images": images, "annotations": boxes, "categories": classes}))
    wrong = [
        {"image_id": k, "category_id": (k + 1) % 4, "bbox": [4, 4, 30, 30], "score": 0.9}
        for k in range(len(HOSTILE))
    ]
    found.write_text(json.dumps(wrong))
    made = Project.import_project(truth, target=folder, name="x <img src=x onerror=alert(5)>")
    project = Project.open(made["path"])
    for name in (HOSTILE[0], HOSTILE[2]):
        project.import_predictions(found, name=name)
    project.save_slice("<script>alert(6)</script>", "title=<*")
    project.tag("<svg/onload>", "title=*")
    project.note(HOSTILE[1], "title=*")
    issues = project.label_issues(limit=1)["issues"]
    for issue in issues:
        project.decide(issue["key"], "accept", note=HOSTILE[0])
    vectors = folder / "<img src=x onerror=alert(7)>.npy"
    np.save(vectors, np.eye(len(HOSTILE), 8, dtype=np.float32) + 0.1)
    project.import_embeddings(vectors)
    return project


ALIVE = "main script, main img[src=x], main svg[onload], dialog script, dialog img[src=x]"


def test_names_never_run(browser: Any, hostile: Project) -> None:
    with served(hostile.path) as address, signed_in(browser, address) as journey:
        page, refused = journey.page, []

        def heard(answer: Any) -> None:
            if answer.status >= 400:
                refused.append(answer.url)

        page.on("response", heard)
        views = [*PAGES, "errors?mode=images", "errors?outcome=fp&tag=<svg/onload>"]
        for name in views:
            page.goto("about:blank")
            page.goto(f"{journey.base}/#/{name}")
            page.locator("h1").first.wait_for()
            page.wait_for_load_state("networkidle")
            assert page.locator(ALIVE).count() == 0
            for opener in page.locator("[aria-haspopup=dialog]").all():
                opener.click()
                page.locator("dialog[open]").wait_for()
                assert page.locator(ALIVE).count() == 0
                page.keyboard.press("Escape")
                page.locator("dialog[open]").wait_for(state="hidden")
        assert refused == []


def test_an_address_never_runs(browser: Any, hostile: Project) -> None:
    """What a link says is shown as words, or is refused in words."""
    with served(hostile.path) as address, signed_in(browser, address) as journey:
        page = journey.page
        word = quote(HOSTILE[0])
        for view in (f"errors?among=object.class={word}", f"overview?slice=title={word}*"):
            page.goto("about:blank")
            page.goto(f"{journey.base}/#/{view}")
            page.locator(".chip", has_text="onerror").first.wait_for()
            assert page.locator(ALIVE).count() == 0
        journey.problems[:] = [p for p in journey.problems if "the server responded" not in p]


def test_a_report_never_runs(browser: Any, hostile: Project, tmp_path: Path) -> None:
    write_report(hostile, [], tmp_path / "report.html", examples=4)
    page = browser.new_page()
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "report.html").as_uri())
    assert "onerror" in page.locator("body").inner_text()
    assert page.locator("script, img[src=x], svg[onload]").count() == 0 and said == []
    page.close()
