"""Matches straight from two files: those of the tables, and pycocotools' own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.files import match_files
from tests.conftest import ROOT
from tests.parity import pycoco
from tests.parity.test_generated import dataset

DEMO = ROOT / "src" / "boxscore" / "demo"


@pytest.mark.parametrize("seed", [3, 8, 103])
def test_matches_are_those_of_pycocotools(seed: int, tmp_path: Path) -> None:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    task = "segm" if seed > 100 else "bbox"
    truth, results = pycoco.write(tmp_path, "set", *dataset(seed, masks=task == "segm"))
    gt = COCO(str(truth))
    oracle = COCOeval(gt, gt.loadRes(str(results)), task)
    oracle.evaluate()
    found = match_files(truth, results, task=task)
    matched, ignored = np.asarray(found.matched), np.asarray(found.ignored)
    seen = np.zeros(matched.size, np.bool_)
    for cell in oracle.evalImgs:
        if cell is None or cell["aRng"] != [0, 1e10]:
            continue
        rows = np.array(cell["dtIds"], np.int64) - 1
        seen[rows] = True
        bits = 1 << np.arange(10)[:, None]
        assert np.array_equal((matched[rows] & bits) > 0, cell["dtMatches"] > 0)
        assert np.array_equal(
            (ignored[rows] & bits) > 0, (cell["dtIgnore"] > 0) & (cell["dtMatches"] > 0)
        )
        assert np.asarray(found.rank)[rows].tolist() == list(range(len(rows)))
    assert seen.any()
    assert not matched[~seen].any()


def test_the_first_result_decides_the_task(tmp_path: Path) -> None:
    files = pycoco.write(tmp_path, "set", *dataset(103, masks=True))
    assert match_files(*files).task == "segm"
    assert match_files(DEMO / "annotations.json", DEMO / "predictions_int8.json").task == "bbox"


def test_irregular_files_are_refused(tmp_path: Path) -> None:
    results = json.loads((DEMO / "predictions_int8.json").read_text())
    path = tmp_path / "odd.json"
    for text in (json.dumps([*results, {**results[0], "score": "high"}]), "[", "{}"):
        path.write_text(text)
        with pytest.raises(RequestError, match="E-FILES-IRREGULAR"):
            match_files(DEMO / "annotations.json", path)
    with pytest.raises(RequestError, match="E-FILES-IRREGULAR"):
        match_files(DEMO / "annotations.json", tmp_path / "missing.json")


def test_text_in_memory_is_read_like_a_file() -> None:
    truth, results = DEMO / "annotations.json", DEMO / "predictions_float32.json"
    progress = _core.Progress()
    from_text = _core.score_files(truth.read_bytes(), results.read_bytes(), progress=progress)
    assert from_text.stats == _core.score_files(str(truth), str(results)).stats
    assert progress.total == truth.stat().st_size + results.stat().st_size
    assert 0.9 * progress.total < progress.done <= progress.total
