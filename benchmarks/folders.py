"""How fast folders of small files come in: YOLO, KITTI and VOC, a file and a picture an image."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measure

FILES = int(os.environ.get("BOXSCORE_BENCH_FILES", "100000"))
OBJECTS = 7
CLASSES = 80
OURS = """
import sys
from pathlib import Path
from boxscore.sources.formats import ReadRequest, format_of
from boxscore.sources.raw_project import project_of
from boxscore.sources.report import ImportReport
form, folder = sys.argv[1], Path(sys.argv[2])
report = ImportReport(folder)
raw = format_of(form, "truth").read(folder, ReadRequest(role="truth"), report)
tables = project_of(raw, "folders", None, report)
print(tables.items.rows, tables.ground_truth.rows)
"""
SUPERVISION = {
    "yolo": """
import sys, warnings
warnings.simplefilter("ignore")
import supervision as sv
root = sys.argv[1]
found = sv.DetectionDataset.from_yolo(
    root + "/images/train", root + "/labels/train", root + "/data.yaml")
print(len(found), sum(map(len, found.annotations.values())))
""",
    "voc": """
import sys, warnings
warnings.simplefilter("ignore")
import supervision as sv
root = sys.argv[1]
found = sv.DetectionDataset.from_pascal_voc(root + "/JPEGImages", root + "/Annotations")
print(len(found), sum(map(len, found.annotations.values())))
""",
}
Boxes = Sequence[Sequence[float]]


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="boxscore-folders-"))
    try:
        text = "\n\n".join(_section(form, folder / form) for form in ("yolo", "voc", "kitti"))
    finally:
        shutil.rmtree(folder)
    measure.write("folders", "Folders of small files", text)


def _section(form: str, root: Path) -> str:
    {"yolo": _yolo, "voc": _voc, "kitti": _kitti}[form](root)
    commands = {"boxscore": [sys.executable, "-c", OURS, form, str(root)]}
    if form in SUPERVISION and find_spec("supervision") is not None:
        commands["supervision"] = [sys.executable, "-c", SUPERVISION[form], str(root)]
    samples = measure.interleaved(commands, runs=1, few=dict.fromkeys(commands, 1))
    counts = {sample.said.strip() for taken in samples.values() for sample in taken}
    if counts != {f"{FILES} {FILES * OBJECTS}"}:
        raise RuntimeError(f"{form}: {counts} images and objects were read")
    shutil.rmtree(root)
    return (
        f"## {form}: {FILES:,} files of {OBJECTS} objects\n\n"
        "To columns in memory; ours checks every record, and takes the size and the SHA-256 of "
        f"every picture.\n\n{measure.table(samples, 'boxscore')}"
    )


def _drawn(seed: int) -> tuple[list[int], Boxes]:
    rng = np.random.default_rng(seed)
    boxes = rng.uniform([0, 0, 5, 5], [40, 30, 24, 18], (OBJECTS, 4)).round(2)
    return rng.integers(0, CLASSES, OBJECTS).tolist(), boxes.tolist()


def _pixels(folder: Path) -> bytes:
    folder.mkdir(parents=True)
    Image.new("RGB", (64, 48), (90, 120, 60)).save(folder / "one.jpg")
    content = (folder / "one.jpg").read_bytes()
    (folder / "one.jpg").unlink()
    return content


def _yolo(root: Path) -> None:
    pixels = _pixels(root / "images" / "train")
    (root / "labels" / "train").mkdir(parents=True)
    names = "".join(f"  {k}: class{k}\n" for k in range(CLASSES))
    (root / "data.yaml").write_text(f"path: .\ntrain: images/train\nnames:\n{names}")
    for k in range(FILES):
        lines = (
            f"{c} {(x + w / 2) / 64:.6f} {(y + h / 2) / 48:.6f} {w / 64:.6f} {h / 48:.6f}\n"
            for c, (x, y, w, h) in zip(*_drawn(k), strict=True)
        )
        (root / "labels" / "train" / f"{k:08d}.txt").write_text("".join(lines))
        (root / "images" / "train" / f"{k:08d}.jpg").write_bytes(pixels)


def _voc(root: Path) -> None:
    pixels = _pixels(root / "JPEGImages")
    (root / "Annotations").mkdir()
    for k in range(FILES):
        objects = "".join(
            f"<object><name>class{c}</name><pose>Left</pose><truncated>0</truncated>"
            f"<difficult>0</difficult><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
            f"<xmax>{x + w:.2f}</xmax><ymax>{y + h:.2f}</ymax></bndbox></object>\n"
            for c, (x, y, w, h) in zip(*_drawn(k), strict=True)
        )
        (root / "Annotations" / f"{k:08d}.xml").write_text(
            f"<annotation><folder>JPEGImages</folder><filename>{k:08d}.jpg</filename><size>"
            f"<width>64</width><height>48</height><depth>3</depth></size>\n{objects}</annotation>"
        )
        (root / "JPEGImages" / f"{k:08d}.jpg").write_bytes(pixels)


def _kitti(root: Path) -> None:
    pixels = _pixels(root / "image_2")
    (root / "label_2").mkdir()
    for k in range(FILES):
        lines = (
            f"Class{c} 0.00 0 1.85 {x} {y} {x + w:.2f} {y + h:.2f} 1.67 1.87 3.69 -16.53 2.39 "
            "58.49 1.57\n"
            for c, (x, y, w, h) in zip(*_drawn(k), strict=True)
        )
        (root / "label_2" / f"{k:08d}.txt").write_text("".join(lines))
        (root / "image_2" / f"{k:08d}.jpg").write_bytes(pixels)


if __name__ == "__main__":
    main()
