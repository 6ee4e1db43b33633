"""Every route with hostile parameters: an answer or a refusal, never an error of the server."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from boxscore.api.app import create_app
from boxscore.project import Project
from tests.api.asking import responses
from tests.fuzz.seeds import make_project

SECONDS = min(float(os.environ.get("BOXSCORE_FUZZ_SECONDS", "10")), 60.0)
SEED = int(os.environ.get("BOXSCORE_FUZZ_SEED", "0"))
BATCH = 40
VALUES = (
    "", "0", "1", "-1", "0.5", "0.50000000000000001", "1e308", "1e999", "nan", "inf", "-inf",
    "-0.0", "9223372036854775807", "9223372036854775808", "1" * 5000, "true", "null", "None", "a",
    "\x00", "a\x00b", "\n", "é", "\u202e", "\U0001f600", "x" * 5000, "[]", "{}", "(a+)+$", "[",
    "%", "%ff", "*", "' OR 1=1 --", "../../etc/passwd", "tp", "fp", "fn", "bbox", "segm",
    "class=cat", "class=", "=", "class=cat,split=", "width>10", "width>nan", "size=small",
    "severity", "worst", "confidence", "coco", "voc2012", "lvis", "run", "cat", "1,2", "1,,2",
    ",", "box", "keypoints", "semantic", "panoptic", "classification", "tracking", "١", "²",
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make_project(tmp_path_factory.mktemp("api"))


ENDLESS = ("/api/v1/events",)
"""Streams, whose answer never ends."""


def routes(project: Project) -> list[tuple[str, list[str]]]:
    """(path, names of query parameters) of every GET route that ends."""
    paths: dict[str, Any] = create_app(project).openapi()["paths"]
    return [
        (path, [p["name"] for p in there["get"].get("parameters", ()) if p["in"] == "query"])
        for path, there in paths.items()
        if "get" in there and path not in ENDLESS
    ]


def good_parts(rng: Random, project: Project) -> dict[str, str]:
    """A run and an image that exist."""
    return {
        "run": "run",
        "data_hash": str(rng.choice(project.items["data_hash"].tolist())),
        "frame": str(rng.choice(project.items["frame"].tolist())),
    }


def filled(path: str, parts: dict[str, str]) -> str:
    """The path with these values in its places."""
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    return path


def asked(rng: Random, project: Project, path: str, names: list[str]) -> str:
    """One request: good parts of a path mostly, hostile values of some parameters."""
    good = good_parts(rng, project)
    parts = {n: v if rng.random() < 0.9 else rng.choice(VALUES) for n, v in good.items()}
    path = filled(path, parts)
    chosen = rng.sample(names, rng.randint(0, min(4, len(names))))
    pairs = [(n, rng.choice(VALUES)) for n in chosen for _ in range(rng.choice((1, 1, 1, 2)))]
    if names and rng.random() < 0.2:
        pairs.append((rng.choice(VALUES), rng.choice(VALUES)))
    for name in ("x", "y", "width", "height"):
        if name in names and rng.random() < 0.7:
            pairs.append((name, rng.choice(("1", "5.5", "1e6", "1e-300"))))
    return f"{path}?{urlencode(pairs)}" if pairs else path


@pytest.mark.slow
def test_no_parameter_breaks_a_route(project: Project) -> None:
    rng, end = Random(SEED), time.monotonic() + SECONDS
    known = routes(project)
    assert len(known) >= 12
    plain = [filled(path, good_parts(rng, project)) for path, _ in known]
    assert sum(r.status_code == 200 for r in responses(project, plain)) > len(known) / 2
    bad: dict[str, str] = {}
    while time.monotonic() < end:
        batch = [asked(rng, project, *rng.choice(known)) for _ in range(BATCH)]
        for path, response in zip(batch, responses(project, batch), strict=True):
            if response.status_code >= 500:
                bad.setdefault(path.partition("?")[0], f"{path}: {response.text[:300]}")
            elif response.status_code == 200 and "json" in response.headers["content-type"]:
                json.loads(response.text, parse_constant=pytest.fail)
    assert not bad, f"BOXSCORE_FUZZ_SEED={SEED}\n" + "\n".join(bad.values())


def test_paths_of_files_are_no_way_in(project: Project, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    places = [
        "../../secret.txt",
        "%2e%2e/secret.txt",
        str(tmp_path / "secret.txt"),
        "..\\secret.txt",
    ]
    paths = [f"/assets/{quote(p, safe='%')}" for p in places]
    paths += [f"/api/v1/items/{quote(p, safe='')}/0/image" for p in places]
    for response in responses(project, paths):
        assert response.status_code in (404, 422) and "secret\n" not in response.text
