"""The doctor on real predictions: it tells what a format leaves open, or says wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import PREDICTIONS, boxes_of
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor import Diagnosis, diagnose, read_mapping, settle, write_mapping
from boxscore.sources.doctor.readings import BoxReading
from boxscore.sources.raw import Convention, RawBuilder, RawSet
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
    assert words(diagnosis) == ["file stem", "source id", form]
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
