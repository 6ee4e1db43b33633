"""Files of annotation tools, each of the shape that its program writes."""

from __future__ import annotations

import io
import json
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as rle

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import ReadRequest, Role, format_of
from boxscore.sources.raw import RawSet
from boxscore.sources.recognising import recognised
from boxscore.sources.report import ImportReport


def read_as(
    root: Path, form: str, document: Any, role: Role = "truth", name: str = "a.json"
) -> tuple[RawSet, ImportReport]:
    """Read a document; auto recognises it as a file and as its folder."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(json.dumps(document))
    assert recognised(root / name, role).format == recognised(root, role).format == form
    report = ImportReport(root)
    return format_of(form, role).read(root, ReadRequest(role=role), report), report


def names(raw: RawSet) -> list[str | None]:
    return [raw.classes[k].name for k in raw.columns["class_ref"]]


CREATEML = [
    {
        "image": "a.jpg",
        "annotations": [
            {
                "label": "cat",
                "coordinates": {"x": 20, "y": 15.5, "width": 10, "height": 5},
                "confidence": 0.5,
            },
            {"label": "dog", "coordinates": {"x": "20", "y": 15, "width": 10, "height": 5}},
        ],
    },
    {"image": "b.jpg", "annotations": []},
]


def test_createml_has_centres(tmp_path: Path) -> None:
    raw, report = read_as(tmp_path, "createml", CREATEML)
    assert [image.key for image in raw.images] == ["a", "b"]
    assert raw.convention.corners == "cxcywh" and raw.box.tolist() == [[20, 15.5, 10, 5]]
    (entry,) = report.entries["E-CREATEML-SHAPE"]
    assert entry.place == "a.json: a.jpg: shape 2" and "width, height are not all" in entry.problem
    raw, _ = read_as(tmp_path, "createml", CREATEML, "predictions")
    assert raw.columns["confidence"].tolist() == [0.5]


def via_file(*regions: dict[str, Any], name: str = "a.jpg") -> dict[str, Any]:
    return {"filename": name, "size": 9, "regions": list(regions), "file_attributes": {}}


def test_via_one_and_two(tmp_path: Path) -> None:
    rect = {"name": "rect", "x": 1, "y": 2, "width": 30, "height": 4}
    outline = {"name": "polygon", "all_points_x": [0, 9, 9], "all_points_y": [0, 0, 9]}
    ring = {"name": "ellipse", "cx": 9, "cy": 8, "rx": 4, "ry": 2}
    files = {
        "a.jpg9": via_file(
            {"shape_attributes": rect, "region_attributes": {"note": "x", "Label": "cat"}},
            {"shape_attributes": outline, "region_attributes": {"Label": {"dog": True}}},
            {"shape_attributes": ring, "region_attributes": {"Label": "cat"}},
            {"shape_attributes": rect, "region_attributes": {"note": "no class"}},
        )
    }
    project = {"_via_settings": {}, "_via_img_metadata": files}
    raw, report = read_as(tmp_path, "via", project)
    assert names(raw) == ["cat", "dog", "cat"] and report.rejected == 1
    assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.POLYGON, Kind.POLYGON]
    assert raw.box[0].tolist() == [1, 2, 30, 4]
    ys = raw.points["y"][raw.points["row"] == 2]
    assert (ys.min(), ys.max()) == pytest.approx((6, 10))
    old = {"k": via_file() | {"regions": {"0": {"shape_attributes": rect}}}}
    raw, report = read_as(tmp_path, "via", old)
    assert names(raw) == ["object"] and report.facts["W-VIA-CLASS"][1] == 1


def region(kind: str, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    size = {"original_width": 200, "original_height": 100}
    return {"type": kind, "from_name": "label", "value": value | {kind: ["cat"]}} | size | more


RECT = {"x": 10.0, "y": 20.0, "width": 30.0, "height": 40.0}


def test_label_studio_in_percent(tmp_path: Path) -> None:
    task = {
        "data": {"image": "/data/upload/3/0a1b2c3d-my%20cat.jpg?x=1"},
        "annotations": [
            {"was_cancelled": True, "result": [region("rectanglelabels", RECT)] * 3},
            {
                "result": [
                    region("rectanglelabels", RECT),
                    region("rectanglelabels", RECT | {"rotation": 90}),
                    region("polygonlabels", {"points": [[0, 0], [50, 0], [50, 50]]}),
                    {"type": "relation", "from_id": "a", "to_id": "b"},
                    region("brushlabels", {"format": "rle", "rle": [1, 2]}),
                ]
            },
        ],
        "predictions": [{"score": 0.25, "result": [region("rectanglelabels", RECT)]}],
    }
    raw, report = read_as(tmp_path, "labelstudio", [task])
    assert [(i.key, i.width, i.height) for i in raw.images] == [("my cat", 200, 100)]
    assert raw.box[0].tolist() == [20, 20, 60, 40] and report.rejected == 1
    # Turned by 90 degrees about its upper left corner it covers x -20 to 20, y 20 to 80.
    assert raw.box[1].tolist() == pytest.approx([-30, 30, 60, 40])
    assert raw.columns["theta"][1] == 90 and raw.columns["kind"][1] == Kind.ROTATED_BOX
    assert raw.points["x"].tolist() == [0, 100, 100]
    raw, _ = read_as(tmp_path, "labelstudio", [task], "predictions")
    assert raw.columns["confidence"].tolist() == [0.25]


def test_label_studio_min(tmp_path: Path) -> None:
    size = {"original_width": 200, "original_height": 100}
    task = {"id": 1, "image": "s3://b/a.jpg", "label": [RECT | size | {"rectanglelabels": ["cat"]}]}
    raw, _ = read_as(tmp_path, "labelstudio", [task])
    assert raw.images[0].key == "a" and raw.box[0].tolist() == [20, 20, 60, 40]


def test_scalabel_frames(tmp_path: Path) -> None:
    corners = {"x1": 1.5, "y1": 2, "x2": 30, "y2": 40}
    line = {"vertices": [[0, 0], [5, 5]], "types": "LL", "closed": False}
    frame = {
        "name": "a.jpg",
        "labels": [
            {"id": 7, "category": "car", "score": 0.5, "box2d": corners,
             "attributes": {"occluded": True, "crowd": False}},
            {"id": 8, "category": "lane", "box2d": None, "poly2d": [line]},
        ],
    }  # fmt: skip
    for document in ([frame, {"name": "b.jpg", "labels": None}], {"frames": [frame]}):
        raw, report = read_as(tmp_path, "scalabel", document)
        assert names(raw) == ["car", "lane"] and not report.rejected
        assert raw.box[0].tolist() == [1.5, 2, 30, 40] and list(raw.track) == ["7", "8"]
        assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.POLYLINE]
        assert raw.traits["occlusion"][1].tolist() == [1]
    raw, report = read_as(tmp_path, "scalabel", [frame], "predictions")
    assert raw.columns["confidence"].tolist() == [0.5] and report.rejected == 1


def test_datumaro_joins_groups(tmp_path: Path) -> None:
    box = {"id": 3, "type": "bbox", "group": 3, "label_id": 1, "bbox": [1, 2, 30, 4]}
    half = {"type": "polygon", "group": 3, "label_id": 1, "points": [1, 2, 9, 2, 9, 6]}
    mask = np.zeros((10, 40), bool)
    mask[2:6, 1:31] = True
    counts = _core.mask_from_bitmap(mask.astype(np.uint8)).decode()
    crowd = {
        "type": "mask", "group": 0, "label_id": 0, "attributes": {"is_crowd": True},
        "rle": {"counts": counts, "size": [10, 40]},
    }  # fmt: skip
    document = {
        "categories": {"label": {"labels": [{"name": "cat"}, {"name": "dog"}, {"name": "cow"}]}},
        "items": [
            {"id": "a", "annotations": [box, half, half, crowd | {"type": "cuboid_3d"}, crowd],
             "image": {"path": "a.jpg", "size": [10, 40]}},
        ],
    }  # fmt: skip
    raw, report = read_as(tmp_path, "datumaro", document, name="annotations/val.json")
    assert names(raw) == ["dog", "cat"] and [c.name for c in raw.classes] == ["cat", "dog", "cow"]
    assert raw.columns["kind"].tolist() == [Kind.POLYGON, Kind.BITMASK] and report.rejected == 1
    assert raw.box[0].tolist() == [1, 2, 30, 4] and raw.points["part"].max() == 1
    assert raw.columns["crowd"].tolist() == [False, True] and raw.mask_sizes == {1: (40, 10)}
    assert (raw.images[0].width, raw.images[0].split) == (40, "val")


def test_supervisely_and_its_bitmaps(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(np.array([[0, 1], [1, 1]], np.uint8) * 255).save(out, "PNG")
    data = b64encode(zlib.compress(out.getvalue())).decode()
    far = {"data": data, "origin": [39, 4]}
    objects = [
        {"classTitle": "cat", "geometryType": "rectangle",
         "points": {"exterior": [[30, 8], [1, 2]], "interior": []}},
        {"classTitle": "dog", "geometryType": "polygon",
         "points": {"exterior": [[0, 0], [9, 0], [9, 9]], "interior": [[[1, 1], [2, 1], [2, 2]]]}},
        {"classTitle": "dog", "geometryType": "bitmap", "bitmap": {"data": data, "origin": [3, 4]}},
        {"classTitle": "dog", "geometryType": "bitmap", "bitmap": far},
        {"classTitle": "dog", "geometryType": "cuboid", "points": []},
    ]  # fmt: skip
    document = {"size": {"width": 40, "height": 10}, "tags": [], "objects": objects}
    raw, report = read_as(tmp_path, "supervisely", document, name="ds/ann/a.jpg.json")
    assert [image.key for image in raw.images] == ["a"] and report.rejected == 2
    assert raw.box[0].tolist() == [1, 2, 30, 8]
    assert report.facts["N-SUPERVISELY-HOLES"][1] == 1
    bitmap = _core.mask_decode(raw.masks[2], 10, 40)
    assert np.argwhere(bitmap).tolist() == [[4, 4], [5, 3], [5, 4]]


def test_labelme_web_is_xml(tmp_path: Path) -> None:
    """LabelMe's web tool: points of polygons, boxes as polygons, masks beside it, deleted ones."""
    corners = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((4, 3), (9, 3), (9, 7), (4, 7)))
    shapes = (
        f"<polygon><username>a</username>{corners}</polygon>",
        f"<type>bounding_box</type><polygon>{corners}</polygon>",
        "<segm><box><xmin>1</xmin><ymin>2</ymin><xmax>3</xmax><ymax>4</ymax></box></segm>",
        f"<deleted>1</deleted><polygon>{corners}</polygon>",
    )
    objects = "".join(f"<object><name>cat</name>{shape}</object>" for shape in shapes)
    size = "<imagesize><nrows>50</nrows><ncols>80</ncols></imagesize>"
    text = f"<annotation><filename>a.png</filename>{objects}{size}</annotation>"
    (tmp_path / "a.xml").write_text(text)
    report = ImportReport(tmp_path)
    raw = format_of("voc", "truth").read(tmp_path, ReadRequest(role="truth"), report)
    assert raw.columns["kind"].tolist() == [Kind.POLYGON, Kind.BOX, Kind.BOX]
    assert raw.box[1:].tolist() == [[4, 3, 9, 7], [1, 2, 3, 4]]
    assert (raw.images[0].width, raw.images[0].height) == (80, 50)
    assert {"N-VOC-DELETED", "N-VOC-SEGM"} <= report.facts.keys()


