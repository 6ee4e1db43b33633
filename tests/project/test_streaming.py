"""A run that is imported window by window equals the same run imported as a whole."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import BoxscoreError, StoreError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.project.imports import streaming
from boxscore.project.imports.importing import RunRequest
from boxscore.project.imports.streaming import Sizes, import_large
from boxscore.schema.kinds import Mark
from boxscore.schema.tables import MASKS, OUTCOMES, PAIRS, POINTS, PREDICTIONS, TRAITS
from boxscore.store import files
from boxscore.store.layout import STAGING
from boxscore.store.read import Snapshot
from tests.sources.coco_files import CATEGORIES, SQUARE, project, write

TABLES = (PREDICTIONS, MASKS, POINTS, TRAITS, PAIRS, OUTCOMES)
TINY = Sizes(large=0, window=1500, rows=90, outcomes=60)
Results = list[dict[str, Any]]


def boxes(count: int, seed: int) -> Results:
    """Results in no order of images, many of equal confidence."""
    draw = random.Random(seed)
    return [
        {
            "image_id": draw.randint(1, 30),
            "category_id": draw.choice(list(CATEGORIES)),
            "bbox": [10 + draw.randint(-8, 8), 20 + draw.randint(-8, 8), 30.5, 40.25],
            "score": draw.randint(1, 40) / 40,
        }
        for _ in range(count)
    ]


def odd(found: Results) -> Results:
    """The same with what importers meet: 3 % of it is unusable, more is repaired or marked."""
    found = [dict(one) for one in found]
    found[7]["score"] = "0.5"
    found[8]["image_id"] = str(found[8]["image_id"])
    found[11]["bbox"] = [1, 2, -3, 4]
    found[200]["category_id"] = 99
    found[230]["image_id"] = 4711
    found[333]["image_id"] = 4712
    found[334]["image_id"] = 4711
    found[40]["bbox"] = [90, 70, 30, 30]
    found[41]["bbox"] = [300, 300, 30, 30]
    found[42]["bbox"] = [30, 30, 0, 30]
    found[43]["score"] = 1.5
    found[99]["attributes"] = {"track_id": 12, "truncated": 0.5}
    found[300]["keypoints"] = [1, 2, 2, 30, 40, 2]
    for k in (3, 60, 61, 350):
        found[k + 20] = dict(found[k])
    return found


def masked(count: int, seed: int) -> Results:
    """Results with polygons, some without a box."""
    found = boxes(count, seed)
    for k, one in enumerate(found):
        x = k % 17
        one["segmentation"] = [[x + c if j % 2 == 0 else c for j, c in enumerate(SQUARE[0])]]
        if k % 3:
            del one["bbox"]
    return found


def texts(found: Results) -> Results:
    return [one | {"image_id": f"{one['image_id']:06}.png"} for one in found]


def stored(root: Path, run: str) -> tuple[dict[str, Any], Any]:
    """Every table of a run and its evaluation."""
    with Snapshot(root) as snapshot:
        record = next(r for r in snapshot.runs() if r.name == run)
        tables = {s.name: snapshot.table(f"run:{record.run_id}", s) for s in TABLES}
        document = snapshot.document(f"evaluation:{record.run_id}:{record.task}:coco:2")
    assert document is not None
    details = {key: value for key, value in record.details.items() if key != "report"}
    facts = record.task, record.rows, record.format, record.sha256, details
    return tables, (facts, json.loads(document))


def entries(report: str) -> list[str]:
    document = json.loads(Path(report).read_text())
    return sorted(json.dumps(one, sort_keys=True) for one in document["records"])


def warned(document: dict[str, Any]) -> list[tuple[str, int]]:
    return sorted((w["code"], w["count"]) for w in document["warnings"])


@pytest.fixture
def opened(tmp_path: Path) -> Project:
    Project.import_project(write(tmp_path / "truth.json", project()), target=tmp_path, name="p")
    return Project.open(tmp_path / "p")


def streamed(opened: Project, path: Path, name: str, **more: Any) -> dict[str, Any] | None:
    request = RunRequest(path=path, name=name, **more)
    return import_large(opened.path, opened._state().truth(), request, TINY)


@pytest.mark.parametrize(
    "found",
    [
        boxes(500, 1),
        odd(boxes(400, 3)),
        masked(300, 4),
        texts(boxes(300, 5)),
        [one for one in boxes(900, 6) if one["category_id"] == 3],
        [one | {"image_id": 7, "category_id": 1} for one in boxes(260, 7)],
        [one | {"image_id": one["image_id"] % 20 + 1} for one in boxes(200, 12)],
    ],
    ids=["boxes", "odd", "masks", "names", "one class", "beyond the limit", "unseen images"],
)
def test_windows_give_what_the_whole_gives(opened: Project, tmp_path: Path, found: Results) -> None:
    path = write(tmp_path / "results.json", found)
    whole = opened.import_predictions(path, name="whole")
    parts = streamed(opened, path, "parts")
    assert parts is not None
    (a, first), (b, second) = (stored(opened.path, run) for run in ("whole", "parts"))
    for name, table in a.items():
        for column, values in table.items():
            assert np.array_equal(values, b[name][column], equal_nan=values.dtype.kind == "f")
    assert first == second
    assert warned(whole) == warned(parts)
    assert entries(whole["report"]) == entries(parts["report"])
    kept = set(parts) - {"run", "report", "warnings"}
    assert {key: parts[key] for key in kept} == {key: whole[key] for key in kept}
    evaluations = [opened.evaluate(run) | {"run": ""} for run in ("whole", "parts")]
    assert evaluations[0] == evaluations[1] == whole["evaluation"] | {"run": ""}
    assert not list((opened.path / STAGING).iterdir())


def test_what_the_import_answered_equals_a_fresh_answer(opened: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "results.json", boxes(400, 8))
    streamed(opened, path, "parts")
    answered = opened.evaluate("parts")
    assert opened._state()._predictions == {}  # nothing was loaded for it
    confidence = answered["counts"]["confidence"]
    assert opened.evaluate("parts", confidence=confidence) == answered


@pytest.mark.parametrize(
    "found",
    [
        [one | {"image_id": one["image_id"] + 5000} for one in boxes(90, 1)],
        [one | {"bbox": [v / 100 for v in one["bbox"]]} for one in boxes(90, 2)],
        [one | {"score": str(one["score"])} for one in boxes(90, 3)],
        [{k: v for k, v in one.items() if k != "bbox"} for one in boxes(90, 4)],
        [one | {"category_id": CATEGORIES[one["category_id"]]} for one in boxes(90, 5)],
        [one | {"bbox": one["bbox"][1::-1] + one["bbox"][:1:-1]} for one in boxes(400, 6)],
    ],
    ids=["other images", "shares", "all odd", "classes", "class names", "y before x"],
)
def test_what_needs_the_whole_is_left_to_it(
    opened: Project, tmp_path: Path, found: Results
) -> None:
    generation = opened._state().generation
    assert streamed(opened, write(tmp_path / "results.json", found), "run") is None
    assert opened._state().generation == generation
    assert not list((opened.path / STAGING).iterdir())


def test_too_many_unusable_records_refuse_the_file(opened: Project, tmp_path: Path) -> None:
    found = odd(boxes(400, 3))
    for k in range(0, 400, 25):
        found[k] = found[k] | {"bbox": [1, 2, -3, 4]}
        found[k + 1] |= {"category_id": 99} if k % 100 == 0 else {}
    path = write(tmp_path / "results.json", found)
    said = []
    for attempt in (opened.import_predictions, lambda p, name: streamed(opened, p, name)):
        with pytest.raises(BoxscoreError) as refused:
            attempt(path, name="run")
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert opened.run_names() == []


def test_strict_and_dry_runs_change_nothing(opened: Project, tmp_path: Path) -> None:
    path = write(tmp_path / "results.json", odd(boxes(400, 3)))
    dry = streamed(opened, path, "run", dry_run=True)
    whole = opened.import_predictions(path, name="run", dry_run=True)
    assert dry is not None and dry["report"] is None
    assert warned(dry) == warned(whole)
    twice = boxes(60, 9)
    again = write(tmp_path / "twice.json", [*twice, twice[0]])
    for name, file in (("odd", path), ("twice", again)):
        with pytest.raises(BoxscoreError):
            streamed(opened, file, name, strict=True)
    assert opened.run_names() == []


@pytest.mark.parametrize("at", [1, 9, 30])
def test_a_full_disk_leaves_the_project_as_it_was(
    opened: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    path = write(tmp_path / "results.json", boxes(500, 1))
    calls = 0

    def full(action: str, _path: Path) -> None:
        nonlocal calls
        calls += action == "write"
        if calls == at:
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files, "hook", full)
    with pytest.raises(StoreError) as failed:
        streamed(opened, path, "run")
    monkeypatch.undo()
    assert failed.value.code == "E-STORE-FULL"
    assert opened.run_names() == []
    assert not list((opened.path / STAGING).iterdir())
    assert Project.verify(opened.path)["problems"] == []


def test_equal_predictions_far_apart_are_found(opened: Project, tmp_path: Path) -> None:
    found = boxes(300, 10)
    once = {json.dumps(one) for one in found}
    path = write(tmp_path / "results.json", [*found, *found])
    document = streamed(opened, path, "run")
    assert document is not None
    again = opened.predictions("run").table["marks"] & np.uint16(Mark.DUPLICATE) != 0
    assert int(again.sum()) == 600 - len(once) == dict(warned(document))["W-COCO-DUPLICATE"]


def test_large_files_take_this_way_by_themselves(
    opened: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "Sizes", lambda: TINY)
    path = write(tmp_path / "results.json", boxes(200, 11))
    document = opened.import_predictions(path, name="run")
    with Snapshot(opened.path) as snapshot:
        assert len(snapshot._catalogue.parts("run:1", "predictions")) > 1
    assert document["evaluation"]["metrics"]["AP"] is not None


@pytest.mark.parametrize("bytes_each", [1, 70, 1000, 10**9])
def test_windows_of_a_list_are_its_records(bytes_each: int) -> None:
    fields = [("n", "int", True), ("who", "id", True), ("more", "span", False)]
    records = [{"n": k, "who": f"w{k % 7}"} for k in range(400)]
    records[50]["more"] = [{"a": 1}, {"b": "},{"}, {"c": [{}, {}]}]
    records[51]["n"] = "no number"
    records[399]["n"] = None
    text = json.dumps(records).encode()
    whole = _core.scan_list(text, fields)
    scan, found, odd_ones, first = _core.ListScan(text, fields), [], [], 0
    while (window := scan.next(bytes_each)) is not None:
        found += window.column("n").tolist()
        odd_ones += [(first + k, a, b) for k, a, b in window.odd.tolist()]
        first += window.count + len(window.odd)
    assert scan.next(bytes_each) is None
    assert found == whole.column("n").tolist()
    assert odd_ones == [tuple(one) for one in whole.odd.tolist()]
    assert first == 400


CHILD = """
import resource, sys
from pathlib import Path
from boxscore.project import Project
from boxscore.project.imports.importing import RunRequest
from boxscore.project.imports.streaming import Sizes, import_large

