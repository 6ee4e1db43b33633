"""Requests made from the OpenAPI document: each answer is one that the document tells of.

`BOXSCORE_API_REQUESTS=20000` asks so many; continuous integration asks a few of every route.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from boxscore.api.app import guarded
from boxscore.api.gate import hosts_for
from boxscore.project import Project
from tests.api.asking import PORT, TOKEN
from tests.fuzz.seeds import make_project

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the packages that it brings
    schemathesis: Any = pytest.importorskip("schemathesis")
    checks: Any = pytest.importorskip("schemathesis.specs.openapi.checks")

REQUESTS = int(os.environ.get("BOXSCORE_API_REQUESTS", "300"))
SEED = int(os.environ.get("BOXSCORE_FUZZ_SEED", "0"))
HEADERS = {"host": f"127.0.0.1:{PORT}", "authorization": f"Bearer {TOKEN}"}
ENDLESS = "/api/v1/events"
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


def known(project: Project) -> dict[str, list[Any]]:
    """Values that mean something, by the name of the parameter or field."""
    classes = [row.name for row in project.ontology.classes]
    return {
        "run": ["run"],
        "runs": [["run"]],
        "first": ["run"],
        "second": ["run"],
        "baseline": ["run", None],
        "data_hash": project.items["data_hash"].tolist(),
        "frame": [0],
        "metric": [card["id"] for card in project.metrics],
        "task": ["bbox", None],
        "slice": [f"class={name}" for name in classes] + ["slice=saved", "tag=look", None],
        "where": [f"class={name}" for name in classes] + ["slice=saved", "tag=look"],
        "among": [f"object.class={classes[0]}", None],
        "protocol": ["coco", "voc2012", None],
        "classes": ["0", "0,1", None],
        "class_id": [0, None],
        "outcome": ["tp", "fp", "fn", "error", None],
        "kind": ["missed", "background", None],
        "sort": ["severity", "worst", "title", "confidence", "largest", None],
        "state": ["broken", "fixed", "new"],
        "tag": ["look"],
        "name": ["saved", "a.json"],
        "format": ["coco", "yolo", "csv"],
        "what": ["ground-truth", "run"],
        "objects": [["G0"], ["P0", "G1"]],
        "selection": [
            {"objects": ["G0", "P1"], "run": "run"},
            {"where": f"class={classes[0]}"},
            {"run": "run", "filter": {"outcome": "fp"}},
        ],
        "offset": [0, 1],
        "limit": [1, 60],
        "confidence": [0.3, None],
        "iou": [0.5, 0.75],
        "of": ["images", "objects"],
    }


def better(draw: Any, case: Any, good: dict[str, list[Any]]) -> None:
    """Put some values that mean something where the schema only gives a type."""
    body = case.body if isinstance(case.body, dict) else {}
    for values in (case.path_parameters, case.query, body):
        for name in list(values or {}):
            if name in good and draw(st.integers(0, 3)):
                value = draw(st.sampled_from(good[name]))
                if value is None:
                    del values[name]
                else:
                    values[name] = value


@dataclass
class Asked:
    """What came of the requests.

    Attributes:
        statuses: How often each was answered.
        well: Routes that answered 200.
        bad: What the document does not tell of, once for each route and sort of failure.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    well: set[str] = field(default_factory=set)
    bad: dict[Any, str] = field(default_factory=dict)

    def ask(self, case: Any, label: str) -> None:
        """Send one request and look at its answer."""
        response = case.call(headers=HEADERS)
        self.statuses[response.status_code] += 1
        if response.status_code == 200:
            self.well.add(label)
        try:
            case.validate_response(response, checks=CHECKS)
        except schemathesis.errors.FailureGroup as failed:
            for one in failed.exceptions:
                key = label, type(one).__name__, response.status_code
                self.bad.setdefault(key, f"{key}: {one}\n{case.as_curl_command()}")


def search(route: Any, asked: Asked, good: dict[str, list[Any]], requests: int, start: int) -> None:
    """Some requests to one route; fewer where there are not so many different ones."""

    @seed(start)
    @settings(
        max_examples=requests,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=route.as_strategy(), data=st.data())
    def one(case: Any, data: Any) -> None:
        better(data.draw, case, good)
        asked.ask(case, route.label)

    one()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("openapi"))


def test_every_answer_is_documented(project: Project, record_property: Any) -> None:
    gate = guarded(project, token=TOKEN, hosts=hosts_for("127.0.0.1"), port=PORT)
    schema = schemathesis.openapi.from_asgi("/openapi.json", gate, headers=HEADERS)
    routes = [found.ok() for found in schema.get_all_operations()]
    routes = [route for route in routes if route.path != ENDLESS]
    asked, good = Asked(), known(project)
    start = SEED
    while asked.statuses.total() < REQUESTS:
        for route in routes:
            search(route, asked, good, max(1, min(100, REQUESTS // len(routes))), start)
        start += 1
    record_property("answers", dict(asked.statuses))
    assert not asked.bad, f"BOXSCORE_FUZZ_SEED={SEED}\n" + "\n\n".join(asked.bad.values())
    assert len(asked.well) > len(routes) / 2
