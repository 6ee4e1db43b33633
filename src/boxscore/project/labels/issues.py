"""The queue of suspected labels as documents: what is suspected, why, and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.suspects.issues import Issue
from boxscore.project.labels.chosen import chosen_entries
from boxscore.project.labels.decisions import Decision, Review, read_review
from boxscore.project.labels.fixes import Fix, Shape, class_key, label_names
from boxscore.project.labels.suspects import Suspect, Suspected, suspected
from boxscore.project.labels.words import facts, sentence
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Where
from boxscore.project.views import item_document
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Annotations, boxes_of

Document = dict[str, Any]
STATES = {"accept": "accepted", "reject": "rejected", "skip": "skipped"}
"""A decision -> the state of the suspect."""
FILTERS = ("all", "open", "decided", *STATES.values())
SAME_PLACE = 0.5
"""IoU from which two missing labels of one class are one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A suspect, a decision, or both.

    Attributes:
        suspect: None of what no run suspects any more.
        decision: None of what is open.
    """

    suspect: Suspect | None
    decision: Decision | None

    @property
    def key(self) -> str:
        """Of the decision where there is one: it outlives the suspect."""
        known = self.decision or self.suspect
        assert known is not None
        return known.key

    @property
    def issue(self) -> Issue:
        """What is suspected."""
        known = self.suspect or self.decision
        assert known is not None
        return known.issue

    @property
    def fix(self) -> Fix:
        """What accepting does; once it was decided, that is what was decided on."""
        known = self.decision or self.suspect
        assert known is not None
        return known.fix

    @property
    def score(self) -> float:
        """In [0, 1]; of what is no longer suspected, that at the time of the decision."""
        known = self.suspect or self.decision
        assert known is not None
        return known.score

    @property
    def state(self) -> str:
        """Whether it is open, and else how it was decided."""
        return "open" if self.decision is None else STATES[self.decision.choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuery:
    """Which suspects are asked for.

    Attributes:
        kinds: Of `Issue`; None is all.
        state: One of `FILTERS`.
        runs: Whose predictions speak; None is all.
        where: A slice of the images and objects that issues are of; None is all.
        classes: Of these objects.
    """

    kinds: Sequence[str] | None = None
    state: str = "all"
    runs: Sequence[str] | None = None
    where: Where = None
    classes: Classes = None
    offset: int = 0
    limit: int = 60


def entries(state: Loaded, runs: Sequence[str] | None = None) -> tuple[list[Entry], Suspected]:
    """Every suspect and every decision, the likeliest first."""
    found, review = suspected(state, runs), read_review(state.root)
    return joined(found, review), found


def joined(found: Suspected, review: Review) -> list[Entry]:
    """Suspects with their decisions, and decisions on what is no longer suspected."""
    left = dict(review.current)
    missing: dict[tuple[str, int, str | None], list[Decision]] = {}
    for known in left.values():
        if known.issue is Issue.MISSING:
            missing.setdefault(_place(known.fix), []).append(known)
    whole = []
    for suspect in found.suspects:
        decision = left.pop(suspect.key, None)
        if decision is None and suspect.issue is Issue.MISSING:
            near = [d for d in missing.get(_place(suspect.fix), []) if _same(d.fix, suspect.fix)]
            if near:
                left.pop(near[0].key, None)
                decision = near[0]
        whole.append(Entry(suspect, decision))
    whole += [Entry(None, known) for known in left.values()]
    return sorted(whole, key=lambda entry: -entry.score)


def _place(fix: Fix) -> tuple[str, int, str | None]:
    return fix.data_hash, fix.frame, fix.class_hash


def _same(first: Fix, second: Fix) -> bool:
    assert first.shape is not None and second.shape is not None
    return float(_overlap(_box(first.shape), _box(second.shape)[None])[0]) >= SAME_PLACE


def _box(shape: Shape) -> NDArray[np.float64]:
    return np.array([shape.x, shape.y, shape.width, shape.height])


def _overlap(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) IoU of one box with others."""
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    either = box[2] * box[3] + boxes[:, 2] * boxes[:, 3] - shared
    result: NDArray[np.float64] = np.divide(
        shared, either, out=np.zeros_like(shared), where=either > 0
    )
    return result


def label_issue_document(state: Loaded, query: LabelQuery) -> Document:
    """One page of suspects with the counts of every kind and state."""
    kinds = _kinds(query.kinds)
    if query.state not in FILTERS:
        raise RequestError(
            f"{shown(query.state)!r} is no state of a label issue",
            fix=near_misses(query.state, FILTERS),
            code="E-LABELS-STATE",
        )
    every, found = entries(state, query.runs)
    whole = chosen_entries(state, every, query.where, query.classes)
    of_state = [entry for entry in whole if _is(entry, query.state)]
    chosen = [entry for entry in of_state if entry.issue in kinds]
    page = chosen[query.offset : query.offset + query.limit]
    more = query.offset + query.limit < len(chosen)
    counts = Counter(entry.issue for entry in of_state)
    states = Counter(entry.state for entry in whole)
    scene = _Scene(state, found)
    return {
        "task": found.task.value,
        "runs": found.runs,
        "notes": found.notes,
        "kinds": [{"kind": issue.value, "count": counts[issue]} for issue in Issue],
        "states": {name: states[name] for name in ("open", *STATES.values())},
        "total": len(chosen),
        "issues": [scene.document(entry) for entry in page],
        "next_offset": query.offset + query.limit if more else None,
    }


