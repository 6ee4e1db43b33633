"""A raw set and a project -> what each image, class and box is, how sure that is, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind
from boxscore.sources.box_forms import boxes_as_pixels
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor.alignment import Alignment, confirmed
from boxscore.sources.doctor.boxes import POOR, best_plain, read_boxes
from boxscore.sources.doctor.classes import ASSIGNED, read_classes
from boxscore.sources.doctor.confidences import read_confidences
from boxscore.sources.doctor.evidence import WELL_PLACED, Evidence, sample
from boxscore.sources.doctor.images import read_images
from boxscore.sources.doctor.mapping import Mapping
from boxscore.sources.doctor.outlines import outlined
from boxscore.sources.doctor.readings import EXCEPTIONS, NO_WAY, BoxReading, Finding, Reading
from boxscore.sources.guessed_sizes import SIZES_FIX, unknown_scale
from boxscore.sources.raw import RawSet
from boxscore.sources.report import REJECTED_SHARE, ImportReport
from boxscore.sources.settling import Settlement

HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The doctor's answers to its questions.

    Attributes:
        images, classes, boxes, confidence: Findings; `boxes` is None when no record has a box,
            `confidence` when none has one.
        raw: The set with its confidences where and as they are meant.
        most_unmatched: Share of the records that may stay without image or class.
        unmatched: Share that does.
        given: What was decided before.
        met: As `read_classes` takes it; None without evidence.
    """

    images: Finding
    classes: Finding
    boxes: Finding | None
    confidence: Finding | None
    raw: RawSet
    most_unmatched: float
    unmatched: float
    given: Mapping
    met: NDArray[np.int64] | None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, in order."""
        all_ = (self.images, self.classes, self.boxes, self.confidence)
        return tuple(f for f in all_ if f is not None)

    @property
    def sure(self) -> bool:
        """Whether the source can be imported as it is read."""
        return all(f.sure for f in self.findings) and self.unmatched <= self.most_unmatched

    def mapping(self) -> Mapping:
        """The same decisions as a mapping file, to be committed and edited."""
        if self.images.doubt and not self.images.sure:
            # No mapping file vouches for images that fit no better than others.
            return self.given
        boxes = None if self.boxes is None else self.boxes.chosen
        return replace(
            self.given,
            images_by=_way(self.images),
            classes_by=_way(self.classes),
            boxes=boxes.form if isinstance(boxes, BoxReading) else None,
            confidence_at=self.raw.confidence_at or None,
        )

    def proposal(self) -> Mapping:
        """The decisions, and what to do about classes that the project lacks: leave them out.

        Where less than half of the records have a class, it is the project that is doubted; what
        merely lies on no label may well be a class that it has.
        """
        mapping, chosen = self.mapping(), self.classes.chosen
        if not isinstance(chosen, Reading) or chosen.found < HALF or mapping is self.given:
            return mapping
        if chosen.how.removesuffix(EXCEPTIONS) == ASSIGNED:
            return mapping
        missing = [self.raw.classes[k] for k in np.flatnonzero(chosen.place == -1).tolist()]
        names = {str(one.number) if one.name is None else one.name: None for one in missing}
        return replace(mapping, classes={**names, **mapping.classes})

    def warn(self, report: ImportReport) -> None:
        """Say what is doubted though the import goes through."""
        for finding in self.findings:
            if finding.doubt and finding.sure:
                report.note(f"W-DOCTOR-{finding.question.upper()}", finding.doubt)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sure": self.sure,
            "unmatched": round(self.unmatched, 4),
            "findings": [finding.document() for finding in self.findings],
        }

    def words(self) -> dict[str, str]:
        """For the import document: how images and classes were matched."""
        names = {f.question: f"by {f.chosen.how}" for f in (self.images, self.classes)}
        if self.confidence is not None and self.confidence.chosen.how != "share":
            names["confidence"] = self.confidence.chosen.how
        return names | ({} if self.boxes is None else {"boxes": self.boxes.chosen.how})


def diagnose(raw: RawSet, context: ProjectContext, mapping: Mapping | None = None) -> Diagnosis:
    """Weigh every reading of a source's images, classes and boxes against a project."""
    mapping = mapping or Mapping()
    images = read_images(raw, context.items, by=mapping.images_by, exceptions=mapping.images)
    assert isinstance(images.chosen, Reading)
    item = images.chosen.place[raw.columns["image"]] if raw.images else np.empty(0, np.int32)
    evidence = Evidence.of(context.ground_truth)

    def weigh(other: RawSet) -> BoxReading | None:
        rows = _boxed(other, item)
        size = _sizes(context, item[rows])
        return best_plain(other.box[rows], item[rows], *size, evidence) if rows.size else None

    raw, confidence = read_confidences(
        raw, weigh, place=mapping.confidence_at, scale=mapping.confidence_scale
    )
    seen = outlined(raw, item, context.items)
    boxes, met = weigh_boxes(seen, item, context, evidence, mapping)
    settled = mapping.images_by is not None or bool(mapping.images) or mapping.boxes is not None
    blind = "" if settled or boxes is None else _unsized(seen, item, context, boxes)
    if blind:
        images = replace(images, sure=False, why=blind, doubt=blind, fix=SIZES_FIX)
    elif boxes is not None and mapping.images_by is None and not mapping.images:
        images = confirm_images(images, seen, context, evidence, mapping, boxes)
        assert isinstance(images.chosen, Reading)
        moved = images.chosen.place[raw.columns["image"]]
        if not np.array_equal(moved, item):
            item = moved
            boxes, met = weigh_boxes(seen, item, context, evidence, mapping)
    classes = read_classes(
        raw, context.ontology.classes, met, by=mapping.classes_by, exceptions=mapping.classes
    )
    assert isinstance(classes.chosen, Reading)
    class_id = classes.chosen.place[raw.columns["class_ref"]] if raw.classes else item
    lost = (item < 0) | (class_id == -1)
    allowed = mapping.most_unmatched
    return Diagnosis(
        images=images,
        classes=classes,
        boxes=boxes,
        confidence=confidence,
        raw=raw,
        most_unmatched=REJECTED_SHARE if allowed is None else allowed,
        unmatched=float(lost.mean()) if lost.size else 0.0,
        given=mapping,
        met=met,
    )


