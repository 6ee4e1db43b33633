"""Tracking numbers against py-motmetrics, TrackEval and plain loops."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.tracking import TrackScores, evaluate, track_scores
from boxscore.evaluation.tracking_frames import Tracks
from boxscore.evaluation.tracking_hota import ALPHAS
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Facts, Side
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task
from tests.evaluation import slow_hota
from tests.evaluation.scenes_tracking import (
    box_iou,
    crossing,
    frames,
    kitti,
    shaken,
    tracks,
    tud_campus,
)

OURS = {
    "mota": "MOTA",
    "motp": "MOTP",
    "idf1": "IDF1",
    "idp": "IDP",
    "idr": "IDR",
    "num_switches": "id_switches",
    "num_fragmentations": "fragmentations",
    "mostly_tracked": "mostly_tracked",
    "partially_tracked": "partly_tracked",
    "mostly_lost": "mostly_lost",
    "num_false_positives": "false_positives",
    "num_misses": "misses",
}
pandas_warns = pytest.mark.filterwarnings("ignore")


def motmetrics_says(sequences: list[tuple[Tracks, Tracks]], iou: float) -> dict[str, float]:
    """py-motmetrics' numbers of all sequences together."""
    oracle = pytest.importorskip("motmetrics")
    accumulators = []
    for truth, found in sequences:
        accumulator = oracle.MOTAccumulator(auto_id=True)
        for _, t, p in frames(truth, found):
            overlap = box_iou(truth.box[t], found.box[p])
            distance = np.where(overlap >= iou, 1 - overlap, np.nan)
            accumulator.update(truth.track[t], found.track[p], distance)
        accumulators.append(accumulator)
    summary = oracle.metrics.create().compute_many(
        accumulators, metrics=list(OURS), generate_overall=True
    )
    return {name: float(v) for name, v in summary.loc["OVERALL"].items()}


def assert_as_motmetrics(sequences: list[tuple[Tracks, Tracks]], iou: float = 0.5) -> None:
    expected = motmetrics_says(sequences, iou)
    scores = sum((track_scores(*s, iou=iou) for s in sequences), TrackScores())
    rates = scores.rates()
    for theirs, ours in OURS.items():
        if theirs == "motp":
            assert rates[ours] == pytest.approx(expected[theirs], abs=1e-12)
        else:
            assert rates[ours] == expected[theirs], theirs


@pandas_warns
def test_tud_campus(shared_data: Path) -> None:
    sequence = tud_campus(shared_data / "mot_tud")
    rates = track_scores(*sequence).rates()
    published = round(rates["MOTA"], 3), round(rates["MOTP"], 3), round(rates["IDF1"], 3)
    assert published == (0.526, 0.277, 0.558)
    assert_as_motmetrics([sequence])
    assert_as_motmetrics([sequence], iou=0.3)


@pandas_warns
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_made_up_sequences_equal_motmetrics(seed: int, ties: bool) -> None:
    assert_as_motmetrics([crossing(seed, ties)], iou=0.5 if seed % 2 else 0.3)


@pandas_warns
def test_several_sequences_equal_motmetrics(shared_data: Path) -> None:
    truths = [kitti(shared_data / "kitti_tracking", s, "Car") for s in ("0000", "0012", "0014")]
    assert_as_motmetrics([(t, shaken(t, k)) for k, t in enumerate(truths)])


def trackeval_data(truth: Tracks, found: Tracks) -> dict[str, Any]:
    truth_name, truth_track = np.unique(truth.track, return_inverse=True)
    found_name, found_track = np.unique(found.track, return_inverse=True)
    rows = frames(truth, found)
    return {
        "num_gt_dets": truth.frame.size,
        "num_tracker_dets": found.frame.size,
        "num_gt_ids": truth_name.size,
        "num_tracker_ids": found_name.size,
        "num_timesteps": len(rows),
        "gt_ids": [truth_track[t] for _, t, _ in rows],
        "tracker_ids": [found_track[p] for _, _, p in rows],
        "similarity_scores": [box_iou(truth.box[t], found.box[p]) for _, t, p in rows],
    }


def assert_as_trackeval(sequences: list[tuple[Tracks, Tracks]]) -> None:
    oracle = pytest.importorskip("trackeval")
    hota, identity = oracle.metrics.HOTA(), oracle.metrics.Identity({"PRINT_CONFIG": False})
    each = {str(k): trackeval_data(*s) for k, s in enumerate(sequences)}
    all_hota = hota.combine_sequences({k: hota.eval_sequence(v) for k, v in each.items()})
    names = identity.combine_sequences({k: identity.eval_sequence(v) for k, v in each.items()})
    scores = sum((track_scores(*s) for s in sequences), TrackScores())
    rates = scores.rates()
    assert np.array_equal(scores.hota.tp, all_hota["HOTA_TP"])
    for name in ("HOTA", "DetA", "AssA", "LocA"):
        assert rates[name] == pytest.approx(float(np.mean(all_hota[name])), abs=1e-12)
    for name in ("IDF1", "IDP", "IDR"):
        assert rates[name] == names[name]


