"""What arrived with an import: checks with their counts, and how confidences are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.tables import Table, unsized

Document = dict[str, Any]
BINS = 40
TINY = 64.0
"""Square pixels under which a label is hardly seen: 8 by 8."""
TINY_LABELS = "Labels smaller than 64 px² (8 × 8)"
FEWEST_CUT = 3
"""Images with equally many predictions, the most of all, from which these were cut there."""
LEAST_CUT = 10
REPEATED = 10
"""Predictions for each distinct confidence from which these are quantised."""
OK, NOTE, LOOK = "ok", "note", "look"
REJECTED = {
    "Predictions that name an unknown image": ("E-IMAGE-UNKNOWN", "E-COCO-IMAGE-UNKNOWN"),
    "Predictions that name an unknown class": ("E-CLASS-UNKNOWN", "E-COCO-CATEGORY-UNKNOWN"),
    "Boxes with a negative or endless side": (
        "E-BOX-NEGATIVE", "E-BOX-NOT-FINITE", "E-COCO-BBOX-NEG", "E-COCO-NOT-FINITE",
    ),
}  # fmt: skip
"""What is always said, also of none -> the codes that it stands for."""
MARKED = {
    "Boxes outside their image": (Mark.OUTSIDE, ("W-BOX-OUTSIDE", "W-COCO-BBOX-OUTSIDE")),
    "Boxes without area": (Mark.ZERO_AREA, ("W-BOX-ZERO", "W-COCO-BBOX-ZERO")),
    "The same prediction again": (Mark.DUPLICATE, ("W-DUPLICATE", "W-COCO-DUPLICATE")),
}
OUT_OF_RANGE = ("W-CONFIDENCE-RANGE", "W-COCO-SCORE-RANGE")
UNTOLD = ("N-COCO-IMAGE-UNKNOWN",)
"""Codes that another one says too."""


def arrival(state: Loaded, report: Document, run: str | None) -> Document:
    """What came with an import.

    Args:
        report: As the import wrote it.
        run: The run that it made; None where there is none, or it is gone.

    Returns:
        "checks", each with its "title", "count", "state" ("ok", "note" or "look") and "why";
        "confidences" and "per_image", None without a run.
    """
    stored = None if run is None else _stored(state, run)
    met = {one["code"]: one for one in report["warnings"]}
    rows = list(_rejected(met)) if report["kind"] == "predictions" else []
    if stored is not None:
        rows += _marked(stored)
    rows += state.settled("labels that arrived", lambda: _of_labels(state))
    if stored is not None:
        rows += _of_run(stored)
    told = {code for codes in REJECTED.values() for code in codes} | set(UNTOLD)
    if stored is not None:
        told |= {code for _, codes in MARKED.values() for code in codes} | set(OUT_OF_RANGE)
    rows += [_other(one, report["file"]) for code, one in met.items() if code not in told]
    return {
        "checks": rows,
        "confidences": None if stored is None else stored.confidences,
        "per_image": None if stored is None else stored.per_image,
    }


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is counted once of a run's rows."""

    rows: int
    marked: dict[str, int]
    out_of_range: int
    confidences: Document | None
    per_image: Document | None


def _stored(state: Loaded, run: str) -> _Stored:
    key = "arrived", state.record(run).run_id
    found: _Stored = state.settled(key, lambda: _counted(state.predictions(run).table))
    return found


def _counted(table: Table) -> _Stored:
    marks, confidence = table["marks"], table["confidence"]
    return _Stored(
        table.rows,
        {title: int(((marks & np.uint16(mark)) != 0).sum()) for title, (mark, _) in MARKED.items()},
        int(((confidence < 0) | (confidence > 1)).sum()),
        _spread(confidence[np.isfinite(confidence)]),
        _per_image(table["item"]),
    )


def _spread(value: NDArray[np.float64]) -> Document | None:
    """A histogram of finite confidences, over 0 to 1 at least; None of none."""
    if not value.size:
        return None
    ends = min(0.0, float(value.min())), max(1.0, float(value.max()))
    counts, edges = np.histogram(value, BINS, ends)
    return {
        "edges": edges.tolist(),
        "counts": counts.tolist(),
        "least": float(value.min()),
        "mean": float(value.mean()),
        "most": float(value.max()),
        "distinct": int(np.unique(value).size),
        "total": int(value.size),
    }


def _per_image(item: NDArray[np.int32]) -> Document | None:
    """Predictions on an image that has any: fewest, most, and how many images have the most."""
    if not item.size:
        return None
    count = np.unique(item, return_counts=True)[1]
    return {
        "least": int(count.min()),
        "most": int(count.max()),
        "images": int(count.size),
        "at_most": int((count == count.max()).sum()),
    }


def _check(title: str, count: int, state: str, why: str | None = None) -> Document:
    met = count > 0
    return {
        "title": title,
        "count": count,
        "state": state if met else OK,
        "why": why if met else None,
    }


def _rejected(met: dict[str, Document]) -> list[Document]:
    return [
        _check(title, sum(met[code]["count"] for code in codes if code in met), LOOK, "left out")
        for title, codes in REJECTED.items()
    ]


def _marked(stored: _Stored) -> list[Document]:
    rows = [_check(title, count, LOOK, "kept") for title, count in stored.marked.items()]
    why = "kept as written; a threshold means these numbers"
    return [*rows, _check("Confidences outside 0 to 1", stored.out_of_range, LOOK, why)]


def _of_labels(state: Loaded) -> list[Document]:
    truth = state.truth()
    table = truth.ground_truth.table
    seen = np.bincount(table["class_id"], minlength=len(truth.ontology.classes))
    boxed = (table["kind"] != Kind.CLASSIFICATION) & ~table["crowd"]
    boxed &= ~unsized(truth.items)[table["item"]]  # shares of unknown sizes are no pixels
    return [
        _check("Crowd regions among the labels", int(table["crowd"].sum()), NOTE, "never counted"),
        _check("Classes without any label", int((seen == 0).sum()), NOTE, "left out of every mean"),
        _check(TINY_LABELS, int((boxed & (table["area"] < TINY)).sum()), NOTE),
    ]


def _of_run(stored: _Stored) -> list[Document]:
    rows = []
    spread, each = stored.confidences, stored.per_image
    if each is not None and each["most"] >= LEAST_CUT and each["at_most"] >= FEWEST_CUT:
        cut = "they seem to be cut there, which caps recall at low confidence"
        title = f"Images at the limit of {each['most']} predictions"
        rows.append(_check(title, each["at_most"], LOOK, cut))
    if spread is not None:
        few = spread["total"] >= REPEATED * spread["distinct"] > 0
        why = "quantised: the order of equal ones decides a part of AP" if few else None
        row = _check("Distinct confidences", spread["distinct"], LOOK if few else OK, why)
        rows.append(row)
    return rows


def _other(one: Document, file: str) -> Document:
    """A code without a row of its own, in the words of its first record."""
    code = one["code"]
    title = one["example"].removeprefix(f"{code} ").removeprefix(f"{file}: ")
    return _check(title, one["count"], NOTE if code.startswith("N-") else LOOK, code)
