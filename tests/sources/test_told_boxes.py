"""Corners, sizes, centres and shares of a ground truth, where the file leaves them open."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.project import Project
from boxscore.schema.tables import boxes_of

WIDTH, HEIGHT = 100, 80
Box = tuple[float, float, float, float]
RNG = np.random.default_rng(0)
BOXES: list[Box] = [
    (float(x), float(y), float(RNG.integers(5, WIDTH - x)), float(RNG.integers(5, HEIGHT - y)))
    for x, y in zip(RNG.integers(0, 80, 40), RNG.integers(0, 60, 40), strict=True)
]
FORMS: dict[str, Callable[[Box], list[float]]] = {
    "sizes": lambda b: list(b),
    "corners": lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[3]],
    "shares": lambda b: [b[0] / WIDTH, b[1] / HEIGHT, b[2] / WIDTH, b[3] / HEIGHT],
    "centres": lambda b: [b[0] + b[2] / 2, b[1] + b[3] / 2, b[2], b[3]],
}


def images(root: Path) -> Path:
    root.mkdir(parents=True)
    for k in range(len(BOXES)):
        Image.new("RGB", (WIDTH, HEIGHT)).save(root / f"{k}.png")
    return root


def rows(form: str) -> list[tuple[str, list[float]]]:
    return [(f"{k}.png", FORMS[form](box)) for k, box in enumerate(BOXES)]


def hugging(root: Path, form: str) -> Path:
    records = [
        {"file_name": name, "objects": {"bbox": [box], "category": ["cat"]}}
        for name, box in rows(form)
    ]
    return write(root / "metadata.jsonl", records)


def table(root: Path, form: str) -> Path:
    lines = [f'{name},cat,"{box}"' for name, box in rows(form)]
    (root / "labels.csv").write_text("\n".join(["image,class,bbox", *lines, ""]))
    return root / "labels.csv"


def columns(root: Path, form: str) -> Path:
    lines = [f"{name},cat,{','.join(map(str, box))}" for name, box in rows(form)]
    (root / "labels.csv").write_text("\n".join(["image,class,x,y,w,h", *lines, ""]))
    return root / "labels.csv"


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read(path: Path, target: Path, mapping: Path | None = None) -> tuple[np.ndarray, set[str]]:
    made = Project.import_project(path, mapping=mapping, target=target)
    project = Project.open(made["path"])
    order = [int(Path(title).stem) for title in project.items["title"].tolist()]
    boxes = boxes_of(project.ground_truth.table)[np.argsort(order)]
    return boxes, {w["code"] for w in made["warnings"]}


@pytest.mark.parametrize("form", ["sizes", "corners", "shares"])
@pytest.mark.parametrize("source", [hugging, table])
def test_lists_of_numbers_are_what_fits_the_images(
    tmp_path: Path, form: str, source: Callable[[Path, str], Path]
) -> None:
    path = source(images(tmp_path / "set"), form)
    found, codes = read(path, tmp_path / "made")
    assert found == pytest.approx(np.array(BOXES), abs=1e-9)
    assert codes == ({"N-BOX-CORNERS"} if form == "corners" else set())


ASKED = {
    "sizes": set(),
    "shares": set(),
    "corners": {"W-BOX-CORNERS"},
    "centres": {"W-BOX-CENTRES"},
}


@pytest.mark.parametrize("form", ASKED)
def test_columns_mean_what_they_say_and_are_asked_for(tmp_path: Path, form: str) -> None:
    path = columns(images(tmp_path / "set"), form)
    found, codes = read(path, tmp_path / "made")
    said = np.array([box for _, box in rows(form)])
    if form == "shares":
        said = said * [WIDTH, HEIGHT, WIDTH, HEIGHT]
    assert found == pytest.approx(said, abs=1e-9)
    assert {code for code in codes if code.startswith("W-BOX-C")} == ASKED[form]


def test_what_a_mapping_file_says_holds(tmp_path: Path) -> None:
    root = images(tmp_path / "set")
    said = np.array([box for _, box in rows("corners")])
    for source, corners, wanted in ((columns, "xyxy", np.array(BOXES)), (table, "xywh", said)):
        mapping = tmp_path / "truth.yaml"
        mapping.write_text(f"boxes: {{corners: {corners}, scale: pixels}}\n")
        path, target = source(root, "corners"), tmp_path / corners
        found, codes = read(path, target, mapping)
        assert found == pytest.approx(wanted, abs=1e-9)
        assert not {code for code in codes if code.startswith(("W-BOX-C", "N-BOX-C"))}


def test_without_sizes_it_is_asked_for(tmp_path: Path) -> None:
    for form, asked in (("sizes", False), ("corners", True)):
        (tmp_path / form).mkdir()
        path = table(tmp_path / form, form)
        _, codes = read(path, tmp_path / form / "made")
        assert ("W-BOX-CORNERS" in codes) is asked


def test_one_large_object_an_image_is_no_corner(tmp_path: Path) -> None:
    """Sizes that exceed their place, as portraits have: no image says that they are none."""
    root = images(tmp_path / "set")
    large = [(f"{k}.png", [5.0 + k % 7, 4.0, 80.0, 70.0]) for k in range(len(BOXES))]
    records = [
        {"file_name": name, "objects": {"bbox": [box], "category": ["cat"]}} for name, box in large
    ]
    found, codes = read(write(root / "metadata.jsonl", records), tmp_path / "made")
    assert found.tolist() == [box for _, box in large] and not codes