opened = Project.open(sys.argv[1])
sizes = Sizes(large=0, window=2 << 20, rows=1 << 15, outcomes=1 << 15)
request = RunRequest(path=Path(sys.argv[2]), name=Path(sys.argv[2]).stem)
document = import_large(opened.path, opened._state().truth(), request, sizes)
print(document["predictions"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def many_images(path: Path, count: int) -> Path:
    """Ground truth of so many images, each with one object."""
    first = project()
    images = [first["images"][0] | {"id": k, "file_name": f"{k}.png"} for k in range(count)]
    labels = [
        first["annotations"][1] | {"id": k, "image_id": k, "category_id": (1, 3, 7)[k % 3]}
        for k in range(count)
    ]
    return write(path, first | {"images": images, "annotations": labels})


def many_results(path: Path, count: int, images: int) -> Path:
    """So many different results, in no order of images."""
    record = '{{"image_id":{},"category_id":{},"bbox":[{},20.25,30.125,40.5],"score":{:.5f}}}'
    with path.open("w") as file:
        for k in range(count):
            numbers = k % images, (1, 3, 7)[k % 3], k % 4001 / 64, 0.1 + k % 89_989 / 100_000
            file.write(("," if k else "[") + record.format(*numbers))
        file.write("]")
    return path


def test_row_105_memory_follows_the_windows_not_the_run(tmp_path: Path) -> None:
    """600,000 results stand for ten million: more of them take next to no more memory."""
    Project.import_project(many_images(tmp_path / "t.json", 3000), target=tmp_path, name="p")
    peaks = []
    for count in (100_000, 600_000):
        path = many_results(tmp_path / f"r{count}.json", count, 3000)
        command = [sys.executable, "-c", CHILD, str(tmp_path / "p"), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        rows, peak = map(int, done.stdout.split())
        assert rows == count
        peaks.append(peak)
    assert (peaks[1] - peaks[0]) / 500_000 < 40, peaks
