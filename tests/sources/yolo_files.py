"""Small YOLO data sets for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from boxscore.sources.formats import ReadRequest, Role
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.yolo import read

NAMES = "names: [cat, dog]\nval: images/val\n"
BOX = "0 0.5 0.5 0.2 0.4\n"


def data_set(
    root: Path, labels: Mapping[str, str | bytes], yaml: str = NAMES, pictures: tuple[str, ...] = ()
) -> Path:
    """labels/val/NAME.txt and images/val/NAME.png (20 x 10) for some names, with a data.yaml."""
    from PIL import Image

    for folder in ("labels", "images"):
        (root / folder / "val").mkdir(parents=True)
    for name, text in labels.items():
        content = text.encode() if isinstance(text, str) else text
        (root / "labels" / "val" / f"{name}.txt").write_bytes(content)
    for name in pictures:
        Image.new("RGB", (20, 10)).save(root / "images" / "val" / f"{name}.png")
    if yaml:
        (root / "data.yaml").write_text(yaml)
    return root


def read_set(
    path: Path, role: Role = "truth", images: Path | None = None, *, strict: bool = False
) -> tuple[RawSet, ImportReport]:
    """What the reader makes of it."""
    report = ImportReport(path, strict=strict)
    return read(path, ReadRequest(role=role, images=images), report), report
