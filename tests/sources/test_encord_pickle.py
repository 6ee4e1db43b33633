"""Catalogue rows 131 to 137: pickles as users of Encord Active write them, good and odd."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Mark, Shape
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.schema.tables import ITEMS, Table
from boxscore.sources import encord_pickle
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from encord_active.lib.db.predictions import (
    BoundingBox,
    Format,
    FrameClassification,
    ObjectDetection,
    Prediction,
)

WIDTH, HEIGHT = 100, 80


def ontology() -> tuple[Ontology, dict[str, Any]]:
    """Boxes, masks and a question of three answers, with their hashes."""
    builder = OntologyBuilder()
    hashes: dict[str, Any] = {
        "box": builder.object("thing", Shape.BOUNDING_BOX),
        "mask": builder.object("region", Shape.BITMASK),
    }
    for label in ("day", "dusk", "night"):
        hashes[label] = builder.option("When?", label)
    return builder.build(), hashes


KNOWN, HASHES = ontology()


def context() -> ProjectContext:
    texts = {name: np.array(["", ""], object) for name in ("title", "source_id", "file", "split")}
    items = Table(
        ITEMS,
        texts
        | {
            "data_hash": np.array(["one", "two"], object),
            "licence": np.array(["", ""], object),
            "frame": np.zeros(2, np.int32),
            "width": np.full(2, WIDTH, np.int32),
            "height": np.full(2, HEIGHT, np.int32),
        },
    )
    return ProjectContext(items=items, ontology=KNOWN)


def read(folder: Path, content: object) -> RunTables:
    path = folder / "p.pkl"
    path.write_bytes(content if isinstance(content, bytes) else pickle.dumps(content))
    return encord_pickle.read(path, context(), ImportReport(path))


def found(geometry: ObjectDetection | None = None, **more: Any) -> Prediction:
    one: dict[str, Any] = {"data_hash": "one", "confidence": 0.5, "object": geometry or boxed()}
    return Prediction(**(one | more))


def boxed(**changed: Any) -> ObjectDetection:
    """A box; `changed` sets fields behind the back of the checks."""
    data = BoundingBox(x=0.1, y=0.2, h=0.25, w=0.5)
    made = ObjectDetection(format=Format.BOUNDING_BOX, data=data, feature_hash=HASHES["box"])
    for name, value in changed.items():
        setattr(data, name, value)
    return made


def shaped(form: Format, data: Any) -> ObjectDetection:
    """A mask or polygon; the data is set behind the back of the checks."""
    made = ObjectDetection(form, np.zeros((3, 2)), feature_hash=HASHES["mask"])
    made.data = data
    return made


def answered(label: str, confidence: float, image: str = "one") -> Prediction:
    return Prediction(
        data_hash=image,
        confidence=confidence,
        classification=FrameClassification(*HASHES[label]),
    )


def test_several_guesses_of_one_image_keep_their_confidences(tmp_path: Path) -> None:
    guesses = [
        answered("day", 0.25),
        answered("night", 0.6),
        answered("dusk", 0.9, "two"),
        answered("dusk", 0.15),
    ]
    table = read(tmp_path, guesses).predictions.table
    names = [KNOWN.classes[c].name for c in table["class_id"]]
    assert names == ["day", "night", "dusk", "dusk"]
    assert table["confidence"].tolist() == [0.25, 0.6, 0.15, 0.9]
    assert table["item"].tolist() == [0, 0, 0, 1]
    assert set(table["kind"].tolist()) == {Kind.CLASSIFICATION}
    assert np.isnan(table["x"]).all()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_pickle_protocol_reads_alike(protocol: int, tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[10:20, 30:50] = 1
    predictions = [
        found(),
        found(shaped(Format.MASK, mask)),
        found(shaped(Format.POLYGON, np.array([[0.1, 0.1], [0.5, 0.1], [0.5, 0.6]]))),
        answered("day", 0.75),
    ]
    run = read(tmp_path, pickle.dumps(predictions, protocol))
    kinds = [Kind.BOX, Kind.BITMASK, Kind.POLYGON, Kind.CLASSIFICATION]
    assert run.predictions.table["kind"].tolist() == kinds
    assert run.predictions.table["area"][1] == 200
    assert run.report.warnings == []


@dataclass
class DataFrame:
    """What pandas would pickle, as far as its name goes."""

    rows: int = 3


class Mine(Prediction):
    """A user's own subclass."""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([{"data_hash": "one", "confidence": 0.5}], "list of dict"),
        ([DataFrame()], "DataFrame"),
        ([Mine("one", confidence=0.5, object=boxed())], "Mine"),
        ([7, 8], "list of int"),
        ({"predictions": []}, "one dict"),
    ],
    ids=["dicts", "frame", "subclass", "numbers", "dict"],
)
def test_row_132_what_is_no_list_of_predictions_is_named(
    content: object, says: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        read(tmp_path, content)
    assert caught.value.code == "E-PICKLE-REFUSED"


def test_row_133_bytes_after_the_end_are_counted_and_ignored(tmp_path: Path) -> None:
    second = pickle.dumps([answered("day", 0.5)])
    run = read(tmp_path, pickle.dumps([found()]) + second)
    assert run.predictions.rows == 1
    problem, count = run.report.facts["W-PICKLE-TRAILING"]
    assert (problem, count) == (f"{len(second)} bytes after the end ignored", 1)


def test_row_134_tracks_are_texts(tmp_path: Path) -> None:
    made = []
    for track in ("3", 3, None):
        one = boxed()
        one.track_id = track
        made.append(found(one))
    run = read(tmp_path, made)
    assert run.predictions.table["track"].tolist() == ["3", "3", ""]
    assert run.report.warnings == []


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8, np.bool_, np.int64])
def test_row_135_masks_of_zeros_and_ones_are_read(kind: Any, tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), kind)
    mask[:3, :4] = 1
    run = read(tmp_path, [found(shaped(Format.MASK, mask))])
    assert run.predictions.table["area"].tolist() == [12]
    assert run.report.rejected == 0