@pytest.mark.parametrize(("truth", "found"), [("pixels", "shares"), ("shares", "pixels")])
def test_scales_do_not_meet_without_sizes(tmp_path: Path, truth: str, found: str) -> None:
    """Labels of one scale and boxes of the other, on images that nobody knows the sizes of."""
    boxes = {"pixels": (10, 20, 60, 80), "shares": (0.1, 0.2, 0.6, 0.8)}
    for name, scale, more in (("t", truth, ""), ("p", found, ",0.5")):
        rows = [f"{i}.jpg,cat,{','.join(map(str, boxes[scale]))}{more}" for i in range(4)]
        header = "image,class,x1,y1,x2,y2" + (",confidence" if more else "")
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *rows, ""]))
    made = Project.import_project(tmp_path / "t.csv", target=tmp_path, name="made")
    with pytest.raises(SourceError, match="sizes are not known") as refused:
        Project.open(made["path"]).import_predictions(tmp_path / "p.csv")
    assert "--images FOLDER" in str(refused.value)


def test_names_of_classes_are_preferred_to_numbers(tmp_path: Path) -> None:
    """As supervision's CSVSink writes both."""
    header = "x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,class_name,file_name"
    (tmp_path / "a.csv").write_text(f"{header}\n1,2,3,4,0,0.5,,cat,a.jpg\n")
    report = ImportReport(tmp_path)
    request = ReadRequest(role="predictions")
    raw = format_of("csv", "predictions").read(tmp_path / "a.csv", request, report)
    assert names(raw) == ["cat"]


