"""Every refusal is a problem document, whatever is asked; every route is in the reference."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boxscore.api.app import create_app
from boxscore.project import Project
from tests.api.asking import Request, responses
from tests.conftest import ROOT

FIELDS = {"type", "title", "status", "detail", "code", "fix", "request_id"}


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def paths(project: Project) -> dict[str, Any]:
    found: dict[str, Any] = create_app(project).openapi()["paths"]
    return found


def wrong(project: Project) -> list[Request]:
    """Something that cannot be, of every route."""
    asked: list[Request] = ["/nowhere", "/api/v1/nowhere", "/p/0123456789ab/api/v1/project"]
    for path, verbs in paths(project).items():
        place = path
        for name in ("run", "metric", "data_hash", "frame", "job", "upload", "name"):
            place = place.replace("{" + name + "}", "none")
        asked.append(("PATCH", place, None))
        for verb, route in verbs.items():
            query = [p["name"] for p in route.get("parameters", ()) if p["in"] == "query"]
            if "requestBody" in route:
                asked.append((verb.upper(), place, ["no", "such", "document"]))
            elif path != place and verb != "put":
                asked.append((verb.upper(), place, None))
            asked += [("GET", f"{place}?{n}=%00", None) for n in query if verb == "get"]
    return [one for one in asked if "/events" not in str(one)]


def test_every_refusal_is_a_problem_document(project: Project) -> None:
    refused = [a for a in responses(project, wrong(project)) if a.status_code >= 400]
    assert len(refused) > 150
    for answer in refused:
        assert answer.status_code < 500, answer.url
        assert answer.headers["content-type"] == "application/problem+json", answer.url
        document = answer.json()
        assert set(document) == FIELDS and document["status"] == answer.status_code
        assert document["code"].startswith("E-") and document["detail"]


def test_every_route_is_in_the_reference(project: Project) -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    for path, verbs in paths(project).items():
        for verb in verbs:
            assert f"| `{verb.upper()} {path}` | " in page
