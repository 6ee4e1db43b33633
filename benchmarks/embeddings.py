"""Embeddings: images a second, and all neighbours of 50,000 points against scikit-learn."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import measure
from benchmarks.quality import IMAGES, SIZE, pictures, project_of, spent
from boxscore.quality.neighbours import nearest, unit

POINTS, DIMENSIONS, NEIGHBOURS, THREADS = 50_000, 1_280, 20, 2


def points() -> Path:
    """Seeded points in 200 clusters; made once."""
    file = measure.CACHE / f"points_{POINTS}x{DIMENSIONS}.npy"
    if not file.exists():
        measure.CACHE.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(0)
        centres = random.normal(size=(200, DIMENSIONS)).astype(np.float32)
        near = random.standard_normal((POINTS, DIMENSIONS), dtype=np.float32)
        np.save(file, unit(centres[random.integers(200, size=POINTS)] + near))
    return file


def ours() -> None:
    found = nearest(np.load(points()), NEIGHBOURS)
    print(f"{found.cosine.sum():.2f}")


def theirs() -> None:
    from sklearn.neighbors import NearestNeighbors

    some = np.load(points())
    model = NearestNeighbors(n_neighbors=NEIGHBOURS, metric="cosine", algorithm="brute").fit(some)
    apart, _ = model.kneighbors()
    print(f"{(1 - apart).sum():.2f}")


def embedding_rows() -> list[str]:
    """Images a second, of whole pictures and of objects."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = pictures(folder)
        boxes = [
            {"id": k + 1, "image_id": k // 4, "category_id": 0, "area": 9000, "iscrowd": 0,
             "bbox": [40 + 90 * (k % 4), 60, 90, 100]}
            for k in range(IMAGES)
        ]  # fmt: skip
        project = project_of(folder, boxes, len(files), "pictures")
        rows = []
        for what, of in (("images", ["images"]), ("objects, four an image", ["objects"])):
            wall, cpu = spent(lambda of=of: project.embed(of=of, maps=False, workers=THREADS))
            rows.append(
                f"| {IMAGES} {what} | {wall:.1f} | {cpu:.1f} | {IMAGES / wall:.0f} | "
                f"{IMAGES / cpu:.0f} |"
            )
        start = time.perf_counter()
        pairs = project.duplicates()
        rows.append(f"| their duplicates ({pairs['near']} near pairs) | "
                    f"{time.perf_counter() - start:.1f} | | | |")  # fmt: skip
    return rows


def main() -> None:
    rows = embedding_rows()
    points()
    names = {"boxscore": "ours", "scikit-learn, brute": "theirs"}
    samples = {
        what: measure.run([sys.executable, "-m", "benchmarks.embeddings", word])
        for what, word in names.items()
    }
    lines = [
        f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
        "",
        f"JPEG files of {SIZE[0]} × {SIZE[1]}, the bundled model, {THREADS} threads, stored; "
        "decoding and checksums included:",
        "",
        "| work | wall s | CPU s | a second | per CPU second |",
        "|---|---|---|---|---|",
        *rows,
        "",
        f"The {NEIGHBOURS} nearest of each of {POINTS:,} × {DIMENSIONS:,} among the others, whole "
        "processes; the sum of all cosines tells that both found the same:",
        "",
        "| | wall s | CPU s | peak MB | sum of cosines |",
        "|---|---|---|---|---|",
        *(
            f"| {what} | {one.wall:.1f} | {one.cpu:.1f} | {one.peak_mb:.0f} | {one.said.strip()} |"
            for what, one in samples.items()
        ),
    ]
    measure.write("embeddings", "Embeddings", "\n".join(lines))


if __name__ == "__main__":
    {"ours": ours, "theirs": theirs}.get(" ".join(sys.argv[1:]), main)()
