"""Several projects of one server, uploads, folders that may be shown, jobs and events."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from boxscore.api import uploads
from boxscore.api.job_routes import _news
from boxscore.api.places import entries
from boxscore.api.served import Served
from boxscore.api.uploads import Uploads, safe_parts
from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.project.shelf import Shelf, project_id
from tests.api.asking import answers, responses
from tests.loops import waited


@pytest.fixture
def served(demo_folder: Path, tmp_path: Path) -> Iterator[Served]:
    """Two projects in a folder, beside a file of YOLO predictions."""
    shutil.copytree(demo_folder, tmp_path / "one")
    shutil.copytree(demo_folder, tmp_path / "two")
    Project.open(tmp_path / "two").delete_run("float32")
    found = Served(Shelf(tmp_path), tmp_path)
    yield found
    found.close()


def ended(served: Served, job: str) -> dict[str, Any]:
    """A job once it has ended."""
    for _ in range(1_200):
        document = served.jobs.get(job).document()
        if document["state"] != "running" and served.jobs.get(job).ended is not None:
            return document
        time.sleep(0.05)
    raise AssertionError("the job does not end")


def test_projects_have_ids_and_facts(served: Served, tmp_path: Path) -> None:
    (listed,) = answers(served, ["/api/v1/projects"])
    cards = {card["name"]: card for card in listed["projects"]}
    ids = [card["id"] for card in listed["projects"]]
    assert sorted(ids) == sorted(map(project_id, (tmp_path / "one", tmp_path / "two")))
    assert listed["here"] is None and listed["can_make"] and listed["can_browse"]
    best = Project.open(tmp_path / "one").run_cards()[0]["metrics"]["AP"]
    one = next(c for c in listed["projects"] if c["id"] == project_id(tmp_path / "one"))
    assert (one["images"], one["runs"], one["best_ap"]) == (41, 2, best)
    assert len(cards) == 1  # copies share a name; the id tells them apart


def test_projects_in_folders_of_one_name_are_told_apart(served: Served, tmp_path: Path) -> None:
    far = tmp_path / "far" / "one"
    shutil.copytree(tmp_path / "one", far)
    Project.open(far).delete_run("float32")
    both = Served(Shelf(tmp_path, Project.open(far)), tmp_path)
    (listed,) = answers(both, ["/api/v1/projects"])
    ids = [card["id"] for card in listed["projects"]]
    assert len(ids) == len(set(ids)) == 3 and listed["here"] == both.shelf.id_of(far)
    near = both.shelf.id_of(tmp_path / "one")
    asked = [f"/p/{known}/api/v1/runs" for known in (listed["here"], near)]
    assert [len(found["runs"]) for found in answers(both, asked)] == [1, 2]
    assert both.shelf.ids() == Shelf(tmp_path, Project.open(far)).ids()


def test_a_path_chooses_the_project(served: Served, tmp_path: Path) -> None:
    one, two = (project_id(tmp_path / name) for name in ("one", "two"))
    first, second = answers(served, [f"/p/{one}/api/v1/runs", f"/p/{two}/api/v1/runs"])
    assert [len(d["runs"]) for d in (first, second)] == [2, 1]
    none, unknown = responses(served, ["/api/v1/runs", "/p/0123456789ab/api/v1/runs"])
    assert none.status_code == 404 and none.json()["code"] == "E-PROJECT-CHOOSE"
    assert unknown.status_code == 404 and unknown.json()["code"] == "E-PROJECT-UNKNOWN"


@pytest.mark.parametrize(
    "name",
    ["", "..", "../x", "a/../b", "/etc/passwd", "a//b", ".hidden", "a\\b", "c:x", "a\x00b",
     "x" * 201, "/".join("abcdefghijklmnopq"), "a\nb", "\u202ex"],
)  # fmt: skip
def test_a_name_never_leads_out(name: str) -> None:
    with pytest.raises(RequestError) as bad:
        safe_parts(name)
    assert bad.value.code == "E-UPLOAD-NAME"


async def _blocks(*blocks: bytes) -> AsyncIterator[bytes]:
    for block in blocks:
        yield block


def test_uploads_are_private_bounded_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Uploads()
    name = kept.new()
    waited(kept.receive(name, "labels/a b.txt", _blocks(b"0 ", b"1")))
    top = kept.get(name).top
    assert (top / "upload/labels/a b.txt").read_bytes() == b"0 1"
    assert top.parent.stat().st_mode & 0o077 == 0
    with pytest.raises(RequestError, match="cannot be kept"):
        waited(kept.receive(name, "labels/a b.txt", _blocks(b"2")))
    monkeypatch.setattr(uploads, "LARGEST_UPLOAD", 5)
    with pytest.raises(RequestError) as bad:
        waited(kept.receive(name, "b", _blocks(b"123", b"45")))
    assert bad.value.code == "E-UPLOAD-LARGE" and not (top / "upload/b").exists()
    kept.close()
    assert not top.parent.exists()
    many = Uploads()
    for _ in range(uploads.MOST_UPLOADS):
        many.new()
    with pytest.raises(RequestError) as full:
        many.new()
    assert full.value.code == "E-UPLOAD-MANY"
    many.close()


def test_only_what_lies_below_the_root_is_shown(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "in").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (root / "out").symlink_to(tmp_path / "secret")
    (root / ".hidden").touch()
    (root / "file.json").write_text("[]")
    shown = entries(root, "")
    assert [(e["name"], e["folder"], e["size"]) for e in shown["entries"]] == [
        ("in", True, None),
        ("file.json", False, 2),
    ]
    for place in ("..", "out", "../secret", str(tmp_path), "in/../../secret", "x\0"):
        with pytest.raises(RequestError) as bad:
            entries(root, place)
        assert bad.value.code == "E-ROOT-OUTSIDE"
    with pytest.raises(RequestError) as none:
        entries(None, "")
    assert none.value.code == "E-ROOT-NONE"


def test_a_run_is_rehearsed_mapped_and_imported(served: Served, tmp_path: Path) -> None:
    one = Project.open(tmp_path / "one")
    one.export("float32", format="coco", output=tmp_path / "out")
    results = tmp_path / "out" / "results.json"
    at = f"/p/{project_id(one.path)}/api/v1"
    text = results.read_bytes()
    (up,) = answers(served, [("POST", f"{at}/uploads", None)])
    place = served.uploads.get(up["upload"])
    waited(served.uploads.receive(up["upload"], "results.json", _blocks(text)))
    asked = {"kind": "rehearse-run", "upload": up["upload"], "name": "again"}
    (job,) = answers(served, [("POST", f"{at}/jobs", asked)])
    done = ended(served, job["id"])
    assert done["state"] == "done", done
    rows = one.run_cards()[0]["predictions"]
    assert done["result"]["rehearsal"]["predictions"] == rows
    assert done["result"]["mapping"].startswith("# How results.json is read")
    assert str(tmp_path) not in json.dumps(done) and str(place.top) not in json.dumps(done)
    assert "again" not in [r["name"] for r in one.run_cards()]
    (job,) = answers(served, [("POST", f"{at}/jobs", {**asked, "kind": "import-run"})])
    done = ended(served, job["id"])
    assert done["state"] == "done", done
    scores = {r["name"]: r["metrics"]["AP"] for r in one.run_cards()}
    assert scores["again"] == scores["float32"]
    assert not place.top.exists()
    again = {"kind": "import-run", "place": f"out/{results.name}", "name": "again"}
    (job,) = answers(served, [("POST", f"{at}/jobs", again)])
    failed = ended(served, job["id"])
    assert failed["state"] == "failed" and failed["problem"]["code"] == "E-RUN-EXISTS"


def test_what_is_imported_is_measured_and_can_be_embedded(served: Served, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    one = Project.open(tmp_path / "one")
    one.export("float32", format="coco", output=tmp_path / "out")
    at = f"/p/{project_id(one.path)}/api/v1"
    asked = {"kind": "import-run", "place": "out/results.json", "name": "again"}
    (job,) = answers(served, [("POST", f"{at}/jobs", asked)])
    assert ended(served, job["id"])["state"] == "done"
    deadline = time.monotonic() + 60
    while not (measured := [j for j in served.jobs.documents() if j["kind"] == "measure"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert measured[0]["project"] == project_id(one.path)
    assert ended(served, measured[0]["id"])["state"] == "done"
    counts = {m["title"]: m["state"][0] for m in one.metrics if m["reads"] == "pixels"}
    assert all(state["computed"] == 41 for state in counts.values())
    (job,) = answers(served, [("POST", f"{at}/jobs", {"kind": "embed"})])
    assert ended(served, job["id"])["result"]["embedded"]["embedded"] > 0


def test_a_job_can_be_cancelled(served: Served, tmp_path: Path) -> None:
    at = f"/p/{project_id(tmp_path / 'one')}/api/v1"
    (job,) = answers(served, [("POST", f"{at}/jobs", {"kind": "verify"})])
    stopped, listed = answers(
        served, [("POST", f"{at}/jobs/{job['id']}/cancel", None), f"{at}/jobs"]
    )
    assert stopped["state"] == "cancelled"
    assert [j["id"] for j in listed["jobs"]] == [job["id"]]
    assert ended(served, job["id"])["result"] is None


def test_one_source_is_asked_for(served: Served, tmp_path: Path) -> None:
    at = f"/p/{project_id(tmp_path / 'one')}/api/v1/jobs"
    both = {"kind": "import-run", "upload": "a", "place": "b"}
    found = responses(served, [("POST", at, both), ("POST", at, {"kind": "import-run"})])
    assert [f.json()["code"] for f in found] == ["E-SOURCE-ONE"] * 2


def test_events_tell_of_a_change_elsewhere_and_free_their_stream(
    served: Served, tmp_path: Path
) -> None:
    async def listen() -> tuple[str, str]:
        news = _news(served, project_id(tmp_path / "one"))
        first = await anext(news)
        assert served.streams == 1
        Project.open(tmp_path / "one").rename_run("int8", "small")
        second = await anext(news)
        await news.aclose()  # type: ignore[attr-defined]
        return first, second

    first, second = waited(listen())
    assert "event: jobs" in first and "event: project" in first
    assert "event: project" in second and "event: jobs" not in second
    assert served.streams == 0


def test_a_project_is_made_from_a_folder_below_the_root(served: Served, tmp_path: Path) -> None:
    one = Project.open(tmp_path / "one")
    one.export("ground-truth", format="coco", output=tmp_path / "out")
    asked = {"kind": "import-project", "place": "out", "name": "three"}
    (job,) = answers(served, [("POST", "/api/v1/jobs", asked)])
    done = ended(served, job["id"])
    assert done["state"] == "done", done
    assert project_id(tmp_path / done["result"]["folder"]) in served.shelf.ids()


def test_a_wrong_class_offset_is_seen_and_mended(served: Served, tmp_path: Path) -> None:
    one = Project.open(tmp_path / "one")
    classes = {c["class_id"]: c["name"] for c in one.overview()["classes"]}
    one.export("float32", format="yolo", output=tmp_path / "out")
    labels = next((tmp_path / "out").rglob("*.txt")).parent
    for file in labels.glob("*.txt"):
        rows = [line.split(" ", 1) for line in file.read_text().splitlines()]
        file.write_text("".join(f"{int(number) + 1} {rest}\n" for number, rest in rows))
    at = f"/p/{project_id(one.path)}/api/v1/jobs"
    place = labels.relative_to(tmp_path).as_posix()
    asked = {"kind": "rehearse-run", "place": place, "name": "shifted"}
    (job,) = answers(served, [("POST", at, asked)])
    found = ended(served, job["id"])["result"]
    assert found["findings"] is not None and "classes:" in found["mapping"], found
    pairs = "".join(f"    {k + 1}: {json.dumps(name)}\n" for k, name in classes.items())
    asked |= {"kind": "import-run", "mapping": f"version: 1\nclasses:\n  map:\n{pairs}"}
    (job,) = answers(served, [("POST", at, asked)])
    done = ended(served, job["id"])
    assert done["state"] == "done", done
    scores = {r["name"]: r["metrics"]["AP50"] for r in one.run_cards()}
    assert scores["shifted"] == pytest.approx(scores["float32"], abs=0.01)  # text rounds boxes
