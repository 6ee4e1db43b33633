"""COCO's own numbers of its 80 classes: 1 to 90 with gaps, where others count them from 0."""

from __future__ import annotations

from collections.abc import Sequence

NAMES = """
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire
hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear,
zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports
ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine
glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot
dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock,
vase, scissors, teddy bear, hair drier, toothbrush
"""
UNUSED = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Numbers of classes that were never annotated."""


def _numbered() -> dict[str, int]:
    names = " ".join(NAMES.split()).split(", ")
    numbers = (n for n in range(1, 91) if n not in UNUSED)
    return dict(zip(names, numbers, strict=True))


COCO_IDS = _numbered()
"""Name -> number."""


def coco_ids(names: Sequence[str]) -> list[int | None]:
    """COCO's number of each class name, whatever its case; None for names that are not COCO's."""
    return [COCO_IDS.get(name.casefold().strip().replace("_", " ")) for name in names]
