"""Counts beside every choice of the filter, and any page of long lists, warm."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks import measure
from benchmarks.whole_job import job
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.project import Project
from boxscore.project.slices.facets import FacetQuery

ROUNDS = 9
RANGES = ("width", "object.iou", "object.confidence", "object.object_area_relative")


def made(images: int, predictions: int, labels: int, folder: Path) -> Project:
    """A project without pixels, of 80 classes and three splits, its run evaluated and measured."""
    rng = np.random.default_rng(3)
    rows = [
        {
            "id": k + 1,
            "file_name": f"{'night' if k % 7 == 0 else 'day'}_{k:07d}.jpg",
            "width": 640 + (k % 5) * 16,
            "height": 480,
            "split": ("train", "val", "test")[k % 3],
        }
        for k in range(images)
    ]
    low, high = (0, 0, 10, 10), (500, 350, 120, 120)
    image, box = np.sort(rng.integers(0, images, labels)), rng.uniform(low, high, (labels, 4))
    class_id = rng.zipf(1.5, labels) % 80
    near = rng.integers(0, labels, predictions)
    moved = box[near] + np.where(rng.uniform(size=predictions) < 0.7, 4, 80)[:, None] * (
        rng.normal(0, 1, (predictions, 4))
    )
    guessed = np.where(rng.uniform(size=predictions) < 0.9, class_id[near], 0)
    score = rng.beta(2, 2, predictions)

    def records(
        at: np.ndarray, classes: np.ndarray, boxes: np.ndarray
    ) -> Iterator[dict[str, object]]:
        some = np.round(np.maximum(boxes, (0, 0, 4, 4)), 2).tolist()
        for i, c, b in zip(at.tolist(), classes.tolist(), some, strict=True):
            yield {"image_id": i + 1, "category_id": c + 1, "bbox": b}

    truth = [
        {**record, "id": k + 1, "area": 100, "iscrowd": 0}
        for k, record in enumerate(records(image, class_id, box))
    ]
    categories = [{"id": k + 1, "name": f"class {k}"} for k in range(80)]
    document = {"images": rows, "annotations": truth, "categories": categories}
    found = [
        {**record, "score": s}
        for record, s in zip(
            records(image[near], guessed, moved), np.round(score, 4).tolist(), strict=True
        )
    ]
    (folder / "truth.json").write_text(json.dumps(document))
    (folder / "found.json").write_text(json.dumps(found))
    for command in job(folder / "truth.json", folder / "found.json", folder)[:2]:
        subprocess.run(command, check=True, capture_output=True)
    return Project.open(folder / "p")


def timed(ask: Callable[[int], object]) -> tuple[float, float, float]:
    """Best CPU, best and worst wall milliseconds; each round asks something new."""
    ask(0)
    cpu, wall = [], []
    for k in range(1, ROUNDS + 1):
        start, spent = time.perf_counter(), time.process_time()
        ask(k)
        cpu.append(1000 * (time.process_time() - spent))
        wall.append(1000 * (time.perf_counter() - start))
    return min(cpu), min(wall), max(wall)


def filters(project: Project) -> dict[str, Callable[[int], object]]:
    """Filters as people set them, one after the other."""

    def facets(where: str | None = None, **of: object) -> object:
        errors = ErrorQuery(confidence=0.3, **of)  # type: ignore[arg-type]
        return project.facets(FacetQuery(where=where, run="run", errors=errors, ranges=RANGES))

    return {
        "a split, all histograms": lambda k: facets("split=" + ("val", "test", "train")[k % 3]),
        "words": lambda k: facets(f"text=night {k}"),
        "a pattern of titles": lambda k: facets(f"title=*{k}.jpg"),
        "one of two classes": lambda k: facets(f"class=class {k}|class 9"),
        "a range of IoU": lambda k: facets("split=val", among=f"object.iou=0.{k}..0.95"),
        "a range of a metric": lambda k: facets(among=f"object.object_area_relative=..{k}"),
        "outcome and class": lambda k: facets(outcome="fp", classes=(k, 5)),
    }


def pages(project: Project, images: int) -> dict[str, Callable[[int], object]]:
    """Pages of the lists, from the first to the last."""
    objects = project.errors("run", ErrorQuery())["total"]
    return {
        "a page of images": lambda k: project.image_list(
            "run", ImageQuery(offset=(images - 60) * k // ROUNDS)
        ),
        "a page of objects": lambda k: project.errors(
            "run", ErrorQuery(offset=(objects - 60) * k // ROUNDS)
        ),
    }


def main() -> None:
    """Measure the filter at 500,000 predictions, pages at a million images."""
    head = "| question | CPU ms, best | wall ms, best | wall ms, worst |\n|---|---|---|---|"
    parts = []
    for images, predictions in ((100_000, 500_000), (1_000_000, 600_000)):
        with tempfile.TemporaryDirectory() as folder:
            project = made(images, predictions, predictions * 3 // 5, Path(folder))
            asked = pages(project, images)
            if images == 100_000:
                asked = filters(project) | asked
            lines = [
                f"| {name} | " + " | ".join(f"{f:.1f}" for f in timed(ask)) + " |"
                for name, ask in asked.items()
            ]
            title = f"## {images:,} images, {predictions:,} predictions"
            parts.append("\n".join([title, "", head, *lines]))
    text = "\n\n".join(parts)
    note = (
        f"Each of {ROUNDS} rounds asks something new; four histograms in every filter. CPU is what "
        "an answer costs; wall time also depends on what else the machine does."
    )
    measure.write("facets", "Counts beside every choice, and any page", f"{note}\n\n{text}")


if __name__ == "__main__":
    main()
