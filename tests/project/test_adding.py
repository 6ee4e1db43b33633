"""A prediction loop gives the run that an import of the same numbers gives; all or nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import boxscore.project.imports.adding as adding
from boxscore.errors import BoxscoreError, RequestError, SourceError
from boxscore.kernels import _core
from boxscore.project import Project
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
AP = 0.299970


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    return Project.open(shutil.copytree(demo_folder, tmp_path / "demo"))


@pytest.fixture(scope="module")
def by_image() -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for one in json.loads((DEMO / "predictions_float32.json").read_text()):
        found.setdefault(one["image_id"], []).append(one)
    return found


def columns(ones: list[dict[str, Any]]) -> dict[str, Any]:
    box = np.array([one["bbox"] for one in ones])
    return {
        "boxes": box,
        "labels": np.array([one["category_id"] for one in ones]),
        "scores": np.array([one["score"] for one in ones]),
    }


def same_run(project: Project, run: str) -> None:
    ours, theirs = project.predictions(run).table, project.predictions("float32").table
    assert ours.rows == theirs.rows
    key = ("item", "class_id", "confidence", "x", "y", "width", "height")
    order = [np.lexsort([t[name] for name in key]) for t in (ours, theirs)]
    for name in key:
        assert np.array_equal(ours[name][order[0]], theirs[name][order[1]]), name
    expected = project.evaluate("float32")["metrics"]
    assert project.evaluate(run)["metrics"] == expected
    assert round(expected["AP"], 6) == AP


@pytest.mark.parametrize("by", ["id", "text", "title", "path", "hash", "stem"])
def test_arrays_of_a_loop_are_the_import(project: Project, by_image: Any, by: str) -> None:
    items = project.items
    names = {
        int(source): {
            "id": int(source), "text": source, "title": title, "hash": data_hash,
            "path": Path("/somewhere/else", title), "stem": Path(title).stem,
        }
        for source, title, data_hash in zip(
            items["source_id"], items["title"], items["data_hash"], strict=True
        )
    }  # fmt: skip
    with project.predictions("mine") as run:
        for image_id, ones in by_image.items():
            run.add(names[image_id][by], **columns(ones), box_format="xywh")
    same_run(project, "mine")


def test_coco_results_one_image_at_a_time(project: Project, by_image: Any) -> None:
    run = project.predictions("mine")
    for image_id, ones in by_image.items():
        run.add(image_id, ones)
    document = run.close()
    assert document["predictions"] == 3319 and document["rejected"] == 0
    assert document["evaluation"]["run"] == "mine"
    same_run(project, "mine")
    assert Project.verify(project.path)["problems"] == []


def test_pieces_on_disk_make_the_same_run(
    project: Project, by_image: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MOST_PENDING", 20_000)
    with project.predictions("mine") as run:
        for image_id, ones in reversed(by_image.items()):
            run.add(image_id, ones)
        assert run._pieces > 10
        assert run._live is not None and run._live.pending <= 20_000
        folder = run._folder
    assert not folder.exists()
    same_run(project, "mine")


def test_an_exception_publishes_nothing(project: Project, by_image: Any) -> None:
    image_id, ones = next(iter(by_image.items()))
    before = sorted(p.name for p in project.path.rglob("*"))
    with pytest.raises(ZeroDivisionError), project.predictions("mine") as run:
        run.add(image_id, ones)
        raise ZeroDivisionError
    assert project.run_names() == ["float32", "int8"]
    assert sorted(p.name for p in project.path.rglob("*")) == before
    with pytest.raises(RequestError, match="closed"):
        run.add(image_id, ones)


def test_a_name_that_is_taken_is_refused_before_any_work(project: Project) -> None:
    with pytest.raises(RequestError, match="exists already"):
        project.predictions("int8").add(1, labels=[1], scores=[0.5], boxes=[[0, 0, 1, 1]])
    with project.predictions("int8", replace=True):
        pass
    assert project.predictions("int8").rows == 0


class Tensor:
    """What a framework's tensor shows."""

    dtype = "torch.float32"

    def __init__(self, values: Any) -> None:
        self._values = np.asarray(values)

    def detach(self) -> Tensor:
        return self

    cpu = detach

    def numpy(self) -> Any:
        return self._values


def corners(ones: list[dict[str, Any]]) -> Any:
    box = np.array([one["bbox"] for one in ones])
    return np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)


def results_of(kind: str, ones: list[dict[str, Any]], names: dict[int, str], path: str) -> Any:
    labels = np.array([one["category_id"] for one in ones])
    scores, boxes = np.array([one["score"] for one in ones]), corners(ones)
    if kind == "torchvision":
        return {"boxes": Tensor(boxes), "labels": Tensor(labels), "scores": Tensor(scores)}
    if kind == "supervision":
        return SimpleNamespace(
            xyxy=boxes, class_id=labels, confidence=scores, mask=None, tracker_id=None, data={}
        )
    rows = list(names)
    numbers = Tensor([rows.index(label) for label in labels.tolist()])
    found = SimpleNamespace(xyxy=Tensor(boxes), conf=Tensor(scores), cls=numbers, id=None)
    yolo = dict(enumerate(names.values()))
    return SimpleNamespace(
        boxes=found, names=yolo, orig_shape=(1, 1), path=path, masks=None, probs=None,
        keypoints=None, obb=None,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["torchvision", "supervision", "ultralytics"])
