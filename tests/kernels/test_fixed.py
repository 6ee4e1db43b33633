"""AP with errors fixed is that of rankings written out anew, to the last bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.kernels import _core
from tests.evaluation.slow_fixes import RECALLS, average_precision, mean

CLASSES = 5
TRUE, FALSE, GIVES, IGNORED, IGNORED_GIVES, AWAY = 3, 1 | 8, 1 | 4 | 16, 40, 4 | 16, 0
Groups = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


@dataclass(frozen=True)
class Scene:
    """Predictions by falling confidence, and groups: rows of errors, classes of lost objects."""

    rows: NDArray[np.int64]
    class_id: NDArray[np.int32]
    code: NDArray[np.uint8]
    fixed_class: NDArray[np.int32]
    objects: NDArray[np.int64]
    groups: Groups

    def rankings(self) -> Any:
        return _core.FixedRankings(
            self.rows, self.class_id, self.code, self.fixed_class, self.objects, RECALLS
        )

    def mean_ap(self, threads: int) -> list[float]:
        found = self.rankings().mean_ap(*joined(self.groups), threads=threads)
        return [float(ap) for ap in found]

    def plain(self, wrong: NDArray[np.int64], lost: NDArray[np.int64]) -> NDArray[np.float64]:
        """(C,) the slow way."""
        fixed = np.isin(self.rows, wrong) & (self.code > 7)
        mended = fixed & (self.code & 4 > 0)
        there = (self.code & 1 > 0) & ~fixed | mended
        right = (self.code & 2 > 0) | mended
        class_id = np.where(mended, self.fixed_class[self.rows], self.class_id)
        objects = self.objects - np.bincount(lost, minlength=CLASSES)
        return average_precision(class_id[there], right[there], objects)


def joined(groups: Groups) -> list[NDArray[np.int64]]:
    columns = []
    for column in zip(*groups, strict=True):
        columns += [np.cumsum([0, *(part.size for part in column)]), np.concatenate(column)]
    return columns


def scene(seed: int, count: int) -> Scene:
    """Errors of every sort; the last class has no object, and one group loses all of another."""
    rng = np.random.default_rng(seed)
    code = rng.choice([TRUE, TRUE, FALSE, GIVES, IGNORED, IGNORED_GIVES, AWAY], count)
    class_id, fixed_class = rng.integers(0, CLASSES, (2, count)).astype(np.int32)
    objects = np.zeros(CLASSES, np.int64)
    rows = rng.permutation(count)
    found = class_id[code == TRUE], fixed_class[rows][code & 4 > 0]
    for some in found:
        objects += np.bincount(some, minlength=CLASSES)
    spare = np.array([0, 1, 40, 7, 0])
    objects = np.where(np.arange(CLASSES) < CLASSES - 1, objects + spare, 0)
    wrong = rows[code > 7]
    groups = [(wrong, np.repeat(np.arange(CLASSES), spare)), (wrong[:0], wrong[:0])]
    groups.append((wrong[:0], np.repeat(2, objects[2])))
    for share in (0.02, 0.3, 0.9):
        lost = np.repeat(np.arange(CLASSES), rng.integers(0, spare + 1))
        groups.append((rng.permutation(wrong[rng.random(wrong.size) < share]), lost))
    groups += [(wrong[[k]], wrong[:0]) for k in range(0, wrong.size, 97)]
    return Scene(rows, class_id, code.astype(np.uint8), fixed_class, objects, groups)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("count", [0, 1, 9, 90, 700, 4000])
def test_groups_fixed(count: int, threads: int) -> None:
    made = scene(count, count)
    expected = [made.plain(*group) for group in made.groups]
    assert np.array_equal(made.rankings().class_ap(), expected[1], equal_nan=True)
    assert np.array_equal(made.mean_ap(threads), [*map(mean, expected)], equal_nan=True)
    if count >= 90:
        assert len({repr(mean(aps)) for aps in expected}) > 4
        assert np.isnan(expected[2][2]) and np.isnan(expected[0][-1])


def test_effort() -> None:
    shown, item = np.array([1, 1, 0, 1, 1], np.uint8), np.array([0, 0, 1, 2, 2], np.int32)
    groups = [np.array(some, np.int64) for some in ([0, 1, 2], [], [3, 4, 1])]
    lost = [np.array(some, np.int64) for some in ([1], [0, 1], [])]
    start, rows, lost_start, gone = joined(list(zip(groups, lost, strict=True)))
    lost_item = np.array([2, 0], np.int32)
    errors, images = _core.effort(start, rows, lost_start, gone, shown, item, lost_item, 3)
    assert errors.tolist() == [3, 2, 3]
    assert images.tolist() == [1, 2, 2]


def test_what_does_not_fit_is_refused() -> None:
    made = scene(1, 90)
    rankings, few = made.rankings(), np.array([0, 1])
    start, none = np.zeros(2, np.int64), np.zeros(0, np.int64)
    for rows, match in ((np.array([90]), "a row"), (np.array([-1]), "a row")):
        with pytest.raises(ValueError, match=match):
            rankings.mean_ap(few, rows, start, none)
    with pytest.raises(ValueError, match="a class index"):
        rankings.mean_ap(start, none, few, np.array([CLASSES]))
    with pytest.raises(ValueError, match="span"):
        rankings.mean_ap(few, none, start, none)
    with pytest.raises(ValueError, match="span"):
        rankings.mean_ap(none, none, none, none)
    with pytest.raises(ValueError, match="must not fall"):
        rankings.mean_ap(np.array([0, 2, 1]), np.array([0]), np.zeros(3, np.int64), none)
    with pytest.raises(ValueError, match="as many groups"):
        rankings.mean_ap(start, none, np.zeros(3, np.int64), none)
    one = np.zeros(1, np.int32)
    for changes, match in (
        ({"rows": made.rows + 1}, "a row"),
        ({"class_id": made.class_id + np.int32(1)}, "a class index"),
        ({"fixed_class": made.fixed_class - np.int32(9)}, "a class index"),
        ({"code": made.code[:9]}, "code has 9 values"),
    ):
        with pytest.raises(ValueError, match=match):
            Scene(**{**vars(made), **changes}).rankings()
    with pytest.raises(ValueError, match="recall"):
        _core.FixedRankings(
            made.rows, made.class_id, made.code, made.fixed_class, made.objects, np.zeros(0)
        )
    with pytest.raises(ValueError, match="an image"):
        _core.effort(few, np.array([0]), start, none, np.ones(1, np.uint8), one, one, 0)
    with pytest.raises(ValueError, match="shown has 2"):
        _core.effort(few, np.array([0]), start, none, np.ones(2, np.uint8), one, one, 1)
