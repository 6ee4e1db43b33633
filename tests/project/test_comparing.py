"""Comparisons: restricted images, groups, false positives by hand, answers, keypoints, pages."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.flips import STATES, adjusted, mcnemar, size_of
from boxscore.evaluation.queries import FlipQuery
from boxscore.project import Project
from boxscore.project.comparison import words
from boxscore.schema.tables import boxes_of
from tests.api.asking import answers, responses
from tests.conftest import ROOT
from tests.project.answered import add_guesses, project_of_answers

DEMO = ROOT / "src" / "boxscore" / "demo"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demo with a third run, int8's predictions on every third image."""
    folder = tmp_path_factory.mktemp("compared")
    made, _ = Project.demo(folder)
    rows = json.loads((DEMO / "predictions_int8.json").read_text())
    images = sorted({row["image_id"] for row in rows})
    for name, chosen in (("third", images[::3]), ("others", images[1::3])):
        path = folder / f"{name}.json"
        path.write_text(json.dumps([row for row in rows if row["image_id"] in chosen]))
        made.import_predictions(path, name=name)
    return made


# --- which images ------------------------------------------------------------------------------


def test_a_run_of_some_images_restricts_the_comparison_and_says_so(project: Project) -> None:
    whole = project.compare("float32", "int8")
    assert not whole["restricted"] and whole["images"] == 41
    part = project.compare("float32", "int8", "third")
    assert part["restricted"] and part["images"] == 14
    assert any("third has no prediction on 27 of the 41 images" in n for n in part["notes"])
    assert "Only the 14 images count" in part["notes"][-1]
    forced = project.compare("float32", "third", images="all")
    assert not forced["restricted"] and forced["images"] == 41
    assert "nothing was found" in forced["notes"][-1]
    same = project.compare("int8", "third", images="shared")["pairs"][0]
    assert {found["difference"] for found in same["metrics"].values()} <= {0.0, None}
    assert same["flips"]["broken"] == same["flips"]["fixed"] == 0


def test_a_restricted_comparison_has_the_numbers_of_the_slice(project: Project) -> None:
    table = project.predictions("third").table
    titles = project.items["title"][np.unique(table["item"])].tolist()
    found = project.compare("float32", "third")["pairs"][0]["metrics"]
    for side, run in (("first", "float32"), ("second", "third")):
        alone = project.evaluate(run, where=titles)["metrics"]
        assert {name: one[side] for name, one in found.items()} == pytest.approx(alone)


