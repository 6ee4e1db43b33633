"""The same truth in every format gives the same project, but for what the format cannot hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import boxscore as bs
from boxscore.sinks import SINKS
from tests.sinks.objects import Facts, differing, images_of, objects_of
from tests.sources.videos import write_video

MEASURED = {"box", "area"}
"""Measured again from the outline where a format has no box beside it."""
AS_BOXES = {"kind", "area", "parts", "mask", "keypoints", "theta"}
LOST: dict[str, set[str]] = {
    "coco": {"split", "traits", "frame"},
    "csv": set(),
    "cvat": {
        *MEASURED, "kind", "parts", "mask", "keypoints", "question", "group_of",
        "sequence", "position", "frame",
    },
    "jsonl": set(),
    "kitti": {
        *AS_BOXES, "class", "crowd", "group_of", "ignored", "track", "split", "sequence",
        "position", "frame", "size",
    },
    "mot": {
        *AS_BOXES, "crowd", "group_of", "truncation", "occlusion", "traits", "split", "frame",
    },
    "parquet": set(),
    "voc": {
        *AS_BOXES, "crowd", "group_of", "track", "truncation", "occlusion", "traits",
        "sequence", "position", "frame",
    },
    "yolo": {
        *MEASURED, "kind", "parts", "mask", "theta", "crowd", "group_of", "ignored", "track",
        "truncation", "occlusion", "traits", "keypoints", "sequence", "position", "frame", "split",
        "size",
    },
}  # fmt: skip
"""Facts that do not come back from a format; all others do, to the last digit."""
LOST_OF_POLYLINES = {"coco": {"kind", "parts"}}
WITHIN = {"kitti": 1e-9, "voc": 1e-9, "yolo": 1e-9}
"""Pixels that a side may move where corners or shares are written."""
FRAMES = [
    {
        "image": f"films/a/{k:04d}.jpg", "image_width": 64, "image_height": 48, "split": "val",
        "sequence": "a", "position": k + 1,
    }
    for k in range(3)
]  # fmt: skip
STILL = {"image": "stills/b.png", "image_width": 50, "image_height": 40, "split": "train"}
TURNED = {"x": 5.5, "y": 4, "width": 10, "height": 8, "theta": 30.0, "truncation": 0.25}
MIXED: list[dict[str, Any]] = [
    *(
        row
        for head in FRAMES
        for row in (
            {**head, "class": "car", **TURNED, "track": "7", "occlusion": 1.0, "area": 80.0,
             "traits": '{"alpha": 1.5}'},
            {**head, "class": "dog", "x": 20, "y": 10.25, "width": 6, "height": 7, "track": "9"},
            {**head, "class": "sunny", "question": "weather"},
        )
    ),
    {**STILL, "class": "dog", "polygon": "[1.5, 2, 20, 3, 15, 25.5]"},
    {**STILL, "class": "dog", "polyline": "[1, 2, 30, 31.5]", "ignored": True},
    {**STILL, "class": "man", "keypoints": "[[3, 4, 2], [10, 11, 1], [0, 0, 0]]",
     "x": 2, "y": 3, "width": 20, "height": 22},
    {**STILL, "class": "dog", "x": 0, "y": 0, "width": 40, "height": 30, "crowd": True,
     "group_of": True},
    {**STILL, "class": "rainy", "question": "weather"},
    {"image": "stills/empty.png", "image_width": 5, "image_height": 4, "split": "train"},
]  # fmt: skip


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def opened(source: Path, folder: Path, name: str, images: Path | None = None) -> bs.Project:
    made = bs.Project.import_project(source, target=folder, name=name, images=images)
    assert made["rejected"] == 0
    return bs.Project.open(made["path"])


def demo(folder: Path) -> bs.Project:
    return bs.Project.demo(folder)[0]


def people(folder: Path) -> bs.Project:
    """COCO's own test: polygons of several parts, masks of crowds."""
    from tests.conftest import SHARED

    source = SHARED / "coco_fake100" / "instances_val2014_100.json"
    if not source.is_file():
        pytest.skip("the development data (../shared/data) is not on this machine")
    return opened(source, folder, "people")


def mixed(folder: Path) -> bs.Project:
    """Every kind of annotation, sequences with tracks, answers, an empty image."""
    (folder / "mixed.jsonl").write_text(lines(MIXED))
    return opened(folder / "mixed.jsonl", folder, "mixed")


def film(folder: Path) -> bs.Project:
    """Frames of a video."""
    (folder / "films").mkdir()
    write_video(folder / "films" / "clip.mp4", 6)
    rows: list[dict[str, Any]] = [
        {"image": "clip.mp4", "image_width": 128, "image_height": 64, "frame": k,
         "position": k + 1, "sequence": "clip", "class": "car", "x": 3.5 * k, "y": 2,
         "width": 20.25, "height": 9, "track": "4"}
        for k in range(5)
    ]  # fmt: skip
    (folder / "film.jsonl").write_text(lines(rows))
    return opened(folder / "film.jsonl", folder, "film", folder / "films")


@pytest.fixture(scope="module", params=[demo, people, mixed, film], ids=lambda made: made.__name__)
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[bs.Project]:
    yield request.param(tmp_path_factory.mktemp(request.param.__name__))