@pandas_warns
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_made_up_sequences_equal_trackeval(seed: int, ties: bool) -> None:
    assert_as_trackeval([crossing(seed, ties)])


@pandas_warns
def test_real_sequences_equal_trackeval(shared_data: Path) -> None:
    assert_as_trackeval([tud_campus(shared_data / "mot_tud")])
    folder = shared_data / "kitti_tracking"
    truths = [kitti(folder, s, k) for s in ("0000", "0012", "0014") for k in ("Car", "Cyclist")]
    assert_as_trackeval([(t, shaken(t, k)) for k, t in enumerate(truths) if t.frame.size])


@pytest.mark.parametrize("seed", range(4))
def test_hota_is_that_of_its_definition(seed: int) -> None:
    truth, found = crossing(seed + 50)
    lined_up = [
        (truth.track[t].tolist(), found.track[p].tolist(), box_iou(truth.box[t], found.box[p]))
        for _, t, p in frames(truth, found)
    ]
    expected = slow_hota.hota(lined_up, _core.assign)
    rates = track_scores(truth, found).rates()
    assert {name: rates[name] for name in expected} == pytest.approx(expected, abs=1e-12)
    assert ALPHAS.size == 19


BOX = (0.0, 0.0, 10.0, 10.0)
AWAY = (500.0, 0.0, 10.0, 10.0)


def test_a_switch_a_gap_and_a_lost_object_by_hand() -> None:
    truth = tracks([(f, 1, BOX) for f in range(10)] + [(f, 2, AWAY) for f in range(10)])
    found = tracks([(f, 7 if f < 4 else 8, BOX) for f in range(10) if f != 6])
    rates = track_scores(truth, found).rates()
    assert rates["id_switches"] == 1
    assert rates["fragmentations"] == 1
    assert (rates["mostly_tracked"], rates["partly_tracked"], rates["mostly_lost"]) == (1, 0, 1)
    assert (rates["false_positives"], rates["misses"]) == (0, 11)
    assert rates["MOTA"] == 1 - 12 / 20
    assert rates["MOTP"] == 0
    assert rates["IDF1"] == 10 / 29
    assert rates["LocA"] == 1


def test_perfect_tracks() -> None:
    truth, _ = crossing(3)
    rates = track_scores(truth, truth).rates()
    assert [rates[n] for n in ("HOTA", "DetA", "AssA", "LocA", "MOTA", "IDF1")] == [1] * 6


def test_empty_sides() -> None:
    none, some = tracks([]), tracks([(0, 1, BOX)])
    assert all(math.isnan(v) for n, v in track_scores(none, none).rates().items() if n.isupper())
    missed = track_scores(some, none).rates()
    assert (missed["MOTA"], missed["HOTA"], missed["misses"]) == (0, 0, 1)
    assert math.isnan(missed["MOTP"])
    assert math.isnan(missed["LocA"])
    invented = track_scores(none, some).rates()
    assert math.isnan(invented["MOTA"])
    assert (invented["HOTA"], invented["false_positives"]) == (0, 1)


@pytest.mark.parametrize(
    ("rows", "iou", "code"),
    [
        ([(0, 1, BOX), (0, 1, AWAY)], 0.5, "E-TRACK-TWICE"),
        ([(0, 1, (0, 0, -1, 2))], 0.5, "E-BOX"),
        ([(0, 1, (0, 0, np.nan, 2))], 0.5, "E-BOX"),
        ([(0, 1, BOX)], 0.0, "E-IOU-RANGE"),
        ([(0, 1, BOX)], float("nan"), "E-IOU-RANGE"),
    ],
)
def test_bad_input_is_refused(rows: Any, iou: float, code: str) -> None:
    for pair in ((tracks(rows), tracks([])), (tracks([]), tracks(rows))):
        with pytest.raises(RequestError, match=code):
            track_scores(*pair, iou=iou)


def test_bad_shapes_are_refused() -> None:
    bad = Tracks(frame=np.zeros(2, int), track=np.zeros(2, int), box=np.zeros((2, 3)))
    with pytest.raises(RequestError, match="E-SHAPE"):
        track_scores(bad, bad)