def test_a_list_of_rows_is_a_table(tmp_path: Path) -> None:
    """As supervision's JSONSink and pandas write it."""
    row = {"x_min": 1.5, "y_min": 2, "x_max": 3, "y_max": 4, "class_id": 0, "confidence": 0.5,
           "tracker_id": "", "class_name": "cat", "file_name": "a.jpg"}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps([row, 7, row | {"class_name": "dog"}], indent=4))
    assert recognised(tmp_path / "a.json", "predictions").format == "jsonl"
    report = ImportReport(tmp_path)
    request = ReadRequest(role="predictions")
    raw = format_of("jsonl", "predictions").read(tmp_path / "a.json", request, report)
    assert names(raw) == ["cat", "dog"] and raw.box.tolist() == [[1.5, 2, 3, 4]] * 2
    (entry,) = report.entries["E-JSONL-LINE"]
    assert entry.place == "record 2"


def test_lines_that_were_appended_again_are_counted(tmp_path: Path) -> None:
    """As Ultralytics' save_txt does where a run is repeated into one folder."""
    project, _ = Project.demo(tmp_path / "demo")
    title = str(project.items["title"][0]).rpartition(".")[0]
    (tmp_path / "labels").mkdir()
    line = "0 0.5 0.5 0.2 0.2 0.9\n"
    (tmp_path / "labels" / f"{title}.txt").write_text(line * 2 + line.replace("0.9", "0.8"))
    done = project.import_predictions(tmp_path / "labels", name="again")
    assert done["predictions"] == 3
    assert {w["code"]: w["count"] for w in done["warnings"]}["W-DUPLICATE"] == 1


