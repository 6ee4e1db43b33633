"""The doctor on real predictions: it tells what a format leaves open, or says wrongly."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError, SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import ITEMS, PREDICTIONS, Table, boxes_of
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor import Diagnosis, diagnose, read_mapping, settle, write_mapping
from boxscore.sources.doctor.images import read_images
from boxscore.sources.doctor.readings import BoxReading, Reading
from boxscore.sources.raw import Convention, RawBuilder, RawClass, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.settling import annotations_of

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"
Box = tuple[float, float, float, float]
OPEN = Convention(corners=None, scale=None)


@pytest.fixture(scope="module")
def context(demo_folder: Path) -> ProjectContext:
    project = Project.open(demo_folder)
    return ProjectContext(
        items=project.items, ontology=project.ontology, ground_truth=project.ground_truth
    )


def raw(
    context: ProjectContext,
    *,
    image: Callable[[str], str] = lambda stem: stem,
    number: Callable[[int], int] = lambda number: number,
    box: Callable[[Box, int, int], Box] = lambda box, w, h: box,
    convention: Convention = OPEN,
) -> RawSet:
    """The float32 model's results as another program might have written them."""
    items = context.items
    row_of = {int(s): k for k, s in enumerate(items["source_id"].tolist())}
    builder = RawBuilder("made up", Path("made-up"), ImportReport(Path("made-up")), convention)
    for line, found in enumerate(json.loads((DEMO / "predictions_float32.json").read_text()), 1):
        row = row_of[found["image_id"]]
        builder.add(
            builder.image(image(Path(items["title"][row]).stem)),
            builder.class_ref(number(found["category_id"])),
            Kind.BOX,
            box=box(tuple(found["bbox"]), int(items["width"][row]), int(items["height"][row])),
            confidence=found["score"],
            line=line,
        )
    return builder.build()


def words(diagnosis: Diagnosis) -> list[str]:
    return [finding.chosen.how for finding in diagnosis.findings]


