"""The rows that each task compares, on real sets and on sets made by hand."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.cocoeval import Params

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.keypoints import COCO_SIGMAS
from boxscore.matching.restrict import some_items
from boxscore.project.evaluating import Truth, compare, default_task
from boxscore.project.pictures.outlines import keypoints, outlines, thinned
from boxscore.schema.kinds import Kind, Task, Verdict
from boxscore.schema.tables import Annotations
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
from tests.matching.brute import scene
from tests.sources.coco_files import HEIGHT, SQUARE, WIDTH, Document, project, results, write

KEYPOINTS = "coco_fake100/keypoints"
MASKED = [t for t in Task if t in (Task.SEGM, Task.BOUNDARY, Task.SEMANTIC, Task.PANOPTIC)]
PIXELS = WIDTH * HEIGHT


def load(truth: Path, found: Path) -> tuple[Truth, Annotations]:
    tables = coco.read(truth, None, ImportReport(truth), pixels=False)
    where = ProjectContext(items=tables.items, ontology=tables.ontology)
    predictions = coco_results.read(found, where, ImportReport(found)).predictions
    return (
        Truth(
            items=tables.items,
            ontology=tables.ontology,
            ground_truth=tables.ground_truth,
            verdicts=tables.verdicts,
        ),
        predictions,
    )


def made(folder: Path, document: Document, found: Any) -> tuple[Truth, Annotations]:
    return load(write(folder / "gt.json", document), write(folder / "dt.json", found))


def viewed(folder: Path, document: Document, found: Any, task: Task, **more: Any) -> Comparable:
    truth, predictions = made(folder, document, found)
    return compare(truth, predictions, task, **more)


# ---- keypoints ----


def test_keypoints_of_the_real_files_are_the_files(shared_data: Path) -> None:
    folder = shared_data / KEYPOINTS
    truth, predictions = load(folder / "gt_dataset.json", folder / "dt_dataset.json")
    assert default_task(truth, predictions) is Task.KEYPOINTS
    view = compare(truth, predictions, Task.KEYPOINTS)
    labels = json.loads((folder / "gt_dataset.json").read_text())["annotations"]
    found = json.loads((folder / "dt_dataset.json").read_text())
    rows = truth.ground_truth.table["source_row"][view.truth.rows]
    assert view.truth.keypoints is not None and view.predictions.keypoints is not None
    for k, source in enumerate(rows.tolist()):
        assert view.truth.keypoints[k].ravel().tolist() == labels[source]["keypoints"]
        assert view.truth.area[k] == labels[source]["area"]
    rows = predictions.table["source_row"][view.predictions.rows]
    for k, source in enumerate(rows.tolist()):
        xy = view.predictions.keypoints[k][:, :2].ravel().tolist()
        assert xy == [v for i, v in enumerate(found[source]["keypoints"]) if i % 3 < 2]
    unlabelled = [not labels[s]["num_keypoints"] for s in truth.ground_truth.table["source_row"]]
    ignored = np.zeros(len(unlabelled)) if view.ignored is None else view.ignored
    assert ignored.tolist() == unlabelled
    assert view.facts.sigmas is not None
    assert np.array_equal(view.facts.sigmas[0], Params("keypoints").kpt_oks_sigmas)
    assert np.array_equal(COCO_SIGMAS, Params("keypoints").kpt_oks_sigmas)


def test_crowdpose_has_fourteen_equal_deviations(shared_data: Path) -> None:
    folder = shared_data / "coco_fake100" / "cases"
    truth, predictions = load(
        folder / "example_crowdpose_val.json", folder / "example_crowdpose_preds.json"
    )
    view = compare(truth, predictions, Task.KEYPOINTS)
    assert view.facts.sigmas is not None
    assert view.facts.sigmas[0].tolist() == [1 / 14] * 14


def with_keypoints(count: int = 3) -> tuple[Document, list[dict[str, Any]]]:
    document, found = project(), results()
    for k, record in enumerate(document["annotations"]):
        record["keypoints"] = [10 + k % 7, 20, 2 * (k % 5 > 0)] * count
    for record in found:
        del record["bbox"]
        record["keypoints"] = [15, 25, 0.5, *[30, 35, 0.9] * (count - 1)]
    return document, found


def test_box_and_area_of_bare_keypoints_are_those_of_pycocotools(tmp_path: Path) -> None:
    truth, predictions = made(tmp_path, *with_keypoints())
    assert default_task(truth, predictions) is Task.KEYPOINTS
    view = compare(truth, predictions, Task.KEYPOINTS)
    assert np.all(view.predictions.box == [15, 25, 15, 10])
    assert np.all(view.predictions.area == 150)
    assert view.ignored is not None
    assert view.ignored.tolist() == [int(k % 5 == 0) for k in range(120)]


def test_sigmas_of_the_file_and_of_other_skeletons(tmp_path: Path) -> None:
    document, found = with_keypoints(2)
    document["categories"][0] |= {"keypoints": ["a", "b"], "sigmas": [0.1, 0.2]}
    for record in (*document["annotations"], *found):
        if record["category_id"] == 7:
            record["keypoints"] = record["keypoints"][:3]
    view = viewed(tmp_path, document, found, Task.KEYPOINTS)
    assert view.facts.sigmas is not None and view.truth.keypoints is not None
    assert view.facts.sigmas[:2].tolist() == [[0.1, 0.2], [0.5, 0.5]]
    assert view.facts.sigmas[2, 0] == 1 and np.isnan(view.facts.sigmas[2, 1])
    shorter = view.truth.class_id == 2
    assert np.all(view.truth.keypoints[shorter, 1] == 0)


def test_other_numbers_of_keypoints_are_refused(tmp_path: Path) -> None:
    document, found = with_keypoints(3)
    for record in found:
        record["keypoints"] *= 2
    with pytest.raises(RequestError, match="'person' has 3 keypoints, the predictions have 6"):
        viewed(tmp_path, document, found, Task.KEYPOINTS)
    document["categories"][0]["sigmas"] = [0.1] * 4
    with pytest.raises(RequestError, match="there are sigmas 4"):
        viewed(tmp_path, document, with_keypoints(3)[1], Task.KEYPOINTS)


def test_rows_without_keypoints_take_no_part(tmp_path: Path) -> None:
    document, found = with_keypoints()
    del document["annotations"][2]["keypoints"]
    found[4] = results()[4]
    view = viewed(tmp_path, document, found, Task.KEYPOINTS)
    assert 2 not in view.truth.rows and view.truth.rows.size == 119
    assert 4 not in view.predictions.rows and view.left_out == 1


# ---- marks that never count ----


def test_plain_ignore_changes_nothing_under_coco(tmp_path: Path) -> None:
    document = project()
    document["annotations"][5]["ignore"] = 1
    plain = viewed(tmp_path, project(), results(), Task.BBOX)
    view = viewed(tmp_path, document, results(), Task.BBOX)
    assert view.ignored is None and np.array_equal(view.crowd, plain.crowd)
    asked = viewed(tmp_path, document, results(), Task.BBOX, ignore_marked=True)
    assert asked.ignored is not None
    assert np.flatnonzero(asked.ignored).tolist() == [5]
    assert np.array_equal(asked.crowd, plain.crowd)


# ---- masks ----


def with_masks() -> tuple[Document, list[dict[str, Any]]]:
    document, found = project(), results()
    for k, record in enumerate(found[:60]):
        runs = [100 + k, 50, PIXELS - 150 - k]
        record["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": runs}
    return document, found


@pytest.mark.parametrize("task", MASKED)
def test_tasks_of_masks_leave_out_predictions_without(task: Task, tmp_path: Path) -> None:
    view = viewed(tmp_path, *with_masks(), task)
    assert view.predictions.rows.tolist() == list(range(60))
    assert view.left_out == 60
    assert view.predictions.masks is not None and view.truth.masks is not None
    counts, offsets, height, width = view.predictions.masks
    area, _ = _core.mask_area_box(counts, offsets, height, width)
    assert area.tolist() == [50] * 60
    fills = task in (Task.SEGM, Task.BOUNDARY)
    assert view.truth.rows.size == (120 if fills else 30)
    assert view.assumed == (90 if fills else 0)


# ---- rotated boxes ----


def test_rotation_is_kept_where_the_task_asks_for_it(tmp_path: Path) -> None:
    document, found = project(), results()
    document["annotations"][1]["rotation"] = 30
    for record in found:
        record["rotation"] = 15
    truth, predictions = made(tmp_path, document, found)
    assert default_task(truth, predictions) is Task.OBB
    view = compare(truth, predictions, Task.OBB)
    assert view.truth.theta is not None and view.predictions.theta is not None
    assert view.truth.theta[:3].tolist() == [0, 30, 0]
    assert set(view.predictions.theta.tolist()) == {15}
    assert compare(truth, predictions, Task.BBOX).truth.theta is None


# ---- what cannot be compared ----


@pytest.mark.parametrize("task", [t for t in Task if t not in (Task.BBOX, Task.CLASSIFICATION)])
def test_a_run_without_the_geometry_is_refused(task: Task, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=f"task {task.value} cannot compare it") as caught:
        viewed(tmp_path, project(), results(), task)
    assert caught.value.code == "E-TASK-GEOMETRY"
    assert "fix:" in str(caught.value)


@pytest.mark.parametrize("task", list(Task))
def test_empty_sides_are_compared(task: Task, tmp_path: Path) -> None:
    document = project()
    document["annotations"] = []
    view = viewed(tmp_path, document, [], task)
    assert view.truth.rows.size == view.predictions.rows.size == 0
    assert view.confidence.shape == (0,)
    if task is Task.KEYPOINTS:
        assert view.truth.keypoints is not None
        assert view.truth.keypoints.shape == (0, 0, 3)


def test_polylines_cannot_be_compared(tmp_path: Path) -> None:
    truth, predictions = made(tmp_path, project(), results())
    kind = predictions.table["kind"].copy()
    kind[:7] = Kind.POLYLINE
    some = Annotations(
        table=predictions.table.replace(kind=kind),
        masks=predictions.masks,
        points=predictions.points,
    )
    view = compare(truth, some, Task.BBOX)
    assert view.left_out == 7 and view.predictions.rows.tolist() == list(range(7, 120))
    kind[:] = Kind.POLYLINE
    with pytest.raises(RequestError, match="the run has no box"):
        compare(truth, some, Task.BBOX)


def test_outlines_are_vertices_never_keypoints(tmp_path: Path) -> None:
    document = project()
    runs = {"size": [HEIGHT, WIDTH], "counts": [10, 5, PIXELS - 15]}
    document["annotations"][1]["segmentation"] = runs
    for record in document["annotations"][:3]:
        record["keypoints"] = [15, 25, 2, 30, 35, 1]
    truth, _ = made(tmp_path, document, [])
    polygon, bitmask, points = (outlines(truth.items, truth.ground_truth, k) for k in range(3))
    assert polygon == [[float(v) for part in SQUARE for v in part]]
    assert bitmask is not None and len(bitmask) == 1
    assert points is None
    assert keypoints(truth.ground_truth, 2) == [[15.0, 25.0, 2.0], [30.0, 35.0, 1.0]]
    ring = [float(v) for v in range(400)]
    assert thinned([ring, ring[:8]], 64) == [
        [v for k in range(0, 200, 4) for v in (2.0 * k, 2.0 * k + 1)],
        ring[:8],
    ]
    assert thinned(None, 64) is None


def test_boxes_stand_for_keypoints_where_the_truth_has_none(tmp_path: Path) -> None:
    found = results()
    for record in found:
        record["keypoints"] = [15, 25, 0.5]
    truth, predictions = made(tmp_path, project(), found)
    assert default_task(truth, predictions) is Task.BBOX
    for record in found:
        del record["bbox"]
    truth, predictions = made(tmp_path, project(), found)
    assert default_task(truth, predictions) is Task.KEYPOINTS
    with pytest.raises(RequestError, match="the ground truth has no keypoints"):
        compare(truth, predictions, Task.KEYPOINTS)


def test_default_tasks(tmp_path: Path) -> None:
    bare = [{k: r[k] for k in ("image_id", "category_id", "score")} for r in results()]
    document, found = with_masks()
    cases: list[tuple[Document, Any, Task]] = [
        (project(), bare, Task.CLASSIFICATION),
        (project(), results(), Task.BBOX),
        (project(), [], Task.BBOX),
        (document, found[:60], Task.SEGM),
        (document, found, Task.BBOX),
        (project(), [*results(), *bare], Task.BBOX),
    ]
    for truth_document, run, task in cases:
        assert default_task(*made(tmp_path, truth_document, run)) is task


def test_guesses_are_compared_as_guesses(tmp_path: Path) -> None:
    found = [{"image_id": 1, "category_id": c, "score": c / 10} for c in (1, 3, 7)]
    view = viewed(tmp_path, project(), [*found, results()[0]], Task.CLASSIFICATION)
    assert view.predictions.class_id.tolist() == [0, 1, 2]
    assert view.confidence.tolist() == [0.1, 0.3, 0.7]
    assert view.left_out == 1 and view.truth.rows.size == 0


# ---- tracking, on KITTI's own labels and detections ----


def kitti(shared_data: Path) -> tuple[Document, list[dict[str, Any]]]:
    """KITTI's tracking labels as a COCO document, with the keys that COCO lacks."""
    names = ["Car", "Pedestrian", "Cyclist"]
    root = shared_data / "kitti_tracking"
    images: dict[tuple[str, int], int] = {}
    annotations: list[dict[str, Any]] = []
    for path in sorted((root / "label_02").glob("*.txt")):
        for line in path.read_text().splitlines():
            frame, track, name, truncated, occluded, _, *box = line.split()[:10]
            image = images.setdefault((path.stem, int(frame)), len(images) + 1)
            x0, y0, x1, y1 = map(float, box)
            if name in (*names, "DontCare"):
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": image,
                        "category_id": names.index(name) + 1 if name in names else 1,
                        "bbox": [x0, y0, x1 - x0, y1 - y0],
                        "area": (x1 - x0) * (y1 - y0),
                        "iscrowd": 0,
                        "ignore": int(name == "DontCare"),
                        "truncated": float(truncated),
                        "occluded": int(occluded),
                        "track_id": int(track),
                    }
                )
    document = {
        "images": [
            {
                "id": number,
                "file_name": f"{sequence}/{frame:06}.png",
                "width": 1242,
                "height": 375,
                "video_name": sequence,
                "frame_id": frame,
            }
            for (sequence, frame), number in images.items()
        ],
        "annotations": annotations,
        "categories": [{"id": k, "name": name} for k, name in enumerate(names, 1)],
    }
    found: list[dict[str, Any]] = []
    for c, name in enumerate(names, 1):
        for path in sorted((root / "detections" / name).glob("*.txt")):
            for line in path.read_text().splitlines():
                number, _, x0, y0, x1, y1, score = map(float, line.split(",")[:7])
                if (path.stem, int(number)) in images:
                    found.append(
                        {
                            "image_id": images[path.stem, int(number)],
                            "category_id": c,
                            "bbox": [x0, y0, x1 - x0, y1 - y0],
                            "score": score,
                            "track_id": f"{c}-{len(found) % 5}",
                        }
                    )
    return document, found


