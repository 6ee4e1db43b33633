"""Masks of published sets whose meaning stands nowhere beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import ReadRequest, format_of
from boxscore.sources.mask_sets import CITYSCAPES, voc_colours
from boxscore.sources.recognising import recognised
from boxscore.sources.report import ImportReport
from tests.sources.mask_files import areas, read_masks, save

Map = NDArray[np.uint16]
ROAD, SKY, CAR = 7, 23, 26


def city_map() -> Map:
    """Instance ids: sky over road, two cars and a group of cars, and what does not count."""
    values = np.full((32, 64), SKY, np.uint16)
    values[20:] = ROAD
    values[15:25, 2:12], values[15:25, 20:30] = CAR * 1000, CAR * 1000 + 1
    values[16:20, 40:60], values[30:] = CAR, 4
    return values


def cityscapes(root: Path, split: str = "val", *, instances: bool = True) -> Path:
    """The folders of one split, with a picture."""
    name = f"{split}/bonn/bonn_000000_000019"
    values = city_map()
    ids = np.where(values >= 1000, values // 1000, values).astype(np.uint8)
    if instances:
        save(root / f"gtFine/{name}_gtFine_instanceIds.png", values)
    save(root / f"gtFine/{name}_gtFine_labelIds.png", ids)
    save(root / f"gtFine/{name}_gtFine_color.png", np.stack([ids] * 3, axis=2))
    noise = np.random.default_rng(0).integers(0, 255, (32, 64, 3), dtype=np.uint8)
    save(root / f"leftImg8bit/{name}_leftImg8bit.png", noise)
    return root


def test_cityscapes_has_the_classes_that_count(tmp_path: Path) -> None:
    raw, report = read_masks(cityscapes(tmp_path / "set"))
    assert [c.name for c in raw.classes] == list(CITYSCAPES.values())
    named = [raw.classes[k].name for k in raw.columns["class_ref"]]
    assert sorted(map(str, named)) == ["car", "car", "car", "road", "sky"]
    groups = raw.columns["crowd"].astype(bool)
    assert [str(n) for n, group in zip(named, groups, strict=True) if group] == ["car"]
    assert report.facts["N-MASK-UNCOUNTED"][1] == 1
    labels, _ = read_masks(cityscapes(tmp_path / "labels", instances=False))
    assert not labels.columns["crowd"].any() and labels.rows == 3


def test_a_group_is_one_in_an_image_without_single_objects(tmp_path: Path) -> None:
    root = cityscapes(tmp_path)
    values = np.where(city_map() >= 1000, ROAD, city_map()).astype(np.uint16)
    save(root / "gtFine/val/bonn/bonn_000000_000019_gtFine_instanceIds.png", values)
    raw, _ = read_masks(root)
    assert raw.columns["crowd"].sum() == 1


def test_pictures_of_another_split_are_none_of_its_images(tmp_path: Path) -> None:
    cityscapes(cityscapes(tmp_path), "train")
    raw, report = read_masks(tmp_path / "gtFine" / "val")
    assert [image.title for image in raw.images] == ["bonn/bonn_000000_000019_leftImg8bit.png"]
    assert "W-MASK-NO-MASK" not in report.facts


TRAIN = {number: place for place, number in enumerate(CITYSCAPES)}
NAMES = {
    "_leftImg8bit.png": False,
    ".png": False,
    "_pred.png": False,
    "_gtFine_labelIds.png": False,
    "_gtFine_labelTrainIds.png": True,
    "_leftImg8bit_labelTrainIds.png": True,
    "_trainids/bonn_000000_000019.png": True,
}


@pytest.mark.parametrize("ending", NAMES)
def test_scores_are_those_of_numpy(tmp_path: Path, ending: str) -> None:
    """Whatever predictions are called, with ids or train ids, over the classes that count."""
    made = Project.import_project(cityscapes(tmp_path / "set"), target=tmp_path / "made")
    values = city_map()
    truth = np.where(values >= 1000, values // 1000, values)
    guess = np.roll(np.where(truth == 4, ROAD, truth), 3, axis=1)
    guess[:4] = 11
    written: NDArray[Any] = guess
    if NAMES[ending]:
        written = np.vectorize(TRAIN.get)(guess)
    save(tmp_path / "found" / f"bonn_000000_000019{ending}", written.astype(np.uint8))
    project = Project.open(made["path"])
    done = project.import_predictions(tmp_path / "found", name="net")
    assert (done["rejected"], done["images_with_predictions"]) == (0, 1)
    counted = np.isin(truth, list(CITYSCAPES))
    shares = []
    for number in CITYSCAPES:
        either = ((truth == number) | (guess == number)) & counted
        if either.any():
            shares.append(((truth == number) & (guess == number)).sum() / either.sum())
    found = project.evaluate("net", task="semantic")["metrics"]["miou"]
    assert found == pytest.approx(np.mean(shares), abs=1e-12)


def test_ade20k_does_not_count_0(tmp_path: Path) -> None:
    values = np.array([[0, 0, 3], [1, 1, 3]], np.uint8)
    for name in ("train", "val"):
        save(tmp_path / "annotations" / f"{name}ing" / f"ADE_{name}_00000001.png", values)
    raw, report = read_masks(tmp_path)
    assert {label for _, label in areas(raw)} == {"1", "3"}
    assert report.facts["N-MASK-UNCOUNTED"][1] == 2
    table = (
        "Idx\tRatio\tTrain\tVal\tStuff\tName\n1\t0.1\t9\t9\t1\twall\n3\t.1\t9\t9\t1\tsky, blue\n"
    )
    (tmp_path / "objectInfo150.txt").write_text(table)
    raw, _ = read_masks(tmp_path / "annotations")
    assert {label for _, label in areas(raw)} == {"wall", "sky"}


def test_predictions_of_ade20k_may_count_from_0_when_told_so(tmp_path: Path) -> None:
    """A network that leaves out the class of nothing writes 0 for the first class."""
    values = np.array([[0, 0, 2], [1, 1, 2]], np.uint8)
    save(tmp_path / "ADE_val_00000001.png", values)
    classes = tuple((k, str(k)) for k in (1, 2, 3))
    plain = ReadRequest(role="predictions", titles=("ADE_val_00000001.jpg",), classes=classes)
    raw, report = read_masks(tmp_path, plain)
    assert {c.number for c in raw.classes} == {1, 2}
    assert "place in the list, from 0" in report.facts["W-MASK-VALUE"][0]
    told = ReadRequest(role="predictions", classes=classes, from_zero=True)
    raw, report = read_masks(tmp_path, told)
    assert {c.number for c in raw.classes} == {0, 1, 2} and "W-MASK-VALUE" not in report.facts


def test_colours_of_voc_need_no_table(tmp_path: Path) -> None:
    known = {index: colour for colour, index in voc_colours().items()}
    published = {0: (0, 0, 0), 1: (128, 0, 0), 15: (192, 128, 128), 20: (0, 64, 128),
                 255: (224, 224, 192)}  # fmt: skip
    for index, (red, green, blue) in published.items():
        assert known[index] == red + 256 * green + 65536 * blue
    rgb = np.array([[published[v] for v in row] for row in ((0, 15, 15), (255, 20, 0))], np.uint8)
    save(tmp_path / "SegmentationClass" / "2007_000032.png", rgb)
    assert recognised(tmp_path, "truth").format == "masks"
    raw, report = read_masks(tmp_path)
    assert areas(raw) == {("2007_000032", n): k for n, k in (("0", 2), ("15", 2), ("20", 1))}
    assert {"N-MASK-VOC", "N-MASK-VOID"} <= report.facts.keys()
    other = Image.new("RGB", (3, 2), (1, 2, 3))
    other.save(tmp_path / "SegmentationClass" / "2007_000033.png")
    assert read_masks(tmp_path)[1].rejected_codes == {"E-MASK-COLOUR": 2}


def test_polygons_of_cityscapes(tmp_path: Path) -> None:
    """Where the masks are not there; groups and labels that do not count are crowd regions."""
    triangle = [[1, 1], [30, 1], [30, 20]]
    drawn = ("sky", "car", "cargroup", "ego vehicle")
    objects = [{"label": label, "polygon": triangle} for label in drawn]
    objects += [{"label": "car", "polygon": [[1, 1]]}]
    document = {"imgHeight": 32, "imgWidth": 64, "objects": objects}
    root = cityscapes(tmp_path)
    file = root / "gtFine/val/bonn/bonn_000000_000019_gtFine_polygons.json"
    file.write_text(json.dumps(document))
    assert recognised(root, "truth").format == "masks"
    for mask in (root / "gtFine").rglob("*Ids.png"):
        mask.unlink()
    for path in (root, root / "gtFine", file):
        assert recognised(path, "truth").format == "cityscapes"
    report = ImportReport(root)
    raw = format_of("cityscapes", "truth").read(root, ReadRequest(role="truth"), report)
    named = [raw.classes[k].name for k in raw.columns["class_ref"]]
    assert named == ["sky", "car", "car", "ego vehicle"]
    assert raw.columns["crowd"].tolist() == [0, 0, 1, 1] and set(raw.columns["kind"]) == {
        Kind.POLYGON
    }
    (image,) = raw.images
    assert (image.key, image.split) == ("bonn_000000_000019_leftImg8bit", "val")
    assert image.title.endswith("bonn_000000_000019_leftImg8bit.png")
    assert report.rejected_codes == {"E-CITYSCAPES-SHAPE": 1}
