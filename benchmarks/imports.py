"""How fast others' files come in: COCO results, pickles, a million images."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import measure

RESULTS_OURS = """
import sys, time
from pathlib import Path
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
truth, results = map(Path, sys.argv[1:])
tables = coco.read(truth, None, ImportReport(truth), pixels=False)
context = ProjectContext(items=tables.items, ontology=tables.ontology)
start = time.process_time()
coco_results.read(results, context, ImportReport(results))
print(time.process_time() - start)
"""
RESULTS_MSGSPEC = """
import sys, time
import msgspec, numpy as np
class Result(msgspec.Struct):
    image_id: int
    category_id: int
    bbox: tuple[float, float, float, float]
    score: float
start = time.process_time()
with open(sys.argv[2], "rb") as file:
    rows = msgspec.json.decode(file.read(), type=list[Result])
columns = [np.array([getattr(r, name) for r in rows]) for name in Result.__struct_fields__]
print(time.process_time() - start)
"""
MAKE_PICKLE = """
import sys
import numpy as np
from pickle import dumps
import boxscore as bs
from boxscore.schema.predictions import BoundingBox, Format, ObjectDetection, Prediction
project, _ = bs.Project.demo(sys.argv[1])
items = project.items["data_hash"].tolist()
classes = [row.feature_hash for row in project.ontology.classes]
corner = np.random.default_rng(0).uniform(0, 0.7, (100_000, 3)).tolist()
rows = [
    Prediction(
        data_hash=items[k % len(items)],
        confidence=c,
        object=ObjectDetection(
            format=Format.BOUNDING_BOX,
            data=BoundingBox(x=x, y=y, w=0.2, h=0.2),
            feature_hash=classes[k % len(classes)],
        ),
    )
    for k, (x, y, c) in enumerate(corner)
]
open(sys.argv[2], "wb").write(dumps(rows))
"""
READ_PICKLE = """
import sys, time
from pathlib import Path
import boxscore as bs
from boxscore.project.imports.importing import RunRequest, read_run
truth = bs.Project.open(sys.argv[1])._state().truth()
start = time.process_time()
read_run(truth, RunRequest(path=Path(sys.argv[2]), format="pickle"))
print(time.process_time() - start)
"""
MAKE_MILLION = """
import sys
import numpy as np
images, boxes, step = 1_000_000, 10_000_000, 200_000
rng = np.random.default_rng(1)
image = np.sort(rng.integers(1, images + 1, boxes))
with open(sys.argv[1], "w") as file:
    file.write('{"images":[')
    file.write(",".join(
        f'{{"id":{k},"file_name":"{k:012d}.jpg","width":640,"height":480}}'
        for k in range(1, images + 1)
    ))
    file.write('],"categories":[')
    file.write(",".join(f'{{"id":{k},"name":"c{k}"}}' for k in range(1, 81)))
    file.write('],"annotations":[')
    for start in range(0, boxes, step):
        box = rng.uniform([0, 0, 5, 5], [500, 400, 140, 80], (step, 4)).round(2)
        rows = zip(range(start + 1, start + step + 1), image[start:].tolist(),
                   rng.integers(1, 81, step).tolist(), box.tolist())
        file.write("," * (start > 0) + ",".join(
            f'{{"id":{k},"image_id":{i},"category_id":{c},"bbox":{b},"area":{b[2] * b[3]:.2f},'
            '"iscrowd":0}' for k, i, c, b in rows
        ))
    file.write("]}")
"""


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="boxscore-imports-"))
    try:
        text = "\n\n".join([_results(), _pickle(folder), _million(folder)])
    finally:
        shutil.rmtree(folder)
    measure.write("imports", "Reading what others wrote", text)


def _code(code: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, arguments)]


def _results() -> str:
    truth, results = measure.synthetic("coco500k")
    samples = measure.interleaved(
        {
            "boxscore": _code(RESULTS_OURS, truth, results),
            "msgspec structs": _code(RESULTS_MSGSPEC, truth, results),
        }
    )
    ours, theirs = (measure.median(s, "call") for s in samples.values())
    return (
        "## COCO results, 500 k predictions, to columns\n\n"
        f"boxscore {ours:.3f} CPU s, msgspec's typed structs {theirs:.3f}: ratio "
        f"**{ours / theirs:.2f}**. Ours checks every record and knows images and classes; the "
        "whole file is read either way."
    )


def _pickle(folder: Path) -> str:
    path = folder / "predictions.pkl"
    measure.run(_code(MAKE_PICKLE, folder, path))
    samples = [measure.run(_code(READ_PICKLE, folder / "demo", path)) for _ in range(3)]
    size = path.stat().st_size / 1e6
    return (
        "## Encord Active's pickle, 100,000 boxes\n\n"
        f"{size:.0f} MB read in {measure.median(samples, 'call'):.1f} CPU s; peak of the process "
        f"{measure.median(samples, 'peak_mb'):.0f} MB."
    )


def _million(folder: Path) -> str:
    path = folder / "million.json"
    measure.run(_code(MAKE_MILLION, path))
    sample = measure.run(
        measure.boxscore(
            "import", "project", "--no-metrics", str(path), "-n", "million", "-t", str(folder)
        )
    )
    return (
        "## A project of 1 M images and 10 M boxes, without pixels\n\n"
        f"{path.stat().st_size / 1e6:.0f} MB of COCO in {sample.wall:.0f} s, "
        f"{sample.cpu:.0f} CPU s, {sample.peak_mb:.0f} MB."
    )


if __name__ == "__main__":
    main()
