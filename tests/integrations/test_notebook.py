"""The app within a notebook: the frame's own way in, its report, its tables, its end."""

from __future__ import annotations

import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import RequestError
from boxscore.integrations import notebook
from boxscore.project import Project

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def project(demo_folder: Path) -> Iterator[Project]:
    yield Project.open(demo_folder)
    notebook.close()


def got(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    asked = urllib.request.Request(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, dict(answer.headers.items()), answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, dict(refused.headers.items()), refused.read()


def test_the_app_runs_in_a_frame_without_a_cookie(project: Project) -> None:
    shown = project.show("errors", run="int8", height=500)
    assert shown.url.endswith("#/errors?run=int8") and "height:500px" in shown._repr_html_()
    root = shown.url.split("#")[0]
    framed: Any = {"sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"}
    status, headers, body = got(root, **framed)
    assert status == 200 and b'id="root"' in body
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'self' http://localhost:*" in policy and "script-src 'self'" in policy
    assert "x-frame-options" not in headers
    status, headers, body = got(root + "api/v1/project")
    assert json.loads(body) == project.overview()
    assert headers["x-frame-options"] == "DENY"
    status, _, body = got(root + "api/v1/project", sec_fetch_site="cross-site")
    assert status == 403


def test_nobody_else_comes_in(project: Project) -> None:
    root = project.show().url.split("#")[0]
    base = root.split("/t/")[0]
    token = root.split("/t/")[1].strip("/")
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    for path in ("/api/v1/project", f"/t/{wrong}/api/v1/project", f"/t/{wrong}/", "/t//x"):
        assert got(base + path)[0] == 401
    assert got(root + "api/v1/project", host="evil.example")[0] == 421
    assert got(root, host="evil.example")[0] == 421
    assert got(root, origin="http://evil.example")[0] == 403
    assert got(f"{base}/?token={token}")[1]["x-frame-options"] == "DENY"


def test_projects_side_by_side_end_one_by_one(project: Project, tmp_path: Path) -> None:
    other = Project.open(shutil.copytree(project.path, tmp_path / "other"))
    first, again, second = project.show(), project.show("runs"), other.show()
    assert first.url.split("#")[0] == again.url.split("#")[0] != second.url.split("#")[0]
    other.rename_run("int8", "small")
    names = [
        [run["name"] for run in json.loads(got(one.url.split("#")[0] + "api/v1/runs")[2])["runs"]]
        for one in (first, second)
    ]
    assert names == [["float32", "int8"], ["float32", "small"]]
    first.close()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(first.url.split("#")[0])
    assert got(second.url.split("#")[0])[0] == 200


def test_a_report_stands_where_no_server_may(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = project.show(run="int8", static=True)
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/x/")
    elsewhere = project.show(run="int8")
    assert asked.url is elsewhere.url is None and asked.report == elsewhere.report
    html = asked._repr_html_()
    source = re.search(r'srcdoc="([^"]*)"', html)
    assert source is not None and unescape(source[1]) == asked.report
    assert html.endswith(" sandbox></iframe>") and "int8" in asked.report
    assert notebook._servers == {}


def test_what_cannot_be_shown_is_refused(project: Project) -> None:
    refused: list[tuple[dict[str, Any], str]] = [
        ({"page": "error"}, "E-PAGE-UNKNOWN"),
        ({"run": "int9"}, "E-RUN-UNKNOWN"),
        ({"height": 5}, "E-SHOW-HEIGHT"),
    ]
    for asked, code in refused:
        with pytest.raises(RequestError) as bad:
            project.show(**asked)
        assert bad.value.code == code


def test_pages_are_those_of_the_app() -> None:
    source = Path(__file__).parents[2] / "web" / "src" / "state" / "url.ts"
    if not source.exists():
        pytest.skip("the app's source is not here")
    listed = re.search(r"export const PAGES = \[([^\]]*)\]", source.read_text())
    assert listed is not None
    assert tuple(re.findall(r'"(\w+)"', listed[1])) == notebook.PAGES


def test_tables_say_what_the_documents_say(project: Project, tmp_path: Path) -> None:
    document = project.evaluate("int8")
    html = document._repr_html_()  # type: ignore[attr-defined]
    assert json.loads(json.dumps(document)) == document
    for name, value in document["metrics"].items():
        assert f"<td>{name}</td><td>{value:.3f}</td>" in html
    assert "<td>109</td><td>222</td><td>306</td>" in html
    copy = Project.open(shutil.copytree(project.path, tmp_path / "copy"))
    copy.rename_run("int8", HOSTILE)
    drawn = copy._repr_html_() + copy.evaluate(HOSTILE)._repr_html_()  # type: ignore[attr-defined]
    assert HOSTILE not in drawn and drawn.count("&lt;img") == 2