def test_kitti_keeps_its_sequences_tracks_and_traits(shared_data: Path, tmp_path: Path) -> None:
    document, found = kitti(shared_data)
    view = viewed(tmp_path, document, found, Task.TRACKING, ignore_marked=True)
    facts, truth = view.facts, view.truth
    assert facts.sequence is not None and facts.position is not None
    assert facts.truncation is not None and facts.occlusion is not None
    records = document["annotations"]
    by_image = sorted(range(len(records)), key=lambda k: (records[k]["image_id"], k))
    assert [records[k]["truncated"] for k in by_image] == facts.truncation.tolist()
    assert [records[k]["occluded"] for k in by_image] == facts.occlusion.tolist()
    sequences = [image["video_name"] for image in document["images"]]
    numbers = {name: n for n, name in enumerate(sorted(set(sequences)))}
    assert facts.sequence.tolist() == [numbers[name] for name in sequences]
    assert facts.position.tolist() == [image["frame_id"] for image in document["images"]]
    assert view.ignored is not None and truth.track is not None
    dont_care = [records[k]["ignore"] for k in by_image]
    assert view.ignored.tolist() == dont_care
    tracked = [records[k]["track_id"] >= 0 for k in by_image]
    assert (truth.track >= 0).tolist() == tracked
    ids = [str(records[k]["track_id"]) for k in by_image if records[k]["track_id"] >= 0]
    assert len(set(zip(ids, truth.track[truth.track >= 0].tolist(), strict=True))) == len(set(ids))
    assert sum(not d for d in dont_care) == 1245


