"""Whether the boxes on an image lie on its labels better than on those of other images.

Ids can all exist and still mean other images: shifted by one, of another split, frames counted from
1. Then every number is plausible and wrong, and only the labels can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import Table
from boxscore.sources.box_forms import boxes_as_pixels
from boxscore.sources.doctor.evidence import Evidence
from boxscore.sources.doctor.images import GUESSED
from boxscore.sources.doctor.readings import CLEAR, Finding, Reading
from boxscore.sources.raw import Convention, RawSet

MOST_BOXES = 10
"""The most confident boxes of an image that speak for it."""
MOST_IMAGES = 200
SHIFTS = 20
"""Other images that each image is held against."""
FEWEST_IMAGES = 10
"""Images with boxes and labels from which being no better than chance says something."""
CHANCE = 2.5
"""Standard deviations that the mean rank of images among others must exceed a half."""
CLEARLY = 5.0
"""The same of the mean difference to another reading of the ids."""
FEWEST_PAIRS = 4
EVIDENT = 0.8
"""Share of the highest rank from which no image needs to be looked for elsewhere."""
SEARCHED = 40
"""Images that are held against the labels of all others."""
MOST_LABELS = 50_000
CHUNK = 1000
LIES = 0.5
"""IoU, on average of an image's boxes and labels, at which they belong together."""
ELSEWHERE = 0.3
"""Share of images that belong to the labels of another image, from which ids are doubted."""
WITHIN = 0.95
"""Share of boxes within their images below which a run no better than chance is of other images."""