def test_row_135_masks_of_255_are_rejected_with_a_hint(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:3, :4] = 255
    run = read(tmp_path, [found(shaped(Format.MASK, mask)), *[found()] * 19])
    assert run.report.rejected_codes == {"E-PICKLE-MASK-VALUE": 1}
    assert "divide by 255" in "\n".join(run.report.lines())


def test_row_136_polygons_in_pixels_are_rejected(tmp_path: Path) -> None:
    polygon = np.array([[10.0, 10], [50, 10], [50, 60]])
    run = read(tmp_path, [found(shaped(Format.POLYGON, polygon)), *[found()] * 19])
    assert run.report.rejected_codes == {"E-PICKLE-POLYGON": 1}
    said = "\n".join(run.report.lines())
    assert "outside 0..1" in said and "divide by [[img_w, img_h]]" in said


def test_row_137_a_box_a_hair_too_wide_is_taken_as_it_is(tmp_path: Path) -> None:
    run = read(tmp_path, [found(boxed(x=0.5, w=0.5 + 1e-9))])
    assert run.report.warnings == []
    assert run.predictions.table["width"][0] == (0.5 + 1e-9) * WIDTH
    assert run.predictions.table["marks"][0] == Mark.NONE


def test_row_137_a_box_beyond_the_image_is_clipped_and_counted(tmp_path: Path) -> None:
    run = read(tmp_path, [found(boxed(x=0.5, w=0.6))])
    assert run.report.counts == {"W-PICKLE-BOX-CLIPPED": 1}
    assert run.predictions.table["width"][0] == 0.5 * WIDTH
    assert run.predictions.table["marks"][0] & Mark.CLIPPED


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "high", True])
def test_row_99_confidences_that_are_none_are_rejected(value: Any, tmp_path: Path) -> None:
    one = found()
    one.confidence = value
    run = read(tmp_path, [one, *[found()] * 19])
    assert run.report.rejected_codes == {"E-PICKLE-CONFIDENCE": 1}
    assert run.predictions.rows == 19
