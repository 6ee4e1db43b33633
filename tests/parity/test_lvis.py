"""LVIS: array equality with lvis-api on generated federated sets, up to 1,203 classes."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import curves_of
from boxscore.evaluation.protocols import PROTOCOLS, lvis
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Verdict
from tests.parity import lvis_api, pycoco, rows
from tests.parity.test_generated import dataset

NAMES = [
    "AP", "AP50", "AP75", "APs", "APm", "APl", "APr", "APc", "APf",
    "AR@300", "ARs@300", "ARm@300", "ARl@300",
]  # fmt: skip

pytest.importorskip("lvis")


def federated_view(document: dict[str, Any], results: rows.Records) -> Comparable:
    """The rows with the verdicts, frequencies and ignore flags that a source would read."""
    view = rows.view_of(document, results)
    items = {k: n for n, k in enumerate(sorted(i["id"] for i in document["images"]))}
    classes = {k: n for n, k in enumerate(sorted(c["id"] for c in document["categories"]))}
    verdicts = {
        "neg_category_ids": Verdict.NEGATIVE,
        "not_exhaustive_category_ids": Verdict.NOT_EXHAUSTIVE,
    }
    verified = [
        (items[image["id"]], classes[k], verdict)
        for image in document["images"]
        for name, verdict in verdicts.items()
        for k in image[name]
    ]
    kinds = sorted(document["categories"], key=lambda c: c["id"])
    ignored = [
        a.get("ignore", 0)
        for a in sorted(document["annotations"], key=lambda a: items[a["image_id"]])
    ]
    facts = replace(
        view.facts,
        verified=np.array(verified, np.int32).reshape(-1, 3),
        frequency=np.array([c["frequency"] for c in kinds]),
    )
    return replace(view, facts=facts, ignored=np.array(ignored, np.uint8))


def assert_equal(
    document: dict[str, Any],
    results: rows.Records,
    folder: Path,
    options: Options | None = None,
    changes: dict[str, Any] | None = None,
) -> Comparable:
    options = options or Options()
    paths = pycoco.write(folder, "federated", document, results)
    oracle = lvis_api.evaluate(*paths, folder, changes)
    view = federated_view(document, results)
    precision, recall = arrays_of(view, options)
    assert np.array_equal(precision, oracle["precision"])
    assert np.array_equal(recall, oracle["recall"])
    if oracle["names"].size:
        numbers = lvis.evaluate(view, options)
        assert list(numbers.overall) == oracle["names"].tolist()
        ours = np.nan_to_num(list(numbers.overall.values()), nan=-1.0)
        assert np.array_equal(ours, oracle["values"])
    return view


def arrays_of(
    view: Comparable, options: Options
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    curves = curves_of(lvis.match_federated(view, options))
    return np.asarray(curves.precision)[..., -1], np.asarray(curves.recall)[..., -1]


def federate(document: dict[str, Any], seed: int) -> dict[str, Any]:
    """Random verdicts and frequencies; some ground truth that never counts."""
    rng = np.random.default_rng(seed)
    ids = [c["id"] for c in document["categories"]]
    for image in document["images"]:
        present = {
            a["category_id"] for a in document["annotations"] if a["image_id"] == image["id"]
        }
        absent = [k for k in ids if k not in present]
        image["neg_category_ids"] = [k for k in absent if rng.random() < 0.4]
        image["not_exhaustive_category_ids"] = [k for k in ids if rng.random() < 0.4]
    for kind in document["categories"]:
        kind["frequency"] = str(rng.choice(["r", "c", "f"]))
    for annotation in document["annotations"]:
        annotation["ignore"] = int(rng.random() < 0.15)
    return document


@pytest.mark.parametrize("seed", range(16))
def test_generated_sets(seed: int, tmp_path: Path) -> None:
    """Ties, crowded groups, ignored objects, images without objects, more than 300 an image."""
    document, results = dataset(seed, masks=False)
    assert_equal(federate(document, seed), results, tmp_path)


@pytest.mark.parametrize("seed", [0, 4, 8])
@pytest.mark.parametrize("most", [1, 20])
def test_fewer_predictions_an_image(seed: int, most: int, tmp_path: Path) -> None:
    document, results = dataset(seed, masks=False)
    options, changes = Options(max_detections=most), {"max_dets": most}
    assert_equal(federate(document, seed), results, tmp_path, options, changes)


@pytest.mark.parametrize("seed", [0, 1, 4])
def test_every_class_as_one(seed: int, tmp_path: Path) -> None:
    document, results = dataset(seed, masks=False)
    options, changes = Options(class_agnostic=True), {"use_cats": 0}
    assert_equal(federate(document, seed), results, tmp_path, options, changes)


def test_own_thresholds_and_ranges(tmp_path: Path) -> None:
    document, results = dataset(4, masks=False)
    options = Options(
        iou_thresholds=(0.3, 0.5, 0.75),
        area_ranges=(("small", 0.0, 400.0), ("medium", 400.0, 900.0), ("large", 900.0, 1e10)),
    )
    ranges = [[0.0, 1e10], [0.0, 400.0], [400.0, 900.0], [900.0, 1e10]]
    changes = {"iou_thrs": [0.3, 0.5, 0.75], "area_rng": ranges}
    assert_equal(federate(document, 4), results, tmp_path, options, changes)


def test_1203_classes(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "synthetic" / "gen_coco.py"
    spec = importlib.util.spec_from_file_location("gen_coco", path)
    assert spec and spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    generator.SETS["few"] = {
        "images": 60, "classes": 1203, "objects": 900, "per_image": 360, "seed": 2, "lvis": True,
    }  # fmt: skip
    generator.write("few", tmp_path)
    document = json.loads((tmp_path / "few_gt.json").read_text())
    results = json.loads((tmp_path / "few_dt.json").read_text())
    rng = np.random.default_rng(1)
    for image in document["images"]:  # many more verdicts than the generator gives
        more = rng.integers(1, 1204, 60).tolist()
        present = {
            a["category_id"] for a in document["annotations"] if a["image_id"] == image["id"]
        }
        image["neg_category_ids"] = sorted({*image["neg_category_ids"], *more} - present)
    view = assert_equal(document, results, tmp_path)
    numbers = lvis.evaluate(view, Options())
    assert all(np.isfinite(v) for v in numbers.overall.values())
    assert list(numbers.overall) == NAMES == list(numbers.overall)
    assert "not judge" in numbers.notes[0]


def test_an_empty_side(tmp_path: Path) -> None:
    document, results = dataset(1, masks=False)
    document = federate(document, 1)
    view = federated_view(document, [])
    numbers = lvis.evaluate(view, Options())
    assert numbers.overall["AP"] == 0 if view.truth.rows.size else np.isnan(numbers.overall["AP"])
    document["annotations"] = []
    alone = lvis.evaluate(federated_view(document, results), Options())
    assert np.isnan(list(alone.overall.values())).all()


def test_without_frequencies_their_means_are_undefined() -> None:
    document, results = dataset(4, masks=False)
    view = federated_view(federate(document, 4), results)
    whole = lvis.evaluate(view, Options()).overall
    numbers = lvis.evaluate(replace(view, facts=replace(view.facts, frequency=None)), Options())
    groups = ["APr", "APc", "APf"]
    assert np.isnan([numbers.overall[name] for name in groups]).all()
    rest = [name for name in NAMES if name not in groups]
    ours, theirs = ([n[name] for name in rest] for n in (numbers.overall, whole))
    assert np.array_equal(ours, theirs, equal_nan=True)
    assert "APr" in numbers.notes[-1]


def test_what_cannot_be_evaluated_is_refused() -> None:
    document, results = dataset(4, masks=False)
    plain = rows.view_of(document, results)
    with pytest.raises(RequestError, match="verified"):
        lvis.evaluate(plain, Options())
    view = federated_view(federate(document, 4), results)
    with pytest.raises(RequestError, match="recall limits"):
        lvis.evaluate(view, Options(recall_limits=(1,)))
    confidence = view.confidence.copy()
    confidence[-1] = np.nan
    with pytest.raises(RequestError, match="NaN"):
        lvis.evaluate(replace(view, confidence=confidence), Options())


def test_the_card_leads_here() -> None:
    document, results = dataset(4, masks=False)
    view = federated_view(federate(document, 4), results)
    by_card = PROTOCOLS["lvis"].evaluate(view, Options())
    assert by_card.overall["AP"] == lvis.evaluate(view, Options()).overall["AP"]
