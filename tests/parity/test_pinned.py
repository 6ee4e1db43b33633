"""Cases that a search found, or that nearly went wrong, each as a fixed test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.project import score_files
from tests.parity import ours, pycoco

Results = list[dict[str, Any]]


def document(box: list[float], **more: Any) -> dict[str, Any]:
    annotation = {"id": 1, "image_id": 7, "category_id": 3, "bbox": box, "area": 9.0, "iscrowd": 0}
    return {
        "images": [{"id": 7, "width": 48, "height": 40, "file_name": "7.png"}],
        "categories": [{"id": 3, "name": "three"}],
        "annotations": [annotation | more],
    }


def result(box: list[float], score: float = 0.5, **more: Any) -> dict[str, Any]:
    return {"image_id": 7, "category_id": 3, "bbox": box, "score": score} | more


def fast(paths: tuple[Path, Path], task: str = "bbox") -> _core.ScoreResult:
    return _core.score_files(str(paths[0]), str(paths[1]), task)


def test_normalised_boxes_are_not_scored_the_fast_way_either(tmp_path: Path) -> None:
    paths = pycoco.write(tmp_path, "set", document([0.1, 0.1, 0.5, 0.5]), [result([9, 9, 5, 5])])
    assert fast(paths).odd
    with pytest.raises(SourceError, match="NORMALISED"):
        score_files(*paths)
    paths = pycoco.write(tmp_path, "set", document([0, 0, 1, 1]), [result([0, 0, 1, 1])])
    assert not fast(paths).odd
    assert fast(paths).stats[0] == pytest.approx(1)


def test_a_box_whose_area_overflows_needs_care(tmp_path: Path) -> None:
    found = [result([2, 2, 5, 5])] * 30 + [result([2, 2, 1e200, 1e200])]
    paths = pycoco.write(tmp_path, "set", document([2, 2, 5, 5]), found)
    assert fast(paths).odd
    assert score_files(*paths)["rejected"] == 1


@pytest.mark.parametrize(
    "row",
    [
        '"image_id":7,"category_id":3,"x":1,"bbox":[2,2,5,5],"score":0.5,"x":2',
        '"image_id":7,"x":1,"x":2,"category_id":3,"bbox":[2,2,5,5],"score":0.5',
        '"image_id":7,"category_id":3,"bbox":[2,2,5,5],"score":0.5,"score":0.9',
    ],
)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_key_that_occurs_twice_refuses_the_file(row: str, before: int, tmp_path: Path) -> None:
    """Also where the keys of the records before have been predicted."""
    regular = '{"image_id":7,"category_id":3,"x":1,"bbox":[2,2,5,5],"score":0.5}'
    paths = pycoco.write(tmp_path, "set", document([2, 2, 5, 5]), [])
    paths[1].write_text("[" + ",".join([regular] * before + ["{" + row + "}"]) + "]")
    with pytest.raises(_core.ScanError, match="occurs twice"):
        fast(paths)
    with pytest.raises(SourceError, match="E-JSON-DUPLICATE-KEY"):
        score_files(*paths)


def test_keys_in_any_order_with_any_white_space(tmp_path: Path) -> None:
    rows = [result([2 + k, 2, 5, 5], 0.9 - k / 10, note="ä") for k in range(6)]
    for k, row in enumerate(rows):
        keys = list(row)[k % 5 :] + list(row)[: k % 5]
        rows[k] = {key: row[key] for key in keys if key != "note" or k % 2}
    paths = pycoco.write(tmp_path, "set", document([2, 2, 5, 5]), rows)
    oracle = pycoco.evaluate(*paths, "bbox", tmp_path)["stats"]
    for separators, indent in (((",", ":"), None), ((", ", ": "), None), ((" ,\t", " :\r\n"), 3)):
        paths[1].write_text(json.dumps(rows, separators=separators, indent=indent))
        assert not fast(paths).odd
        assert np.array_equal(np.nan_to_num(fast(paths).stats, nan=-1), oracle)
    escaped = json.dumps(rows).replace('"score"', '"sc\\u006fre"')
    paths[1].write_text(escaped)
    assert np.array_equal(np.nan_to_num(fast(paths).stats, nan=-1), oracle)


SQUARE = [[4.0, 4.0, 20.0, 4.0, 20.0, 20.0, 4.0, 20.0]]


def runs(size: list[int], counts: str) -> dict[str, Any]:
    return {"size": size, "counts": counts}


@pytest.mark.parametrize(
    "mask",
    [
        runs([40, 40], "PPYo1"),  # of another size than the image
        runs([40, 48], "0"),  # not the whole image
        runs([40, 48], "n"),  # cut inside a number
        runs([40, 48], "\x7f"),  # no character of run lengths
        [[1e9, 4.0, 20.0, 4.0, 20.0, 20.0]],  # far away
        [],
    ],
)
@pytest.mark.parametrize("side", ["truth", "result"])
def test_a_mask_that_cannot_be_used_needs_care(mask: Any, side: str, tmp_path: Path) -> None:
    """Also where nothing overlaps it: the other class has no prediction."""
    truth = document([4, 4, 16, 16], segmentation=mask if side == "truth" else SQUARE)
    truth["categories"].append({"id": 4, "name": "four"})
    found = result([4, 4, 16, 16], segmentation=mask if side == "result" else SQUARE)
    for number in (3, 4):
        row = found | {"category_id": number}
        paths = pycoco.write(tmp_path, "set", truth, [row])
        assert fast(paths, "segm").odd


def test_results_with_masks_alone_take_their_area_from_them(tmp_path: Path) -> None:
    from pycocotools import mask as masks

    rle = masks.merge(masks.frPyObjects(SQUARE, 40, 48))
    rle["counts"] = rle["counts"].decode()
    row = {"image_id": 7, "category_id": 3, "score": 0.5, "segmentation": rle}
    paths = pycoco.write(tmp_path, "set", document([4, 4, 16, 16], segmentation=SQUARE), [row])
    expected = pycoco.evaluate(*paths, "segm", tmp_path)
    ours.assert_equal(ours.evaluate(*paths, "segm"), expected)
    assert not fast(paths, "segm").odd
    assert np.array_equal(np.nan_to_num(fast(paths, "segm").stats, nan=-1), expected["stats"])


def test_damaged_text_is_refused_and_never_read_past(tmp_path: Path) -> None:
    """Every cut and many flips of a small file: numbers, odd, or an error that names a byte."""
    rle = runs([40, 48], "PPYo1")
    truth = json.dumps(document([4, 4, 16, 16], segmentation=SQUARE)).encode()
    found = json.dumps([result([4, 4, 16, 16], segmentation=rle)] * 3).encode()
    rng = np.random.default_rng(4)
    answers: set[bool | str] = set()
    for text in (truth, found):
        damaged = [text[:n] for n in range(len(text))]
        for _ in range(1500):
            copy = bytearray(text)
            copy[rng.integers(len(copy))] = int(rng.integers(256))
            damaged.append(bytes(copy))
        for bad in damaged:
            pair = (bad, found) if text is truth else (truth, bad)
            try:
                answers.add(bool(_core.score_files(*pair, "segm", 1).odd))
            except ValueError as error:
                assert "byte" in str(error)
                answers.add("refused")
    assert answers >= {True, "refused"}
