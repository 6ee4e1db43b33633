"""What is left to compare is decided once, on the way into a protocol."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.protocols import PROTOCOLS, coco, lvis, protocol_of, voc
from boxscore.matching.comparable import Comparable, Facts
from boxscore.matching.policy import Options
from boxscore.matching.restrict import restricted
from boxscore.project import Project
from tests.matching.brute import scene

OPTIONS = (Options(class_agnostic=True), Options(only_predicted=True))


def federated(seed: int) -> Comparable:
    """A scene with verdicts of every kind."""
    view, rng = scene(seed), np.random.default_rng(seed)
    verified = [
        (item, class_id, int(rng.integers(0, 3)))
        for item in range(view.items)
        for class_id in range(view.classes)
        if rng.random() < 0.6
    ]
    facts = Facts(
        verified=np.array(verified, np.int32).reshape(-1, 3),
        frequency=np.array(["r", "c", "f"]),
        names=("a", "b", "c"),
    )
    return replace(view, facts=facts)


def same(a: dict[str, float], b: dict[str, float]) -> None:
    assert list(a) == list(b)
    assert np.array_equal(list(a.values()), list(b.values()), equal_nan=True)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("seed", range(8))
def test_lvis_sees_its_classes_before_they_count_as_one(seed: int, options: Options) -> None:
    view = federated(seed)
    same(protocol_of("lvis").evaluate(view, options).overall, lvis.evaluate(view, options).overall)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("seed", range(8))
def test_the_others_get_what_is_left(seed: int, options: Options) -> None:
    view = federated(seed)
    for name, module in (("coco", coco), ("voc12", voc)):
        expected = module.evaluate(restricted(view, options), options)
        same(protocol_of(name).evaluate(view, options).overall, expected.overall)


def test_only_lvis_restricts_by_itself() -> None:
    assert [name for name, card in PROTOCOLS.items() if card.restricts] == ["lvis"]


def test_a_project_gives_the_number_of_lvis_itself(tmp_path: Path) -> None:
    """By hand: on image 1 class 2 is verified absent, on image 2 nothing is known of it."""
    box, off = [0, 0, 10, 10], [50, 50, 10, 10]

    def record(image: int, category: int, where: list[int], **more: Any) -> dict[str, Any]:
        return {"image_id": image, "category_id": category, "bbox": where, **more}

    truth = {
        "images": [
            {"id": 1, "file_name": "1", "width": 99, "height": 99,
             "neg_category_ids": [2], "not_exhaustive_category_ids": []},
            {"id": 2, "file_name": "2", "width": 99, "height": 99,
             "neg_category_ids": [], "not_exhaustive_category_ids": []},
        ],
        "categories": [{"id": k, "name": n, "frequency": "f"} for k, n in ((1, "a"), (2, "b"))],
        "annotations": [record(k, 1, box, id=k, area=100, iscrowd=0) for k in (1, 2)],
    }  # fmt: skip
    found = [
        record(1, 1, box, score=0.9), record(2, 2, off, score=0.8), record(2, 1, box, score=0.7),
    ]  # fmt: skip
    (tmp_path / "gt.json").write_text(json.dumps(truth))
    (tmp_path / "dt.json").write_text(json.dumps(found))
    Project.import_project(tmp_path / "gt.json", target=tmp_path, name="p")
    project = Project.open(tmp_path / "p")
    project.import_predictions(tmp_path / "dt.json", name="r")
    document = project.evaluate("r", protocol="lvis", class_agnostic=True)
    # The prediction of class 2 on image 2 is not judged there, so nothing is false.
    assert document["metrics"]["AP"] == pytest.approx(1)
    assert [row["class"] for row in document["per_class"]] == ["all classes as one"]