FORMS: dict[str, Callable[[Box, int, int], Box]] = {
    "xywh, pixels": lambda b, w, h: b,
    "xyxy, pixels": lambda b, w, h: (b[0], b[1], b[0] + b[2], b[1] + b[3]),
    "cxcywh, pixels": lambda b, w, h: (b[0] + b[2] / 2, b[1] + b[3] / 2, b[2], b[3]),
    "yxyx, pixels": lambda b, w, h: (b[1], b[0], b[1] + b[3], b[0] + b[2]),
    "xywh, relative": lambda b, w, h: (b[0] / w, b[1] / h, b[2] / w, b[3] / h),
    "cxcywh, relative": lambda b, w, h: (
        (b[0] + b[2] / 2) / w, (b[1] + b[3] / 2) / h, b[2] / w, b[3] / h,
    ),
    "xywh, pixels of a 640x640 input (stretch)": lambda b, w, h: (
        b[0] * 640 / w, b[1] * 640 / h, b[2] * 640 / w, b[3] * 640 / h,
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_boxes_is_told_from_the_ground_truth(
    context: ProjectContext, form: str
) -> None:
    source = raw(context, box=FORMS[form])
    diagnosis = diagnose(source, context)
    assert words(diagnosis) == ["file stem", "source id", form, "share"]
    assert diagnosis.sure
    report = ImportReport(source.path)
    found = annotations_of(source, settle(source, diagnosis, context), PREDICTIONS, report)
    plain = raw(context)
    settled = settle(plain, diagnose(plain, context), context)
    same = annotations_of(plain, settled, PREDICTIONS, ImportReport(plain.path))
    assert np.allclose(boxes_of(found.table), boxes_of(same.table), atol=1e-6)
    assert report.rejected == 0


def test_boxes_that_contradict_their_format_are_refused_with_the_evidence(
    context: ProjectContext, tmp_path: Path
) -> None:
    stated = Convention(corners="xywh", scale="pixels")
    source = raw(context, box=FORMS["xyxy, pixels"], convention=stated)
    diagnosis = diagnose(source, context)
    assert not diagnosis.sure
    with pytest.raises(SourceError, match="boxes cannot be told for sure: read as xyxy, pixels"):
        settle(source, diagnosis, context)
    write_mapping(tmp_path / "mapping.yaml", diagnosis.mapping(), "made-up", "demo")
    decided = diagnose(source, context, read_mapping(tmp_path / "mapping.yaml"))
    assert decided.sure
    assert isinstance(decided.findings[2].chosen, BoxReading)
    assert decided.findings[2].chosen.form.corners == "xyxy"


@pytest.mark.parametrize(("shift", "how"), [(0, "source id"), (-1, "source id less one")])
def test_shifted_class_numbers_are_told_from_the_ground_truth(
    context: ProjectContext, shift: int, how: str
) -> None:
    diagnosis = diagnose(raw(context, number=lambda n: n + shift), context)
    assert diagnosis.classes.chosen.how == how
    assert diagnosis.sure


def test_names_in_disorder_are_doubted(context: ProjectContext) -> None:
    """A list of names that is off by one names every class, and none rightly."""
    given = raw(context)
    names = {c.source_id: c.name for c in context.ontology.classes}
    order = [c.source_id for c in context.ontology.classes]
    off = dict(zip(order, [*order[1:], order[0]], strict=True))
    for change, doubted in ((lambda n: n, False), (off.get, True)):
        classes = [RawClass(number=None, name=names[change(c.number)]) for c in given.classes]
        diagnosis = diagnose(replace(given, classes=classes), context)
        assert diagnosis.classes.chosen.how == "name" and diagnosis.classes.sure
        assert ("right order" in diagnosis.classes.doubt) is doubted
        report = ImportReport(Path("made-up"))
        diagnosis.warn(report)
        assert ("W-DOCTOR-CLASSES" in report.facts) is doubted


# ---- files of a real run, and what goes wrong with such files ----

Numbers = tuple[float, float, float, float]


def shares(x: float, y: float, w: float, h: float, width: int, height: int) -> Numbers:
    return (x + w / 2) / width, (y + h / 2) / height, w / width, h / height


def barred(x: float, y: float, w: float, h: float, width: int, height: int) -> Numbers:
    """Centre and size in the 640 x 640 input that the image was fitted into."""
    s = 640 / max(width, height)
    return (
        (x + w / 2) * s + (640 - width * s) / 2, (y + h / 2) * s + (640 - height * s) / 2,
        w * s, h * s,
    )  # fmt: skip


def corners(x: float, y: float, w: float, h: float, width: int, height: int) -> Numbers:
    return x / width, y / height, (x + w) / width, (y + h) / height


def swapped(*given: float) -> Numbers:
    cx, cy, w, h = shares(*given)  # type: ignore[arg-type]
    return cy, cx, h, w


def write_run(
    context: ProjectContext,
    folder: Path,
    box: Callable[..., Numbers] = shares,
    *,
    number: int = 0,
    stem: str = "{}",
) -> Path:
    """The float32 model's results as label files; classes are places in the list plus `number`."""
    items = context.items
    row_of = {int(s): k for k, s in enumerate(items["source_id"].tolist())}
    place_of = {c.source_id: c.class_id for c in context.ontology.classes}
    lines: dict[str, list[str]] = {}
    for found in json.loads((DEMO / "predictions_float32.json").read_text()):
        row = row_of[found["image_id"]]
        size = int(items["width"][row]), int(items["height"][row])
        numbers = " ".join(f"{v:.6g}" for v in box(*found["bbox"], *size))
        place = place_of[found["category_id"]] + number
        name = stem.format(Path(items["title"][row]).stem)
        lines.setdefault(name, []).append(f"{place} {numbers} {found['score']}")
    folder.mkdir()
    for name, rows in lines.items():
        (folder / f"{name}.txt").write_text("\n".join(rows) + "\n")
    return folder


FIRST = "place in the list, from 0"


@pytest.mark.parametrize(
    ("given", "classes", "boxes", "sure"),
    [
        pytest.param({}, FIRST, "cxcywh, relative", True, id="as-documented"),
        pytest.param(
            {"number": 1}, "place in the list, from 1", "cxcywh, relative", True, id="shifted"
        ),
        pytest.param(
            {"box": corners}, FIRST, "xyxy, relative", False, id="corners"
        ),
        pytest.param(
            {"box": lambda *b: (b[0] + b[2] / 2, b[1] + b[3] / 2, b[2], b[3])}, FIRST,
            "cxcywh, pixels", False, id="pixels",
        ),
        pytest.param({"box": swapped}, FIRST, "cycxhw, relative", False, id="x-and-y-swapped"),
        pytest.param(
            {"box": barred}, FIRST, "cxcywh, pixels of a 640x640 input (letterbox)", False,
            id="letterboxed",
        ),
        pytest.param(
            {"box": lambda *b: tuple(v / 640 for v in barred(*b))}, FIRST,
            "cxcywh, relative of a 640x640 input (letterbox)", False, id="letterboxed-shares",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_run_is_found_and_settled(
    demo_folder: Path,
    context: ProjectContext,
    tmp_path: Path,
    given: dict[str, Any],
    classes: str,
    boxes: str,
    sure: bool,
) -> None:
    """Refused where the files contradict their format; right with the mapping file written."""
    project = Project.open(demo_folder)
    run = write_run(context, tmp_path / "run", **given)
    document = project.doctor(run, format="yolo", write=tmp_path / "mapping.yaml")
    told = [f["chosen"]["how"] for f in document["findings"]]
    assert told == ["file stem", classes, boxes, "after the box, share"]
    assert document["sure"] is sure
    if not sure:
        with pytest.raises(SourceError, match="boxes cannot be told for sure"):
            project.import_predictions(run, format="yolo", dry_run=True)
    assert scored(demo_folder, tmp_path, run) == pytest.approx(0.29997, abs=1e-4)


def scored(demo_folder: Path, tmp_path: Path, run: Path) -> float:
    """AP in a copy of the demo, read as the mapping file says."""
    copy = Path(shutil.copytree(demo_folder, tmp_path / "copy"))
    document = Project.open(copy).import_predictions(
        run, format="yolo", name="run", mapping=tmp_path / "mapping.yaml"
    )
    assert document["rejected"] == 0
    ap: float = document["evaluation"]["metrics"]["AP"]
    return ap


def test_stems_may_have_a_dot(context: ProjectContext) -> None:
    """Roboflow's names, `a_jpg.rf.0123.jpg`: what follows the last dot of a stem is no suffix."""
    titles = [f"train/{k}_JPG.rf.0{k}.jpg" for k in range(context.items.rows)]
    items = Table(ITEMS, {**context.items, "title": np.array(titles, object)})
    for change, how in ((str, "file stem"), (str.lower, "file stem, whatever its case")):
        raw = RawBuilder("made up", Path("made-up"), ImportReport(Path("made-up")), OPEN)
        for title in titles:
            raw.image(change(Path(title).stem))
        chosen = read_images(raw.build(), items).chosen
        assert isinstance(chosen, Reading) and chosen.how == how
        assert chosen.place.tolist() == list(range(items.rows))


def test_files_of_other_images_are_refused_even_with_their_mapping(
    demo_folder: Path, context: ProjectContext, tmp_path: Path
) -> None:
    project = Project.open(demo_folder)
    run = write_run(context, tmp_path / "run", stem="other-{}-x")
    document = project.doctor(run, write=tmp_path / "mapping.yaml")
    images, _, boxes, _ = document["findings"]
    assert not document["sure"] and document["unmatched"] == 1
    assert images["chosen"]["how"] == "no way" and len(images["unmatched"]) == 5
    assert boxes["why"] == "no box lies on an image of the project"
    for mapping in (None, tmp_path / "mapping.yaml"):
        with pytest.raises(SourceError, match="images cannot be told for sure: 0 of 41 images"):
            project.import_predictions(run, mapping=mapping, dry_run=True)


def test_a_mapping_names_images_and_classes(
    demo_folder: Path, context: ProjectContext, tmp_path: Path
) -> None:
    """Names that no rule finds are given one by one; a class is left out on purpose."""
    project = Project.open(demo_folder)
    run = write_run(context, tmp_path / "run")
    title = context.items["title"].tolist()[0]
    (run / f"{Path(title).stem}.txt").rename(run / "renamed.txt")
    (tmp_path / "mapping.yaml").write_text(
        f"images: {{map: {{renamed: {title}}}}}\nclasses: {{map: {{0: null}}}}\n"
    )
    document = project.import_predictions(
        run, mapping=tmp_path / "mapping.yaml", name="mapped", dry_run=True
    )
    assert document["images_with_predictions"] == 41 and document["rejected"] == 0
    counts = {w["code"]: w["count"] for w in document["warnings"]}
    persons = sum(
        text.startswith("0 ") for f in run.iterdir() for text in f.read_text().splitlines()
    )
    assert counts["N-CLASS-LEFT-OUT"] == persons > 0
    assert document["mapping"]["images"] == "by file stem, with exceptions"


def test_what_a_mapping_settles_is_written_again(context: ProjectContext, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("images: {map: {a: '000000005001.jpg'}}\nclasses: {map: {zebra: null}}\n")
    given = read_mapping(path)
    again = diagnose(raw(context), context, given).mapping()
    write_mapping(path, again, "made-up", "demo")
    assert read_mapping(path) == again
    assert (again.images, again.classes) == (given.images, given.classes)
    assert (again.images_by, again.classes_by) == ("file stem", "source id")


def test_no_mapping_file_is_overwritten(
    demo_folder: Path, context: ProjectContext, tmp_path: Path
) -> None:
    run = write_run(context, tmp_path / "run")
    (tmp_path / "mapping.yaml").write_text("mine")
    for name, code in (("mapping.yaml", "E-MAPPING-EXISTS"), ("no/folder", "E-MAPPING-WRITE")):
        with pytest.raises(RequestError) as bad:
            Project.open(demo_folder).doctor(run, write=tmp_path / name)
        assert bad.value.code == code
    assert (tmp_path / "mapping.yaml").read_text() == "mine"


def test_predictions_of_another_set_are_refused(context: ProjectContext) -> None:
    source = raw(context, image=lambda stem: f"other-{int(stem) * 7}-x")
    diagnosis = diagnose(source, context)
    assert not diagnosis.sure
    with pytest.raises(SourceError, match="images cannot be told for sure: 0 of 41 images"):
        settle(source, diagnosis, context)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("images: {by: stem}", "is no way"),
        ("classes: {by: number}", "is no way"),
        ("classes: {map: {a: b, a: c}}", "key a stands twice"),
        ("boxes: {corners: ltrb}", "is unknown"),
        ("x: &a [1]\ny: *a", "anchor a is not allowed"),
        ("x: !!python/object:os.system y", "is not allowed"),
        ("colour: red", "key colour is unknown"),
        ("images: [", "is no YAML"),
    ],
)
def test_a_wrong_mapping_file_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(SourceError, match=problem):
        read_mapping(path)


def test_classes_are_listed_as_they_would_be_read(
    demo_folder: Path, context: ProjectContext, tmp_path: Path
) -> None:
    """Row by row, with a mapping's decisions taken for what they are."""
    project = Project.open(demo_folder)
    run = write_run(context, tmp_path / "run")
    before = project.doctor(run, format="yolo")["classes"]
    names = [row.name for row in context.ontology.classes]
    assert [row["records"] for row in before] == sorted(
        (r["records"] for r in before), reverse=True
    )
    assert all(row["class"] == names[int(row["source"])] for row in before)
    mapping = tmp_path / "mine.yaml"
    one, other = before[0]["source"], before[1]["source"]
    mapping.write_text(f'version: 1\nclasses:\n  map:\n    "{one}": zebra\n    "{other}": null\n')
    after = project.doctor(run, format="yolo", mapping=mapping)["classes"]
    assert after[0] == before[0] | {"class": "zebra", "how": "mapping file"}
    assert after[1] == before[1] | {"class": None, "left_out": True, "how": "mapping file"}
    assert after[2:] == before[2:]