def test_results_are_known_by_their_looks(project: Project, by_image: Any, kind: str) -> None:
    names = {c.source_id: c.name for c in project.ontology.classes if c.source_id is not None}
    titles = dict(zip(project.items["source_id"], project.items["title"], strict=True))
    with project.predictions(kind) as run:
        for image_id, ones in by_image.items():
            result = results_of(kind, ones, names, f"/data/{titles[str(image_id)]}")
            if kind == "ultralytics":
                run.add(result)
            else:
                run.add(image_id, result)
    # Corners come back as sizes within an ulp; that moves no match of this set.
    assert project.predictions(kind).rows == 3319
    metrics = project.evaluate(kind)["metrics"]
    expected = project.evaluate("float32")["metrics"]
    assert metrics["AP"] == pytest.approx(expected["AP"], abs=1e-9)


def test_real_results_of_the_frameworks(project: Project) -> None:
    supervision = pytest.importorskip("supervision")
    image = project.items["title"][0]
    width, height = int(project.items["width"][0]), int(project.items["height"][0])
    mask = np.zeros((1, height, width), bool)
    mask[0, 10:30, 20:50] = True
    found = supervision.Detections(
        xyxy=np.array([[20.0, 10, 50, 30]]),
        confidence=np.array([0.5]),
        class_id=np.array([1]),
        mask=mask,
    )
    with project.predictions("mine") as run:
        run.add(image, found)
    predictions = project.predictions("mine")
    assert predictions.masks.rows == 1
    assert np.array_equal(
        _core.mask_decode(predictions.masks["counts"][0], height, width), mask[0].astype(np.uint8)
    )


def test_masks_in_every_form_cover_the_same_pixels(project: Project) -> None:
    width, height = int(project.items["width"][0]), int(project.items["height"][0])
    bitmap = np.zeros((height, width), np.uint8)
    bitmap[10:30, 20:50] = 1
    code = _core.mask_from_bitmap(bitmap)
    flat = bitmap.T.ravel()
    runs = np.diff(np.flatnonzero(np.diff(flat, prepend=0)), prepend=0).tolist()
    runs.append(flat.size - sum(runs))
    forms = [
        bitmap,
        bitmap.astype(bool)[None],
        bitmap * 0.9,
        {"size": [height, width], "counts": code},
        {"size": [height, width], "counts": code.decode()},
        {"size": [height, width], "counts": runs},
        [[[20, 10], [50, 10], [50, 30], [20, 30]]],
    ]
    count = len(forms)
    with project.predictions("mine") as run:
        run.add(project.items["title"][0], masks=forms, labels=[1] * count, scores=[0.5] * count)
    masks = project.predictions("mine").masks["counts"]
    assert masks.tolist() == [code] * count


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"boxes": [[0, 0, 1, 1]], "scores": [0.5]}, "labels are missing"),
        ({"boxes": [[0, 0, 1, 1]], "labels": [1]}, "scores are missing"),
        ({"boxes": [[0, 0, 1, 1]], "labels": [1, 1], "scores": [0.5]}, "1 for 2 labels"),
        ({"boxes": [[0, 0, 1]], "labels": [1], "scores": [0.5]}, "shape"),
        ({"boxes": ["text"], "labels": [1], "scores": [0.5]}, "no numbers"),
        ({"found": 17}, "no result that is known"),
        ({"found": {"boxen": []}}, "says nothing of an object"),
        (
            {"boxes": [[0, 0, 1, 1]], "labels": [1], "scores": [0.5], "box_format": "xy"},
            "unknown",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused_at_once(
    project: Project, given: dict[str, Any], message: str
) -> None:
    run = project.predictions("mine")
    with pytest.raises(RequestError, match=message):
        run.add(project.items["title"][0], **given)
    run.discard()


@pytest.mark.parametrize(
    ("image", "label", "box", "score", "code"),
    [
        ("nowhere.jpg", 1, [0, 0, 1, 1], 0.5, "E-IMAGE-UNKNOWN"),
        (None, 4711, [0, 0, 1, 1], 0.5, "E-CLASS-UNKNOWN"),
        (None, "no such class", [0, 0, 1, 1], 0.5, "E-CLASS-UNKNOWN"),
        (None, 1, [5, 0, 1, 1], 0.5, "E-BOX-NEGATIVE"),
        (None, 1, [0, 0, np.nan, 1], 0.5, "E-BOX-NOT-FINITE"),
        (None, 1, [0, 0, 1, 1], np.nan, "E-CONFIDENCE"),
    ],
)
def test_bad_records_are_counted_and_many_refuse(
    project: Project, image: Any, label: Any, box: Any, score: float, code: str
) -> None:
    title = project.items["title"][0]
    good: dict[str, Any] = {
        "boxes": [[1, 2, 30, 40]] * 30,
        "labels": [1] * 30,
        "scores": [0.5] * 30,
    }
    run = project.predictions("mine")
    run.add(title, **good)
    run.add(image or title, boxes=[box], labels=[label], scores=[score])
    document = run.close()
    assert document["rejected"] == 1 and document["predictions"] == 30
    assert code in {warning["code"] for warning in document["warnings"]}
    for strict in (False, True):
        with (
            pytest.raises(SourceError),
            project.predictions("other", strict=strict) as refused,
        ):
            refused.add(image or title, boxes=[box], labels=[label], scores=[score])
        assert project.run_names() == ["float32", "int8", "mine"]


def test_classes_of_the_model_by_name(project: Project) -> None:
    title = project.items["title"][0]
    with project.predictions("mine", classes=["PERSON", "unheard of"]) as run:
        run.add(title, boxes=[[0, 0, 9, 9]], labels=[0], scores=[0.5])
    (class_id,) = project.predictions("mine").table["class_id"].tolist()
    assert project.ontology.classes[class_id].name == "person"
    with pytest.raises(BoxscoreError, match="none of the names"):
        project.predictions("other", classes=["unheard of"]).add(title, labels=[], scores=[])