def test_tracks_of_one_id_have_one_number_on_both_sides(tmp_path: Path) -> None:
    document, found = project(), results()
    for k, (a, b) in enumerate(zip(document["annotations"], found, strict=True)):
        a["track_id"] = k % 4
        b["track_id"] = str(k % 5)
    view = viewed(tmp_path, document, found, Task.TRACKING)
    truth, other = view.truth.track, view.predictions.track
    assert truth is not None and other is not None
    assert (truth == other).tolist() == [k % 4 == k % 5 for k in range(120)]
    assert view.facts.sequence is not None and view.facts.position is not None
    assert set(view.facts.sequence.tolist()) == {0}
    assert view.facts.position.tolist() == list(range(30))


# ---- facts of LVIS and Open Images ----


def test_facts_are_none_where_the_data_says_nothing(tmp_path: Path) -> None:
    facts = viewed(tmp_path, project(), results(), Task.BBOX).facts
    assert facts.names == ("person", "cat", "traffic light")
    told = [f.name for f in fields(facts) if getattr(facts, f.name) is not None]
    assert told == ["names"]


def test_facts_of_open_images(tmp_path: Path) -> None:
    document = project()
    document["categories"][0]["supercategory"] = "cat"
    document["categories"][1]["supercategory"] = "traffic light"
    document["categories"][2]["frequency"] = "r"
    document["annotations"][7]["IsGroupOf"] = 1
    document["images"][2] |= {"neg_category_ids": [7], "pos_category_ids": [1]}
    facts = viewed(tmp_path, document, results(), Task.BBOX).facts
    assert facts.parent is not None and facts.parent.tolist() == [1, 2, -1]
    assert facts.frequency is not None and facts.frequency.tolist() == ["", "", "r"]
    assert facts.group_of is not None and np.flatnonzero(facts.group_of).tolist() == [7]
    assert facts.verified is not None
    assert facts.verified.tolist() == [[2, 0, Verdict.POSITIVE], [2, 2, Verdict.NEGATIVE]]


