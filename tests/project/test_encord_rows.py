"""Label rows of images, image groups and videos, as Encord Active's scripts walk them."""

from __future__ import annotations

import numpy as np

from boxscore.project.encord.rows import label_rows
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import GROUND_TRUTH, MASKS, POINTS, Annotations, Table
from tests.sources.test_encord_folders import ROWS, context, items


def boxes_on_all() -> Annotations:
    """One box on each item, as wide as its row number."""
    count = len(ROWS)
    column = {c.name: np.zeros(count, c.numpy) for c in GROUND_TRUTH.columns}
    column |= {
        "item": np.arange(count, dtype=np.int32),
        "kind": np.full(count, int(Kind.BOX), np.uint8),
        "width": np.arange(count, dtype=np.float64),
        "height": np.full(count, 8.0),
        "track": np.full(count, "", object),
    }
    table = Table(GROUND_TRUTH, column)
    return Annotations(table=table, masks=Table.empty(MASKS), points=Table.empty(POINTS))


def test_videos_have_frames_and_groups_have_units() -> None:
    known, car = context()
    rows = label_rows(items(), known.ontology, boxes_on_all())
    assert [row["data_type"] for row in rows.values()] == [
        "video", "img_group", "image", "image", "image",
    ]  # fmt: skip
    video, group, *_ = rows.values()
    (unit,) = video["data_units"].values()
    assert unit["data_hash"] == "v" and unit["data_type"] == "video/mp4"
    assert list(unit["labels"]) == ["0", "1", "2"]
    (label,) = unit["labels"]["2"]["objects"]
    assert label["featureHash"] == car
    assert label["boundingBox"] == {"x": 0, "y": 0, "w": 2 / 100, "h": 8 / 80}
    assert label["objectHash"] in video["object_answers"]
    assert [u["data_sequence"] for u in group["data_units"].values()] == [0, 1]
    assert list(group["data_units"]) == ["g0", "g1"]
    hashes = [
        label["objectHash"] for row in rows.values() for label in row["object_answers"].values()
    ]
    assert len(set(hashes)) == len(ROWS)
    assert rows == label_rows(items(), known.ontology, boxes_on_all())
    assert len(label_rows(items(), known.ontology, boxes_on_all(), 2)) == 2
