"""Projects of the sizes that the app has budgets for; made once, kept in the cache."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measure

STEP = 200_000
PICTURES = 200


@dataclass(frozen=True, slots=True)
class Sizes:
    """A generated project: boxes of 80 classes, evenly spread.

    Attributes:
        pictures: How many of its images have pixels.
    """

    images: int
    objects: int
    predictions: int
    pictures: int = 0


SETS = {
    "images-2k": Sizes(2_000, 14_000, 20_000, PICTURES),
    "images-100k": Sizes(100_000, 700_000, 1_000_000, PICTURES),
    "images-1m": Sizes(1_000_000, 1_000_000, 2_000_000),
}
SHARED_SETS = {"36k": "coco36k", "500k": "coco500k", "8m": "o365"}
"""Name here -> name of the generator's set."""


def project(name: str) -> Path:
    """The folder of a project with one run named "run"."""
    folder = measure.CACHE / "app" / name
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        files = measure.synthetic(SHARED_SETS[name]) if name in SHARED_SETS else _made(name, folder)
        for command in _imports(*files, folder):
            subprocess.run(command, check=True, capture_output=True)
        (folder / "done").touch()
    return folder / "p"


def _imports(truth: Path, results: Path, folder: Path) -> list[list[str]]:
    plain = ["--no-metrics", "-n"]
    make = ["import", "project", "--coco", "-a", str(truth), *plain, "p", "-t", str(folder)]
    pictures = folder / "pictures"
    if pictures.exists():
        make += ["-i", str(pictures)]
    run = ["import", "predictions", str(results), *plain, "run", "-t", str(folder / "p")]
    return [measure.boxscore(*make), measure.boxscore(*run)]


def _made(name: str, folder: Path) -> tuple[Path, Path]:
    """COCO files of a generated set, and its pictures."""
    sizes, rng = SETS[name], np.random.default_rng(11)
    truth, results = folder / "gt.json", folder / "dt.json"
    image = np.sort(rng.integers(1, sizes.images + 1, sizes.objects))
    box = rng.uniform([0, 0, 5, 5], [500, 400, 140, 80], (sizes.objects, 4)).round(2)
    kind = rng.integers(1, 81, sizes.objects)
    with truth.open("w") as file:
        file.write('{"images":[')
        file.write(",".join(map(_image, range(1, sizes.images + 1))))
        file.write('],"categories":[')
        file.write(",".join(f'{{"id":{k},"name":"c{k}"}}' for k in range(1, 81)))
        file.write('],"annotations":[')
        file.write(",".join(_labels(image, kind, box)))
        file.write("]}")
    source = rng.integers(0, sizes.objects, sizes.predictions)
    moved = np.maximum(box[source] + rng.normal(0, 4, (sizes.predictions, 4)), 1).round(2)
    wrong = rng.random(sizes.predictions) < 0.2
    given = np.where(wrong, rng.integers(1, 81, sizes.predictions), kind[source])
    confidence = rng.beta(2, 3, sizes.predictions).round(5)
    with results.open("w") as file:
        file.write("[")
        columns = (image[source], given, moved, confidence)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        file.write(",".join(
            f'{{"image_id":{i},"category_id":{c},"bbox":{b},"score":{s}}}' for i, c, b, s in rows
        ))  # fmt: skip
        file.write("]")
    _draw(folder / "pictures", sizes.pictures)
    return truth, results


def _image(number: int) -> str:
    return json.dumps(
        {"id": number, "file_name": f"{number:012d}.jpg", "width": 640, "height": 480}
    )


def _labels(image: np.ndarray, kind: np.ndarray, box: np.ndarray) -> Iterator[str]:
    for k, (i, c, b) in enumerate(zip(image.tolist(), kind.tolist(), box.tolist(), strict=True), 1):
        yield (
            f'{{"id":{k},"image_id":{i},"category_id":{c},"bbox":{b},'
            f'"area":{b[2] * b[3]:.2f},"iscrowd":0}}'
        )


def _draw(folder: Path, count: int) -> None:
    """Pictures of noise, of the first images."""
    rng = np.random.default_rng(5)
    for number in range(1, count + 1):
        folder.mkdir(exist_ok=True)
        coarse = Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8))
        coarse.resize((640, 480)).save(folder / f"{number:012d}.jpg", quality=85)