@pytest.mark.parametrize(
    ("runs", "more", "code"),
    [
        (("third", "others"), {}, "E-COMPARE-IMAGES"),
        (("float32",), {}, "E-COMPARE-RUNS"),
        (("float32", "int8", "int8"), {}, "E-COMPARE-RUNS"),
        (("float32", "int9"), {}, "E-RUN-UNKNOWN"),
        (("float32", "int8"), {"by": "weather"}, "E-COMPARE-BY"),
        (("float32", "int8"), {"by": "sequence"}, "E-COMPARE-BY"),
        (("float32", "int8"), {"images": "some"}, "E-QUERY"),
        (("float32", "int8"), {"where": "split=vla"}, "E-SLICE-VALUE"),
        (("float32", "int8"), {"iou": 0.01}, "E-IOU-RANGE"),
        (("float32", "int8"), {"iou": float("nan")}, "E-IOU-RANGE"),
    ],
)
def test_refusals(project: Project, runs: Any, more: Any, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        project.compare(*runs, **more)
    assert refused.value.code == code


def test_an_empty_run(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "nothing.json"
    path.write_text("[]")
    project.import_predictions(path, name="nothing")
    with pytest.raises(RequestError, match="'nothing' has no prediction"):
        project.compare("float32", "nothing")
    pair = project.compare("float32", "nothing", images="all")["pairs"][0]
    assert pair["verdict"] == "worse"
    assert pair["metrics"]["AP"]["second"] == 0
    assert pair["flips"]["fixed"] == 0
    assert pair["false_positives"]["new"] == pair["false_positives"]["kept"] == 0


# --- what is counted ---------------------------------------------------------------------------


def test_parts_add_up(project: Project) -> None:
    document = project.compare("float32", "int8", by="split")
    pair = document["pairs"][0]
    for rows in (pair["per_class"], pair["sizes"], pair["groups"]):
        for state in STATES:
            assert sum(row[state] for row in rows) == pair["flips"][state]
        for name in ("new", "removed"):
            assert sum(row[name] for row in rows) == pair["false_positives"][name]
    for name in ("new", "removed"):
        assert sum(row[name] for row in pair["kinds"]) == pair["false_positives"][name]
    for name in ("broken", "fixed"):
        assert sum(row[name] for row in pair["misses"]) == pair["flips"][name]
    assert {row["name"] for row in pair["groups"]} == {"val", "train"}
    for row in pair["groups"]:
        alone = project.compare("float32", "int8", where=f"split={row['name']}")["pairs"][0]
        assert row["change"] | {"q": None} == alone["metrics"]["AP"] | {"q": None}


@pytest.mark.parametrize(
    ("change", "low", "high", "said"),
    [
        (-0.2, -0.3, -0.1, "Large objects lost most: APl -0.200 (95 % -0.300 to -0.100)."),
        (0.2, 0.1, 0.3, "Large objects gained most: APl +0.200 (95 % +0.100 to +0.300)."),
        (-0.2, -0.3, 0.1, "Large objects changed most: APl -0.200 (95 % -0.300 to +0.100)."),
        (0.2, None, None, "Large objects changed most: APl +0.200 (too few)."),
    ],
)
def test_a_size_is_said_to_lose_only_where_its_interval_says_so(
    project: Project, change: float, low: Any, high: Any, said: str
) -> None:
    pair = project.compare("float32", "int8")["pairs"][0]
    large = {"difference": change, "low": low, "high": high, "reason": "too few"}
    small = {"difference": 0.01, "low": 0.005, "high": 0.02, "verdict": "better", "reason": None}
    metrics = pair["metrics"] | {"APs": small, "APm": small}
    metrics |= {"APl": large | {"verdict": words.verdict(low, high)}}
    assert said in words.sentences(pair | {"metrics": metrics}, 41, None)


def test_rows_have_a_verdict_only_where_there_is_an_interval(project: Project) -> None:
    """Of the demo's cars, on five images, all nine that changed sides were broken."""
    pair = project.compare("float32", "int8", by="split")["pairs"][0]
    rows = {row["name"]: row for row in pair["per_class"] + pair["groups"]}
    for row in rows.values():
        told = row["objects"] >= 10 and row["change"]["low"] is not None
        assert (row["q"] is not None) == told
        assert told or row["verdict"] == "cannot tell"
    assert (rows["car"]["broken"], rows["car"]["fixed"]) == (9, 0)
    assert rows["car"]["verdict"] == rows["train"]["verdict"] == "cannot tell"
    assert rows["person"]["verdict"] == rows["val"]["verdict"] == "worse"


def test_three_runs_agree_as_counted_by_hand(project: Project) -> None:
    document = project.compare("float32", "int8", "third", images="all")
    shares = np.array(document["agreement"])
    assert np.array_equal(shares, shares.T) and (np.diag(shares) == 1).all()
    for k, pair in enumerate(document["pairs"], 1):
        flips = pair["flips"]
        total = sum(flips[state] for state in STATES)
        agreed = flips["right_in_both"] + flips["wrong_in_both"]
        assert shares[0, k] == pytest.approx(agreed / total)
        assert pair["first"] == "float32"


def overlap(a: Any, b: Any) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return float(shared / (a[2] * a[3] + b[2] * b[3] - shared))


def false_by_hand(project: Project, run: str, confidence: float) -> Any:
    """(class, item, box) of the false positives, surest first, from the pages of errors."""
    from boxscore.evaluation.queries import ErrorQuery

    found: list[Any] = []
    while True:
        query = ErrorQuery(
            outcome="fp", confidence=confidence, sort="confidence", offset=len(found), limit=500
        )
        page = project.errors(run, query)
        found += [
            (one["class_id"], one["item"]["data_hash"], one["box"]) for one in page["objects"]
        ]
        if page["next_offset"] is None:
            return found


def test_new_and_removed_false_positives_by_hand(project: Project) -> None:
    document = project.compare("float32", "int8")
    old, new = (
        false_by_hand(project, run, cut)
        for run, cut in zip(document["runs"], document["confidences"], strict=True)
    )
    taken: set[int] = set()
    for class_id, item, box in new:
        fitting = [
            (overlap(box, other[2]), -k)
            for k, other in enumerate(old)
            if k not in taken and other[:2] == (class_id, item) and overlap(box, other[2]) >= 0.5
        ]
        if fitting:
            taken.add(-max(fitting)[1])
    assert document["pairs"][0]["false_positives"] == {
        "new": len(new) - len(taken), "removed": len(old) - len(taken), "kept": len(taken),
    }  # fmt: skip
    assert taken and len(taken) < len(new)


def test_sizes_have_the_lower_border() -> None:
    ranges = [(0.0, 1024.0), (1024.0, 9216.0), (9216.0, 1e10)]
    places = size_of(np.array([0, 1023.9, 1024, 9215, 9216, 1e12]), ranges)
    assert places.tolist() == [0, 0, 1, 1, 2, 2]
    assert size_of(np.array([5.0, 2000.0]), ranges[1:]).tolist() == [-1, 0]


def test_adjusted_p_by_its_definition() -> None:
    p: list[float | None] = [0.01, None, 0.04, 0.03, 0.005]
    asked = [v for v in p if v is not None]

    def by_hand(value: float) -> float:
        larger = [v for v in asked if v >= value]
        return min(v * len(asked) / sum(w <= v for w in asked) for v in larger)

    assert adjusted(p) == pytest.approx([None if v is None else by_hand(v) for v in p])
    assert adjusted([]) == [] and adjusted([None]) == [None]


# --- answers and keypoints ---------------------------------------------------------------------


def test_answers_are_followed(tmp_path: Path) -> None:
    colours = "rg" * 20
    right = [({"r": "red", "g": "green"}[c], 0.9) for c in colours]
    wrong = [({"r": "green", "g": "red"}[c], 0.9) for c in colours]
    first = [*wrong[:4], *right[4:]]
    second = [*right[:2], *wrong[2:18], *right[18:]]
    made = project_of_answers(tmp_path, colours, list(first))
    add_guesses(made, tmp_path, list(second), "second")
    document = made.compare("guesses", "second")
    pair = document["pairs"][0]
    flips = {name: pair["flips"][name] for name in STATES}
    assert flips == {"right_in_both": 22, "fixed": 2, "broken": 14, "wrong_in_both": 2}
    p = 2 * sum(comb(16, k) for k in range(3)) / 2**16
    assert pair["flips"]["p"] == pytest.approx(p) == pytest.approx(mcnemar(2, 14))
    accuracy = pair["metrics"]["accuracy"]
    assert [accuracy["first"], accuracy["second"]] == [36 / 40, 24 / 40]
    assert accuracy["difference"] == pytest.approx(-0.3)
    assert accuracy["low"] < -0.3 < accuracy["high"] < 0 and pair["verdict"] == "worse"
    assert pair["sentences"][0].startswith("second is worse than guesses: accuracy -0.300")
    assert [row["name"] for row in pair["per_class"]] == ["red", "green"]
    assert document["confidences"] == [None, None] and pair["false_positives"] is None
    (typed,) = answers(made, ["/api/v1/compare?runs=guesses&runs=second"])
    part = made.compare("guesses", "second", where="class=red")["pairs"][0]
    red = pair["per_class"][0]["change"]
    assert part["metrics"]["accuracy"]["difference"] == pytest.approx(red["difference"])
    assert typed["pairs"][0]["flips"] == pair["flips"]
    with pytest.raises(RequestError, match="no objects"):
        made.flipped("guesses", "second", FlipQuery())
    with pytest.raises(RequestError, match="no size"):
        made.compare("guesses", "second", by="size")


def test_answer_intervals_agree_with_a_slow_reference(tmp_path: Path) -> None:
    colours = "rgb" * 12
    rng = np.random.default_rng(3)
    names = {"r": "red", "g": "green", "b": "blue"}
    runs = [
        [(names[c] if rng.random() < share else "red", 0.9) for c in colours]
        for share in (0.7, 0.5)
    ]
    made = project_of_answers(tmp_path, colours, list(runs[0]))
    add_guesses(made, tmp_path, list(runs[1]), "second")
    found = made.compare("guesses", "second")["pairs"][0]["metrics"]["accuracy"]
    right = np.array([[g[0] == names[c] for g, c in zip(r, colours, strict=True)] for r in runs])
    titles = made.items["title"].tolist()
    right = right[:, [int(title.split("-")[0]) for title in titles]]
    draw = np.random.default_rng(0)
    values = []
    for _ in range(1000):
        chosen = draw.integers(0, 36, 36)
        values.append(np.mean([float(right[1][i]) - float(right[0][i]) for i in chosen]))
    assert found["low"] == pytest.approx(np.quantile(values, 0.025), abs=1e-12)
    assert found["high"] == pytest.approx(np.quantile(values, 0.975), abs=1e-12)


def test_keypoints(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    images, labels, runs = [], [], {"good": [], "bad": []}  # type: ignore[var-annotated]
    for k in range(1, 31):
        images.append({"id": k, "file_name": f"{k}.jpg", "width": 400, "height": 400})
        points = rng.uniform(100, 300, (17, 2))
        flat = [v for x, y in points.tolist() for v in (x, y, 2)]
        labels.append(
            {"id": k, "image_id": k, "category_id": 1, "keypoints": flat, "num_keypoints": 17,
             "bbox": [100, 100, 200, 200], "area": 30000, "iscrowd": 0}
        )  # fmt: skip
        for name, noise in (("good", 2.0), ("bad", 2.0 if k % 2 else 60.0)):
            moved = points + rng.normal(0, noise, points.shape)
            flat = [v for x, y in moved.tolist() for v in (x, y, 1)]
            runs[name].append(
                {"image_id": k, "category_id": 1, "keypoints": flat, "score": 0.9 - k / 1000}
            )
    category = {"id": 1, "name": "person", "keypoints": [str(n) for n in range(17)]}
    truth = {"images": images, "annotations": labels, "categories": [category]}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    Project.import_project(tmp_path / "truth.json", target=tmp_path, name="p")
    made = Project.open(tmp_path / "p")
    for name, rows in runs.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(rows))
        made.import_predictions(tmp_path / f"{name}.json", name=name)
    document = made.compare("good", "bad")
    pair = document["pairs"][0]
    assert document["task"] == "keypoints" and pair["verdict"] == "worse"
    assert pair["flips"]["right_in_both"] + pair["flips"]["broken"] == 30
    assert pair["flips"]["broken"] == 15
    assert pair["metrics"]["AP"]["high"] < 0
    assert [row["name"] for row in pair["sizes"]] == ["medium", "large"]
    page = made.flipped("good", "bad", FlipQuery(state="broken"))
    assert page["total"] == 15


# --- pages of objects --------------------------------------------------------------------------


@pytest.mark.parametrize("state", [*STATES, "new", "removed"])
def test_pages_hold_what_the_comparison_counts(project: Project, state: str) -> None:
    pair = project.compare("float32", "int8")["pairs"][0]
    counted = pair["flips"] | pair["false_positives"]
    path = f"/api/v1/compare/objects?first=float32&second=int8&state={state}&limit=500"
    (page,) = answers(project, [path])
    assert page["total"] == len(page["objects"]) == counted[state]
    assert sum(row["count"] for row in page["classes"]) == counted[state]
    outcomes = {
        (one["first"] or {}).get("outcome", "") + (one["second"] or {}).get("outcome", "")
        for one in page["objects"]
    }
    assert outcomes == {
        {"broken": "tpfn", "fixed": "fntp", "right_in_both": "tptp", "wrong_in_both": "fnfn",
         "new": "fp", "removed": "fp"}[state]
    }  # fmt: skip
    areas = [one["area"] for one in page["objects"]]
    assert areas == sorted(areas, reverse=True)


def test_pages_are_filtered_and_turned(project: Project) -> None:
    query = FlipQuery(state="broken", size="large", limit=10)
    first = project.flipped("float32", "int8", query)
    pair = project.compare("float32", "int8")["pairs"][0]
    assert first["total"] == next(r["broken"] for r in pair["sizes"] if r["name"] == "large")
    assert len(first["objects"]) == 10 and first["next_offset"] == 10
    rest = project.flipped("float32", "int8", FlipQuery(state="broken", size="large", offset=10))
    assert rest["next_offset"] is None
    ids = [one["id"] for page in (first, rest) for one in page["objects"]]
    assert len(set(ids)) == first["total"]
    person = project.flipped("float32", "int8", FlipQuery(class_id=0))
    assert {one["class_id"] for one in person["objects"]} == {0}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/compare?runs=float32",
        "/api/v1/compare?runs=float32&runs=nobody",
        "/api/v1/compare?runs=float32&runs=int8&iou=0",
        "/api/v1/compare?runs=float32&runs=int8&by=x",
        "/api/v1/compare/objects?first=float32&second=int8&state=lost",
        "/api/v1/compare/objects?first=float32&second=int8&size=huge",
        "/api/v1/compare/objects?first=float32&second=int8&class_id=999999",
        "/api/v1/compare/objects?first=float32&second=int8&limit=0",
    ],
)
def test_the_api_refuses(project: Project, path: str) -> None:
    (answer,) = responses(project, [path])
    assert 400 <= answer.status_code < 500, answer.text


def test_boxes_of_a_page_are_those_of_the_labels(project: Project) -> None:
    page = project.flipped("float32", "int8", FlipQuery(limit=3))
    boxes = boxes_of(project.ground_truth.table).tolist()
    assert all(one["box"] in boxes for one in page["objects"])
