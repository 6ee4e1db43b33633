"""Quality metrics: images a second against decoding alone, and boxes a second."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks import measure
from benchmarks.quality_peers import PEERS, available
from boxscore.project import Project
from boxscore.project.pictures.decoding import picture_and_table

IMAGES, FOR_PEERS, SIZE, THREADS = 5000, 1000, (640, 480), 2
BOXES = 500_000


def pictures(folder: Path) -> list[Path]:
    """Real photographs, brought to one size."""
    known = sorted((measure.SHARED / "coco128_val" / "images").rglob("*.jpg"))
    files = []
    for k in range(IMAGES):
        picture = Image.open(known[k % len(known)]).convert("RGB").resize(SIZE)
        files.append(folder / f"{k:05}.jpg")
        picture.save(files[-1], quality=85 + k % 10)
    return files


def project_of(folder: Path, boxes: list[dict[str, object]], images: int, name: str) -> Project:
    """A COCO project."""
    document = {
        "images": [
            {"id": k, "file_name": f"{k:05}.jpg", "width": SIZE[0], "height": SIZE[1]}
            for k in range(images)
        ],
        "annotations": boxes,
        "categories": [{"id": k, "name": f"class {k}"} for k in range(80)],
    }
    (folder / f"{name}.json").write_text(json.dumps(document))
    pictures = folder if any(folder.glob("*.jpg")) else None
    Project.import_project(folder / f"{name}.json", images=pictures, target=folder, name=name)
    return Project.open(folder / name)


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def decode_all(files: list[Path]) -> None:
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda path: np.asarray(picture_and_table(path)[0]).shape, files))


def many_boxes() -> list[dict[str, object]]:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 400, (BOXES, 2))
    size = rng.lognormal(3.5, 0.8, (BOXES, 2)).clip(4, 220)
    classes = rng.integers(0, 80, BOXES)
    return [
        {
            "id": k + 1,
            "image_id": k % 20_000,
            "category_id": int(classes[k]),
            "bbox": [*corner[k].tolist(), *size[k].tolist()],
            "area": float(size[k].prod()),
            "iscrowd": 0,
        }
        for k in range(BOXES)
    ]


Row = tuple[str, int, float, float]
"""What, how many images, wall and CPU seconds."""


def rows_of(folder: Path) -> list[Row]:
    """Decoding alone, all our metrics, and the peers that are installed on a part of the images."""
    files = pictures(folder)
    originals = folder / "originals"
    originals.mkdir()
    for path in files[:FOR_PEERS]:
        os.link(path, originals / path.name)
    project = project_of(folder, [], IMAGES, "pictures")
    titles = [one["title"] for one in project.metrics if one["reads"] == "pixels"]
    rows: list[Row] = [("decoding JPEG files", IMAGES, *spent(lambda: decode_all(files)))]
    ours = spent(lambda: project.run_metrics(*titles, workers=THREADS))
    rows.append((f"our {len(titles)} metrics of pixels, decoded, checked, stored", IMAGES, *ours))
    for peer in filter(available, PEERS):
        said: list[str] = []
        took = spent(lambda peer=peer, said=said: said.append(peer(originals)))  # type: ignore[misc]
        rows.append((said[0], FOR_PEERS, *took))
    return rows


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        rows = rows_of(Path(name))
    with tempfile.TemporaryDirectory() as name:
        project = project_of(Path(name), many_boxes(), 20_000, "boxes")
        truth = [one["title"] for one in project.metrics if "ground_truth" in one["roles"]]
        labels = spent(lambda: project.run_metrics(*truth))
    ours = rows[1][3] / rows[1][1]
    lines = [
        "| work | images of 640 × 480 | wall s | CPU s | a second | a CPU second | CPU, × ours |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {what} | {n} | {wall:.2f} | {cpu:.2f} | {n / wall:.0f} | {n / cpu:.0f} | "
            f"{cpu / n / ours:.2f} |"
            for what, n, wall, cpu in rows
        ),
        f"| {len(truth)} metrics of {BOXES} boxes, stored | 20000 | "
        f"{labels[0]:.2f} | {labels[1]:.2f} | | | |",
        "",
        f"{os.getloadavg()[0]:.1f} processes wanted the {os.cpu_count()} cores at the end.",
    ]
    measure.write("quality", "Quality metrics", "\n".join(lines))


if __name__ == "__main__":
    main()
