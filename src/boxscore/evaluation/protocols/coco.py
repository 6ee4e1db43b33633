"""COCO: greedy matching at ten IoU thresholds, precision at 101 recall points.

Source: Lin et al. 2014, "Microsoft COCO"; cocoapi, `COCOeval`. Equal to pycocotools to the bit.
"""

from __future__ import annotations

from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.coco import match
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options, coco


def evaluate(view: Comparable, options: Options) -> Numbers:
    """The twelve numbers (ten of keypoints) and the per-class table."""
    return coco_numbers(match(view, coco(options, view.task)))