def test_classes_that_stand_above_themselves_stand_at_the_top(tmp_path: Path) -> None:
    document = project()
    document["categories"][0]["supercategory"] = "cat"
    document["categories"][1]["supercategory"] = "person"
    document["categories"][2]["supercategory"] = "cat"
    facts = viewed(tmp_path, document, results(), Task.BBOX).facts
    assert facts.parent is not None and facts.parent.tolist() == [-1, -1, 1]


def test_text_ids_of_a_real_yolo_run(shared_data: Path, tmp_path: Path) -> None:
    found = json.loads((shared_data / "yolo_catdog" / "predictions.json").read_text())
    names = sorted({record["image_id"] for record in found})
    document = project()
    document["images"] = [
        {"id": k + 1, "file_name": f"{name}.jpg", "width": 2000, "height": 2000}
        for k, name in enumerate(names)
    ]
    document["annotations"] = []
    ids = sorted({record["category_id"] for record in found})
    document["categories"] = [{"id": c, "name": f"class {c}"} for c in ids]
    view = viewed(tmp_path, document, found, Task.BBOX)
    assert view.predictions.rows.size == len(found)
    got = [names[i] for i in view.predictions.item.tolist()]
    assert got == sorted(record["image_id"] for record in found)


# ---- some of the items ----


