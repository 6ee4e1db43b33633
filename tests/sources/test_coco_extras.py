"""Keys that COCO itself lacks: flags, traits, tracks, rotation, videos, verdicts, sigmas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project.evaluating import Truth, default_task, evaluate_answers
from boxscore.schema.kinds import Kind, Mark, Task, Verdict
from boxscore.schema.tables import Annotations
from boxscore.sources.project_tables import ProjectTables
from tests.sources.coco_files import (
    Case,
    Document,
    by_row,
    changed,
    context,
    judge,
    project,
    read_project,
    read_results,
    results,
    write,
)

NAN = float("nan")


def said(key: str, value: Any) -> Any:
    """A change that gives the sixth record of either kind of file one more key."""

    def change(document: Any) -> None:
        records = document["annotations"] if isinstance(document, dict) else document
        records[5][key] = value

    return change


def within(key: str, value: Any) -> Any:
    return said("attributes", {key: value})


def image(key: str, value: Any) -> Any:
    def change(document: Document) -> None:
        document["images"][2][key] = value

    return change


def category(key: str, value: Any) -> Any:
    def change(document: Document) -> None:
        document["categories"][1][key] = value

    return change


def traits(annotations: Annotations) -> list[tuple[int, str, float]]:
    table = annotations.traits
    return list(
        zip(table["row"].tolist(), table["name"].tolist(), table["value"].tolist(), strict=True)
    )


DROPPED = [
    Case("ignore", said("ignore", 2), "W", "W-COCO-FLAG-DROPPED", "ignore 2 is no 0 or 1"),
    Case("difficult", said("difficult", "yes"), "W", "W-COCO-FLAG-DROPPED", "yes"),
    Case("group", said("IsGroupOf", [1]), "W", "W-COCO-FLAG-DROPPED", "/annotations/5/IsGroupOf"),
    Case(
        "attribute",
        within("difficult", "1"),
        "W",
        "W-COCO-FLAG-DROPPED",
        "/annotations/5/attributes/difficult",
    ),
    Case("truncated", said("truncated", "0.5"), "W", "W-COCO-TRAIT", "is no number: dropped"),
    Case("occlusion", said("occlusion", [NAN]), "W", "W-COCO-TRAIT", "occlusion"),
    Case("huge", said("truncation", 10**400), "W", "W-COCO-TRAIT", "is no number"),
    Case("track", said("track_id", 1.5), "W", "W-COCO-TRACK", "track_id 1.5 is no track id"),
    Case("track-true", said("track_id", True), "W", "W-COCO-TRACK", "True"),
    Case("track-long", said("instance_id", "x" * 300), "W", "W-COCO-TRACK", "instance_id"),
    Case("theta", said("theta", "30"), "W", "W-COCO-ROTATION", "/annotations/5/theta"),
    Case("rotation", said("rotation", True), "W", "W-COCO-ROTATION", "True is no angle"),
    Case("video", image("video_id", 1.5), "W", "W-COCO-VIDEO", "/images/2/video_id"),
    Case("video-list", image("seq_name", ["a"]), "W", "W-COCO-VIDEO", "no name of a video"),
    Case("frame", image("frame_id", -1), "W", "W-COCO-VIDEO", "no frame number"),
    Case("frame-big", image("frame_index", 2**31), "W", "W-COCO-VIDEO", "2147483648"),
    Case("verdict", image("neg_category_ids", [1, 99]), "W", "W-COCO-VERDICT", "99"),
    Case("verdict-type", image("pos_category_ids", "cat"), "W", "W-COCO-VERDICT", "cat"),
    Case("frequency", category("frequency", "x"), "W", "W-COCO-FREQUENCY", "is not r, c or f"),
    Case("sigmas", category("sigmas", [0.1, -1]), "W", "W-COCO-SIGMAS", "positive"),
    Case("parent", category("supercategory", 7), "W", "W-COCO-DROPPED", "supercategory"),
]


@by_row(DROPPED)
def test_a_wrong_value_is_reported_and_dropped(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", changed(case, project()))
    tables = judge(case, lambda: read_project(path))
    plain = read_project(write(tmp_path / "b.json", project()))
    assert tables.ground_truth.rows == 120
    for name in ("marks", "theta", "track", "kind"):
        assert np.array_equal(tables.ground_truth.table[name], plain.ground_truth.table[name])
    assert traits(tables.ground_truth) == []
    assert tables.ontology == plain.ontology
    with pytest.raises(SourceError) as caught:
        read_project(path, strict=True)
    assert caught.value.code == case.code


@pytest.mark.parametrize("key", ["ignore", "difficult", "isgroupof", "IsGroupOf", "is_group_of"])
@pytest.mark.parametrize("put", [said, within])
@pytest.mark.parametrize("value", [1, True, 1.0])
def test_flags_are_marks(key: str, put: Any, value: Any, tmp_path: Path) -> None:
    document = project()
    put(key, value)(document)
    document["annotations"][7][key] = 0
    tables = read_project(write(tmp_path / "a.json", document))
    mark = Mark.IGNORED if key in ("ignore", "difficult") else Mark.GROUP_OF
    marked = tables.ground_truth.table["marks"] & mark
    assert np.flatnonzero(marked).tolist() == [5]
    assert tables.report.counts == {}


def test_traits_are_kept_by_row_as_given(tmp_path: Path) -> None:
    document = project()
    document["annotations"].reverse()
    document["annotations"][0]["truncated"] = 0.25
    document["annotations"][0]["occluded"] = 2
    document["annotations"][3]["attributes"] = {"occluded": True, "truncation": 0}
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    # The image with the highest id comes last; within it the order is that of the file.
    assert traits(truth) == [
        (116, "occlusion", 2.0),
        (116, "truncation", 0.25),
        (119, "occlusion", 1.0),
        (119, "truncation", 0.0),
    ]


def test_tracks_are_texts_on_both_sides(tmp_path: Path) -> None:
    document, found = project(), results()
    for records in (document["annotations"], found):
        records[0]["track_id"] = 3
        records[1]["track_id"] = "3"
        records[2]["attributes"] = {"track_id": "car-7"}
        records[3]["instance_id"] = 4.0
        records[4]["track_id"] = -1
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.ground_truth.table["track"][:6].tolist() == ["3", "3", "car-7", "4", "", ""]
    run = read_results(write(tmp_path / "r.json", found), context(tmp_path, document))
    assert run.predictions.table["track"][:6].tolist() == ["3", "3", "car-7", "4", "", ""]
    assert run.report.counts == tables.report.counts == {}


def test_rotation_makes_a_rotated_box_of_a_box(tmp_path: Path) -> None:
    document, found = project(), results()
    for records in (document["annotations"], found):
        records[1]["rotation"] = 30
        records[2]["theta"] = -12.5
        records[3]["attributes"] = {"rotation": 400.0}
        records[5]["attributes"] = {"rotation": 0.0}
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    run = read_results(write(tmp_path / "r.json", found), context(tmp_path, document)).predictions
    for table in (truth.table, run.table):
        assert table["theta"][:6].tolist() == [0, 30, -12.5, 400, 0, 0]
        assert table["kind"][1:6].tolist() == [
            *[Kind.ROTATED_BOX] * 3, table["kind"][4], Kind.BOX,
        ]  # fmt: skip
    assert truth.table["x"][1:4].tolist() == [10.0] * 3


def test_a_box_of_five_numbers_stays_a_rejection(tmp_path: Path) -> None:
    found = results()
    found[5]["bbox"] = [1, 2, 30, 40, 12.5]
    run = read_results(write(tmp_path / "r.json", found), context(tmp_path))
    assert run.report.rejected_codes == {"E-COCO-BBOX": 1}


def test_keypoints_go_with_polygons_and_boxes_and_alone(tmp_path: Path) -> None:
    document = project()
    given = [10, 20, 2, 0, 0, 0, 30, 40, 1]
    for record in document["annotations"][:2]:
        record |= {"keypoints": given, "num_keypoints": 2}
    document["annotations"][2]["keypoints"] = []
    del document["annotations"][3]["bbox"]
    document["annotations"][3]["keypoints"] = given
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    assert truth.table["kind"][:4].tolist() == [
        Kind.POLYGON, Kind.KEYPOINTS, Kind.BOX, Kind.KEYPOINTS,
    ]  # fmt: skip
    points = truth.points
    joints = points.take(points["part"] < 0)
    assert joints["row"].tolist() == [0, 0, 0, 1, 1, 1, 3, 3, 3]
    assert joints["x"].tolist() == [10, 0, 30] * 3
    assert joints["visibility"].tolist() == [2, 0, 1] * 3
    assert [truth.table[k][1] for k in ("x", "y", "width", "height")] == [10, 20, 30, 40.5]
    assert [truth.table[k][3] for k in ("x", "y", "width", "height")] == [0, 0, 30, 40]


def test_guesses_at_a_class_keep_every_confidence(tmp_path: Path) -> None:
    found = [
        {"image_id": 1, "category_id": c, "score": s}
        for c, s in ((3, 0.5), (1, 0.3), (7, 0.2), (3, 0.1))
    ]
    run = read_results(write(tmp_path / "r.json", found), context(tmp_path))
    table = run.predictions.table
    assert set(table["kind"].tolist()) == {Kind.CLASSIFICATION}
    assert table["class_id"].tolist() == [1, 0, 2, 1]
    assert table["confidence"].tolist() == [0.5, 0.3, 0.2, 0.1]
    assert np.isnan(table["x"]).all()


def test_annotations_without_any_geometry_are_classifications(tmp_path: Path) -> None:
    document = project()
    document["annotations"] = [
        {"id": k, "image_id": k + 1, "category_id": (1, 3, 7)[k % 3]} for k in range(30)
    ]
    document["categories"].append({"id": 9, "name": "cat"})
    tables = read_project(write(tmp_path / "a.json", document))
    classes = tables.ontology.classes
    assert [c.name for c in classes] == ["person", "cat (3)", "traffic light", "cat (9)"]
    assert [c.source_id for c in classes] == [1, 3, 7, 9]
    assert {c.kind for c in classes} == {"classification"}
    assert tables.report.counts == {}
    table = tables.ground_truth.table
    assert set(table["kind"].tolist()) == {Kind.CLASSIFICATION}
    assert table["class_id"].tolist() == [0, 1, 2] * 10
    assert np.isnan(table["area"]).all()
    found = [
        {"image_id": k + 1, "category_id": c, "score": s}
        for k in range(30)
        for c, s in ((1, 0.5), (3, 0.75))
    ]
    run = read_results(write(tmp_path / "r.json", found), context(tmp_path, document))
    truth = Truth(items=tables.items, ontology=tables.ontology, ground_truth=tables.ground_truth)
    assert default_task(truth, run.predictions) is Task.CLASSIFICATION
    numbers = evaluate_answers(truth, run.predictions)
    assert numbers.overall["accuracy"] == pytest.approx(1 / 3)
    again = type(tables.ontology).from_json(json.loads(json.dumps(tables.ontology.to_json())))
    assert again == tables.ontology


def test_boxes_of_a_class_of_whole_images_are_refused(tmp_path: Path) -> None:
    document = project()
    for record in document["annotations"]:
        del record["bbox"]
        record.pop("segmentation", None)
    with pytest.raises(SourceError, match="says something of a whole image"):
        read_results(write(tmp_path / "r.json", results()), context(tmp_path, document))


def test_empty_geometry_everywhere_is_no_classification(tmp_path: Path) -> None:
    document = project()
    for record in document["annotations"]:
        del record["bbox"]
        record["segmentation"] = []
    with pytest.raises(SourceError, match="neither bbox nor segmentation"):
        read_project(write(tmp_path / "a.json", document))


def test_one_annotation_without_geometry_is_rejected(tmp_path: Path) -> None:
    document = project()
    del document["annotations"][5]["bbox"]
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.report.rejected_codes == {"E-COCO-GEOMETRY": 1}


def test_videos_have_frames_in_order(tmp_path: Path) -> None:
    document = project()
    for k, record in enumerate(document["images"][:6]):
        record |= {"video_id": k // 3, "frame_index": 10 - k}
    document["images"][1]["video_name"] = "first"
    items = read_project(write(tmp_path / "a.json", document)).items
    assert items["sequence"][:7].tolist() == ["0", "first", "0", "1", "1", "1", ""]
    assert items["position"][:7].tolist() == [10, 9, 8, 7, 6, 5, 0]


def test_frames_without_numbers_follow_each_other(tmp_path: Path) -> None:
    document = project()
    for k, record in enumerate(document["images"][:6]):
        record["seq_name"] = "ab"[k % 2]
    items = read_project(write(tmp_path / "a.json", document)).items
    assert items["position"][:7].tolist() == [0, 0, 1, 1, 2, 2, 0]


def lvis(seed: int = 5) -> Document:
    """A document as LVIS has them: no iscrowd, r/c/f, negative and incomplete classes."""
    rng = np.random.default_rng(seed)
    document = project()
    for record in document["annotations"]:
        del record["iscrowd"]
    for record, frequency in zip(document["categories"], "rcf", strict=True):
        record |= {"frequency": frequency, "synset": "x.n.01", "instance_count": 3}
    ids = [c["id"] for c in document["categories"]]
    for record in document["images"]:
        kinds = rng.integers(0, 3, len(ids))
        record["neg_category_ids"] = [c for c, k in zip(ids, kinds, strict=True) if k == 0]
        record["not_exhaustive_category_ids"] = [
            c for c, k in zip(ids, kinds, strict=True) if k == 1
        ]
    return document


def verdicts_of(tables: ProjectTables) -> set[tuple[str, int, int]]:
    table = tables.verdicts
    ids = tables.items["source_id"][table["item"]].tolist()
    numbers = [tables.ontology.classes[c].source_id or 0 for c in table["class_id"].tolist()]
    return set(zip(ids, numbers, table["verdict"].tolist(), strict=True))


def test_lvis_verdicts_and_frequencies_are_kept(tmp_path: Path) -> None:
    document = lvis()
    document["images"].reverse()
    tables = read_project(write(tmp_path / "a.json", document))
    assert [o.frequency for o in tables.ontology.objects] == ["r", "c", "f"]
    expected = {
        (str(record["id"]), c, int(verdict))
        for record in document["images"]
        for key, verdict in (
            ("neg_category_ids", Verdict.NEGATIVE),
            ("not_exhaustive_category_ids", Verdict.NOT_EXHAUSTIVE),
        )
        for c in record[key]
    }
    assert verdicts_of(tables) == expected
    assert np.all(np.diff(tables.verdicts["item"]) >= 0)
    assert tables.verdicts.rows == len(expected)


def test_open_images_verdicts_parents_and_groups(tmp_path: Path) -> None:
    document = project()
    document["categories"] += [{"id": 9, "name": "animal", "supercategory": "entity"}]
    document["categories"][1]["supercategory"] = "animal"
    document["images"][0] |= {"pos_category_ids": [3], "neg_category_ids": [1]}
    tables = read_project(write(tmp_path / "a.json", document))
    assert [o.parent for o in tables.ontology.objects] == ["", "animal", "", ""]
    assert verdicts_of(tables) == {("1", 3, Verdict.POSITIVE), ("1", 1, Verdict.NEGATIVE)}


def test_sigmas_of_a_category_are_kept(tmp_path: Path) -> None:
    document = project()
    document["categories"][0] |= {"keypoints": ["a", "b"], "sigmas": [0.05, 1]}
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.ontology.objects[0].sigmas == (0.05, 1.0)
    again = type(tables.ontology).from_json(json.loads(json.dumps(tables.ontology.to_json())))
    assert again == tables.ontology
    document["categories"][0]["sigmas"] = [0.05]
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.ontology.objects[0].sigmas == ()
    assert tables.report.counts["W-COCO-SIGMAS"] == 1
