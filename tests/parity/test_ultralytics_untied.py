"""Ultralytics' numbers where no two confidences are equal: there every processor agrees.

`SAVED` is what 8.4.176 and 8.4.190, 8.4.37 and 8.4.175, and 8.2.0, 8.3.0, 8.3.250 and 8.4.36 gave,
with NumPy 2 and torch 2.13 on a CPU, with AVX-512 and without AVX alike.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boxscore.project.explaining import explain_files
from tests.parity import map_tools
from tests.parity.map_tools import Files
from tests.parity.test_map_tools import DEMO, both, hard_set

SAVED = {
    "ultralytics": {
        "float32": {"mAP50": 0.5024213219040145, "mAP50_95": 0.29629123600984114},
        "int8": {"mAP50": 0.30534153507815687, "mAP50_95": 0.17621861930703805},
        "hard": {"mAP50": 0.5764731455461646, "mAP50_95": 0.48213196094176214},
    },
    "ultralytics84": {
        "float32": {"mAP50": 0.4989782280881813, "mAP50_95": 0.29527610988018227},
        "int8": {"mAP50": 0.3023761079779204, "mAP50_95": 0.17544762648116566},
        "hard": {"mAP50": 0.5637997992040863, "mAP50_95": 0.4796957602057138},
    },
    "ultralytics83": {
        "float32": {"mAP50": 0.5082615931418969, "mAP50_95": 0.3013109351484214},
        "int8": {"mAP50": 0.31310644671540194, "mAP50_95": 0.18158037962826673},
        "hard": {"mAP50": 0.5644631138238339, "mAP50_95": 0.48130324244184947},
    },
}


def untied(files: Files, folder: Path) -> Files:
    """The same results with confidences of their own, in the order of the old ones."""
    truth, results = files
    rows = json.loads(results.read_text(encoding="utf-8"))
    order = np.argsort([-row["score"] for row in rows], kind="stable")
    for rank, row in enumerate(order.tolist()):
        rows[row]["score"] = (len(rows) - rank) / (len(rows) + 1)
    (folder / results.name).write_text(json.dumps(rows), encoding="utf-8")
    return truth, folder / results.name


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Files]:
    folder = tmp_path / "untied"
    folder.mkdir()
    tied = {
        "float32": (DEMO / "annotations.json", DEMO / "predictions_float32.json"),
        "int8": (DEMO / "annotations.json", DEMO / "predictions_int8.json"),
        "hard": hard_set(tmp_path),
    }
    return {name: untied(files, folder) for name, files in tied.items()}


@pytest.mark.parametrize("tool", SAVED)
def test_the_numbers_it_gave(sets: dict[str, Files], tool: str) -> None:
    """Within 1e-12: another processor may round a sum of many otherwise."""
    for name, files in sets.items():
        (document,) = explain_files(*files, tools=[tool])["tools"]
        assert both(document) == pytest.approx(SAVED[tool][name], abs=1e-12), name
        assert document["any_order"] == {"low": document["value"], "high": document["value"]}


@pytest.mark.slow
@pytest.mark.parametrize("tool", SAVED)
def test_it_still_gives_them(sets: dict[str, Files], tool: str, tmp_path: Path) -> None:
    for name, numbers in map_tools.ultralytics(sets, tmp_path, tool).items():
        assert numbers == pytest.approx(SAVED[tool][name], abs=1e-12), name
