"""The gate: no route answers without token, with a foreign Host or from a foreign Origin."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from boxscore.api.app import create_app, guarded
from boxscore.api.gate import OPEN_PATHS, hosts_for, new_token
from boxscore.project import Project
from tests.loops import waited

PORT = 8080
TOKEN = new_token()
GOOD_HOSTS = ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]
BAD_HOSTS = ["evil.example", "evil.example:8080", "127.0.0.1:9", "127.0.0.1.evil.example", "", "::"]
GOOD_ORIGINS = [None, "http://127.0.0.1:8080", "http://localhost:8080"]
BAD_ORIGINS = ["null", "http://evil.example", "http://127.0.0.1", "file://", "https://localhost:9"]
BAD_TOKENS: list[dict[str, str]] = [
    {},
    {"authorization": "Bearer " + TOKEN[:-1]},
    {"authorization": "Basic " + TOKEN},
    {"cookie": f"boxscore_9={TOKEN}"},
    {"cookie": 'boxscore_8080=; ;;="' + TOKEN},
]
GOOD_TOKENS = [{"authorization": f"Bearer {TOKEN}"}, {"cookie": f"boxscore_8080={TOKEN}"}]
ODD = ["", "-1", "0", "NaN", "inf", "1e400", "%00", "'", "\u2028", "9" * 400, "../../etc/passwd"]


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def ask(
    project: Project, requests: list[tuple[str, dict[str, str]]], methods: Sequence[str] = ()
) -> list[httpx.Response]:
    """Send requests to the guarded application, one after the other; GET, or each by a method."""
    verbs = methods or ["GET"] * len(requests)

    async def all_of_them() -> list[httpx.Response]:
        gate: Any = guarded(project, token=TOKEN, hosts=hosts_for("127.0.0.1"), port=PORT)
        transport = httpx.ASGITransport(app=gate, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [
                await client.request(verb, path, headers=headers)
                for verb, (path, headers) in zip(verbs, requests, strict=True)
            ]

    return waited(all_of_them())


QUERIES = {
    "/api/v1/compare": "?runs=float32&runs=int8",
    "/api/v1/compare/objects": "?first=float32&second=int8",
    "/api/v1/report": "?runs=float32&form=md",
}
"""Of the routes that cannot be asked without."""


def paths(project: Project) -> list[str]:
    """Every route that is read and ends, with real values in its path; needs no root and no job."""
    unread = ("/api/v1/events", "/api/v1/folders", "/api/v1/jobs/")
    return [p for p, verb in routes(project) if verb == "GET" and not p.startswith(unread)]


def routes(project: Project) -> list[tuple[str, str]]:
    """Every route with real values in its path, and its method."""
    known = create_app(project).openapi()["paths"]
    found = [("/", "GET"), ("/healthz", "GET"), ("/assets/none.js", "GET")]
    found += [(path, verb.upper()) for path, verbs in known.items() for verb in verbs]
    names = {"{run}": "float32", "{metric}": "area", "{number}": "2"}
    first = next(iter(project.data_mapping(1)))
    for path, _ in found:
        for part in path.split("/"):
            if part.startswith("{") and part not in names:
                names[part] = "0" if "frame" in part else first
    return [
        ("/".join(names.get(part, part) for part in path.split("/")) + QUERIES.get(path, ""), verb)
        for path, verb in found
    ]


def test_every_combination_on_every_route(project: Project) -> None:
    closed = [
        (path, verb)
        for path, verb in routes(project)
        if path not in OPEN_PATHS and not path.startswith("/assets/")
    ]
    assert {verb for _, verb in closed} >= {"GET", "POST", "DELETE"}
    matrix, verbs = [], []
    for (path, verb), host, origin, token in itertools.product(
        closed,
        GOOD_HOSTS[:1] + BAD_HOSTS,
        [None, *BAD_ORIGINS],
        GOOD_TOKENS[:1] + BAD_TOKENS,
    ):
        good = host in GOOD_HOSTS and origin is None and token in GOOD_TOKENS
        if not good:
            headers = {"host": host, **token} | ({"origin": origin} if origin else {})
            matrix.append((path, headers))
            verbs.append(verb)
    codes = [answer.status_code for answer in ask(project, matrix, verbs)]
    assert set(codes) <= {401, 403, 421}


def test_the_right_ones_come_in(project: Project) -> None:
    requests = [
        ("/api/v1/project", {"host": host, **token} | ({"origin": origin} if origin else {}))
        for host, origin, token in itertools.product(GOOD_HOSTS, GOOD_ORIGINS, GOOD_TOKENS)
    ]
    assert {answer.status_code for answer in ask(project, requests)} == {200}


def test_other_sites_by_fetch_metadata(project: Project) -> None:
    good = {"host": GOOD_HOSTS[0], **GOOD_TOKENS[0]}
    sites = [{**good, "sec-fetch-site": site} for site in ("cross-site", "same-site")]
    answers = ask(project, [("/api/v1/project", headers) for headers in sites])
    assert {answer.status_code for answer in answers} == {403}


def test_the_headers_are_on_every_answer(project: Project) -> None:
    good = {"host": GOOD_HOSTS[0], **GOOD_TOKENS[0]}
    requests = [("/", good), ("/api/v1/project", good), ("/nowhere", good), ("/", {"host": "x"})]
    for answer in ask(project, requests):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_the_token_moves_from_the_address_into_a_cookie(project: Project) -> None:
    (answer,) = ask(project, [(f"/?token={TOKEN}", {"host": GOOD_HOSTS[0]})])
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "boxscore_8080=" in cookie
    (wrong,) = ask(project, [("/?token=wrong", {"host": GOOD_HOSTS[0]})])
    assert wrong.status_code == 401 and "set-cookie" not in wrong.headers


NEEDS_QUERY = (
    "/crop",
    "/compare",
    "/compare/objects",
    "/compare/rates",
    "/metric-performance",
    "/search",
    "/metric-by-class",
    "/similar",
    "/places",
    "/drift",
    "/drift/metric",
    "/labels/export",
    "/frames",
    "/answers",  # of runs of classifications alone
)
"""Routes that refuse to answer without parameters, or without anything decided."""
NEEDS_EMBEDDINGS = ("/map",)
"""Routes that refuse to answer where nothing is embedded."""


def test_every_route_answers_the_demo(project: Project) -> None:
    good = {"host": GOOD_HOSTS[0], **GOOD_TOKENS[0]}
    answers = ask(project, [(path, good) for path in paths(project)])
    odd = {a.url.path: a.status_code for a in answers if a.status_code >= 400}
    assert [p for p, c in odd.items() if c == 404] == ["/assets/none.js"]
    assert [
        p for p, c in odd.items() if c != 404 and not p.endswith(NEEDS_QUERY + NEEDS_EMBEDDINGS)
    ] == [], odd


def test_odd_values_are_never_a_server_error(project: Project) -> None:
    good = {"host": GOOD_HOSTS[0], **GOOD_TOKENS[0]}
    known = create_app(project).openapi()["paths"]
    operations = [(verb, what) for verbs in known.values() for verb, what in verbs.items()]
    concrete = [path for path, _ in routes(project)][-len(operations) :]
    values = [str(httpx.QueryParams({"v": value})) for value in ODD if value.isprintable()]
    requests = [
        (f"{path}{'&' if '?' in path else '?'}{value.replace('v', parameter['name'], 1)}", good)
        for path, (verb, what) in zip(concrete, operations, strict=True)
        if verb == "get" and path in paths(project)
        for parameter in what.get("parameters", ())
        if parameter["in"] == "query"
        for value in values
    ]
    assert len(requests) > 1_000
    requests += [
        (f"/api/v1/runs/{value or 'x'}/summary", good) for value in ODD if value.isprintable()
    ]
    odd = [(str(a.url), a.status_code) for a in ask(project, requests) if a.status_code >= 500]
    assert odd == []


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../index.html", "/assets/%2e%2e/%2e%2e/app.py", "/assets/..%2f..%2fapp.py",
        "/assets//etc/passwd", "/assets/%00", "/..%2f..%2fetc/passwd", "/assets/\\..\\app.py",
    ],
)  # fmt: skip
def test_no_path_leads_out(path: str, project: Project) -> None:
    (answer,) = ask(project, [(path, {"host": GOOD_HOSTS[0], **GOOD_TOKENS[0]})])
    assert answer.status_code in (200, 404, 405)
    assert "root:" not in answer.text and "FastAPI(" not in answer.text