def test_pictures_beside_their_masks_are_no_classes(tmp_path: Path) -> None:
    """CamVid's folders, as Datumaro writes them: val/ and valannot/."""
    for k in range(3):
        for folder, suffix in (("val", "jpg"), ("valannot", "png")):
            (tmp_path / folder).mkdir(exist_ok=True)
            noise = np.random.default_rng(k).integers(0, 255, (16, 16, 3)).astype(np.uint8)
            Image.fromarray(noise).save(tmp_path / folder / f"{k}.{suffix}")
    with pytest.raises(SourceError) as refused:
        recognised(tmp_path, "truth")
    assert refused.value.code == "E-FORMAT" and "3 .jpg, 3 .png" in str(refused.value)
    for folder, suffix in (("dog", "jpg"), ("cat", "jpg")):
        (tmp_path / "own" / folder).mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(tmp_path / "own" / folder / f"1.{suffix}")
    assert recognised(tmp_path / "own", "truth").format == "folders"


def test_dota_and_its_results(tmp_path: Path) -> None:
    corners = "30 20 30 60 10 60 10 20"
    (tmp_path / "t" / "labelTxt").mkdir(parents=True)
    text = f"imagesource:GoogleEarth\ngsd:0.146\n{corners} plane 0\n{corners} ship 1\n1 2 plane\n"
    (tmp_path / "t" / "labelTxt" / "P1.txt").write_text(text)
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "Task1_plane.txt").write_text(f"P1 0.5 {corners}\n")
    for folder, role in (("t", "truth"), ("p", "predictions")):
        assert recognised(tmp_path / folder, cast("Role", role)).format == "dota"
    report = ImportReport(tmp_path)
    raw = format_of("dota", "truth").read(tmp_path / "t", ReadRequest(role="truth"), report)
    assert names(raw) == ["plane", "ship"] and report.rejected == 1
    assert raw.columns["marks"].tolist() == [0, Mark.IGNORED]
    clean = text.removesuffix("1 2 plane\n")
    (tmp_path / "t" / "labelTxt" / "P1.txt").write_text(clean)
    project = Project.open(
        Project.import_project(tmp_path / "t", target=tmp_path, name="d")["path"]
    )
    box = project.ground_truth.table
    # The first edge goes down: 40 long, 20 across, turned by 90 degrees about (20, 40).
    sides = [float(box[side][0]) for side in ("x", "y", "width", "height", "theta")]
    assert sides == pytest.approx([0, 30, 40, 20, 90])
    project.import_predictions(tmp_path / "p", name="p")
    # The plane is found; COCO's numbers count the difficult ship, VOC's do not.
    assert project.evaluate("p")["metrics"]["AP"] == pytest.approx(0.5)