def there_and_back(project: bs.Project, folder: Path, form: str, what: str = "") -> bs.Project:
    written = project.export("ground-truth", format=form, output=folder / "out")
    assert written["drops"] == list(SINKS[form].drops)
    files = [path for path in (folder / "out").rglob("*") if path.is_file()]
    source = files[0] if len(files) == 1 else folder / "out"
    films = project.path.parent / "films"
    tables = form in ("csv", "jsonl", "parquet")
    images = films if tables and films.is_dir() else None
    made = bs.Project.import_project(source, target=folder, name="again", images=images)
    assert (made["format"], made["rejected"]) == (form, 0)
    return bs.Project.open(made["path"])


def kept(facts: list[Facts], form: str) -> list[Facts]:
    kinds = {kind.name for kind in SINKS[form].keeps}
    return [one for one in facts if one["kind"] in kinds]


@pytest.mark.parametrize("form", LOST)
def test_ground_truth_comes_back(project: bs.Project, tmp_path: Path, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    tracked = form == "mot"
    if tracked and not any(project.items["sequence"].tolist()):
        with pytest.raises(bs.BoxscoreError, match="sequences only"):
            project.export("ground-truth", format="mot", output=tmp_path / "out")
        return
    again = there_and_back(project, tmp_path, form)
    mine, theirs = (images_of(p, tracked) for p in (project, again))
    if tracked:
        mine = {name: facts for name, facts in mine.items() if facts["sequence"]}
        theirs = {name: theirs[name] for name in mine}
    assert set(mine) == set(theirs)
    names = sorted(mine)
    lost = differing([mine[n] for n in names], [theirs[n] for n in names]).keys() - LOST[form]
    assert not lost, "facts of images"
    before, after = (kept(objects_of(p.ground_truth, p, tracked), form) for p in (project, again))
    before = [one for one in before if one["image"] in mine]
    assert len(before) == len(after)
    lined = any(one["kind"] == "POLYLINE" for one in before)
    allowed = LOST[form] | (LOST_OF_POLYLINES.get(form, set()) if lined else set())
    assert set(differing(before, after, WITHIN.get(form, 0.0))) <= allowed


def test_masks_hold_the_pixels_of_each_class(project: bs.Project, tmp_path: Path) -> None:
    again = there_and_back(project, tmp_path, "masks")
    assert set(images_of(again)) == set(images_of(project))
    mine = kept(objects_of(project.ground_truth, project), "masks")
    theirs = objects_of(again.ground_truth, again)
    drawn = {(one["image"], one["class"]) for one in mine}
    found = {(one["image"], one["class"]) for one in theirs}
    assert found <= drawn and len(found) == len(theirs)
    for pair in drawn - found:  # wholly below smaller objects
        assert min(o["area"] for o in mine if (o["image"], o["class"]) == pair) > 0
    alone = [o for o in mine if sum(x["image"] == o["image"] for x in mine) == 1]
    by_place = {(o["image"], o["class"]): o["mask"] for o in theirs}
    assert all(by_place[o["image"], o["class"]] == o["mask"] for o in alone)


RUN_LOST: dict[str, set[str]] = {
    "coco": set(), "csv": set(), "jsonl": set(), "parquet": set(), "kitti": {"area"},
    "voc": {"area"}, "yolo": {"area"},
}  # fmt: skip
"""Areas are products of sides, which move by a rounding where corners are written."""


@pytest.mark.parametrize("form", RUN_LOST)
def test_a_run_comes_back(tmp_path: Path, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    project = demo(tmp_path)
    written = project.export("int8", format=form, output=tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    source = tmp_path / "out" / "results.json" if form == "coco" else tmp_path / "out"
    done = project.import_predictions(files[0] if len(files) == 1 else source, name="again")
    assert (done["format"], done["rejected"]) == (form, 0)
    assert done["predictions"] == written["annotations"] == 3811
    before, after = (
        objects_of(project.predictions(n).annotations, project) for n in ("int8", "again")
    )
    assert set(differing(before, after, WITHIN.get(form, 0.0))) <= RUN_LOST[form]
    metrics = project.evaluate("int8")["metrics"]
    assert done["evaluation"]["metrics"] == pytest.approx(metrics, abs=1e-12)


def test_a_tracked_run_comes_back(tmp_path: Path) -> None:
    project = mixed(tmp_path)
    rows = [
        {**head, "class": name, "x": 4.25 + k, "y": 5, "width": 9, "height": 8.5, "track": track,
         "confidence": 0.5 + k / 8}
        for k, head in enumerate(FRAMES)
        for name, track in (("car", "3"), ("dog", "12"))
    ]  # fmt: skip
    (tmp_path / "run.jsonl").write_text(lines(rows))
    project.import_predictions(tmp_path / "run.jsonl", name="run")
    project.export("run", format="mot", output=tmp_path / "out")
    truth = there_and_back(project, tmp_path / "truth", "mot")
    done = truth.import_predictions(tmp_path / "out", name="run")
    assert (done["format"], done["predictions"], done["rejected"]) == ("mot", 6, 0)
    mine, theirs = (objects_of(p.predictions("run").annotations, p, True) for p in (project, truth))
    assert differing(mine, theirs) == {}
