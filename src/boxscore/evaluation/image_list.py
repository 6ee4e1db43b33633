"""Images with their own counts, worst first."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.evaluation.chosen import Items
from boxscore.evaluation.document import defined
from boxscore.evaluation.error_list import FN, FP, TP, objects_at, wishes
from boxscore.evaluation.queries import ImageQuery
from boxscore.evaluation.run_view import RunView
from boxscore.schema.tables import Table


def image_rows(
    run: RunView, items: Table, query: ImageQuery, confidence: float, where: Items = None
) -> tuple[int, list[dict[str, Any]]]:
    """How many images fit the filter, and one page of them.

    Returns:
        Total, and rows with `item`, tp, fp, fn and f1 (null where nothing is there to find).
    """
    objects = objects_at(run, query.iou, confidence)
    if query.classes is not None:
        objects = objects.take(np.isin(objects.class_id, query.classes))
    counts = {
        k: np.bincount(objects.item[objects.outcome == k], minlength=items.rows)
        for k in (TP, FP, FN)
    }
    chosen = np.ones(items.rows, np.bool_) if where is None else where.copy()
    for wanted in wishes(objects, query, run.view.classes):
        chosen &= np.bincount(objects.item[wanted], minlength=items.rows) > 0
    whole = 2 * counts[TP] + counts[FP] + counts[FN]
    f1 = np.divide(2 * counts[TP], whole, out=np.full(items.rows, np.nan), where=whole > 0)
    rows = np.flatnonzero(chosen)
    order = rows[_order(f1[rows], counts[FP][rows] + counts[FN][rows], query.sort)]
    page = order[query.offset : query.offset + query.limit].tolist()
    names = {"tp": TP, "fp": FP, "fn": FN}
    return rows.size, [
        {"item": k, **{n: int(counts[c][k]) for n, c in names.items()}, "f1": defined(f1[k])}
        for k in page
    ]


def _order(f1: Any, errors: Any, sort: str) -> Any:
    """Worst: lowest F1, of equals the most errors; images without any object come last."""
    if sort == "title":
        return np.arange(f1.size)
    filled = np.nan_to_num(f1, nan=2.0 if sort == "worst" else -1.0)
    if sort == "best":
        return np.lexsort((errors, -filled))
    return np.lexsort((-errors, filled))