def test_megadetector(tmp_path: Path) -> None:
    found = {"category": "1", "conf": 0.9, "bbox": [0.1, 0.2, 0.3, 0.4]}
    images = [
        {"file": "cam 1/a.jpg", "detections": [found, found | {"category": "7"}]},
        {"file": "b.jpg", "failure": "Failure image access", "detections": None},
    ]
    document = {"info": {}, "images": images, "detection_categories": {"1": "animal"}}
    raw, report = read_as(tmp_path, "megadetector", document, "predictions")
    assert names(raw) == ["animal"] and raw.box.tolist() == [[0.1, 0.2, 0.3, 0.4]]
    assert raw.images[0].key == "cam 1/a" and raw.convention.scale == "relative"
    assert report.rejected == 1 and report.facts["W-MEGADETECTOR-FAILED"][1] == 1


def test_poses_of_ultralytics_are_told_to_need_their_shape(tmp_path: Path) -> None:
    row = " ".join(["0", *["0.5"] * 4, *["0.5"] * 51, "0.9"])
    (tmp_path / "a.txt").write_text(f"{row}\n")
    report = ImportReport(tmp_path)
    request = ReadRequest(role="predictions")
    format_of("yolo", "predictions").read(tmp_path, request, report)
    (entry,) = report.entries["E-YOLO-COLUMNS"]
    assert "kpt_shape: [17, 3]" in entry.fix
    (tmp_path / "data.yaml").write_text("names: [person]\nkpt_shape: [17, 3]\n")
    raw = format_of("yolo", "predictions").read(tmp_path, request, ImportReport(tmp_path))
    assert raw.columns["kind"].tolist() == [Kind.KEYPOINTS]


def test_annotations_with_scores_are_a_run(tmp_path: Path) -> None:
    """Ids are the file's own; one annotation is of no image, one of no category."""
    one = {"image_id": 9, "category_id": 5, "bbox": [1, 2, 30, 4], "score": 0.5, "iscrowd": 0}
    outline = one | {"segmentation": [[1, 2, 31, 2, 31, 6]], "attributes": {"score": 0.25}}
    runs = one | {"segmentation": {"size": [10, 40], "counts": [5, 2, 393]}}
    short = one | {"segmentation": {"size": [10, 40], "counts": [5, 2]}}
    document = {
        "images": [{"id": 9, "file_name": "data/a.jpg", "width": 40, "height": 10}],
        "categories": [{"id": 5, "name": "cat"}],
        "annotations": [one, outline, one | {"image_id": 8}, one | {"category_id": 6}, runs, short],
    }
    raw, report = read_as(tmp_path, "coco-scored", document, "predictions")
    assert names(raw) == ["cat"] * 3 and raw.images[0].key == "data/a" and report.rejected == 3
    assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.POLYGON, Kind.BITMASK]
    assert raw.columns["confidence"].tolist() == [0.5] * 3 and raw.box[1].tolist() == [1, 2, 30, 4]
    assert raw.masks == {2: rle.frPyObjects(runs["segmentation"], 10, 40)["counts"]}


def test_unknown_sizes_end_where_outlines_do(tmp_path: Path) -> None:
    """The balloons of Mask R-CNN's examples: polygons, no size, no class."""
    outline = {"name": "polygon", "all_points_x": [60, 90, 90], "all_points_y": [10, 10, 45]}
    document = {"k": via_file({"shape_attributes": outline, "region_attributes": {}})}
    (tmp_path / "a.json").write_text(json.dumps(document))
    made = Project.import_project(tmp_path / "a.json", target=tmp_path, name="made")
    project = Project.open(made["path"])
    assert (int(project.items["width"][0]), int(project.items["height"][0])) == (90, 45)
    assert "W-BOX-ZERO" not in {w["code"] for w in made["warnings"]}
    assert float(project.ground_truth.table["area"][0]) == pytest.approx(525, rel=0.05)


def test_unknown_sizes_end_where_centred_boxes_do(tmp_path: Path) -> None:
    box = {"x": 20, "y": 15.5, "width": 10, "height": 5}
    text = [{"image": "a.jpg", "annotations": [{"label": "cat", "coordinates": box}]}]
    (tmp_path / "a.json").write_text(json.dumps(text))
    made = Project.import_project(tmp_path / "a.json", target=tmp_path, name="made")
    items = Project.open(made["path"]).items
    assert (int(items["width"][0]), int(items["height"][0])) == (25, 18)
