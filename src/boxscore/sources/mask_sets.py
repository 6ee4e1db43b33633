"""What values mean in masks of published sets that say it nowhere beside them: told by file names.

Source: Cordts et al. 2016, "The Cityscapes Dataset" (labels.py of its scripts: the classes that its
benchmarks count); Zhou et al. 2017, "Scene Parsing through ADE20K Dataset" (0 is no class);
Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) Challenge" (the colours).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from boxscore.sources.mask_classes import MaskClasses

CITYSCAPES = {
    7: "road", 8: "sidewalk", 11: "building", 12: "wall", 13: "fence", 17: "pole",
    19: "traffic light", 20: "traffic sign", 21: "vegetation", 22: "terrain", 23: "sky",
    24: "person", 25: "rider", 26: "car", 27: "truck", 28: "bus", 31: "train", 32: "motorcycle",
    33: "bicycle",
}  # fmt: skip
"""Ids of the classes that count; in files of train ids they are numbered from 0 in this order."""
CITYSCAPES_THINGS = frozenset({24, 25, 26, 27, 28, 31, 32, 33})
"""Classes of single objects; where one has no number of an object, it is a group."""
CITYSCAPES_VOID = frozenset(range(34)) - CITYSCAPES.keys()
CITYSCAPES_NAME = re.compile(r".+_gt(?:Fine|Coarse)_(instance|label|labelTrain)Ids", re.I)
ADE20K_NAME = re.compile(r"ADE_(?:train|val)_\d{8}")


def classes_of_set(stems: Sequence[str], *, truth: bool) -> MaskClasses:
    """The classes of the set whose files are called so; empty for files of no known set.

    Args:
        truth: Whether they are labels; those of ADE20K leave 0 free, predictions may not.
    """
    named = [CITYSCAPES_NAME.fullmatch(stem) for stem in stems]
    kinds = {found[1].lower() if found else "" for found in named}
    if kinds == {"labeltrain"}:
        return MaskClasses(dict(enumerate(CITYSCAPES.values())))
    if kinds and kinds <= {"instance", "label"}:
        things = CITYSCAPES_THINGS if kinds == {"instance"} else frozenset[int]()
        return MaskClasses(dict(CITYSCAPES), void=CITYSCAPES_VOID, things=things)
    if truth and stems and all(ADE20K_NAME.fullmatch(stem) for stem in stems):
        return MaskClasses(void=frozenset({0}))
    return MaskClasses()


def voc_colours() -> dict[int, int]:
    """Colour (R + 256 G + 65536 B) -> index in the palette of Pascal VOC; 255 is its void."""
    return {_voc_colour(index): index for index in range(256)}


def _voc_colour(index: int) -> int:
    """Bits 0, 3 and 6 of the index are red from the top down, 1, 4, 7 green and 2, 5 blue."""
    return sum(
        ((index >> (3 * place + channel)) & 1) << (8 * channel + 7 - place)
        for channel in range(3)
        for place in range(3)
    )