def _unsized(raw: RawSet, item: NDArray[np.int32], context: ProjectContext, boxes: Finding) -> str:
    """Why the boxes of records cannot be laid on images of unknown sizes, or nothing."""
    rows = _boxed(raw, item)
    assert isinstance(boxes.chosen, BoxReading)
    return unknown_scale(raw.box[rows], item[rows], context, boxes.chosen.form.scale)


def _way(finding: Finding) -> str | None:
    """How names are looked up, as a mapping file says it."""
    how = finding.chosen.how.removesuffix(EXCEPTIONS)
    return how if how != NO_WAY else None


def weigh_boxes(
    raw: RawSet,
    item: NDArray[np.int32],
    context: ProjectContext,
    evidence: Evidence,
    mapping: Mapping,
) -> tuple[Finding | None, NDArray[np.int64] | None]:
    """How boxes are meant, and which classes lie on which.

    Args:
        item: (N,) item of each record, -1 unknown.
    """
    if not (np.isfinite(raw.box).all(axis=1) & (raw.columns["kind"] != Kind.CLASSIFICATION)).any():
        return None, None
    rows = _boxed(raw, item)
    width, height = _sizes(context, item[rows])
    box = raw.box[rows]
    if mapping.boxes is not None:
        finding = Finding(
            question="boxes",
            chosen=BoxReading(form=mapping.boxes, valid=1.0),
            others=(),
            sure=True,
            why="by the mapping file",
        )
    else:
        finding = read_boxes(box, item[rows], width, height, raw.convention, evidence)
    if not evidence.item.size or not rows.size:
        return finding, None
    assert isinstance(finding.chosen, BoxReading)
    with np.errstate(all="ignore"):
        placed = boxes_as_pixels(box, width, height, finding.chosen.form)
    sound = np.where(np.all(placed[:, 2:] > 0, axis=1, keepdims=True), placed, 0.0)
    value, truth, _ = evidence.best(item[rows], np.nan_to_num(sound))
    good = np.flatnonzero((value >= WELL_PLACED) & (truth >= 0))
    # A ground truth speaks once, for its most confident record: the rest of a run is guesswork.
    confidence = np.nan_to_num(raw.columns["confidence"][rows])
    good = good[np.argsort(-confidence[good], kind="stable")]
    label, first = np.unique(truth[good], return_index=True)
    met = np.zeros((len(raw.classes), len(context.ontology.classes)), np.int64)
    np.add.at(met, (raw.columns["class_ref"][rows[good[first]]], evidence.class_id[label]), 1)
    return finding, met


