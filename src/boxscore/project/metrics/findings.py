"""What the project says of its findings: by code, by metric, one page of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.project.analysing import run_view
from boxscore.project.loading import Loaded
from boxscore.project.metrics.answers import subject
from boxscore.project.metrics.measuring import (
    Known,
    Place,
    known_metrics,
    place_of,
    values_at,
)
from boxscore.project.metrics.settings import settings
from boxscore.project.slices.remaining import Remaining, remaining
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import task_of
from boxscore.quality.cards import Bad, On
from boxscore.quality.findings import (
    FINDINGS,
    MODERATE,
    SEVERE,
    SEVERITIES,
    Fences,
    Rule,
    outlier_fences,
)
from boxscore.schema.kinds import DETECTION

Document = dict[str, Any]
Values = NDArray[np.float64]
OUTLIERS = {"IMG": "IMG900", "ANN": "ANN900", "PRD": "PRD900"}
"""Codes of values that are unusual for their metric, without being a finding by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingQuery:
    """One page of findings.

    Attributes:
        run: Whose predictions have findings too; None: images and ground truth only.
        code: Only of this code; those of outliers are listed only when they are asked for.
        severity: Only "severe" or "moderate".
        metric: Only of this metric, by id.
        pixels: Whether images may be decoded for values that are missing.
        where, classes: Only among images of a slice, and objects of it of some classes; what is
            an outlier is decided among them.
    """

    run: str | None = None
    code: str | None = None
    severity: str | None = None
    metric: str | None = None
    offset: int = 0
    limit: int = 100
    pixels: bool = True
    where: Where = None
    classes: Classes = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of one metric at one place; those of predictions that never count are undefined."""

    known: Known
    place: Place
    values: Values


@dataclass(frozen=True, slots=True)
class Found:
    """Findings of one code and metric, worst first."""

    code: str
    severity: str
    measured: Measured
    threshold: float
    rows: NDArray[np.int64]


def findings_document(state: Loaded, query: FindingQuery) -> Document:
    """Every code with its count, every metric's outliers, and one page of findings."""
    _check(query)
    rest = remaining(state, query.where, query.classes)
    key = "findings", state.generation, query.run, query.pixels, rest.key
    judged = state.evaluated(key, lambda: _judged(state, query, rest))
    listed = list(_chosen(query, judged))
    total = sum(found.rows.size for found in listed)
    end = query.offset + query.limit
    return {
        "run": query.run,
        "codes": judged.codes,
        "outliers": [_outliers(one, fences) for one, fences in judged.fenced],
        "not_computed": judged.missing,
        "total": total,
        "rows": _page(state, listed, query.offset, query.limit),
        "next_offset": end if end < total else None,
    }


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything about one run, or about none, before a page of it is chosen."""

    codes: list[Document]
    found: list[Found]
    fenced: list[tuple[Measured, Fences]]
    missing: list[str]


def _judged(state: Loaded, query: FindingQuery, rest: Remaining) -> Judged:
    kept = settings(state)
    measured, missing = _measured(state, query, rest)
    rules = [rule for rule in FINDINGS if query.run or not rule.code.startswith("PRD")]
    by_rule = [(rule, _found(rule, kept[rule.code], measured)) for rule in rules]
    fenced = [
        (one, outlier_fences(one.known.card, one.values))
        for one in measured.values()
        if one.known.card.bad is not Bad.NONE
    ]
    codes = [_code(rule, kept[rule.code], found) for rule, found in by_rule]
    return Judged(codes, [found for _, found in by_rule if found], fenced, missing)


def _check(query: FindingQuery) -> None:
    codes = [rule.code for rule in FINDINGS] + list(OUTLIERS.values())
    for value, known, what in (
        (query.code, codes, "code of a finding"),
        (query.severity, list(SEVERITIES), "severity"),
    ):
        if value is not None and value not in known:
            raise RequestError(
                f"{value!r} is no {what}", fix=near_misses(value, known), code="E-FINDING-UNKNOWN"
            )


def _measured(
    state: Loaded, query: FindingQuery, rest: Remaining
) -> tuple[dict[tuple[str, str], Measured], list[str]]:
    """Values by kind of code and metric, and titles of metrics that are not computed."""
    found: dict[tuple[str, str], Measured] = {}
    missing = []
    here = [place_of(state, None)] + ([place_of(state, query.run)] if query.run else [])
    for place in here:
        counting = _counts(state, place.run, rest)
        known = [one for one in known_metrics(state).values() if place.fits(one.card)]
        both = zip(known, values_at(state, known, place, query.pixels), strict=True)
        for one, (values, computed) in both:
            if not computed:
                missing.append(one.card.title)
            mask = rest.items if one.card.on is On.IMAGE else counting
            if mask is not None:
                values = np.where(mask, values, np.nan)
            found[_kind(one, place), one.card.id] = Measured(one, place, values)
    return found, missing


def _kind(known: Known, place: Place) -> str:
    if place.run is not None:
        return "PRD"
    return "IMG" if known.card.on is On.IMAGE else "ANN"


def _counts(state: Loaded, run: str | None, rest: Remaining) -> NDArray[np.bool_] | None:
    """(N,) labels that the filter leaves; of a run's predictions those from its own confidence on.

    None is all.
    """
    mask = rest.annotations(run)
    if run is None or task_of(state, run, None) not in DETECTION:
        return mask
    default = run_view(state, run).default_confidence(rest.items)
    confidence = state.predictions(run).table["confidence"]
    above: NDArray[np.bool_] = confidence >= (default if np.isfinite(default) else -np.inf)
    return above if mask is None else above & mask


def _found(rule: Rule, threshold: float, measured: dict[tuple[str, str], Measured]) -> Found | None:
    one = measured.get((rule.code[:3], rule.metric))
    if one is None:
        return None
    rows = np.flatnonzero(rule.holds(one.values, threshold))
    if rule.metric == "object_count" and not np.nan_to_num(one.values).any():
        rows = rows[:0]  # a project without any ground truth lacks it nowhere in particular
    worst = one.values[rows] if rule.side == "low" else -one.values[rows]
    return Found(rule.code, rule.severity, one, threshold, rows[np.argsort(worst, kind="stable")])


def _chosen(query: FindingQuery, judged: Judged) -> Iterator[Found]:
    """What the query asks for, severe ones first."""
    found = judged.found
    if query.code in OUTLIERS.values():
        found = [
            some
            for one, fences in judged.fenced
            if OUTLIERS[_kind(one.known, one.place)] == query.code
            and query.metric in (None, one.known.card.id)
            for some in _beyond(one, fences)
        ]
    for severity in SEVERITIES:
        for some in found:
            wanted = (
                (query.code in (None, some.code))
                and (query.severity in (None, severity))
                and (query.metric in (None, some.measured.known.card.id))
            )
            if some.severity == severity and wanted:
                yield some


def _beyond(one: Measured, fences: Fences) -> Iterator[Found]:
    severity = fences.severity(one.values)
    middle = np.nanmedian(one.values) if np.isfinite(one.values).any() else 0.0
    for level, name in ((2, SEVERE), (1, MODERATE)):
        rows = np.flatnonzero(severity == level)
        away = -np.abs(one.values[rows] - middle)
        order = np.argsort(away, kind="stable")
        code = OUTLIERS[_kind(one.known, one.place)]
        yield Found(code, name, one, float("nan"), rows[order])


# --- documents -----------------------------------------------------------------------------------


def _code(rule: Rule, threshold: float, found: Found | None) -> Document:
    card = found.measured.known.card if found else None
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity,
        "metric": rule.metric,
        "metric_title": card.title if card else rule.metric,
        "unit": card.unit if card else "",
        "side": rule.side,
        "threshold": threshold,
        "default": rule.threshold,
        "count": int(found.rows.size) if found else 0,
        "advice": card.advice if card else "",
    }


def _outliers(one: Measured, fences: Fences) -> Document:
    severity = fences.severity(one.values)
    card = one.known.card
    return {
        "code": OUTLIERS[_kind(one.known, one.place)],
        "metric": card.id,
        "metric_title": card.title,
        "run": one.place.run,
        "on": card.on.value,
        "moderate": int((severity == 1).sum()),
        "severe": int((severity == 2).sum()),
        "moderate_low": defined(fences.moderate_low),
        "moderate_high": defined(fences.moderate_high),
        "severe_low": defined(fences.severe_low),
        "severe_high": defined(fences.severe_high),
    }


def _page(state: Loaded, listed: Sequence[Found], offset: int, limit: int) -> list[Document]:
    rows: list[Document] = []
    for found in listed:
        if offset >= found.rows.size:
            offset -= found.rows.size
            continue
        some = found.rows[offset : offset + limit - len(rows)]
        offset = 0
        rows += [_row(state, found, row) for row in some.tolist()]
        if len(rows) >= limit:
            break
    return rows


def _row(state: Loaded, found: Found, row: int) -> Document:
    one = found.measured
    return {
        "code": found.code,
        "severity": found.severity,
        "metric": one.known.card.id,
        "run": one.place.run,
        "value": float(one.values[row]),
        "threshold": defined(found.threshold),
    } | subject(state, one.known, one.place, row)
