"""Draw the lowest and the highest examples of every metric, from the demo's free pictures."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
from numpy.typing import NDArray

from boxscore.project import Project
from boxscore.project.pictures.decoding import open_picture
from boxscore.quality.cards import On
from boxscore.quality.registry import metrics
from boxscore.schema.tables import boxes_of

PICTURES = Path(__file__).resolve().parent / "metrics" / "pictures"
EACH, WIDTH, HEIGHT, GAP, TEXT = 3, 128, 96, 6, 14
RUN = "float32"
AROUND = 0.6
"""What is shown around an object, in sizes of its own."""


def chosen(values: NDArray[np.float64], item: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Rows of the lowest and the highest values, each from another image."""
    order = np.argsort(values, kind="stable")[: np.isfinite(values).sum()]
    ends = []
    for some in (order, order[::-1]):
        _, first = np.unique(item[some], return_index=True)
        ends.append(some[np.sort(first)[:EACH]].tolist())
    return ends[0], ends[1][::-1]


def whole(project: Project, item: int) -> PIL.Image.Image:
    """A picture within its tile."""
    picture = open_picture(project.path / project.items["file"][item])
    picture.thumbnail((WIDTH, HEIGHT))
    return picture


def part(project: Project, item: int, box: NDArray[np.float64]) -> PIL.Image.Image:
    """An object with its box and something around it."""
    picture = open_picture(project.path / project.items["file"][item])
    x, y, w, h = box.tolist()
    side = max(w, h * WIDTH / HEIGHT, 24.0) * (1 + AROUND)
    left, top = x + w / 2 - side / 2, y + h / 2 - side * HEIGHT / WIDTH / 2
    area = tuple(round(v) for v in (left, top, left + side, top + side * HEIGHT / WIDTH))
    tile = picture.crop(area).resize((WIDTH, HEIGHT))
    zoom = WIDTH / side
    corners = [(x - left) * zoom, (y - top) * zoom, (x + w - left) * zoom, (y + h - top) * zoom]
    PIL.ImageDraw.Draw(tile).rectangle(corners, outline=(255, 210, 0))
    return tile


def montage(project: Project, card: Any) -> PIL.Image.Image | None:
    """Three low and three high examples with their values; None where all is undefined."""
    run = None if not card.roles or "ground_truth" in card.roles else RUN
    values = project.metric_values(card.title, run=run)
    if not np.isfinite(values).any():
        return None
    annotations = project.ground_truth if run is None else project.predictions(run)
    of_image = card.on is On.IMAGE
    item = np.arange(values.size) if of_image else annotations.table["item"].astype(np.int64)
    low, high = chosen(values, item)
    canvas = PIL.Image.new(
        "RGB", ((WIDTH + GAP) * 2 * EACH + 3 * GAP, HEIGHT + TEXT + GAP), "white"
    )
    draw = PIL.ImageDraw.Draw(canvas)
    for place, row in enumerate(low + high):
        x = place * (WIDTH + GAP) + (4 * GAP if place >= len(low) else GAP)
        tile = (
            whole(project, int(item[row]))
            if of_image
            else part(project, int(item[row]), boxes_of(annotations.table)[row])
        )
        canvas.paste(tile, (x + (WIDTH - tile.width) // 2, (HEIGHT - tile.height) // 2))
        draw.text((x + 2, HEIGHT + 1), f"{values[row]:.4g}", fill="black")
    return canvas


def main() -> int:
    """Write every picture; exit status 1 when there is nothing to draw from."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        project, _ = Project.demo(folder)
        project.run_metrics()
        for name, metric in metrics().items():
            drawn = montage(project, metric.card)
            if drawn is not None:
                drawn.save(PICTURES / f"{name}.jpg", quality=72, optimize=True)
    return 0 if any(PICTURES.glob("*.jpg")) else 1


if __name__ == "__main__":
    sys.exit(main())
