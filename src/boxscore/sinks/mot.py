"""MOTChallenge: a folder for each sequence with gt/gt.txt, or SEQUENCE.txt of a run.

Frames count from 1; names of classes stand in labels.txt beside the boxes, as CVAT writes them.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path, PurePosixPath

from boxscore.errors import RequestError
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One

NO_TRACK = -1


def write(content: Content, folder: Path) -> None:
    """`SEQUENCE/gt/gt.txt`, `seqinfo.ini` and `img1/`, or `SEQUENCE.txt` of a run.

    Raises:
        RequestError: No image is of a sequence.
    """
    films: dict[str, list[Image]] = defaultdict(list)
    for image in content.images():
        if image.sequence:
            films[image.sequence].append(image)
    if not films:
        raise RequestError(
            "format mot holds sequences only, and no image is of one",
            fix="export coco, yolo or csv",
            code="E-EXPORT-FORMAT",
        )
    names = "".join(f"{row.name}\n" for row in content.object_classes)
    for name, images in films.items():
        safe = "_".join(part for part in PurePosixPath(name).parts if part not in ("/", ".."))
        first = min(image.position for image in images)
        rows = _rows(images, 1 - min(first, 1), predicted=content.predicted)
        if content.predicted:
            (folder / f"{safe}.txt").write_text(rows, encoding="utf-8")
            continue
        home = folder / safe
        (home / "gt").mkdir(parents=True)
        (home / "gt" / "gt.txt").write_text(rows, encoding="utf-8")
        (home / "gt" / "labels.txt").write_text(names, encoding="utf-8")
        (home / "seqinfo.ini").write_text(_facts(name, images, 1 - min(first, 1)), "utf-8")
        _pictures(content, images, home / "img1", 1 - min(first, 1))


def _pictures(content: Content, images: list[Image], folder: Path, shift: int) -> None:
    for image in images:
        if image.picture is not None:
            folder.mkdir(exist_ok=True)
            content.copy(image, folder / f"{image.position + shift:06d}{image.name.suffix}")


def _facts(name: str, images: list[Image], shift: int) -> str:
    length = max(image.position for image in images) + shift
    suffix = next((image.name.suffix for image in images), ".jpg")
    return (
        f"[Sequence]\nname={' '.join(name.split())}\nimDir=img1\nframeRate=30\n"
        f"seqLength={length}\nimWidth={images[0].width}\nimHeight={images[0].height}\n"
        f"imExt={suffix}\n"
    )


def _rows(images: list[Image], shift: int, *, predicted: bool) -> str:
    tracks = _tracks(images)
    lines = []
    for image in sorted(images, key=lambda image: image.position):
        for one in image.annotations:
            if one.kind is not Kind.CLASSIFICATION:
                place = f"{image.position + shift},{tracks.get(one.track, NO_TRACK)}"
                lines.append(f"{place},{_row(one, predicted)}\n")
    return "".join(lines)


def _row(one: One, predicted: bool) -> str:
    box = ",".join(repr(float(v)) for v in one.box)
    if predicted:
        return f"{box},{one.confidence!r},{one.class_id + 1},-1"
    visible = one.traits.get("visibility", -1)
    return f"{box},{int(not one.ignored)},{one.class_id + 1},{visible!r}"


def _tracks(images: list[Image]) -> dict[str, int]:
    """Numbers of the tracks: their own where all are whole numbers, else counted from 1."""
    named = dict.fromkeys(one.track for image in images for one in image.annotations if one.track)
    if all(t.isascii() and t.isdecimal() and str(int(t)) == t and len(t) < 10 for t in named):
        return {track: int(track) for track in named}
    return {track: k for k, track in enumerate(named, 1)}
