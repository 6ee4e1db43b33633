"""Labelled images of a run of answers, page by page, as documents."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.answer_list import answer_list
from boxscore.evaluation.classification import GivenAnswers, given_answers
from boxscore.evaluation.document import defined
from boxscore.evaluation.queries import AnswerQuery
from boxscore.project.evaluating import Truth, of_items, questions
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes
from boxscore.project.slices.narrowing import Meant, meant
from boxscore.project.slices.slicing import Where
from boxscore.project.slices.tagged import said_of
from boxscore.project.views import item_document
from boxscore.schema.kinds import Kind, Task
from boxscore.store.tags import ITEMS

Document = dict[str, Any]


def answers_document(state: Loaded, run: str, query: AnswerQuery, where: Where) -> Document:
    """One page of labelled images; see `Project.answers`."""
    truth = state.truth()
    if not (state.predictions(run).table["kind"] == Kind.CLASSIFICATION).any():
        raise RequestError(
            f"run {run!r} gives no answers",
            fix="choose a run of classifications; objects are listed by `boxscore errors`",
            code="E-TASK-ANSWERS",
        )
    named = [k for k in (query.labelled, query.predicted) if isinstance(k, int)]
    classes = len(truth.ontology.classes)
    check_classes((*(query.classes or ()), *named), classes)
    slice_of = meant(state, where)
    key = "answers", state.record(run).run_id, slice_of.key
    found = state.listed(key, partial(_answers, state, run, slice_of))
    listed = answer_list(found, classes, query)
    page = listed.order[query.offset : query.offset + query.limit]
    end = query.offset + query.limit
    return {
        "total": int(listed.order.size),
        "facets": {
            "right": listed.right,
            "wrong": listed.wrong,
            "unanswered": listed.unanswered,
            "labelled": _most_first(listed.labelled),
            "predicted": _most_first(listed.predicted),
        },
        "answers": _rows(state, truth, found, page),
        "next_offset": end if end < listed.order.size else None,
    }


def _answers(state: Loaded, run: str, slice_of: Meant) -> GivenAnswers:
    truth, items = state.truth(), slice_of.only_images(Task.CLASSIFICATION)
    labels = of_items(truth.ground_truth, items)
    return given_answers(questions(truth.ontology), labels, of_items(state.predictions(run), items))


def _most_first(counts: NDArray[np.int64]) -> list[Document]:
    order = np.argsort(-counts, kind="stable")
    return [{"class_id": k, "count": int(counts[k])} for k in order.tolist() if counts[k]]


def _rows(
    state: Loaded, truth: Truth, found: GivenAnswers, page: NDArray[np.int64]
) -> list[Document]:
    items = found.item[page].astype(np.int64)
    said = said_of(state, ITEMS, items)
    return [
        {"item": item_document(truth, item), "question": int(found.question[number])}
        | {"right": bool(found.right[number])}
        | {"labelled": [_named(truth, k) for k in _of(found.labelled, number)[:, 1].tolist()]}
        | {"given": _given(truth, found, number)}
        | own
        for number, item, own in zip(page.tolist(), items.tolist(), said, strict=True)
    ]


def _of(rows: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    first, last = np.searchsorted(rows[:, 0], [number, number + 1])
    return rows[first:last]


def _given(truth: Truth, found: GivenAnswers, number: int) -> list[Document]:
    first = int(np.searchsorted(found.given[:, 0], number))
    return [
        _named(truth, class_id) | {"confidence": defined(float(found.confidence[first + k]))}
        for k, class_id in enumerate(_of(found.given, number)[:, 1].tolist())
    ]


def _named(truth: Truth, class_id: int) -> Document:
    return {"class_id": class_id, "class_name": truth.ontology.classes[class_id].name}