def project(sequences: list[tuple[Tracks, Tracks]], classes: int = 2) -> Comparable:
    """Sequence k of class k % classes; items in an order that is not that of time."""
    rng = np.random.default_rng(0)
    keys = [(k, f) for k, s in enumerate(sequences) for f, _, _ in frames(*s)]
    item = dict(zip(keys, rng.permutation(len(keys)).tolist(), strict=True))
    place = np.array(sorted(keys, key=item.__getitem__), np.int32).reshape(-1, 2)

    def side(which: int) -> Side:
        parts = [s[which] for s in sequences]
        where = [item[k, f] for k, p in enumerate(parts) for f in p.frame.tolist()]
        class_id = np.repeat(np.arange(len(parts)) % classes, [p.frame.size for p in parts])
        return Side(
            rows=np.arange(len(where)),
            item=np.array(where, np.int32),
            class_id=class_id.astype(np.int32),
            box=np.concatenate([p.box for p in parts]),
            area=np.zeros(len(where)),
            track=np.concatenate([p.track for p in parts]),
        )

    truth, found = side(0), side(1)
    return Comparable(
        task=Task.TRACKING,
        items=len(keys),
        classes=classes,
        truth=truth,
        crowd=np.zeros(truth.item.size, np.uint8),
        predictions=found,
        confidence=np.ones(found.item.size),
        facts=Facts(sequence=place[:, 0].copy(), position=place[:, 1].copy()),
    )


def changed(view: Comparable, **changes: Any) -> Comparable:
    names = Comparable.__dataclass_fields__
    return Comparable(**{n: getattr(view, n) for n in names} | changes)


def test_projects_add_up_sequences_and_classes() -> None:
    sequences = [crossing(k) for k in range(4)]
    scores = [track_scores(*s) for s in sequences]
    numbers = evaluate(project(sequences), Options())
    assert numbers.overall == pytest.approx(sum(scores, TrackScores()).rates(), abs=1e-12)
    for class_id in (0, 1):
        expected = (scores[class_id] + scores[class_id + 2]).rates()
        got = {name: values[class_id] for name, values in numbers.per_class.items()}
        assert got == pytest.approx(expected, abs=1e-12)
    assert numbers.ground_truth.sum() == sum(s[0].frame.size for s in sequences)
    assert len(numbers.notes) == 2
    one = evaluate(project(sequences), Options(class_agnostic=True))
    assert one.overall == pytest.approx(numbers.overall, abs=1e-12)
    low = evaluate(project(sequences), Options(iou_thresholds=(0.3,))).overall
    assert low["misses"] < numbers.overall["misses"]


def test_ignored_objects_and_crowds_excuse_predictions() -> None:
    truth = tracks([(0, 1, BOX), (0, 2, AWAY), (0, 3, (0, 100, 90, 90))])
    found = tracks([(0, 1, BOX), (0, 2, AWAY), (0, 3, (5, 105, 9, 9)), (0, 4, (0, 300, 9, 9))])
    view = project([(truth, found)], classes=1)
    plain = evaluate(view, Options()).overall
    assert (plain["misses"], plain["false_positives"]) == (1, 2)
    flags = np.array([0, 1, 0], np.uint8)
    excused = changed(view, ignored=flags, crowd=flags[[0, 2, 1]])
    numbers = evaluate(excused, Options())
    assert (numbers.overall["misses"], numbers.overall["false_positives"]) == (0, 1)
    assert (numbers.ground_truth.tolist(), numbers.predictions.tolist()) == ([1], [2])


def test_only_images_with_predictions() -> None:
    view = project([(tracks([(0, 1, BOX), (1, 1, BOX)]), tracks([(1, 1, BOX)]))], classes=1)
    assert evaluate(view, Options()).overall["misses"] == 1
    assert evaluate(view, Options(only_predicted=True)).overall["misses"] == 0


def test_boxes_without_track_or_sequence_are_told() -> None:
    truth = tracks([(0, 1, BOX), (1, 1, BOX)])
    view = project([(truth, tracks([(0, -1, BOX), (1, 5, BOX)]))], classes=1)
    numbers = evaluate(view, Options())
    assert numbers.overall["id_switches"] == 1
    assert "1 predictions have no track" in numbers.notes[-1]
    sequence = np.where(view.facts.position == 0, -1, 0).astype(np.int32)
    part = changed(view, facts=Facts(sequence=sequence, position=view.facts.position))
    assert evaluate(part, Options()).ground_truth.tolist() == [1]


def test_what_is_not_tracked_is_refused() -> None:
    view = project([(tracks([(0, 1, BOX)]), tracks([(0, 1, BOX)]))])
    bare = project([(tracks([(0, 1, BOX)]), tracks([(0, -1, BOX)]))])
    cases = [
        (changed(view, facts=Facts()), Options(), "E-SEQUENCE-NONE"),
        (bare, Options(), "E-TRACK-NONE"),
        (view, Options(iou_thresholds=(0.5, 0.75)), "E-IOU-RANGE"),
    ]
    for given, options, code in cases:
        with pytest.raises(RequestError, match=code):
            evaluate(given, options)