def equal(a: Side, b: Side) -> None:
    for field in fields(Side):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if field.name == "rows" or one is None:
            assert (one is None) == (other is None)
        elif field.name == "masks":
            assert all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))
        else:
            assert np.array_equal(one, other, equal_nan=True), field.name


def cut(document: Any, images: set[int]) -> Any:
    if isinstance(document, list):
        return [record for record in document if record["image_id"] in images]
    return document | {
        "images": [record for record in document["images"] if record["id"] in images],
        "annotations": cut(document["annotations"], images),
    }


@pytest.mark.parametrize("task", [Task.BBOX, Task.SEGM, Task.KEYPOINTS, Task.TRACKING, Task.OBB])
def test_some_items_are_what_a_smaller_file_gives(task: Task, tmp_path: Path) -> None:
    document, found = with_keypoints() if task is Task.KEYPOINTS else with_masks()
    for k, record in enumerate(document["images"]):
        record |= {"video_name": f"v{k // 10}", "frame_id": k, "neg_category_ids": [1]}
    for k, record in enumerate((*document["annotations"], *found)):
        record |= {"track_id": 0, "rotation": 5 + k % 9, "truncated": 0.5, "isgroupof": 1}
    images = set(range(11, 28, 3))
    whole = viewed(tmp_path, document, found, task)
    flags = np.isin(np.arange(1, 31), list(images))
    some = some_items(whole, flags)
    other = viewed(tmp_path, cut(document, images), cut(found, images), task)
    equal(some.truth, other.truth)
    equal(some.predictions, other.predictions)
    assert np.array_equal(some.confidence, other.confidence)
    assert np.array_equal(some.crowd, other.crowd)
    assert (some.items, some.classes) == (other.items, other.classes)
    if some.ignored is not None and other.ignored is not None:
        assert np.array_equal(some.ignored, other.ignored)
    for name in ("group_of", "truncation", "occlusion", "verified", "position", "sigmas"):
        one, two = getattr(some.facts, name), getattr(other.facts, name)
        assert (one is None) == (two is None)
        assert one is None or np.array_equal(one, two, equal_nan=True), name
    kept = set(some.truth.rows.tolist())
    assert kept <= set(whole.truth.rows.tolist())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=5, max_size=5))
def test_a_slice_counts_what_its_images_count(seed: int, chosen: list[bool]) -> None:
    view = scene(seed)
    some = some_items(view, np.array(chosen))
    again = some_items(some, np.ones(some.items, np.bool_))
    equal(some.truth, again.truth)
    assert np.array_equal(view.confidence[np.array(chosen)[view.predictions.item]], some.confidence)
    assert some.items == sum(chosen)
    if some.predictions.item.size:
        assert 0 <= some.predictions.item.min() <= some.predictions.item.max() < some.items
    everything = some_items(view, np.ones(5, np.bool_))
    for a, b in ((everything.truth, view.truth), (everything.predictions, view.predictions)):
        equal(a, b)


def test_a_wrong_number_of_flags_is_refused() -> None:
    with pytest.raises(RequestError, match="a slice of 5 images"):
        some_items(scene(1), np.ones(4, np.bool_))
