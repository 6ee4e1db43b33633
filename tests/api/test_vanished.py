"""A client that goes away: what it asked is given up, what it changed is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from boxscore.api.app import create_app
from boxscore.engine import map_shards
from boxscore.engine.leaving import Abandoned, abandoned_when, checkpoint
from boxscore.project import Project
from tests.loops import waited


def asked(project: Project, method: str, path: str, body: bytes = b"") -> int:
    """The status of a question whose client is gone as soon as it has asked."""

    async def ask() -> int:
        left: list[Any] = [
            {"type": "http.request", "body": body, "more_body": False},
            {"type": "http.disconnect"},
        ]
        found: list[dict[str, Any]] = []

        async def receive() -> Any:
            return left.pop(0) if len(left) > 1 else left[0]

        async def send(message: Any) -> None:
            found.append(message)

        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(),
            "query_string": b"", "headers": [(b"content-type", b"application/json")],
            "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
            "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"},
        }  # fmt: skip
        await create_app(project)(scope, receive, send)
        return int(found[0]["status"])

    return waited(ask())


def test_a_question_is_given_up_and_a_change_is_not(demo_folder: Path, tmp_path: Path) -> None:
    copied = Project.open(shutil.copytree(demo_folder, tmp_path / "demo"))
    assert asked(Project.open(demo_folder), "GET", "/api/v1/runs/int8/intervals") == 499
    change = json.dumps({"changes": {"key_1": "seen"}}).encode()
    assert asked(copied, "POST", "/api/v1/settings", change) == 200
    assert {row["name"]: row["value"] for row in copied.settings}["key_1"] == "seen"


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_work_ends_at_a_checkpoint_and_is_done_anew(demo_folder: Path, looks: int) -> None:
    project = Project.open(demo_folder)
    seen = 0

    def gone() -> bool:
        nonlocal seen
        seen += 1
        return seen > looks

    with pytest.raises(Abandoned), abandoned_when(gone):
        project.compare("float32", "int8")
    assert seen == looks + 1
    checkpoint()  # nobody is gone here
    if looks == 2:
        first = project.compare("float32", "int8")
        assert first == Project.open(demo_folder).compare("float32", "int8")


def test_shards_that_wait_are_never_begun() -> None:
    begun: list[int] = []

    def stage(shard: int) -> int:
        begun.append(shard)
        return shard

    with pytest.raises(Abandoned), abandoned_when(lambda: True):
        map_shards(stage, range(1000), workers=1)
    assert begun == [0]
    assert map_shards(stage, range(5), workers=2) == list(range(5))
