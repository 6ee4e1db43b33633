"""Semantic numbers of real masks, files to numbers, against pixels painted with pycocotools."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation import semantic
from boxscore.matching.compare import compare_rows
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport


def painted(truth: Path, results: Path) -> Any:
    """(C, C + 1) pixels by class; crowds lowest, then file order, predictions by confidence."""
    oracle = pytest.importorskip("pycocotools.coco")
    with contextlib.redirect_stdout(io.StringIO()):
        labels = oracle.COCO(str(truth))
        found = labels.loadRes(str(results))
    number = {category: k for k, category in enumerate(sorted(labels.cats))}
    confusion = np.zeros((len(number), len(number) + 1), np.int64)
    for image, row in labels.imgs.items():
        here = sorted(labels.imgToAnns[image], key=lambda a: -a["iscrowd"])
        later_first = found.imgToAnns[image][::-1]
        guesses = sorted(later_first, key=lambda a: a["score"])
        maps = []
        for document, order in ((labels, here), (found, guesses)):
            canvas = np.full((row["height"], row["width"]), -1)
            for annotation in order:
                inside = document.annToMask(annotation) > 0
                canvas[inside] = number[annotation["category_id"]]
            maps.append(canvas)
        named = maps[0] >= 0
        np.add.at(confusion, (maps[0][named], maps[1][named]), 1)
    return confusion


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_coco_sample(shared_data: Path) -> None:
    folder = shared_data / "coco_fake100"
    truth = folder / "instances_val2014_100.json"
    results = folder / "instances_val2014_fakesegm100_results.json"
    tables = coco.read(truth, None, ImportReport(truth), pixels=False)
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    predictions = coco_results.read(results, context, ImportReport(results)).predictions
    view = compare_rows(
        Task.SEMANTIC,
        tables.items,
        tables.ontology,
        tables.ground_truth,
        predictions,
    )
    numbers = semantic.evaluate(view, Options())
    confusion = painted(truth, results)
    right, objects = np.diagonal(confusion), confusion.sum(axis=1)
    predicted = confusion[:, :-1].sum(axis=0)
    assert numbers.ground_truth.tolist() == objects.tolist()
    assert numbers.predictions.tolist() == predicted.tolist()
    either = objects + predicted - right
    assert numbers.overall["miou"] == (right[either > 0] / either[either > 0]).mean()
    assert numbers.overall["pixel_accuracy"] == right.sum() / objects.sum()