Scores = NDArray[np.float64]
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The most confident boxes of some images, and the labels.

    Attributes:
        image: (N,) number of the raw image of each box.
        box: (N, 4) as written, in `form`.
        size: (items, 2) width and height.
        count: Of raw images.
        evidence: Of the ground truth.
    """

    image: Rows
    box: NDArray[np.float64]
    form: Convention
    size: NDArray[np.float64]
    count: int
    evidence: Evidence

    @classmethod
    def of(
        cls,
        raw: RawSet,
        boxed: NDArray[np.int64],
        form: Convention,
        items: Table,
        evidence: Evidence,
    ) -> Alignment:
        """The `MOST_BOXES` most confident of some records on each of at most `MOST_IMAGES` images.

        Args:
            boxed: Rows of the records with a box, on a known image.
        """
        image, confidence = (raw.columns[name][boxed] for name in ("image", "confidence"))
        present = np.unique(image)
        if present.size > MOST_IMAGES:
            present = present[np.linspace(0, present.size - 1, MOST_IMAGES).astype(np.int64)]
        rows = np.flatnonzero(np.isin(image, present))
        rows = rows[np.lexsort([-np.nan_to_num(confidence[rows]), image[rows]])]
        own = image[rows]
        first = np.searchsorted(own, own)
        rows = rows[np.arange(rows.size) - first < MOST_BOXES]
        size = np.stack([items[n].astype(np.float64) for n in ("width", "height")], axis=1)
        box = raw.box[boxed[rows]]
        return cls(image[rows], box, form, size, len(raw.images), evidence)

    def _placed(self, rows: NDArray[np.int64], item: Rows) -> NDArray[np.float64]:
        """Boxes in pixels of the items that they are held against."""
        with np.errstate(all="ignore"):
            width, height = self.size[item].T
            placed = np.nan_to_num(boxes_as_pixels(self.box[rows], width, height, self.form))
        placed[(placed[:, 2:] <= 0).any(axis=1)] = 0
        return placed

    def scores(self, place: Rows) -> Scores:
        """(images,) how well boxes and labels of each image cover each other, 0 to 1.

        Nan where an image has no item, no box or no label.

        Args:
            place: (images,) item of each image, -1 for none.
        """
        item = place[self.image]
        known = np.flatnonzero(item >= 0)
        box = self._placed(known, item[known])
        value, _, reached = self.evidence.best(item[known].astype(np.int32), box)
        covered = np.bincount(self.image[known], value, self.count)
        boxes = np.bincount(self.image[known], minlength=self.count)
        size = int(max(self.evidence.item.max(initial=-1), place.max(initial=-1))) + 1
        labels = np.bincount(self.evidence.item, minlength=size)
        covering = np.bincount(self.evidence.item, np.nan_to_num(reached), minlength=size)
        with np.errstate(all="ignore"):
            score: Scores = (covered + covering[place]) / (boxes + labels[place])
        score[(place < 0) | (boxes == 0) | (labels[place] == 0)] = np.nan
        return score

    def rank(self, place: Rows) -> float:
        """Standard deviations by which images rank above others' labels; nan with too few."""
        own = self.scores(place)
        seen = np.flatnonzero(np.isfinite(own))
        if seen.size < FEWEST_IMAGES:
            return float("nan")
        ranks = np.zeros(seen.size)
        steps = np.unique(np.linspace(1, seen.size - 1, SHIFTS).astype(np.int64))
        for step in steps.tolist():
            other = np.full(place.size, -1, np.int32)
            other[seen] = np.roll(place[seen], step)
            score = self.scores(other)[seen]
            ranks += (score < own[seen]) + (score == own[seen]) / 2
        return float((ranks.mean() / steps.size - 0.5) * np.sqrt(12 * seen.size))

    def elsewhere(self, place: Rows) -> tuple[int, int]:
        """How many of some images belong to the labels of another item, and of how many."""
        own = self.scores(place)
        seen = np.flatnonzero(np.isfinite(own))
        seen = seen[np.linspace(0, seen.size - 1, min(seen.size, SEARCHED)).astype(np.int64)]
        rows = np.flatnonzero(np.isin(self.image, seen))
        best = np.zeros(seen.size)
        for labels in self._chunks():
            score, items = self._on_all(rows, seen, labels)
            score[place[seen][:, None] == items[None, :]] = 0
            best = np.maximum(best, score.max(axis=1))
        moved = (best >= LIES) & (best >= 1.5 * own[seen])
        return int(moved.sum()), int(seen.size)

    def _chunks(self) -> Iterator[NDArray[np.int64]]:
        """Rows of labels, whole items each; of very many labels an even share of the items."""
        items, first, count = np.unique(self.evidence.item, return_index=True, return_counts=True)
        most = max(int(items.size * min(MOST_LABELS / count.sum(), 1)), 1)
        some = np.linspace(0, items.size - 1, most).astype(np.int64)
        for part in np.array_split(some, max(int(count[some].sum()) // CHUNK, 1)):
            yield np.concatenate([np.arange(first[k], first[k] + count[k]) for k in part.tolist()])

    def _on_all(
        self, rows: NDArray[np.int64], images: NDArray[np.int64], labels: NDArray[np.int64]
    ) -> tuple[Scores, Rows]:
        """(images, items) the score of each image with the labels of each item; these items."""
        item, truth = self.evidence.item[labels], self.evidence.box[labels]
        items, first, count = np.unique(item, return_index=True, return_counts=True)
        across = np.tile(item, rows.size).astype(np.int32)
        box = self._placed(np.repeat(rows, item.size), across).reshape(rows.size, item.size, 4)
        iou = _overlaps(box, truth[None])
        at = np.searchsorted(images, self.image[rows])
        starts = np.searchsorted(at, np.arange(images.size))
        covered = np.add.reduceat(np.maximum.reduceat(iou, first, axis=1), starts, axis=0)
        covering = np.add.reduceat(np.maximum.reduceat(iou, starts, axis=0), first, axis=1)
        boxes = np.bincount(at, minlength=images.size)
        score: Scores = (covered + covering) / (boxes[:, None] + count[None, :])
        return score, items.astype(np.int32)


Align = Callable[[Reading], Alignment]
"""Boxes as they are meant where images are read in one way."""


def confirmed(finding: Finding, align: Align, valid: float, *, guessed: bool = False) -> Finding:
    """A finding on images, doubted where another reading or none fits the labels.

    Args:
        valid: Share of the boxes that lie within their images.
        guessed: Whether the form of the boxes was chosen from many, by these very labels.
    """
    own = finding.chosen
    assert isinstance(own, Reading)
    if own.found < CLEAR:
        return finding
    alignment = align(own)
    score = alignment.scores(own.place)
    better: list[tuple[float, Reading]] = []
    for rival in finding.others:
        if isinstance(rival, Reading) and rival.found >= CLEAR and _differ(rival, own):
            other = align(rival).scores(rival.place)
            if _clearly_better(other, score):
                better.append((_mean(other), rival))
    if better:
        best, rival = max(better, key=lambda b: b[0])
        return _instead(finding, rival, best, _mean(score))
    return _ranked(finding, own, alignment, valid, guessed=guessed)


def _ranked(
    finding: Finding, own: Reading, alignment: Alignment, valid: float, *, guessed: bool
) -> Finding:
    """By how well images fit their own labels among those of others."""
    score, rank = alignment.scores(own.place), alignment.rank(own.place)
    if own.how in GUESSED and not rank >= CLEARLY:
        why = f"{finding.why}, but by a guess that too few labels bear out"
        fix = f"where it is right, say so in a mapping file: images: by: {own.how}"
        return replace(finding, sure=False, why=why, fix=fix)
    if np.isnan(rank):
        return finding
    if rank < EVIDENT * np.sqrt(12 * np.isfinite(score).sum()) / 2:
        moved, count = alignment.elsewhere(own.place)
        if moved > ELSEWHERE * count:
            why = f"{finding.why}, but {moved} of {count} images fit the labels of another image"
            return _refused(finding, why)
    if rank >= (CLEARLY if guessed else CHANCE):
        why = f"{finding.why}; boxes and labels cover each other to {_mean(score):.0%}"
        return replace(finding, why=why, sure=True)
    return _by_chance(finding, 0.0 if guessed else valid)


def _differ(a: Reading, b: Reading) -> bool:
    return not np.array_equal(a.place, b.place)


def _mean(score: Scores) -> float:
    return float(np.nanmean(score)) if np.isfinite(score).any() else 0.0


def _clearly_better(other: Scores, own: Scores) -> bool:
    """Whether images fit the labels better under another reading, by far more than chance."""
    gain = (other - own)[np.isfinite(other) & np.isfinite(own)]
    if gain.size < FEWEST_PAIRS or _mean(other) < LIES / 2:
        return False
    spread = max(float(gain.std(ddof=1)), 1e-3)
    return bool(gain.mean() / spread * np.sqrt(gain.size) >= CLEARLY)


def _instead(finding: Finding, rival: Reading, better: float, own: float) -> Finding:
    """By another reading; the one that would have been taken is the first alternative."""
    others = tuple(r for r in finding.others if r is not rival)
    sure = finding.chosen.how in GUESSED
    why = (
        f"all names are found by {finding.chosen.how}, but by {rival.how} boxes and labels cover "
        f"each other to {better:.0%}, not {own:.0%}"
    )
    fix = f"settle it in a mapping file: images: by: {rival.how}"
    return replace(
        finding, chosen=rival, others=(finding.chosen, *others), sure=sure, why=why, fix=fix
    )


def _by_chance(finding: Finding, valid: float) -> Finding:
    """Images that fit their labels no better than those of others: other images, or a poor run."""
    why = f"{finding.why}, but boxes lie on their labels no better than on those of other images"
    if not valid:
        return _refused(finding, why + ", however boxes are meant")
    if valid < WITHIN:
        return _refused(finding, f"{why}, and {1 - valid:.0%} leave their images")
    return replace(finding, why=why, doubt=why)


def _refused(finding: Finding, why: str) -> Finding:
    fix = (
        "check that this is the project and the split these predictions were made for; where it "
        f"is, say so in a mapping file: images: by: {finding.chosen.how}"
    )
    return replace(finding, sure=False, why=why, fix=fix, doubt=why)


def _overlaps(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """IoU of boxes given as x, y, width, height in the last axis; the others are broadcast."""
    low = np.maximum(a[..., :2], b[..., :2])
    high = np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=-1)
    area = a[..., 2:].prod(axis=-1) + b[..., 2:].prod(axis=-1) - shared
    return np.asarray(np.divide(shared, area, out=np.zeros_like(shared), where=area > 0))
