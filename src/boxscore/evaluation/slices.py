"""COCO's numbers of any subset of the images, from the matches of the whole run.

Matching is per image and class, so a subset needs no new matching: its numbers are those of the
same matches with the other images left out, to the last bit what pycocotools gives with `imgIds`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import curve_numbers
from boxscore.evaluation.numbers import Numbers
from boxscore.kernels import _core
from boxscore.matching.coco import Matching, counted
from boxscore.matching.restrict import one_per_item


class Slices:
    """One run, ready for the numbers of any subset of its images.

    Args:
        matching: The matches of the whole run.
        threads: 0 is one for each core.
    """

    def __init__(self, matching: Matching, threads: int = 0) -> None:
        self.matching = matching
        self._threads = threads
        truth, counts = matching.view.truth, counted(matching.view)
        self._truth_item, self._truth_class = truth.item[counts], truth.class_id[counts]
        self._truth_area = truth.area[counts]
        self._resampling = self._sorted(1)

    def _sorted(self, copies: int) -> _core.Resampling:
        """The matches in order of confidence, for weights up to `copies`."""
        return _core.Resampling(
            self.matching.matches,
            self._truth_item,
            self._truth_class,
            self._truth_area,
            self.matching.policy.kernel(),
            self.matching.view.items,
            copies,
            self._threads,
        )

    def numbers(self, items: NDArray[np.bool_]) -> Numbers:
        """The twelve numbers and the per-class table of some images.

        Args:
            items: (items,) bool, the images of the slice.

        Raises:
            RequestError: `items` is not one bool per image.
        """
        return self.weighted(one_per_item(items, self.matching.view.items).astype(np.uint16))

    def weighted(self, weights: NDArray[np.uint16]) -> Numbers:
        """The numbers of a data set that holds each image as often as its weight says.

        Copies of an image follow each other in its place of the order that decides ties.

        Raises:
            RequestError: There is not one weight per image.
        """
        view = self.matching.view
        if weights.shape != (view.items,):
            raise RequestError(
                f"weights of {view.items} images have shape {weights.shape}",
                fix="give one whole number per image",
                code="E-SLICE-SHAPE",
            )
        self._allow(int(weights.max(initial=1)))
        curves = self._resampling.curves(weights, self._threads)
        found = view.predictions
        return curve_numbers(
            curves,
            self.matching.policy,
            self._per_class(weights, self._truth_item, self._truth_class),
            self._per_class(weights, found.item, found.class_id),
            view.task,
        )

    def replicate(
        self, weights: NDArray[np.uint16]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The numbers of many weightings at once, to about 1e-15: sums in another order.

        Args:
            weights: (B, items).

        Returns:
            (B, 12) overall numbers and (B, C, 3) "ap", "ap50", "ar100" per class; nan undefined.
        """
        self._allow(int(weights.max(initial=1)))
        return self._resampling.replicate(weights, self._threads)

    @property
    def has_replicates(self) -> bool:
        """Whether `replicate` has this protocol: COCO's twelve numbers, not keypoints."""
        policy = self.matching.policy
        return len(policy.area_ranges) == 4 and len(policy.max_detections) == 3

    def _allow(self, weight: int) -> None:
        if weight > self._resampling.copies:
            self._resampling = self._sorted(weight + 2)

    def _per_class(
        self, weights: NDArray[np.uint16], item: NDArray[np.int32], class_id: NDArray[np.int32]
    ) -> NDArray[np.int64]:
        sums = _core.weigh(weights[None], item, class_id, self.matching.view.classes)[0]
        whole: NDArray[np.int64] = sums.astype(np.int64)
        return whole
