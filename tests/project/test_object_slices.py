"""Slices of objects: judged as COCO judges its area ranges, saved, and honoured by every answer."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery, FlipQuery, ImageQuery
from boxscore.project import Project
from tests.cli.program import run

SMALL, MEDIUM, LARGE = "object.area=..1024", "object.area=1024..9216", "object.area=9216.."
ODD = "object.area=500..20000"
DEMO = Path(__file__).parents[2] / "src/boxscore/demo"
RUNS = ("float32", "int8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Project:
    path = tmp_path_factory.mktemp("slices") / "demo"
    shutil.copytree(demo_folder, path)
    return Project.open(path)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("images", ["", "split=val,"])
def test_area_ranges_are_those_of_coco_to_the_last_bit(
    project: Project, name: str, images: str
) -> None:
    split = images.rstrip(",") or None
    whole = project.evaluate(name, where=split)["metrics"]
    for where, letter in ((SMALL, "s"), (MEDIUM, "m"), (LARGE, "l")):
        found = project.evaluate(name, where=images + where)["metrics"]
        assert found["AP"] is not None
        assert (found["AP"], found["AR100"]) == (whole[f"AP{letter}"], whole[f"AR{letter}"])


@pytest.fixture(scope="module")
def by_coco() -> Any:
    """pycocotools with one area range of our own."""
    coco_api = pytest.importorskip("pycocotools.coco")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco_api.COCO(str(DEMO / "annotations.json"))
        results = truth.loadRes(str(DEMO / "predictions_int8.json"))
        asked = cocoeval.COCOeval(truth, results, "bbox")
        asked.params.areaRng, asked.params.areaRngLbl = [[500, 20000]], ["all"]
        asked.evaluate()
        asked.accumulate()
    return asked


def test_any_range_is_that_of_pycocotools(project: Project, by_coco: Any) -> None:
    precision = by_coco.eval["precision"][:, :, :, 0, 2]
    recall = by_coco.eval["recall"][:, :, 0, 2]
    expected = {
        "AP": precision[precision > -1].mean(),
        "AP50": precision[0][precision[0] > -1].mean(),
        "AR100": recall[recall > -1].mean(),
    }
    found = project.evaluate("int8", where=ODD)["metrics"]
    assert {name: found[name] for name in expected} == expected


def test_counts_are_those_of_pycocotools(project: Project, by_coco: Any) -> None:
    """Right, wrong, missed and ignored at IoU .5, which pycocotools decides image by image."""
    cut = 0.3
    tp = fp = fn = 0
    for image in filter(None, by_coco.evalImgs):
        shown = np.array(image["dtScores"]) >= cut
        matched, ignored = image["dtMatches"][0] > 0, image["dtIgnore"][0]
        right = int((shown & matched & ~ignored).sum())
        tp, fp = tp + right, fp + int((shown & ~matched & ~ignored).sum())
        fn += int((np.array(image["gtIgnore"]) == 0).sum()) - right
    counts = project.evaluate("int8", where=ODD, confidence=cut)["counts"]
    assert (counts["tp"], counts["fp"], counts["fn"]) == (tp, fp, fn)
    page = project.errors("int8", ErrorQuery(confidence=cut), where=ODD)
    assert page["facets"]["outcome"] == {"tp": tp, "fp": fp, "fn": fn}
    matrix = np.array(project.confusion("int8", confidence=cut, where=ODD)["matrix"])
    assert np.trace(matrix) == tp
    assert matrix[:, :-1].sum() == tp + fp and matrix[:-1].sum() == tp + fn
    images = project.image_list("int8", ImageQuery(confidence=cut, limit=100), where=ODD)["images"]
    assert [sum(one[k] for one in images) for k in ("tp", "fp", "fn")] == [tp, fp, fn]


def test_a_class_is_that_class(project: Project) -> None:
    where = "object.class=person"
    whole = project.evaluate("int8")
    (row,) = (one for one in whole["per_class"] if one["class"] == "person")
    found = project.evaluate("int8", where=where)
    assert (found["metrics"]["AP"], found["metrics"]["AP50"]) == (row["ap"], row["ap50"])
    cut = whole["counts"]["confidence"]
    (same,) = (
        one
        for one in project.evaluate("int8", where=where, confidence=cut)["per_class"]
        if one["class"] == "person"
    )
    assert same == row
    counts = project.evaluate("int8", where=where, confidence=cut)["counts"]
    assert (counts["tp"], counts["fp"], counts["fn"]) == (row["tp"], row["fp"], row["fn"])
    others = project.evaluate("int8", where=f"!{where}", confidence=cut)["counts"]
    for name in ("tp", "fp", "fn"):
        assert others[name] + counts[name] == whole["counts"][name]


def test_every_answer_has_the_same_objects(project: Project) -> None:
    found = {name: project.evaluate(name, where=SMALL) for name in RUNS}
    first = found["float32"]
    objects = first["counts"]["tp"] + first["counts"]["fn"]
    (pair,) = project.compare(*RUNS, where=SMALL)["pairs"]
    assert pair["metrics"]["AP"]["first"] == first["metrics"]["AP"]
    assert pair["metrics"]["AP"]["second"] == found["int8"]["metrics"]["AP"]
    assert sum(pair["flips"][k] for k in ("right_in_both", "broken", "fixed", "wrong_in_both")) == (
        objects
    )
    broken = project.flipped(*RUNS, FlipQuery(state="broken", where=SMALL))
    assert broken["total"] == pair["flips"]["broken"] > 0
    assert max(one["area"] for one in broken["objects"]) <= 1024
    intervals = project.intervals("int8", where=SMALL)["metrics"]["AP"]
    assert intervals["estimate"] == found["int8"]["metrics"]["AP"]
    best = project.curves("float32", where=SMALL)["best"]
    assert best["confidence"] == first["counts"]["confidence"]
    fix = project.fix_first("float32", where=SMALL, intervals=False)
    assert fix["ap"] == pytest.approx(first["metrics"]["AP50"], abs=1e-12)
    performance = project.metric_performance("float32", "object_area_absolute", where=SMALL)
    assert performance["recall"] == first["counts"]["recall"]
    assert performance["precision"] == first["counts"]["precision"]


def test_an_image_shows_what_lies_outside(project: Project) -> None:
    """On every image the same outcomes as in the list; what is outside is ignored, and says so."""
    counts = project.evaluate("int8", where=ODD)["counts"]
    outcomes: list[str] = []
    reasons: set[str] = set()
    items = project.items
    for data_hash, frame in zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True):
        for one in project.item_view(data_hash, frame, run="int8", where=ODD)["objects"]:
            if one["role"] == "prediction" or one["outcome"] == "fn":
                outcomes.append(one["outcome"])
            if one["outcome"] == "ignored":
                reasons.add(one["reason"])
    assert {name: outcomes.count(name) for name in ("tp", "fp", "fn")} == {
        name: counts[name] for name in ("tp", "fp", "fn")
    }
    assert "ignored: outside the slice" in reasons
    assert "outside the slice: predictions on it are ignored" in reasons


def test_a_saved_slice_of_objects_serves_everywhere(project: Project) -> None:
    project.save_slice("little", f"split=val,{SMALL}")
    expected = project.evaluate("int8", where=f"split=val,{SMALL}")
    found = project.evaluate("int8", where="slice=little")
    assert found["slice"] == "slice=little"
    assert {k: v for k, v in found.items() if k != "slice"} == {
        k: v for k, v in expected.items() if k != "slice"
    }
    told = run(
        "evaluate",
        "int8",
        "--slice",
        "slice=little",
        "--json",
        "-t",
        project.path,
        cwd=project.path,
    )
    assert json.loads(told.out)["metrics"] == expected["metrics"]
    rules = project.path.parent / "gate.yaml"
    rules.write_text("rules:\n  - {metric: AP, at_least: 0, slice: slice=little}\n")
    (check,) = project.gate(rules, run="int8")["checks"]
    assert check["value"] == expected["metrics"]["AP"]
    more = project.evaluate("int8", where="slice=little,object.class=person")
    assert 0 < more["ground_truth"] < expected["ground_truth"]
    project.forget_slice("little")


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("object.class=unicorn", "E-SLICE-VALUE"),
        ("object.area=9..1", "E-SLICE-RANGE"),
        ("object.area=small", "E-SLICE-RANGE"),
        ("object.brightness=0..1", "E-SLICE-KEY"),
        ("object.colour=red", "E-METRIC-UNKNOWN"),
    ],
)
def test_a_wrong_condition_is_refused_before_it_is_saved(
    project: Project, where: str, code: str
) -> None:
    for ask in (
        lambda: project.save_slice("bad", where),
        lambda: project.evaluate("int8", where=where),
    ):
        with pytest.raises(RequestError) as bad:
            ask()
        assert bad.value.code == code
    assert "bad" not in project.slices()


def test_where_objects_cannot_be_judged_they_are_refused(project: Project) -> None:
    project.save_slice("small", SMALL)
    for where in (SMALL, "slice=small"):
        with pytest.raises(RequestError, match="E-SLICE-OBJECT"):
            project.label_next(where=where)
        with pytest.raises(RequestError, match="E-SLICE-PROTOCOL"):
            project.evaluate("int8", protocol="voc12", where=where)
        with pytest.raises(RequestError, match="E-SLICE-OBJECT"):
            project.export("int8", format="coco", output=project.path.parent / "no", where=where)
    with pytest.raises(RequestError, match="E-SLICE-OBJECT"):
        project.evaluate("int8", where="!slice=small")
    project.forget_slice("small")
