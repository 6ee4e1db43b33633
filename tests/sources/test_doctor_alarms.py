"""Right files raise no alarm, however bad, random or small; the true AP with a mapping file."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import BoxscoreError
from boxscore.project import Project
from boxscore.sources import read_run
from boxscore.sources.report import ImportReport
from tests.sources import wrong_copies as copies
from tests.sources.wrong_copies import BOXES, Record, Subject, ids_of, outcome, stem

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"
Write = Callable[[list[Record], Path], Path]


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
