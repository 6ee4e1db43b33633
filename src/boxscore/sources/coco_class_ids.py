"""Category ids of results -> classes: the project's own ids, else COCO's of the same names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.ontology import Ontology
from boxscore.sources.coco_ids import coco_ids
from boxscore.sources.id_lookup import NumberLookup

BY_ID = "by category id"
BY_COCO_ID = "by COCO's category ids"


def class_readings(values: NDArray[np.int64], ontology: Ontology) -> tuple[NDArray[np.int32], str]:
    """(N,) rows of the ontology's classes, -1 unknown, and which ids they were found by.

    COCO's are taken where the project's leave some ids of the file out and COCO's none: a project
    from YOLO labels numbers the same classes 0 to 79. The file must also hold a number beyond the
    count of classes, which nobody reaches who counts them from 0 or 1.
    """
    numbered = [c for c in ontology.classes if c.source_id is not None]
    place = NumberLookup(np.array([c.source_id for c in numbered], np.int64))(values)
    how = BY_ID
    if (place < 0).any() and int(values.max()) > len(numbered):
        named = zip(coco_ids([c.name for c in numbered]), range(len(numbered)), strict=True)
        known = {number: k for number, k in named if number is not None}
        found = NumberLookup(np.array(list(known), np.int64))(values)
        if (found >= 0).all():
            place, how = np.array(list(known.values()), np.int32)[found], BY_COCO_ID
    class_of = np.array([c.class_id for c in numbered] or [0], np.int32)
    return np.where(place >= 0, class_of[place], np.int32(-1)), how
