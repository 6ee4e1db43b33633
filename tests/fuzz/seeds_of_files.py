"""Good inputs of text, tables, masks and class folders."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np

import boxscore as bs
from tests.fuzz.seeds import (
    BOXES,
    CLASSES,
    PICTURES,
    SIZES,
    bitmap,
    indices,
    of_sinks,
    one_file,
    picture,
    text,
)
from tests.fuzz.trees import Case, Tree


def _lines(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


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
