"""Wrong copies of right results: told by the doctor, and right with its mapping file or refused.

A copy is never imported as something else: it is right by itself, or refused, and then right with
the mapping file that the doctor writes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import BoxscoreError
from boxscore.project import Project
from boxscore.sources import read_run
from boxscore.sources.report import ImportReport
from tests.sources import wrong_copies as copies
from tests.sources.wrong_copies import BOXES, Change, Record, Subject, outcome

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"
Write = Callable[[list[Record], Path], Path]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """COCO's ids with gaps; images of many sizes."""
    made = Project.import_project(DEMO / "annotations.json", target=tmp_path_factory.mktemp("demo"))
    return Subject.of(Project.open(made["path"]), DEMO / "predictions_float32.json")


@pytest.fixture(scope="module")
def int8(demo: Subject, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """The worse model on the same images."""
    made = Project.import_project(DEMO / "annotations.json", target=tmp_path_factory.mktemp("int8"))
    return Subject.of(Project.open(made["path"]), DEMO / "predictions_int8.json")


@pytest.fixture(scope="module")
def coco128(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Classes from 0, images by stems."""
    root = shared_data / "coco128_val"
    made = Project.import_project(
        root / "object_detection" / "labels" / "val2017",
        images=root / "images",
        target=tmp_path_factory.mktemp("coco128"),
    )
    return Subject.of(Project.open(made["path"]), root / "centernet_results.json")


@pytest.fixture(scope="module")
def catdog(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Two classes, twenty images, large objects."""
    root = shared_data / "yolo_catdog"
    made = Project.import_project(root / "data.yaml", target=tmp_path_factory.mktemp("catdog"))
    return Subject.of(Project.open(made["path"]), root / "predictions.json")


@pytest.fixture(scope="module")
def fake100(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Ids in the hundreds, close together."""
    root = shared_data / "coco_fake100"
    made = Project.import_project(
        root / "instances_val2014_100.json", target=tmp_path_factory.mktemp("fake100")
    )
    found = root / "instances_val2014_fakebbox100_results.json"
    return Subject.of(Project.open(made["path"]), found)


SETS = ("demo", "coco128", "catdog", "fake100")


@pytest.fixture(params=SETS)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each of the real sets."""
    chosen: Subject = request.getfixturevalue(request.param)
    return chosen


def names_of(subject: Subject) -> dict[Any, str]:
    return {c.source_id: c.name for c in subject.context.ontology.classes}


def ids_of(subject: Subject) -> list[Any]:
    return [c.source_id for c in subject.context.ontology.classes]


def images_of(subject: Subject) -> list[Any]:
    texts = subject.context.items["source_id"].tolist()
    return [int(text) if text.lstrip("-").isdigit() else text for text in texts]


def stem(record: Record) -> Record:
    return record._replace(image=Path(record.title).stem)


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
@pytest.mark.parametrize("write", [copies.csv, copies.jsonl, copies.txt])
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


@pytest.mark.parametrize("write", [copies.coco, copies.csv, copies.jsonl])
@pytest.mark.parametrize("order", ["next", "reversed", "shuffled"])
def test_ids_that_mean_other_images(
    subject: Subject, tmp_path: Path, write: Write, order: str
) -> None:
    """No rule finds them again: refused, also with what the doctor wrote."""
    images = images_of(subject)
    other = {"next": images[1:] + images[:1], "reversed": images[::-1]}.get(order)
    if other is None:
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


# ---- no false alarms ----


def read_plainly(subject: Subject, records: list[Record], folder: Path, write: Write) -> Any:
    path = write(records, folder / f"run-{len(list(folder.iterdir()))}")
    return read_run(path, "auto", subject.context, ImportReport(path))


def as_yolo(subject: Subject, records: list[Record]) -> list[Record]:
    ids = ids_of(subject)
    form = BOXES["cxcywh, relative"]
    return [form(stem(r)._replace(klass=ids.index(r.klass))) for r in records]


def jittered(record: Record, dice: random.Random, share: float, ids: list[Any]) -> Record:
    x, y, w, h = record.box
    w2 = min(max(w * (1 + dice.gauss(0, share)), 3), record.width - 1)
    h2 = min(max(h * (1 + dice.gauss(0, share)), 3), record.height - 1)
    x2 = min(max(x + dice.gauss(0, share) * w, 0), record.width - w2)
    y2 = min(max(y + dice.gauss(0, share) * h, 0), record.height - h2)
    klass = dice.choice(ids) if dice.random() < share else record.klass
    return record._replace(box=(x2, y2, w2, h2), klass=klass, score=dice.random())


def noise(record: Record, dice: random.Random, ids: list[Any]) -> Record:
    w, h = (dice.uniform(0.02, 0.9) * side for side in (record.width, record.height))
    x, y = dice.uniform(0, record.width - w), dice.uniform(0, record.height - h)
    return record._replace(box=(x, y, w, h), klass=dice.choice(ids), score=dice.random())


@pytest.mark.parametrize("seed", range(2))
def test_right_files_raise_no_alarm(subject: Subject, tmp_path: Path, seed: int) -> None:
    """Of bad and of random detectors, and of very few records."""
    dice, ids = random.Random(seed), ids_of(subject)
    runs = [dice.sample(subject.records, n) for n in (1, 2, 5, 20, 60)]
    for key in ("image", "klass"):
        one = getattr(dice.choice(subject.records), key)
        runs.append([r for r in subject.records if getattr(r, key) == one])
    runs += [[jittered(r, dice, s, ids) for r in subject.records] for s in (0.2, 0.5, 1.0)]
    runs.append([noise(r, dice, ids) for r in subject.records])
    for run in runs:
        assert read_plainly(subject, run, tmp_path, copies.coco).mapping["images"] == "by source id"
        found = read_plainly(subject, as_yolo(subject, run), tmp_path, copies.yolo)
        assert found.predictions.table.rows == len(run)
        assert found.mapping["classes"] == "by place in the list, from 0"


def test_noise_is_said_to_fit_no_image(catdog: Subject, tmp_path: Path) -> None:
    dice, ids = random.Random(1), ids_of(catdog)
    records = [noise(r, dice, ids) for r in catdog.records]
    warnings = read_plainly(catdog, records, tmp_path, copies.coco).report.warnings
    assert "W-DOCTOR-IMAGES" in {w["code"] for w in warnings}


@pytest.mark.parametrize("form", ["yolo", "csv", "jsonl", "voc", "kitti", "coco"])
def test_our_own_exports_are_right(demo_folder: Path, tmp_path: Path, form: str) -> None:
    project = Project.open(demo_folder)
    subject = Subject.of(project, DEMO / "predictions_float32.json")
    project.export("float32", format=form, output=tmp_path / "made")
    files = {"csv": "predictions.csv", "jsonl": "predictions.jsonl", "coco": "results.json"}
    said = outcome(subject, tmp_path / "made" / files.get(form, ""), tmp_path)
    assert (said.plain, said.mapped) == ("right", "right"), said.problem


def test_a_mapping_with_unknown_words_is_refused(demo: Subject, tmp_path: Path) -> None:
    path = copies.coco(demo.records, tmp_path / "run")
    for text in ("confidence: {scale: odds}", "confidence: {place: middle}", "confidence: [1]"):
        (tmp_path / "mapping.yaml").write_text(text)
        with pytest.raises(BoxscoreError, match="confidence"):
            copies.read_as(demo, path, tmp_path / "mapping.yaml")


def test_the_true_ap_with_the_mapping_file(demo_folder: Path, tmp_path: Path) -> None:
    """From end to end, as a user does it."""
    project = Project.open(demo_folder)
    subject = Subject.of(project, DEMO / "predictions_float32.json")
    path = copies.coco(subject.wrong(BOXES["cxcyhw, pixels"]), tmp_path / "run")
    mapping = tmp_path / "mapping.yaml"
    document = project.doctor(path, write=mapping)
    assert not document["sure"]
    made = Project.import_project(DEMO / "annotations.json", target=tmp_path, name="made")
    done = Project.open(made["path"]).import_predictions(path, mapping=mapping)
    assert done["evaluation"]["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-6)
    assert json.loads(json.dumps(document)) == document