def _is(entry: Entry, wanted: str) -> bool:
    if wanted == "decided":
        return entry.state != "open"
    return wanted in ("all", entry.state)


def _kinds(names: Sequence[str] | None) -> set[Issue]:
    known = [issue.value for issue in Issue]
    for name in names or ():
        if name not in known:
            raise RequestError(
                f"{shown(name)!r} is no kind of label issue",
                fix=near_misses(name, known),
                code="E-LABELS-KIND",
            )
    return {Issue(name) for name in names} if names is not None else set(Issue)


def entry_of(state: Loaded, key: str) -> Entry:
    """The suspect or decision of a key, or of the only one that begins so.

    Raises:
        RequestError: There is none, or there are several.
    """
    whole, _ = entries(state)
    hits = [entry for entry in whole if entry.key.startswith(key)] if key else []
    hits += [e for e in whole if e.suspect is not None and e.suspect.key == key and e not in hits]
    if len(hits) != 1:
        problem = "stands for several label issues" if hits else "is no label issue"
        raise RequestError(
            f"{shown(key)!r} {problem}",
            fix="list them with `boxscore labels list`",
            code="E-LABELS-KEY",
        )
    return hits[0]


class _Scene:
    """What the documents of one page are made from."""

    def __init__(self, state: Loaded, found: Suspected) -> None:
        self.state, self.found, self.truth = state, found, state.truth()
        self.classes = self.truth.ontology.classes
        self.class_ids = {class_key(row): row.class_id for row in self.classes}
        items = self.truth.items
        pairs = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
        self.places = {pair: k for k, pair in enumerate(pairs)}
        self.boxes = boxes_of(self.truth.ground_truth.table)

    def document(self, entry: Entry) -> Document:
        """One suspect."""
        suspect, decision, fix = entry.suspect, entry.decision, entry.fix
        item = self.places.get((fix.data_hash, fix.frame), -1)
        row = suspect.row if suspect else self._row(item, fix.label)
        label = self._label(row)
        suggestion = self._suggestion(fix, label)
        other = self._label(suspect.other if suspect else -1)
        at = suggestion or label
        document = {
            "key": entry.key,
            "kind": entry.issue.value,
            "score": entry.score,
            "state": entry.state,
            "note": decision.note if decision else "",
            "time": decision.time if decision else None,
            "image": item_document(self.truth, item) if item >= 0 else None,
            "label": label,
            "other": other,
            "suggestion": suggestion,
            "run": suspect.run if suspect else "",
            "runs": self._runs(item, at) if at and item >= 0 else [],
            "removed": fix.removed,
        }
        document["sentence"] = sentence(document, suspect)
        document["facts"] = facts(document, suspect)
        return document

    def _row(self, item: int, label: str | None) -> int:
        if item < 0 or label is None:
            return -1
        names = self.state.remembered(("label-names",), lambda: label_names(self.truth))
        start, end = np.searchsorted(self.truth.ground_truth.table["item"], [item, item + 1])
        return next((row for row in range(start, end) if names[row] == label), -1)

    def _label(self, row: int) -> Document | None:
        if row < 0:
            return None
        table = self.truth.ground_truth.table
        return self._named(int(table["class_id"][row]), self.boxes[row]) | {
            "source_id": int(table["source_id"][row])
        }

    def _named(self, class_id: int, box: NDArray[np.float64]) -> Document:
        known = bool(np.isfinite(box).all())
        return {
            "class_id": class_id,
            "class_name": self.classes[class_id].name,
            "box": box.tolist() if known else None,
        }

    def _suggestion(self, fix: Fix, label: Document | None) -> Document | None:
        """The label as it would be; None where it goes."""
        if fix.removed:
            return None
        class_id = label["class_id"] if label else -1
        if fix.class_hash is not None:
            class_id = self.class_ids.get(fix.class_hash, class_id)
        box = _box(fix.shape) if fix.shape else np.array((label and label["box"]) or [np.nan] * 4)
        return self._named(class_id, box) if class_id >= 0 else None

    def _runs(self, item: int, at: Document) -> list[Document]:
        """What each run has in that place: of the class, else the most confident of another."""
        return [
            {"run": run} | self._nearest(self.state.predictions(run), item, at)
            for run in self.found.runs
            if (self.state.record(run).task == Task.CLASSIFICATION) == (at["box"] is None)
        ]

    def _nearest(self, predictions: Annotations, item: int, at: Document) -> Document:
        table = predictions.table
        start, end = np.searchsorted(table["item"], [item, item + 1])
        rows = np.arange(start, end)
        if at["box"] is not None:
            iou = _overlap(np.array(at["box"]), boxes_of(table.take(rows)))
            rows = rows[iou >= SAME_PLACE]
        if not rows.size:
            return {"class_id": None, "class_name": None, "box": None, "confidence": None}
        same = table["class_id"][rows] == at["class_id"]
        best = rows[np.lexsort((-table["confidence"][rows], ~same))[0]]
        box = np.array([table[name][best] for name in ("x", "y", "width", "height")])
        return self._named(int(table["class_id"][best]), box) | {
            "confidence": float(table["confidence"][best])
        }
