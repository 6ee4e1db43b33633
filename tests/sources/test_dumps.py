"""What model libraries dump, recognised by content and read to the same predictions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import ReadRequest, format_of, recognise
from boxscore.sources.json_head import closed
from boxscore.sources.recognising import recognised
from boxscore.sources.report import ImportReport
from tests.sources.coco_files import write

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"
Record = dict[str, Any]
AP = 0.299970


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.import_project(DEMO / "annotations.json", target=tmp_path_factory.mktemp("d"))
    return Project.open(made["path"])


@pytest.fixture(scope="module")
def found() -> dict[str, list[Record]]:
    """File name -> the demo's results as corners and names."""
    document = json.loads((DEMO / "annotations.json").read_text())
    images = {i["id"]: i["file_name"] for i in document["images"]}
    names = {c["id"]: c["name"] for c in document["categories"]}
    every: dict[str, list[Record]] = {name: [] for name in images.values()}
    for r in json.loads((DEMO / "predictions_float32.json").read_text()):
        x, y, w, h = r["bbox"]
        every[images[r["image_id"]]].append(
            {
                "name": names[r["category_id"]],
                "class": r["category_id"],
                "score": r["score"],
                "box": [x, y, x + w, y + h],
            }
        )
    return every


def edges(record: Record, names: tuple[str, ...]) -> Record:
    return dict(zip(names, record["box"], strict=True))


def columns(records: list[Record], boxes: str) -> Record:
    return {
        boxes: [r["box"] for r in records],
        "labels": [r["class"] for r in records],
        "scores": [r["score"] for r in records],
    }


def pipeline(records: list[Record]) -> list[Record]:
    ends = ("xmin", "ymin", "xmax", "ymax")
    return [{"score": r["score"], "label": r["name"], "box": edges(r, ends)} for r in records]


def results(records: list[Record]) -> list[Record]:
    ends = ("x1", "y1", "x2", "y2")
    return [
        {k: r[k] for k in ("name", "class")} | {"confidence": r["score"], "box": edges(r, ends)}
        for r in records
    ]


def by_hand(records: list[Record]) -> list[Record]:
    """Corners and sizes are both to be found in the wild: the doctor tells them apart."""
    return [{"label": r["name"], "conf": r["score"], "bbox": r["box"]} for r in records]


def hosted(records: list[Record]) -> Record:
    """The answer of Roboflow's server."""
    found = []
    for r in records:
        x, y, right, bottom = r["box"]
        place = {"x": (x + right) / 2, "y": (y + bottom) / 2}
        place |= {"width": right - x, "height": bottom - y}
        found.append(place | {"confidence": r["score"], "class": r["name"], "class_id": 7})
    return {"time": 0.1, "predictions": found, "image": {"width": 640, "height": 480}}


FORMS: dict[str, Callable[[list[Record]], Any]] = {
    "huggingface": pipeline,
    "mmdet": lambda records: columns(records, "bboxes"),
    "objects": by_hand,
    "roboflow": hosted,
    "torchvision": lambda records: columns(records, "boxes"),
    "ultralytics": results,
}


@pytest.mark.parametrize("layout", ["folder", "by name", "list"])
@pytest.mark.parametrize("form", FORMS)
def test_a_dump_gives_the_numbers_of_the_results(
    project: Project, found: dict[str, list[Record]], tmp_path: Path, form: str, layout: str
) -> None:
    payloads = {name: FORMS[form](records) for name, records in found.items()}
    path = tmp_path / "dump.json"
    if layout == "folder":
        path = tmp_path / "dump"
        path.mkdir()
        for name, payload in payloads.items():
            write(path / f"{Path(name).stem}.json", payload)
    elif layout == "by name":
        write(path, payloads)
    else:
        write(path, [{"file_name": n, "predictions": p} for n, p in payloads.items()])
    assert [card.name for card, _ in recognise(path, "predictions")] == [form]
    done = project.import_predictions(path, name=f"{form} {layout}")
    assert (done["format"], done["predictions"], done["rejected"]) == (form, 3319, 0)
    assert project.evaluate(f"{form} {layout}")["metrics"]["AP"] == pytest.approx(AP, abs=5e-6)


