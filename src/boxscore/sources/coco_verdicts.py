"""What a COCO-style file says of a class on an image as a whole: LVIS and Open Images lists."""

from __future__ import annotations

import numpy as np

from boxscore.errors import shown
from boxscore.schema.kinds import Verdict
from boxscore.schema.tables import VERDICTS, Table
from boxscore.sources.coco_categories import Categories
from boxscore.sources.coco_fields import Field
from boxscore.sources.coco_records import Records
from boxscore.sources.id_lookup import NameLookup, NumberLookup
from boxscore.sources.report import ImportReport

LISTS = (
    ("neg_category_ids", Verdict.NEGATIVE),
    ("pos_category_ids", Verdict.POSITIVE),
    ("not_exhaustive_category_ids", Verdict.NOT_EXHAUSTIVE),
)
VERIFIED = tuple(Field(key, "span", lenient=True) for key, _ in LISTS)
LARGEST_ID = 2**63 - 1

Found = set[tuple[int, int, int]]


def read_verdicts(
    records: Records, items: Table, categories: Categories, report: ImportReport
) -> Table:
    """The verdicts of the image records that became items, sorted by item, class and verdict.

    A category that the file lacks, or a value that is no list of ids, is reported and left out.
    """
    if not any(records.objects[key] for key, _ in LISTS):
        return Table.empty(VERDICTS)
    ids = [str(records.id_at("id", i)) for i in range(records.count)]
    item = NameLookup(items["source_id"].tolist()).texts(ids).tolist()
    lookup = NumberLookup(categories.ids)
    found: Found = set()
    for key, verdict in LISTS:
        for i, value in records.objects[key].items():
            if item[i] >= 0:
                place = f"{records.spec.place}/{records.row[i]}/{key}"
                classes = _classes(value, lookup, place, records.who(i), report)
                found |= {(item[i], c, int(verdict)) for c in classes}
    rows = np.array(sorted(found), np.int64).reshape(-1, 3)
    return Table(
        VERDICTS,
        {
            "item": rows[:, 0].astype(np.int32),
            "class_id": rows[:, 1].astype(np.int32),
            "verdict": rows[:, 2].astype(np.uint8),
        },
    )


def _classes(
    value: object, lookup: NumberLookup, place: str, who: str, report: ImportReport
) -> list[int]:
    ids = value if isinstance(value, list) else [value]
    numbers = [v for v in ids if type(v) is int and abs(v) <= LARGEST_ID]
    classes = lookup(np.array(numbers, np.int64)).tolist()
    unknown = [v for v, c in zip(numbers, classes, strict=True) if c < 0]
    odd = unknown + [v for v in ids if type(v) is not int or abs(v) > LARGEST_ID]
    if odd:
        problem = f"{shown(odd[0])} is no category id of this file: left out{who}"
        report.repair("W-COCO-VERDICT", place, problem, value)
    return [c for c in classes if c >= 0]
