"""`boxscore score`: one answer by every way, little imported, progress only for people."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from boxscore.cli.plain_score import plain_score
from boxscore.cli.waiting import Waiting
from boxscore.kernels import _core
from boxscore.project import score_files
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
TRUTH, RESULTS = DEMO / "annotations.json", DEMO / "predictions_int8.json"


def score(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "boxscore", "score", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("packed", [(True, False), (False, True), (True, True)])
def test_every_way_gives_the_same_answer(packed: tuple[bool, bool], tmp_path: Path) -> None:
    plain = score(TRUTH, RESULTS)
    assert plain.stdout.startswith("AP     0.18581") and plain.stderr == ""
    full = score("--task=bbox", TRUTH, RESULTS)  # a spelling that the plain form does not know
    assert full.stdout == plain.stdout
    paths = []
    for path, pack in zip((TRUTH, RESULTS), packed, strict=True):
        copy = tmp_path / f"{path.name}.gz"
        copy.write_bytes(gzip.compress(path.read_bytes()))
        paths.append(copy if pack else path)
    assert score(*paths).stdout == plain.stdout
    document = json.loads(score(TRUTH, RESULTS, "--json").stdout)
    careful = score_files(TRUTH, RESULTS)
    assert document == {k: careful[k] for k in document}


def test_the_plain_form_imports_no_click_and_no_numpy() -> None:
    code = (
        "import sys; from boxscore.cli import run;"
        f"run(['score', {str(TRUTH)!r}, {str(RESULTS)!r}]);"
        "print(sorted({'click', 'numpy', 'typing', 'pathlib'} & (set(sys.modules) - before)))"
    )
    code = f"import sys; before = set(sys.modules); {code}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "words",
    [
        [],
        [str(TRUTH)],
        [str(TRUTH), "no such file"],
        [str(TRUTH), str(RESULTS), "--task", "boxes"],
        [str(TRUTH), str(RESULTS), "--help"],
        [str(TRUTH), str(DEMO)],
    ],
)
def test_what_is_not_the_plain_form_is_left_to_the_full_command(words: list[str]) -> None:
    assert plain_score(words) is None


def test_a_closed_pipe_ends_quietly() -> None:
    command = f"{sys.executable} -m boxscore score {TRUTH} {RESULTS} | true"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_terminal_is_told_how_far_the_reading_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxscore.cli.waiting.PATIENCE", 0.01)
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        progress = _core.Progress()
        with Waiting(progress):
            shown = os.read(reader, 100)
        assert b"matching" in shown or b"reading" in shown
        monkeypatch.undo()
    os.close(reader)


def test_a_log_is_told_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("boxscore.cli.waiting.PATIENCE", 0.01)
    with (tmp_path / "log").open("w+") as log:
        monkeypatch.setattr(sys, "stderr", log)
        with Waiting(_core.Progress()):
            _core.score_files(str(TRUTH), str(RESULTS))
        monkeypatch.undo()
        log.seek(0)
        assert log.read() == ""


def test_keypoints_are_scored_too(tmp_path: Path) -> None:
    points = [v for k in range(17) for v in (10 + 5 * k, 20 + 3 * k, 2)]
    body = {"image_id": 1, "category_id": 1, "keypoints": points}
    label = body | {"id": 1, "bbox": [10, 20, 80, 48], "area": 3840, "num_keypoints": 17}
    names = [f"p{k}" for k in range(17)]
    truth = {
        "images": [{"id": 1, "width": 200, "height": 100, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "person", "keypoints": names}],
        "annotations": [label | {"iscrowd": 0}],
    }
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    (tmp_path / "found.json").write_text(json.dumps([body | {"score": 0.9}]))
    files = tmp_path / "truth.json", tmp_path / "found.json"
    for words in ([], ["--task", "keypoints"]):
        document = json.loads(score(*files, *words, "--json").stdout)
        assert document["task"] == "keypoints"
        assert list(document["metrics"])[-5:] == ["AR", "AR50", "AR75", "ARm", "ARl"]
        assert document["metrics"]["AP"] == pytest.approx(1)
        assert score(*files, *words).stdout.startswith("AP     1.00000  AP  IoU 0.50:0.95")


def test_other_protocols_are_scored_too() -> None:
    voc = json.loads(score(TRUTH, RESULTS, "--protocol", "voc12", "--json").stdout)
    assert voc["protocol"] == "voc12" and 0.3 < voc["metrics"]["mAP"] < 0.35
    refused = score(TRUTH, RESULTS, "--protocol", "panoptic")
    assert refused.returncode == 2 and "does not score task bbox" in refused.stderr