@pytest.mark.parametrize("form", ["huggingface", "ultralytics"])
def test_rows_that_name_their_image(
    project: Project, found: dict[str, list[Record]], tmp_path: Path, form: str
) -> None:
    """Frames of all images in one, with a column for the image, written as records."""
    rows = [
        {**row, "image": f"/data/{name}"}
        for name, records in found.items()
        for row in FORMS[form](records)
    ]
    path = write(tmp_path / "dump.json", rows)
    assert recognised(path, "predictions").format == form
    done = project.import_predictions(path, name=f"{form} rows")
    assert (done["format"], done["predictions"], done["rejected"]) == (form, 3319, 0)
    assert project.evaluate(f"{form} rows")["metrics"]["AP"] == pytest.approx(AP, abs=5e-6)


def test_shares_of_the_image(
    project: Project, found: dict[str, list[Record]], tmp_path: Path
) -> None:
    """Ultralytics' `to_json(normalize=True)`."""
    truth = json.loads((DEMO / "annotations.json").read_text())
    sizes = {i["file_name"]: {"x": i["width"], "y": i["height"]} for i in truth["images"]}
    payloads = {name: results(records) for name, records in found.items()}
    for name, records in payloads.items():
        for record in records:
            record["box"] = {k: v / sizes[name][k[0]] for k, v in record["box"].items()}
    done = project.import_predictions(write(tmp_path / "dump.json", payloads), name="shares")
    assert (done["predictions"], done["rejected"]) == (3319, 0)
    assert project.evaluate("shares")["metrics"]["AP"] == pytest.approx(AP, abs=5e-6)


def test_results_of_darknet(
    project: Project, found: dict[str, list[Record]], tmp_path: Path
) -> None:
    truth = json.loads((DEMO / "annotations.json").read_text())
    sizes = {i["file_name"]: (i["width"], i["height"]) for i in truth["images"]}
    document = []
    for number, (name, records) in enumerate(found.items()):
        width, height = sizes[name]
        entry: Record = {"frame_id": number, "filename": f"data/{name}", "objects": []}
        for k, one in enumerate(hosted(records)["predictions"]):
            place = {"center_x": one["x"] / width, "center_y": one["y"] / height}
            place |= {"width": one["width"] / width, "height": one["height"] / height}
            rest = {"name": records[k]["name"], "relative_coordinates": place}
            entry["objects"].append(rest | {"class_id": 1, "confidence": one["confidence"]})
        document.append(entry)
    path = write(tmp_path / "result.json", document)
    assert recognised(path, "predictions").format == "darknet"
    done = project.import_predictions(path, name="darknet")
    assert (done["predictions"], done["rejected"]) == (3319, 0)
    assert project.evaluate("darknet")["metrics"]["AP"] == pytest.approx(AP, abs=5e-6)


def test_outlines_and_keypoints_of_roboflow(tmp_path: Path) -> None:
    one = hosted([{"box": [10, 20, 30, 40], "score": 0.5, "name": "cat"}])["predictions"][0]
    outline = one | {"points": [{"x": 10, "y": 20}, {"x": 30, "y": 20}, {"x": 30, "y": 40}]}
    pose = one | {"keypoints": [{"x": 12, "y": 22, "class": "nose", "confidence": 0.9}]}
    path = write(tmp_path / "a.json", {"predictions": [outline, pose, one]})
    request, report = ReadRequest(role="predictions"), ImportReport(path)
    raw = format_of("roboflow", "predictions").read(path, request, report)
    assert raw.images[0].key == "a" and raw.convention.corners == "cxcywh"
    kinds = [Kind.POLYGON, Kind.KEYPOINTS, Kind.BOX]
    assert raw.columns["kind"].tolist() == kinds and raw.box.tolist() == [[20, 30, 20, 20]] * 3


