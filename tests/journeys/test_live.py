"""Several people at once, long jobs on every page, settings, and the app in somebody's page."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from boxscore.integrations import notebook
from boxscore.project import Project
from tests.journeys.conftest import served, signed_in

pytestmark = pytest.mark.journey
START = """async (kind) => (await fetch("/api/v1/jobs", {method: "POST",
  headers: {"content-type": "application/json"}, body: JSON.stringify({kind})})).status"""


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.open(shutil.copytree(demo_folder, tmp_path_factory.mktemp("live") / "demo"))


@pytest.fixture(scope="module")
def address(project: Project) -> Iterator[str]:
    with served(project.path) as found:
        yield found


def test_two_people_see_what_each_other_does(
    browser: Any, address: str, project: Project, tmp_path: Path
) -> None:
    project.change_settings({"key_7": "look again"})
    with (
        signed_in(browser, address, live=True) as one,
        signed_in(browser, address, live=True) as other,
    ):
        for journey in (one, other):
            journey.page.goto(f"{journey.base}/#/errors")
            journey.page.locator(".tile").first.wait_for()
        one.page.bring_to_front()
        one.page.locator(".tile").first.click()
        one.page.keyboard.press("s")
        one.page.keyboard.press("7")
        expect(one.page.get_by_test_id("done")).to_have_text("1 tagged look again")
        tagged = other.page.locator(".tile-tags", has_text="look again")
        expect(tagged).to_be_visible()
        # A run that a third process imports.
        project.export("int8", format="coco", output=tmp_path / "out")
        project.import_predictions(tmp_path / "out" / "results.json", name="third")
        for journey in (one, other):
            with journey.page.expect_response("**/runs/third/summary*"):
                journey.page.goto(f"{journey.base}/#/runs")
            row = journey.page.locator(".runs-table tbody tr", has_text="third")
            expect(row).to_be_visible()
        project.delete_run("third")
        for journey in (one, other):
            row = journey.page.locator(".runs-table tbody tr", has_text="third")
            expect(row).to_have_count(0)


def test_a_long_job_shows_on_every_page_and_ends_on_any(browser: Any, address: str) -> None:
    pytest.importorskip("onnxruntime")
    with signed_in(browser, address, live=True) as journey:
        page = journey.page
        page.locator(".kpis").wait_for()
        assert page.evaluate(START, "embed") == 200
        jobs = page.get_by_role("list", name="Jobs")
        for name in ("overview", "errors", "settings", "projects"):
            page.goto(f"{journey.base}/#/{name}")
            expect(jobs).to_contain_text("Embedding")
        page.get_by_role("button", name="Cancel embedding").click()
        expect(jobs).to_have_count(0)
        listed = page.evaluate("async () => (await fetch('/api/v1/jobs')).json()")
        assert [job["state"] for job in listed["jobs"]] == ["cancelled"]


def test_settings_are_the_projects_and_the_readers(
    browser: Any, address: str, project: Project
) -> None:
    def value(name: str) -> float | str:
        return {row["name"]: row["value"] for row in project.settings}[name]  # type: ignore[no-any-return]

    with signed_in(browser, address) as journey:
        page = journey.page
        journey.open("#/settings")
        dark = page.get_by_label("IMG001: too dark: Brightness")
        dark.fill("0.25")
        dark.press("Enter")
        default = page.get_by_role("button", name="Default of IMG001")
        expect(default).to_have_text(".15")
        assert value("IMG001") == 0.25
        dark.fill("dark")
        dark.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("IMG001 cannot be dark")
        journey.problems.clear()  # the browser tells of the 400
        journey.open("#/settings")
        default.click()
        expect(default).to_have_count(0)
        assert value("IMG001") == 0.15
        page.get_by_label("Protocol").select_option("voc12")
        expect(page.locator(".settings-field small")).to_contain_text("VOC 2010")
        assert value("protocol") == "voc12"
        assert page.get_by_test_id("stored").inner_text().endswith("MB")
        expect(page.get_by_label("Versions and privacy")).to_contain_text("Nothing is sent")
        page.get_by_role("radio", name="Dark", exact=True).click()
        page.get_by_role("radio", name="Large").click()
        journey.open("#/errors")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.locator(".tile").first.bounding_box()["width"] >= 208
        journey.open("#/overview")
        expect(page.locator("main")).to_contain_text("VOC 2010")
        project.change_settings({"protocol": None})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_app_in_a_frame_of_a_notebook(browser: Any, project: Project, host: str) -> None:
    shown = project.show("errors", run="int8", height=700)
    root = re.escape("/" + shown.url.split("/", 3)[3].split("#")[0])
    page_around = f"<!doctype html><title>x</title>{shown._repr_html_()}".encode()

    class Around(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page_around if self.path == "/" else b"")

        def log_message(self, *_: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Around) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page(viewport={"width": 1500, "height": 900})
        refused: list[str] = []

        def heard(answer: Any) -> None:
            if answer.status >= 400:
                refused.append(answer.url)

        page.on("response", heard)
        page.goto(f"http://{host}:{server.server_address[1]}/")
        frame = page.frame_locator("iframe")
        expect(frame.locator("[data-testid=total]")).to_have_text("528 objects")
        picture = frame.locator(".tile-picture img").first
        expect(picture).to_be_visible()
        assert picture.evaluate("async (i) => { await i.decode(); return i.naturalWidth }") > 0
        frame.get_by_role("link", name="Projects").click()
        expect(frame.locator("table a")).to_have_attribute(
            "href", re.compile(rf"{root}p/[0-9a-f]{{12}}/")
        )
        assert refused == []
        page.close()
        server.shutdown()
    notebook.close()
