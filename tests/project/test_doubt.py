"""Bands, costs and differences with intervals: what SDK, API and pages are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.bounds import Support, bounds
from boxscore.evaluation.queries import WHYS, FlipQuery
from boxscore.project import Project
from boxscore.schema.kinds import Task
from tests.api.asking import answers, responses

RUNS = "first=float32&second=int8"


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def test_curves_have_a_band_when_asked(project: Project) -> None:
    assert "band" not in project.curves("float32", iou=0.6)
    found = project.curves("float32", iou=0.6, classes=(0, 2), intervals=True)
    band = found["band"]
    assert len(band["recall"]) == len(band["low"]) == len(band["high"]) > 20
    assert all(0 <= low <= high <= 1 for low, high in zip(band["low"], band["high"], strict=True))
    assert band["recall"][-1] <= max(found["precision_recall"]["recall"])
    path = "/api/v1/runs/float32/curves?iou=0.6&classes=0,2"
    bare, told = answers(project, [path, f"{path}&intervals=true"])
    assert bare["band"] is None and told["band"] == band
    few = project.curves("float32", where="title=*1.jpg", intervals=True)["band"]
    assert few["recall"] == [] and "too few images to tell" in few["reason"]


def test_kinds_of_errors_have_the_bounds_of_what_to_fix_first(project: Project) -> None:
    """One page shows both."""
    found = project.error_budget("float32", intervals=True)
    ends = found["intervals"]["kinds"]
    for kind, cost in found["kinds"].items():
        assert ends[kind]["low"] <= cost["delta_ap"] <= ends[kind]["high"]
    fixes = [
        f
        for f in project.fix_first("float32", order="gain", limit=12)["fixes"]
        if f["what"] == "kind"
    ]
    assert len(fixes) >= 4
    for fix in fixes:
        assert (fix["low"], fix["high"]) == pytest.approx(tuple(ends[fix["kind"]].values()))
    path = "/api/v1/runs/float32/error-budget"
    bare, told = answers(project, [path, f"{path}?intervals=true"])
    assert bare["intervals"] is None and told["intervals"] == found["intervals"]
    few = project.error_budget("float32", where="title=*1.jpg", intervals=True)["intervals"]
    assert "too few images to tell" in few["reason"]
    assert {end for one in few["kinds"].values() for end in one.values()} == {None}


@pytest.mark.parametrize("confidence", [None, 0.3])
def test_differences_of_rates_are_those_of_images_drawn_for_both(
    project: Project, confidence: float | None
) -> None:
    """Against sums in a loop, image by image, of the same draws."""
    found = project.compare_rates("float32", "int8", confidence=confidence)
    sides = [
        _counts(project, run, cut)
        for run, cut in zip(("float32", "int8"), found["confidences"], strict=True)
    ]
    own = [_rates(side.sum(axis=0)) for side in sides]
    draw = np.random.default_rng(0)
    drawn = []
    for _ in range(1000):
        chosen = draw.integers(0, 41, 41)
        before, after = (_rates(sum(side[i] for i in chosen)) for side in sides)
        drawn.append(np.subtract(after, before))
    rest = Support(objects=np.full(3, 415), holders=np.full(3, 41), drawn=41, unit="image")
    names = ("precision", "recall", "f1")
    change = np.subtract(own[1], own[0])
    slow = bounds(names, change, np.array(drawn), 0.95, rest, corrected=False)
    for k, name in enumerate(names):
        one = found["rates"][name]
        assert (one["first"], one["second"]) == (own[0][k], own[1][k])
        assert (one["low"], one["high"]) == pytest.approx((slow.low[k], slow.high[k]), abs=1e-12)
        counts = project.summary("int8", confidence=found["confidences"][1])["counts"]
        assert one["second"] == counts[name]
    pair = project.compare("float32", "int8", confidence=confidence, rates=True)["pairs"][0]
    assert pair["rates"] == found["rates"]
    query = RUNS if confidence is None else f"{RUNS}&confidence={confidence}"
    (told,) = answers(project, [f"/api/v1/compare/rates?{query}"])
    for one in told["rates"].values():
        assert one.pop("q") is None  # of no class or group, so nothing to adjust
    assert told == found


def _counts(project: Project, run: str, cut: float) -> Any:
    """(images, 3) TP, FP and objects."""
    view = project._state().view(run, Task.BBOX)
    matches, shown = view.live.at(0.5), view.view.confidence >= cut
    found, truth = view.view.predictions.item, view.view.truth.item
    rows = [found[matches.right & shown], found[matches.wrong & shown], truth[view.view.counted]]
    return np.stack([np.bincount(row, minlength=41) for row in rows], axis=1)


def _rates(counts: Any) -> list[float]:
    tp, fp, objects = (float(v) for v in counts)
    return [tp / (tp + fp), tp / objects, 2 * tp / (tp + fp + objects)]


def test_every_reason_leads_to_its_objects(project: Project) -> None:
    pair = project.compare("float32", "int8", confidence=0.3)["pairs"][0]
    counted = {("new", row["kind"]): row["new"] for row in pair["kinds"]}
    counted |= {("removed", row["kind"]): row["removed"] for row in pair["kinds"]}
    counted |= {("broken", row["why"]): row["broken"] for row in pair["misses"]}
    counted |= {("fixed", row["why"]): row["fixed"] for row in pair["misses"]}
    assert set(counted) == {(state, why) for state, reasons in WHYS.items() for why in reasons}
    for (state, why), count in counted.items():
        query = FlipQuery(state=state, why=why, confidence=0.3, limit=1)
        assert project.flipped("float32", "int8", query)["total"] == count
    assert sum(counted[state, why] for state, why in counted if state == "broken") == 75
    path = f"/api/v1/compare/objects?{RUNS}&state=new&why=location&confidence=0.3"
    (page,) = answers(project, [path])
    assert page["total"] == counted["new", "location"]
    assert {one["second"]["kind"] for one in page["objects"]} == {"location"}


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "broken", "why": "location"},
        {"state": "new", "why": "taken"},
        {"state": "right_in_both", "why": "class"},
        {"confidence": float("inf")},
    ],
)
def test_what_has_no_such_reason_is_refused(project: Project, asked: Any) -> None:
    with pytest.raises(RequestError):
        project.flipped("float32", "int8", FlipQuery(**asked))


def test_no_confidence_is_a_number_that_is_none(project: Project) -> None:
    with pytest.raises(RequestError, match="not a finite number"):
        project.compare("float32", "int8", confidence=float("nan"))
    (answer,) = responses(project, [f"/api/v1/compare/rates?{RUNS}&confidence=inf"])
    assert 400 <= answer.status_code < 500
