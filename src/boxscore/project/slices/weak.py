"""Where a run does worse than elsewhere, or loses against a baseline, found by search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError
from boxscore.evaluation.contrasts import Contrast
from boxscore.evaluation.document import defined
from boxscore.evaluation.run_view import REFERENCE_IOU
from boxscore.evaluation.units import Units
from boxscore.evaluation.weak_slices import (
    Search,
    WeakSlice,
    confirmed,
    fulfilling,
    search,
    with_q,
)
from boxscore.project.loading import Loaded
from boxscore.project.slices.judged_units import changed_units, judged_units
from boxscore.project.slices.searched_facets import Described, facets_of
from boxscore.project.slices.slicing import NEXT_PART, Where
from boxscore.project.slices.together import together
from boxscore.project.slices.words import share
from boxscore.schema.kinds import Task

Document = dict[str, Any]
LEVEL = 0.1
SEED = 20
NOUNS = {"recall": "Recall", "precision": "Precision", "change": "The change in recall"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakQuery:
    """What is searched.

    Attributes:
        iou: Least IoU of a match. None is 0.5; against a baseline it is the mean over COCO's ten
            thresholds from 0.5 to 0.95, as in AP, so that boxes that got worse are seen as well.
        confidence: Least confidence; None is each run's default.
        level: Share of the slices told of that may be false alarms.
        seed: Decides the halves of the images.
        pairs: Also two conditions at once.
        pixels: Whether images may be decoded now for values that are missing.
        stored_only: Whether nothing may be computed at all.
        where: Search among some of the images only.

    Raises:
        RequestError: The level is out of range.
    """

    iou: float | None = None
    confidence: float | None = None
    level: float = LEVEL
    seed: int = SEED
    pairs: bool = True
    pixels: bool = True
    stored_only: bool = False
    task: str | None = None
    where: str | tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.level < 1 or not 0 <= self.seed < 2**63:
            raise RequestError(
                f"level {self.level}, seed {self.seed}",
                fix="choose a level between 0 and 1 and a seed from 0",
                code="E-QUERY",
            )


@dataclass(frozen=True, slots=True)
class _Side:
    """Units that are searched together, and what they can be told apart by."""

    measure: str
    units: Units
    facets: list[Described]
    found: Search


def weak_slices(
    state: Loaded,
    run: str,
    baseline: str | None,
    query: WeakQuery,
    progress: Progress = silent,
) -> Document:
    """The confirmed weak slices of a run, most objects at stake first.

    Raises:
        RequestError: The run, or a pair of runs, has no units to compare.
    """
    ids = [state.record(name).run_id for name in (run, baseline) if name is not None]
    key = ("weak slices", run, baseline, *ids, query, state.generation, state.embedded)
    return state.remembered(key, lambda: _answer(state, run, baseline, query, progress))


def _answer(
    state: Loaded, run: str, baseline: str | None, query: WeakQuery, progress: Progress
) -> Document:
    if baseline is None:
        head, sides, waiting = _one_run(state, run, query, progress)
    else:
        head, sides, waiting = _against(state, run, baseline, query, progress)
    slices = [
        _slice(side, one, head)
        for side, found in zip(sides, with_q([side.found for side in sides]), strict=True)
        for one in confirmed(found, [facet.facet for facet in side.facets], query.level)
    ]
    slices.sort(key=lambda one: (-one["at_stake"], one["q"], one["name"]))
    return head | {
        "level": query.level,
        "looked_at": sum(side.found.looked_at for side in sides),
        "tested": sum(len(side.found.found) for side in sides),
        "lead": slices[0]["sentence"] if slices else None,
        "measures": {side.measure: _measure(side) for side in sides},
        "slices": slices,
        "waiting": waiting,
        "notes": [*_notes(query), *_tied_notes(state, sides)],
    }


def _one_run(
    state: Loaded, run: str, query: WeakQuery, progress: Progress
) -> tuple[Document, list[_Side], list[str]]:
    judged = judged_units(
        state,
        run,
        iou=_one_iou(query),
        confidence=query.confidence,
        where=_where(query),
        task=query.task,
    )
    sides, waiting = [], []
    for measure, units, owner in (
        ("recall", judged.truth, None), ("precision", judged.predictions, run)
    ):  # fmt: skip
        side, lacking = _searched(state, measure, units, owner, query, progress)
        sides.append(side)
        waiting += [title for title in lacking if title not in waiting]
    answers = judged.task is Task.CLASSIFICATION
    head = {
        "run": run,
        "baseline": None,
        "task": judged.task.value,
        "iou": None if answers else _one_iou(query),
        "confidence": defined(judged.confidence) if judged.confidence is not None else None,
        "baseline_confidence": None,
    }
    return head, sides, waiting


def _against(
    state: Loaded, run: str, baseline: str, query: WeakQuery, progress: Progress
) -> tuple[Document, list[_Side], list[str]]:
    """The change of recall from the baseline to the run, on the images that both have seen."""
    changed = changed_units(
        state, run, baseline, iou=query.iou, confidence=query.confidence, where=_where(query)
    )
    units = changed.units
    side, waiting = _searched(state, "change", units, None, query, progress)
    head = {
        "run": run,
        "baseline": baseline,
        "task": changed.task.value,
        "iou": query.iou,
        "confidence": defined(changed.confidences[1]),
        "baseline_confidence": defined(changed.confidences[0]),
    }
    return head, [side], waiting


def _one_iou(query: WeakQuery) -> float:
    return REFERENCE_IOU if query.iou is None else query.iou


def _where(query: WeakQuery) -> Where:
    return list(query.where) if isinstance(query.where, tuple) else query.where


def _searched(
    state: Loaded,
    measure: str,
    units: Units,
    owner: str | None,
    query: WeakQuery,
    progress: Progress,
) -> tuple[_Side, list[str]]:
    if not units.size:
        return _Side(measure, units, [], Search(0, ())), []
    facets, waiting = facets_of(
        state,
        units,
        owner,
        pixels=query.pixels,
        stored_only=query.stored_only,
        progress=progress,
    )
    with progress(f"searching: {NOUNS[measure].lower()}"):
        found = _found(state, units, facets, query)
    return _Side(measure, units, facets, found), waiting


def _found(state: Loaded, units: Units, facets: list[Described], query: WeakQuery) -> Search:
    """Frames of one sequence stay in one half; a sequence itself is told by its stretches."""
    plain = [one.facet for one in facets]
    tied = together(state.truth().items, units.item)
    group = None if tied is None else tied.group[units.item]
    found = search(units, plain, seed=query.seed, pairs=query.pairs, group=group)
    if tied is None or tied.few:
        return found
    stretch = tied.stretch[units.item]
    for place, one in enumerate(facets):
        if one.key == "sequence":
            own = search(units, [one.facet], seed=query.seed, pairs=False, group=stretch)
            found = found.with_one(own, place)
    return found


# --- the document --------------------------------------------------------------------------------


def _measure(side: _Side) -> Document:
    """What was searched for one measure: how many units on how many images, and their mean."""
    item = side.units.item
    return {
        "units": side.units.size,
        "images": int(np.unique(item).size),
        "value": defined(float(side.units.good.mean())) if item.size else None,
        "looked_at": side.found.looked_at,
        "tested": len(side.found.found),
    }


def _slice(side: _Side, one: WeakSlice, head: Document) -> Document:
    described = [side.facets[condition.facet] for condition in one.conditions]
    pairs = list(zip(described, one.conditions, strict=True))
    name = ", ".join(facet.name(condition) for facet, condition in pairs)
    parts = [facet.where(condition) for facet, condition in pairs]
    answers = head["task"] == Task.CLASSIFICATION.value
    document = {
        "measure": side.measure,
        "name": name,
        "where": _written(parts, side.measure, answers),
        "outcome": "fp" if side.measure == "precision" else "fn",
        "conditions": [
            {
                "facet": facet.key,
                "title": facet.facet.name,
                "low": condition.low,
                "high": condition.high,
                "value": condition.value,
            }
            for facet, condition in pairs
        ],
        **_contrast(one.whole),
        "coverage": one.whole.units / side.units.size,
        "at_stake": one.at_stake,
        "held_out": _contrast(one.held_out) | {"p": one.held_out.p},
        "q": one.q,
        **_flips(side, one),
    }
    return document | {"sentence": _sentence(document, head)}


def _contrast(found: Contrast) -> Document:
    low, high = found.interval()
    return {
        "units": found.units,
        "images": found.images,
        "inside": defined(found.inside),
        "rest": defined(found.rest),
        "drop": {"estimate": defined(found.drop), "low": defined(low), "high": defined(high)},
    }


def _flips(side: _Side, one: WeakSlice) -> Document:
    """Objects of the slice that the run lost and gained against the baseline."""
    if side.measure != "change":
        return {"lost": None, "gained": None}
    good = side.units.good[fulfilling([one.facet for one in side.facets], one.conditions)]
    return {"lost": int((good < 0).sum()), "gained": int((good > 0).sum())}


def _written(parts: list[str], measure: str, answers: bool) -> str | None:
    """One expression of all parts, or None where none says the same."""
    if answers:
        if measure == "precision" and any(part.startswith("object.") for part in parts):
            return None
        parts = [part.replace("object.class=", "class=", 1) for part in parts]
    expression = ",".join(parts)
    plain = [part.strip() for part in NEXT_PART.split(expression)] == parts
    return expression if plain else None


def _sentence(found: Document, head: Document) -> str:
    points = round(100 * found["drop"]["estimate"])
    units = "predictions" if found["measure"] == "precision" else "objects"
    if head["task"] == Task.CLASSIFICATION.value:
        units = "answers"
    held = found["held_out"]
    start = f"{NOUNS[found['measure']]} is {points} points lower for {found['name']}"
    if head["baseline"] is not None:
        start = (
            f"From {head['baseline']} to {head['run']} recall changes by {points} points less "
            f"for {found['name']}"
            if found["inside"] >= 0
            else f"From {head['baseline']} to {head['run']} recall falls by "
            f"{round(-100 * found['inside'])} points for {found['name']}, {points} more than "
            "elsewhere"
        )
    flips = "" if found["lost"] is None else f"; {found['lost']} lost, {found['gained']} gained"
    return (
        f"{start} ({found['units']} {units} in {found['images']} images; "
        f"{share(found['inside'])} against {share(found['rest'])}{flips}; "
        f"confirmed on held-out images: {share(held['inside'])} against {share(held['rest'])}; "
        f"q{_q(found['q'])})."
    )


def _q(value: float) -> str:
    return "=" + f"{value:.3f}".removeprefix("0") if value >= 0.001 else "<.001"


def _notes(query: WeakQuery) -> list[str]:
    return [
        "Conditions and pairs of them are looked at on half of the images, drawn by the seed; what "
        "stands out there is tested on the other half; then the halves change places. q: Benjamini "
        "and Hochberg over all tests.",
        "Standard errors are those of whole images (jackknife), and never below those of "
        "independent objects. A slice has at least 12 objects in 3 images.",
        f"At stake: objects that would be right if the slice were like the rest. Of the slices "
        f"shown at most {query.level:.0%} are false alarms on average.",
    ]


def _tied_notes(state: Loaded, sides: list[_Side]) -> list[str]:
    """What frames of sequences have in common, where there are any."""
    tied = together(state.truth().items, sides[0].units.item)
    if tied is None:
        return []
    if not tied.few:
        return [
            "Frames of one sequence are in the same half, and vary together; a sequence itself is "
            "held against the rest by stretches of its frames."
        ]
    return [
        f"The images are of {tied.sequences} sequences only, so the halves are of stretches of "
        "frames: what is confirmed holds for these sequences, and may not for others."
    ]
