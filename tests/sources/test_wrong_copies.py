"""Wrong copies of right results: told by the doctor, and right with its mapping file or refused.

A copy is never imported as something else: it is right by itself, or refused, and then right with
the mapping file that the doctor writes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.sources import wrong_copies as copies
from tests.sources.wrong_copies import (
    BOXES,
    Change,
    Record,
    Subject,
    ids_of,
    images_of,
    names_of,
    outcome,
    stem,
)

Write = Callable[[list[Record], Path], Path]


# ---- boxes ----


@pytest.mark.parametrize("form", BOXES)
def test_boxes_of_another_form(subject: Subject, tmp_path: Path, form: str) -> None:
    """COCO says what boxes are: everything else is refused with the form that they have."""
    path = copies.coco(subject.wrong(BOXES[form]), tmp_path / "run")
    said = outcome(subject, path, tmp_path)
    if (subject.context.items["width"] == 640).all() and (said.plain, form[:4]) == (
        "right",
        "xywh",
    ):
        return  # An image of 640 x 640 is its own input.
    assert (said.plain, said.mapped) == ("refused", "right")
    if (subject.context.items["width"] == subject.context.items["height"]).all():
        return  # The sides of squares cannot be taken for each other.
    assert said.chosen["boxes"] == form
    assert f"boxes cannot be told for sure: read as {form}: " in said.problem
    assert "labels reach a mean best IoU of" in said.problem


@pytest.mark.parametrize("form", BOXES)
@pytest.mark.parametrize("write", [copies.csv, copies.txt])
def test_boxes_of_formats_that_leave_it_open(
    demo: Subject, tmp_path: Path, write: Write, form: str
) -> None:
    names = names_of(demo)
    records = [r._replace(klass=names[r.klass]) for r in map(stem, demo.wrong(BOXES[form]))]
    said = outcome(demo, write(records, tmp_path / "run"), tmp_path)
    assert said.chosen["boxes"] == form
    assert said.mapped == "right"
    assert (said.plain == "right" and said.mapping["boxes"] == form) or said.plain == "refused"


@pytest.mark.parametrize("form", [f for f in BOXES if f != "cxcywh, relative"])
def test_boxes_of_yolo_files(demo: Subject, tmp_path: Path, form: str) -> None:
    ids = ids_of(demo)
    records = [stem(r)._replace(klass=ids.index(r.klass)) for r in demo.wrong(BOXES[form])]
    said = outcome(demo, copies.yolo(records, tmp_path / "run"), tmp_path, "yolo")
    assert (said.chosen["boxes"], said.plain, said.mapped) == (form, "refused", "right")


@pytest.mark.parametrize("form", [f for f in BOXES if f != "xyxy, pixels"])
def test_boxes_of_kitti_files(demo: Subject, tmp_path: Path, form: str) -> None:
    names = names_of(demo)
    records = [
        stem(r)._replace(klass=names[r.klass].replace(" ", "_")) for r in demo.wrong(BOXES[form])
    ]
    said = outcome(demo, copies.kitti(records, tmp_path / "run"), tmp_path, "kitti")
    assert (said.chosen["boxes"], said.plain, said.mapped) == (form, "refused", "right")


# ---- images ----

NAMES: dict[str, Callable[[Record], object]] = {
    "number as text": lambda r: str(r.image),
    "stem": lambda r: Path(r.title).stem,
    "file name": lambda r: r.title,
    "upper case": lambda r: r.title.upper(),
    "upper case stem": lambda r: Path(r.title).stem.upper(),
    "folder": lambda r: "val/images/" + r.title,
    "absolute": lambda r: "/data/coco/" + r.title,
    "windows": lambda r: "C:\\data\\" + r.title,
    "other suffix": lambda r: Path(r.title).stem + ".png",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("write", [copies.coco, copies.csv])
def test_names_of_images(subject: Subject, tmp_path: Path, name: str, write: Write) -> None:
    records = [r._replace(image=NAMES[name](r)) for r in subject.records]
    if write is copies.csv and any("," in str(r.image) for r in records):
        pytest.skip("the names hold commas")
    said = outcome(subject, write(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("right", "right")
    assert said.mapping["images"].startswith("by ")


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("write", [copies.coco, copies.csv])
def test_ids_of_images_shifted_by_one(
    demo: Subject, fake100: Subject, tmp_path: Path, shift: int, write: Write
) -> None:
    for subject in (demo, fake100):
        records = [r._replace(image=int(str(r.image)) + shift) for r in subject.records]
        said = outcome(subject, write(records, tmp_path / "run"), tmp_path)
        assert (said.plain, said.mapped) == ("right", "right")
        assert said.mapping["images"] == f"by source id {'plus' if shift > 0 else 'less'} one"


@pytest.mark.parametrize("first", [0, 1])
def test_places_for_images(subject: Subject, tmp_path: Path, first: int) -> None:
    images = images_of(subject)
    records = [r._replace(image=images.index(r.image) + first) for r in subject.records]
    said = outcome(subject, copies.coco(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("right", "right")
    assert said.mapping["images"] == f"by place in the list, from {first}"


@pytest.mark.parametrize("write", [copies.coco, copies.jsonl])
@pytest.mark.parametrize("order", ["next", "shuffled"])
def test_ids_that_mean_other_images(
    subject: Subject, tmp_path: Path, write: Write, order: str
) -> None:
    """No rule finds them again: refused, also with what the doctor wrote."""
    images = images_of(subject)
    other = images[1:] + images[:1]
    if order == "shuffled":
        other = random.Random(3).sample(images, len(images))
    moved = dict(zip(images, other, strict=True))
    records = [r._replace(image=moved[r.image]) for r in subject.records]
    said = outcome(subject, write(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("refused", "refused")
    assert "images cannot be told for sure" in said.problem
    assert "images fit the labels of another image" in said.problem


# ---- classes ----


def shifted(by: int) -> Callable[[Subject], Change]:
    return lambda subject: copies.klass(lambda c: c + by)


def places(first: int) -> Callable[[Subject], Change]:
    return lambda subject: copies.klass(lambda c: ids_of(subject).index(c) + first)


def named(form: Callable[[str], str]) -> Callable[[Subject], Change]:
    return lambda subject: copies.klass(lambda c: form(names_of(subject)[c]))


def misspelt(name: str) -> str:
    return name[:-2] + name[-1] if len(name) > 5 else name


CLASSES: dict[str, Callable[[Subject], Change]] = {
    "less one": shifted(-1),
    "plus one": shifted(1),
    "places from 0": places(0),
    "places from 1": places(1),
    "places from 2": places(2),
    "names": named(str),
    "upper case": named(str.upper),
    "underscores": named(lambda name: name.replace(" ", "_")),
    "plural": named(lambda name: name + "s"),
    "misspelt": named(misspelt),
}


@pytest.mark.parametrize("form", CLASSES)
@pytest.mark.parametrize("write", [copies.coco, copies.csv])
def test_names_and_numbers_of_classes(
    subject: Subject, tmp_path: Path, form: str, write: Write
) -> None:
    records = subject.wrong(CLASSES[form](subject))
    said = outcome(subject, write(records, tmp_path / "run"), tmp_path)
    assert said.plain in ("right", "refused") and said.mapped == "right"
    if said.plain == "right":
        assert said.mapping["classes"].startswith("by ")
    else:
        assert "classes cannot be told for sure" in said.problem
        assert "of the records that lie on a label" in said.problem


@pytest.mark.parametrize("write", [copies.coco, copies.csv, copies.txt, copies.yolo])
def test_permuted_classes_are_refused(demo: Subject, tmp_path: Path, write: Write) -> None:
    """What few labels bear out must be named by hand, also after the doctor wrote its mapping."""
    ids = ids_of(demo)
    change = copies.klass(lambda c: ids[-1 - ids.index(c)])
    form = {"txt": "xyxy, pixels", "yolo": "cxcywh, relative"}.get(write.__name__)
    records = [r if form is None else stem(BOXES[form](r)) for r in demo.wrong(change)]
    said = outcome(demo, write(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("refused", "refused")
    assert "classes found by overlap with the ground truth" in said.problem or (
        "the ids exist, but by overlap with the ground truth" in said.problem
    )


def test_two_classes_for_each_other(catdog: Subject, tmp_path: Path) -> None:
    ids = ids_of(catdog)
    records = catdog.wrong(copies.klass(lambda c: ids[1 - ids.index(c)]))
    said = outcome(catdog, copies.coco(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("refused", "right")


# ---- confidences ----


@pytest.mark.parametrize(
    ("scale", "form"),
    [("percent", lambda v: v * 100), ("logit", lambda v: float(np.log(v / (1 - v))))],
)
@pytest.mark.parametrize("write", [copies.coco, copies.csv])
def test_confidences_on_another_scale(
    demo: Subject, tmp_path: Path, scale: str, form: Callable[[float], float], write: Write
) -> None:
    """Kept, for AP does not change, and said; a mapping file makes them shares."""
    records = [r._replace(score=form(r.score)) for r in demo.records]
    path = write(records, tmp_path / "run")
    said = outcome(demo, path, tmp_path)
    assert said.diagnosis is not None and said.diagnosis.confidence is not None
    assert f"confidence: scale: {scale}" in said.diagnosis.confidence.why
    mapping = tmp_path / "scale.yaml"
    mapping.write_text(f"confidence:\n  scale: {scale}\n")
    assert copies.read_as(demo, path, mapping) == "right"


def test_confidence_in_front_of_a_yolo_box(demo: Subject, tmp_path: Path) -> None:
    ids = ids_of(demo)
    change = BOXES["cxcywh, relative"]
    records = [stem(r)._replace(klass=ids.index(r.klass)) for r in demo.wrong(change)]
    path = copies.yolo_confidence_first(records, tmp_path / "run")
    said = outcome(demo, path, tmp_path, "yolo")
    assert (said.plain, said.mapped) == ("refused", "right")
    assert "with the confidence on the other side of the box" in said.problem


# ---- other data ----


def test_results_of_another_data_set(
    demo: Subject, catdog: Subject, coco128: Subject, tmp_path: Path
) -> None:
    for project, records in (
        (demo, catdog.records), (demo, coco128.records), (catdog, demo.records)
    ):  # fmt: skip
        said = outcome(project, copies.coco(records, tmp_path / "run"), tmp_path)
        assert (said.plain, said.mapped) == ("refused", "refused")
        assert "images cannot be told for sure: " in said.problem
        assert "not found: " in said.problem


@pytest.mark.parametrize("write", [copies.coco, copies.csv])
def test_results_of_other_images_under_the_same_ids(
    demo: Subject, coco128: Subject, tmp_path: Path, write: Write
) -> None:
    """The sizes of the images differ, and the labels are elsewhere."""
    ids, others = images_of(demo), images_of(coco128)
    place = dict(zip(others, ids, strict=False))
    names = names_of(coco128)
    back = {c.name: c.source_id for c in demo.context.ontology.classes}
    records = [
        r._replace(image=place[r.image], klass=back[names[r.klass]])
        for r in coco128.records
        if r.image in place
    ]
    said = outcome(demo, write(records, tmp_path / "run"), tmp_path)
    assert (said.plain, said.mapped) == ("refused", "refused")
    assert "no better than on those of other images" in said.problem