def test_json_of_no_known_kind_is_refused_with_what_to_write(tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", {"a.jpg": {"Labels": [{"Name": "cat"}]}})
    with pytest.raises(SourceError, match=r"has the keys a\.jpg(.|\n)*fix: write COCO's results"):
        recognised(path, "predictions")
    with pytest.raises(SourceError, match=r"has the keys a\.jpg(.|\n)*annotations"):
        recognised(path, "truth")


YOLACT = {
    "yolact_base": (0.400092, 0.640292, 0.401374),
    "yolact_resnet50": (0.360283, 0.586996, 0.358785),
}


@pytest.mark.parametrize("name", YOLACT)
def test_yolact_is_read_with_its_masks(shared_data: Path, tmp_path: Path, name: str) -> None:
    path = shared_data / "yolact_dets" / f"{name}.json"
    assert [card.name for card, _ in recognise(path, "predictions")] == ["yolact"]
    document = json.loads(path.read_text())
    sizes = {i["image_id"]: i["dets"][0]["mask"]["size"] for i in document["images"] if i["dets"]}
    truth = boxes_of_val2017(shared_data / "coco_val2017_full_boxes", sizes)
    assert len(truth["annotations"]) == 745
    made = Project.import_project(write(tmp_path / "truth.json", truth), target=tmp_path)
    of_val = Project.open(made["path"])
    done = of_val.import_predictions(path, name="r")
    assert done["format"] == "yolact" and done["rejected"] == 0
    assert done["predictions"] == sum(len(i["dets"]) for i in document["images"])
    run = of_val.predictions("r")
    assert run.masks.rows == run.rows
    assert np.allclose(run.table["area"], run.table["width"] * run.table["height"])
    found = list(of_val.evaluate("r", task="bbox")["metrics"].values())[:3]
    assert found == pytest.approx(YOLACT[name], abs=5e-7)


def boxes_of_val2017(folder: Path, sizes: dict[int, list[int]]) -> Record:
    """A COCO project of the images with known sizes, from a text of corners and class places."""
    names = (folder / "coco.names").read_text().split("\n")[:80]
    annotations: list[Record] = []
    for line in (folder / "val2017.txt").read_text().splitlines():
        path, *boxes = line.split()
        image = int(Path(path).stem)
        for text in boxes if image in sizes else []:
            x, y, right, bottom, place = map(int, text.split(","))
            box = [x, y, right - x, bottom - y]
            facts = {"bbox": box, "area": box[2] * box[3], "iscrowd": 0}
            facts |= {"id": len(annotations), "image_id": image, "category_id": place}
            annotations.append(facts)
    return {
        "images": [
            {"id": k, "file_name": f"{k:012}.jpg", "height": h, "width": w}
            for k, (h, w) in sizes.items()
        ],
        "categories": [{"id": k, "name": name.strip()} for k, name in enumerate(names)],
        "annotations": annotations,
    }


BAD = {
    "score": ("NaN-like", "score NaN-like is no number"),
    "label": ([1], "label [1] is neither number nor name"),
    "box": ({"xmin": 1, "ymin": 2, "xmax": None, "ymax": 3}, "is no four numbers"),
}


@pytest.mark.parametrize("key", BAD)
def test_a_bad_record_is_rejected_with_its_place(
    project: Project, found: dict[str, list[Record]], tmp_path: Path, key: str
) -> None:
    value, says = BAD[key]
    payloads = {name: pipeline(records) for name, records in found.items()}
    name = next(n for n, p in payloads.items() if len(p) > 3)
    payloads[name][3][key] = value
    done = project.import_predictions(write(tmp_path / "dump.json", payloads), dry_run=True)
    assert done["rejected"] == 1
    example = done["warnings"][0]["example"]
    assert says in example and example.startswith(f"E-DUMP-RECORD dump.json /{name}/3:")


def test_images_without_names_are_refused(
    project: Project, found: dict[str, list[Record]], tmp_path: Path
) -> None:
    path = write(tmp_path / "dump.json", [pipeline(records) for records in found.values()])
    with pytest.raises(SourceError, match="with the names of their images"):
        project.import_predictions(path, format="huggingface")


def test_no_dump_is_seen_in_results_of_coco() -> None:
    for name in ("predictions_float32.json", "annotations.json"):
        assert recognise(DEMO / name, "predictions") == []


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_cut_document_is_closed(cut: int) -> None:
    text = '[{"a": "x,]}", "b": [1, {"c": 2}]}, {"a": 3, "b": [{"c": 4}, 5]}]'
    whole, got = json.loads(text), closed(text[:cut])
    if got:
        assert json.loads(got)[:1] in (whole[:1], [{"a": "x,]}"}], [{"a": "x,]}", "b": [1]}])


def test_files_of_pytorch_are_refused_with_what_to_give(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "instances_predictions.pth"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceError, match=r"fix: give coco_instances_results\.json"):
        project.import_predictions(path)
