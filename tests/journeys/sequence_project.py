"""A sequence of drawn frames with tracks, and a tracker that jitters, misses, invents and swaps."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from boxscore.project import Project

FRAMES = 24
MISSED, INVENTED, SWAPPED = range(6, 9), (12, 13), 16
"""Frames, counted from 1, on which the tracker errs; from SWAPPED on two tracks have swapped."""
SIZE = (320, 240)


def make(folder: Path) -> Path:
    """The project with the run `tracker`."""
    sequence, results = folder / "film" / "walk", folder / "results"
    for part in (sequence / "gt", sequence / "img1", results):
        part.mkdir(parents=True)
    truth, found = [], []
    for frame in range(1, FRAMES + 1):
        boxes = {track: (20 + 8 * frame + 90 * k, 40 + 60 * k) for k, track in enumerate((1, 2))}
        _draw(sequence / "img1" / f"{frame:06d}.jpg", list(boxes.values()))
        for track, (x, y) in boxes.items():
            truth.append(f"{frame},{track},{x},{y},40,70,1,-1,-1,-1")
            named = 3 - track if frame >= SWAPPED else track
            if not (track == 1 and frame in MISSED):
                found.append(f"{frame},{named},{x + 2},{y + 1},40,70,0.9,-1,-1,-1")
        if frame in INVENTED:
            found.append(f"{frame},9,250,180,30,40,0.95,-1,-1,-1")
    (sequence / "gt" / "gt.txt").write_text("\n".join(truth) + "\n")
    (results / "walk.txt").write_text("\n".join(found) + "\n")
    (sequence / "seqinfo.ini").write_text(
        f"[Sequence]\nname=walk\nimDir=img1\nframeRate=25\nseqLength={FRAMES}\n"
        f"imWidth={SIZE[0]}\nimHeight={SIZE[1]}\nimExt=.jpg\n"
    )
    made = Project.import_project(folder / "film", target=folder, name="walking")
    project = Project.open(str(made["path"]))
    project.import_predictions(results, name="tracker")
    return project.path


def _draw(path: Path, corners: list[tuple[int, int]]) -> None:
    picture = Image.new("RGB", SIZE, (96, 104, 100))
    for k, (x, y) in enumerate(corners):
        box = (x, y, x + 40, y + 70)
        ImageDraw.Draw(picture).rectangle(box, fill=(200, 120 + 60 * k, 80))
    picture.save(path, quality=90)