def confirm_images(
    images: Finding,
    raw: RawSet,
    context: ProjectContext,
    evidence: Evidence,
    mapping: Mapping,
    boxes: Finding,
) -> Finding:
    """A finding on images, held against the labels that the boxes lie on."""
    if not evidence.item.size or not raw.images:
        return images
    chosen = boxes.chosen
    assert isinstance(chosen, BoxReading)

    def align(reading: Reading) -> Alignment:
        item = reading.place[raw.columns["image"]]
        form = chosen.form
        if reading is not images.chosen and not chosen.overlap >= POOR:
            found, _ = weigh_boxes(raw, item, context, evidence, mapping)
            assert found is not None and isinstance(found.chosen, BoxReading)
            form = found.chosen.form
        return Alignment.of(raw, _boxed(raw, item), form, context.items, evidence)

    guessed = bool(chosen.form.fit) and mapping.boxes is None
    return confirmed(images, align, chosen.valid, guessed=guessed)


def _boxed(raw: RawSet, item: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows of records with a box on a known image; of very many a sample."""
    boxed = np.isfinite(raw.box).all(axis=1) & (raw.columns["kind"] != Kind.CLASSIFICATION)
    return sample(np.where(boxed, item, -1), raw.columns["confidence"])


def _sizes(
    context: ProjectContext, item: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    items = context.items
    return items["width"][item].astype(np.float64), items["height"][item].astype(np.float64)


def settle(raw: RawSet, diagnosis: Diagnosis, context: ProjectContext) -> Settlement:
    """The decisions as `settling.annotations_of` takes them.

    Raises:
        SourceError: The evidence is too weak, or contradicts what the source says of itself.
    """
    if not diagnosis.sure:
        raise _refusal(raw, diagnosis)
    assert isinstance(diagnosis.images.chosen, Reading)
    assert isinstance(diagnosis.classes.chosen, Reading)
    boxes = None if diagnosis.boxes is None else diagnosis.boxes.chosen
    return Settlement(
        item=diagnosis.images.chosen.place,
        class_id=diagnosis.classes.chosen.place,
        convention=boxes.form if isinstance(boxes, BoxReading) else raw.convention,
        width=context.items["width"],
        height=context.items["height"],
        fixes=(diagnosis.images.fix, diagnosis.classes.fix),
    )


def _refusal(raw: RawSet, diagnosis: Diagnosis) -> SourceError:
    open_ = [f for f in diagnosis.findings if not f.sure]
    if open_:
        first = open_[0]
        problem = f"{first.question} cannot be told for sure: {first.why}"
        if first.unmatched:
            problem += f"; not found: {', '.join(first.unmatched)}"
        fix = first.fix
    else:
        problem = f"{diagnosis.unmatched:.1%} of the records have no image or class in this project"
        missing = [*diagnosis.images.unmatched, *diagnosis.classes.unmatched]
        problem += f"; not found: {', '.join(missing)}" if missing else ""
        fix = "allow it with most_unmatched: in a mapping file, or check that this is the project"
        if diagnosis.classes.unmatched:
            fix = f"leave classes out with map: in a mapping file, {fix}"
    if "mapping file" in fix:
        fix += " (`boxscore doctor PATH --write mapping.yaml` begins one)"
    return SourceError(raw.path, "", problem, fix=fix, code="E-DOCTOR")
