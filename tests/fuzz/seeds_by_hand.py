"""Good inputs of the formats that we only read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

import boxscore as bs
from boxscore.kernels import _core
from boxscore.sources.encord_mapping import COVERING
from tests.fuzz.seeds import (
    BOXES, CLASSES, PICTURES, SIZES, Record, bitmap, coco, indices, of_sinks, one_file, picture,
    results, text,
)  # fmt: skip
from tests.fuzz.seeds_alive import calls, videos
from tests.fuzz.trees import Case, Tree

Seeds = Callable[[bs.Project], list[Case]]


def _lines(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def panoptic(_: bs.Project) -> list[Case]:
    """COCO panoptic: JSON and PNG."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :, 0], pixels[24:, :, 1] = 7, 1
    document = {
        "images": [{"id": 0, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": [
            {"id": 1, "name": "cat", "isthing": 1}, {"id": 2, "name": "grass", "isthing": 0},
        ],
        "annotations": [{
            "image_id": 0, "file_name": "a.png",
            "segments_info": [
                {"id": 7, "category_id": 1, "iscrowd": 0, "area": 9, "bbox": [0, 0, 64, 24]},
                {"id": 256, "category_id": 2, "iscrowd": 0, "area": 9, "bbox": [0, 24, 64, 24]},
            ],
        }],
    }  # fmt: skip
    tree: Tree = {"p.json": text(document), "p/a.png": indices(pixels)}
    form = "coco-panoptic"
    return [
        Case(tree={**tree, **PICTURES}, entry="p.json", images="images", form=form),
        Case(tree=tree, form=form),
        Case(tree=tree, entry="p.json", role="predictions", form=form),
        Case(tree=tree, entry="p.json", role="doctor", form=form),
    ]


def dumps(_: bs.Project) -> list[Case]:
    """Hugging Face, MMDetection, TorchVision, Ultralytics, YOLACT."""
    names = dict(enumerate(SIZES))
    by_image: dict[str, list[Record]] = {name: [] for name in SIZES}
    for one in results():
        by_image[names[one["image_id"]]].append(one)
    cases = []
    for form, written in DUMPS.items():
        made = {name: written(found) for name, found in by_image.items()}
        folder: Tree = {f"{name[0]}.json": text(one) for name, one in made.items()}
        listed = [{"file_name": name, "predictions": one} for name, one in made.items()]
        for document in (made, listed):
            cases.append(one_file("d.json", text(document), role="predictions", form=form))
        cases.append(Case(tree=folder, role="predictions", form=form))
        cases.append(one_file("d.json", text(made), role="doctor", form=form))
    mask = _core.mask_from_bitmap(bitmap((64, 48))).decode()
    yolact = [
        {"image_id": 0, "dets": [
            {"score": 0.5, "bbox": [1, 2, 20, 20], "category": "cat",
             "mask": {"size": [48, 64], "counts": mask}}]},
    ]  # fmt: skip
    for document in (yolact, {"images": yolact}):
        cases.append(one_file("y.json", text(document), role="predictions", form="yolact"))
    return cases


def _corners(one: Record) -> list[float]:
    x, y, w, h = one["bbox"]
    return [x, y, x + w, y + h]


def _columns(name: str) -> Callable[[list[Record]], Record]:
    return lambda found: {
        name: [_corners(one) for one in found],
        "labels": [one["category_id"] for one in found],
        "scores": [one["score"] for one in found],
    }


def _pipeline(found: list[Record]) -> list[Record]:
    ends = ("xmin", "ymin", "xmax", "ymax")
    return [
        {"score": one["score"], "label": CLASSES[one["category_id"] - 1],
         "box": dict(zip(ends, _corners(one), strict=True))} for one in found
    ]  # fmt: skip


def _ultralytics(found: list[Record]) -> list[Record]:
    ends = ("x1", "y1", "x2", "y2")
    return [
        {"name": CLASSES[one["category_id"] - 1], "class": one["category_id"],
         "confidence": one["score"], "box": dict(zip(ends, _corners(one), strict=True)),
         "segments": {"x": [1.0, 9.0, 9.0], "y": [1.0, 1.0, 9.0]}, "track_id": 3}
        for one in found
    ]  # fmt: skip


DUMPS: dict[str, Callable[[list[Record]], Any]] = {
    "huggingface": _pipeline,
    "mmdet": _columns("bboxes"),
    "torchvision": _columns("boxes"),
    "ultralytics": _ultralytics,
}


def encord(_: bs.Project) -> list[Case]:
    """Label rows and an ontology."""
    point = {"x": 0.1, "y": 0.2}
    square = {"0": point, "1": {"x": 0.5, "y": 0.2}, "2": {"x": 0.5, "y": 0.5}}
    box = {"x": 0.1, "y": 0.1, "w": 0.3, "h": 0.3}
    part = _core.mask_from_bitmap(np.ones((2, 3), np.uint8)).decode()
    shapes: dict[str, Record] = {
        "bounding_box": {"boundingBox": box},
        "rotatable_bounding_box": {"rotatableBoundingBox": box | {"theta": 30.0}},
        "polygon": {"polygon": square},
        "polyline": {"polyline": square},
        "point": {"point": {"0": point}},
        "skeleton": {"skeleton": {"0": point | {"visibility": "visible"}}},
        "bitmask": {"bitmask": {"rleString": part, "top": 1, "left": 2, "width": 3, "height": 2}},
    }
    objects = [
        {"objectHash": f"o{k}", "featureHash": f"f{k}", "name": f"n{k}", "value": f"n{k}",
         "shape": shape, **drawn} for k, (shape, drawn) in enumerate(shapes.items())
    ]  # fmt: skip
    ontology = {
        "objects": [
            {"id": str(k), "name": f"n{k}", "shape": shape, "featureNodeHash": f"f{k}",
             "color": "#ff0000"} for k, shape in enumerate(shapes)
        ],
        "classifications": [{
            "id": "1", "featureNodeHash": "c1",
            "attributes": [{
                "id": "1.1", "name": "weather", "type": "radio", "featureNodeHash": "a1",
                "required": False, "options": [
                    {"id": "1.1.1", "label": "sun", "value": "sun", "featureNodeHash": "s1"},
                ]}],
        }],
    }  # fmt: skip
    labels = {"objects": objects, "classifications": [
        {"classificationHash": "k1", "featureHash": "c1", "name": "weather"}]}  # fmt: skip
    answers = {"k1": {"classificationHash": "k1", "classifications": [
        {"featureHash": "a1", "name": "weather", "answers": [{"featureHash": "s1", "name": "sun"}]}
    ]}}  # fmt: skip
    unit = {"data_hash": "u", "data_title": "a.png", "data_type": "image/png", "width": 64,
            "height": 48, "data_sequence": 0, "labels": labels}  # fmt: skip
    film = unit | {"data_hash": "v", "data_title": "v.mp4", "data_type": "video/mp4",
                   "data_fps": 2.0, "data_duration": 2.0, "labels": {"0": labels, "3": labels}}  # fmt: skip
    rows = [
        {"label_hash": "r1", "data_hash": "u", "data_type": "image", "data_units": {"u": unit},
         "classification_answers": answers, "object_answers": {}},
        {"label_hash": "r2", "data_hash": "g", "data_type": "img_group", "data_title": "g",
         "data_units": {"u": unit, "w": unit | {"data_hash": "w", "data_sequence": 1}},
         "classification_answers": answers},
        {"label_hash": "r3", "data_hash": "v", "data_type": "video", "data_title": "v.mp4",
         "data_units": {"v": film}, "classification_answers": answers},
    ]  # fmt: skip
    one_each: Tree = {f"row_{k}.json": text(row) for k, row in enumerate(rows)}
    return [
        Case(tree={**one_each, "ontology.json": text(ontology)}, form="encord"),
        Case(tree={"rows.json": text(rows), "structure.json": text(ontology), **PICTURES},
             images="images", form="encord"),
        *(one_file("row.json", text(row), role="truth", form="encord") for row in rows),
    ]  # fmt: skip


def encord_folders(project: bs.Project) -> list[Case]:
    """Predictions with Encord Active's mapping files beside them."""
    hashes = [one.feature_hash for one in project.ontology.objects]
    names = text(dict(zip(hashes, CLASSES, strict=True)))
    numbers = text({one: k for k, one in enumerate(hashes, 1)})
    covering = {c.feature_hash: 2 for c in project.ontology.objects if c.shape in COVERING}
    images = {str(k): h for k, h in enumerate(project.items["data_hash"].tolist())}
    line = "cat 0 0 0 4 6 24 22 0 0 0 0 0 0 0 0.5\n"
    kitti: Tree = {"a.txt": line.encode(), "b__0.txt": line.encode(), "c.png.csv": line.encode()}
    masks: Tree = {name: indices(bitmap(size) * 2) for name, size in SIZES.items()}
    found: Tree = {"r.json": text(results()), "image_mapping.json": text(images)}
    file = "ontology_mapping.json"
    return [
        Case(tree={**kitti, file: names}, role="predictions", form="encord-kitti"),
        Case(tree={**masks, file: text(dict([*covering.items()][:1]))}, role="predictions", form="encord-masks"),
        Case(tree={**found, file: numbers}, entry="r.json", role="predictions", form="encord-coco"),
    ]


def folders(_: bs.Project) -> list[Case]:
    """Class folders."""
    tree: Tree = {
        "train/cat/a.png": picture((8, 8)), "train/dog/b.png": picture((8, 9)),
        "val/cat/c.png": picture((5, 8)), "val/dog/d.png": picture((8, 3)),
    }  # fmt: skip
    found: Tree = {"cat/a.png": b"", "dog/b.png": b"", "cat/c.png": b"", "dog/d.png": b""}
    return [
        Case(tree=tree, form="folders"),
        Case(tree=found, role="predictions", form="folders"),
        Case(tree=found, role="doctor", form="folders"),
    ]


def labelme(_: bs.Project) -> list[Case]:
    """labelme JSON of every shape."""
    shapes = [
        ("rectangle", [[9, 8], [1, 2]]), ("polygon", [[1, 1], [9, 1], [9, 9]]),
        ("circle", [[10, 5], [10, 9]]), ("line", [[1, 1], [5, 5]]), ("point", [[3, 3]]),
        ("linestrip", [[1, 1], [5, 5], [7, 1]]), ("points", [[3, 3], [4, 4]]),
    ]  # fmt: skip
    drawn: list[Record] = [
        {"label": "cat", "shape_type": name, "points": points, "group_id": k % 3 or None,
         "flags": {"occluded": True, "difficult": k == 1}}
        for k, (name, points) in enumerate(shapes)
    ]  # fmt: skip
    import base64

    mask = base64.b64encode(indices(np.ones((4, 5), np.uint8) * 255)).decode()
    drawn.append({"label": "Dog", "shape_type": "mask", "points": [[1, 1], [5, 4]], "mask": mask})
    head = {"version": "5.4.1", "flags": {"night": True}, "imageData": None}
    files: Tree = {
        f"{name[0]}.json": text(
            head | {"imagePath": name, "imageWidth": w, "imageHeight": h, "shapes": drawn}
        )
        for name, (w, h) in SIZES.items()
    }
    pictures: Tree = {name: picture(size) for name, size in SIZES.items()}
    return [
        Case(tree={**files, **pictures}, form="labelme"),
        Case(tree={**files, **PICTURES}, images="images", form="labelme"),
        one_file("a.json", files["a.json"], role="truth", form="labelme"),
    ]


def masks(_: bs.Project) -> list[Case]:
    """Mask images: class indices, instances, colours, one object a file."""
    rng = np.random.default_rng(5)
    def draw(*shape: int, top: int = 3) -> Any:
        return rng.integers(0, top, shape).astype(np.uint8)
    def each(make: Callable[[tuple[int, int]], bytes], end: str = ".png") -> Tree:
        return {f"masks/{name[0]}{end}": make(size) for name, size in SIZES.items()}
    classes: Tree = {"masks/classes.txt": b"sky\ncat\nDog\n"}
    plain = each(lambda s: indices(draw(s[1], s[0])))
    palette = each(lambda s: indices(draw(s[1], s[0]), "P"))
    cities = each(lambda s: indices(draw(s[1], s[0]).astype(np.uint16) * 1000 + 1),
                  "_gtFine_instanceIds.png")  # fmt: skip
    colours = each(lambda s: indices(np.stack([draw(s[1], s[0], top=2) * 128] * 3, axis=2)))
    table: Tree = {"masks/classes.txt": b"sky:0,0,0\ncat:128,128,128\n"}
    single = each(lambda s: indices(bitmap(s) * 255), "_cat.png")
    yaml: Tree = {"config.yaml": b"names: {0: sky, 1: cat, 2: Dog}\nmasks: masks\nimages: images\n"}
    return [
        Case(tree={**plain, **classes, **PICTURES}, form="masks"),
        Case(tree={**palette, **classes, **PICTURES}, images="images", form="masks"),
        Case(tree={**cities, "masks/mapping.json": b'{"1": "cat", "2": "Dog"}'}, form="masks"),
        Case(tree={**colours, **table}, form="masks"),
        Case(tree={**single, **PICTURES}, form="masks"),
        Case(tree={**plain, **yaml, **PICTURES}, entry="config.yaml", form="masks"),
        *(Case(tree={**tree, **more}, role=role, form="masks")
          for tree, more in ((plain, classes), (single, {}), (colours, table), (cities, {}))
          for role in ("predictions", "doctor")),
    ]  # fmt: skip


def mot(_: bs.Project) -> list[Case]:
    """MOTChallenge text."""
    rows = [f"{f},{t},{10 + f},20,30,40,1,{t},0.5" for f in (1, 2, 3) for t in (1, 2)]
    found = [
        f"{frame},{c},{x},{y},{w},{h},0.5,-1,-1,-1"
        for frame, boxes in enumerate(BOXES.values(), 1) for c, x, y, w, h in boxes
    ]  # fmt: skip
    info = b"[Sequence]\nname=A\nseqLength=3\nimWidth=64\nimHeight=48\nimDir=img1\nimExt=.png\n"
    tree: Tree = {"train/A/gt/gt.txt": _lines(*rows), "train/A/seqinfo.ini": info}
    tree |= {f"train/A/img1/{k:06}.png": picture((64, 48)) for k in (1, 2, 3)}
    return [
        Case(tree=tree, form="mot"),
        one_file("gt.txt", _lines(*rows), role="truth", form="mot"),
        one_file("det.txt", _lines(*found), role="predictions", form="mot"),
        Case(tree={"A.txt": _lines(*found), "B.txt": _lines(*found)}, role="doctor", form="mot"),
    ]


def arrays(_: bs.Project) -> list[Case]:
    """Classes of images as NumPy arrays."""
    def saved(values: Any, version: tuple[int, int] | None = None) -> bytes:
        out = io.BytesIO()
        np.lib.format.write_array(out, np.asarray(values), version)
        return out.getvalue()
    rng = np.random.default_rng(1)
    return [
        one_file("l.npy", saved([0, 1, 2, -1]), role="truth", form="npy"),
        one_file("l.npy", saved(np.arange(4, dtype=np.uint8), (2, 0)), role="truth", form="npy"),
        one_file("p.npy", saved(rng.random((4, 3))), role="predictions", form="npy"),
        one_file("p.npy", saved(np.asfortranarray(rng.random((4, 3), np.float32))),
                 role="predictions", form="npy"),
        one_file("p.npy", saved([0, 1, 2, 0]), role="doctor", form="npy"),
    ]  # fmt: skip


def openimages(_: bs.Project) -> list[Case]:
    """Open Images: tables, names, tree; predictions of two layouts."""
    header = ("ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
              "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside")  # fmt: skip
    rows = [f"{i},xclick,/m/0{k},1,0.25,0.5,0.125,0.75,0,1,{k},0,-1" for i in "abc" for k in (1, 2)]
    tree: Tree = {
        "boxes.csv": _lines(header, *rows),
        "labels.csv": _lines("ImageID,Source,LabelName,Confidence", "a,verification,/m/01,1",
                             "b,verification,/m/02,0", "c,machine,/m/02,0.5"),
        "names.csv": _lines("/m/01,cat", '/m/02,"traffic light"'),
        "tree.json": text({"LabelName": "/m/0bl9f", "Subcategory": [
            {"LabelName": "/m/01", "Subcategory": [{"LabelName": "/m/02"}]}]}),
        "images.csv": _lines("ImageID,Subset", "a,train", "b,validation"),
    }  # fmt: skip
    found, strings = ["ImageID,LabelName,Score,XMin,XMax,YMin,YMax"], ["ImageID,PredictionString"]
    for name, boxes in BOXES.items():
        w, h = SIZES[name]
        ends = [(CLASSES[c - 1], x / w, y / h, (x + r) / w, (y + b) / h) for c, x, y, r, b in boxes]
        found += [f"{name[0]},{n},0.5,{x},{r},{y},{b}" for n, x, y, r, b in ends]
        words = " ".join(f"{n} 0.5 {x} {y} {r} {b}" for n, x, y, r, b in ends if " " not in n)
        strings.append(f"{name[0]},{words}")
    return [
        Case(tree=tree, form="openimages"),
        Case(tree={**tree, **PICTURES}, images="images", form="openimages"),
        Case(tree=tree, entry="boxes.csv", form="openimages"),
        one_file("s.csv", _lines(*found), role="predictions", form="openimages"),
        one_file("s.csv", _lines(*strings), role="predictions", form="openimages"),
        one_file("s.csv", _lines(*found), role="doctor", form="openimages"),
    ]


def plain_text(_: bs.Project) -> list[Case]:
    """Plain text files, one per image."""
    def files(row: str) -> Tree:
        out: Tree = {}
        for name, boxes in BOXES.items():
            rows = [row.format(n=CLASSES[c - 1], x=x, y=y, r=x + w, b=y + h)
                    for c, x, y, w, h in boxes]  # fmt: skip
            out[f"{name[0]}.txt"] = _lines(*rows)
        return out
    truths, found = files("{n} {x} {y} {r} {b}"), files("{n} 0.5 {x} {y} {r} {b}")
    return [
        Case(tree={**truths, **PICTURES}, images="images", form="txt"),
        Case(tree=truths, form="txt"),
        Case(tree=files("{n} {x} {y} {r} {b} difficult"), form="txt"),
        Case(tree=found, role="predictions", form="txt"),
        Case(tree=files("{n} {x} {y} {r} {b} 0.5"), role="predictions", form="txt"),
        Case(tree=found, role="doctor", form="txt"),
    ]


def voc(project: bs.Project) -> list[Case]:
    """Pascal VOC XML, and results of its devkit."""
    found: Tree = {
        f"comp4_det_test_{name}.txt": _lines("a 0.5 4 6 24 22", "b 0.25 1 1 9 9")
        for name in ("cat", "Dog")
    }
    cases = [Case(tree=found, role=role, form="voc") for role in ("predictions", "doctor")]
    return of_sinks(project, "voc") + cases


def yolo(project: bs.Project) -> list[Case]:
    """YOLO text: boxes, polygons, rotated boxes, keypoints."""
    rows = {
        "boxes": "1 0.5 0.5 0.25 0.25",
        "polygon": "1 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5 0.05 0.3",
        "rotated": "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5",
        "pose": "0 0.5 0.5 0.25 0.25 0.4 0.4 2 0.5 0.5 1",
    }  # fmt: skip
    yaml = b"path: .\ntrain: images\nval: images\nnames:\n  0: cat\n  1: traffic light\n  2: Dog\n"
    cases = of_sinks(project, "yolo")
    for name, row in rows.items():
        labels: Tree = {f"labels/{one[0]}.txt": _lines(row, row) for one in SIZES}
        more = b"kpt_shape: [2, 3]\n" if name == "pose" else b""
        tree: Tree = {**labels, "data.yaml": yaml + more}
        cases.append(Case(tree={**tree, **PICTURES}, form="yolo"))
        cases.append(Case(tree={**tree, **PICTURES}, entry="data.yaml", form="yolo"))
        found: Tree = {p: _lines(f"{row} 0.5", f"{row} 0.25") for p in labels}
        cases.append(Case(tree={**found, "data.yaml": yaml + more}, role="doctor", form="yolo"))
    return cases


def kitti(project: bs.Project) -> list[Case]:
    """KITTI labels and results, of images and of tracked sequences."""
    row = "{f} {t} Car 0 0 0 4 6 24 22 1 1 1 1 1 1 1"
    rows = [row.format(f=f, t=t) for f in (0, 1, 2) for t in (1, 2)]
    tracks: Tree = {"0000.txt": _lines(*rows), "0001.txt": _lines(*rows)}
    scored: Tree = {"0000.txt": _lines(*(f"{one} 0.5" for one in rows))}
    return [
        *of_sinks(project, "kitti"),
        Case(tree={f"label_02/{k}": v for k, v in tracks.items()}, form="kitti"),
        Case(tree=scored, role="doctor", form="kitti"),
    ]


def with_mapping(project: bs.Project) -> list[Case]:
    """Mapping files for predictions of several formats."""
    import tempfile
    from pathlib import Path

    from tests.fuzz.trees import grow

    cases = []
    for case in (*of_sinks(project, "csv"), *plain_text(project), coco(project)[3]):
        if case.role != "predictions":
            continue
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "tree"
            grow(case.tree, root)
            project.doctor(root / case.entry, write=Path(name) / "m.yaml")
            written = (Path(name) / "m.yaml").read_bytes()
        cases.append(
            Case(tree={f"p/{k}": v for k, v in case.tree.items()} | {"m.yaml": written},
                 entry=f"p/{case.entry}".rstrip("/"), role="predictions", form=case.form,
                 mapping="m.yaml")
        )  # fmt: skip
    return cases


def pictures(_: bs.Project) -> list[Case]:
    """Image files of every admitted kind."""
    kinds = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "bmp": "BMP", "tif": "TIFF", "webp": "WEBP"}
    tree: Tree = {}
    for suffix, form in kinds.items():
        modes = ("L", "RGB", "CMYK") if form in ("JPEG", "TIFF") else ("L", "RGB", "P")
        for mode in modes if form != "WEBP" else ("RGB",):
            tree[f"{mode}.{suffix}"] = picture((24, 16), mode, form)
    return [Case(tree={k: v}, role="pictures") for k, v in tree.items()] + [
        Case(tree=tree, role="pictures")
    ]


SUBJECTS: dict[str, Seeds] = {
    "coco": coco, "coco-panoptic": panoptic, "csv": lambda p: of_sinks(p, "csv"),
    "cvat": lambda p: of_sinks(p, "cvat"), "dumps": dumps, "encord": encord,
    "encord-folders": encord_folders, "folders": folders, "jsonl": lambda p: of_sinks(p, "jsonl"),
    "kitti": kitti, "labelme": labelme, "mapping": with_mapping, "masks": masks, "mot": mot,
    "npy": arrays, "openimages": openimages, "pickle": lambda p: of_sinks(p, "pickle"),
    "pictures": pictures, "txt": plain_text, "voc": voc, "yolo": yolo,
    "adding": calls, "videos": videos,
}  # fmt: skip
"""Subject -> its good inputs, given the project for which predictions are meant."""
