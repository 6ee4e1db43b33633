"""What ids and boxes of COCO results mean: as they stand, or as doctor or mapping say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.box_forms import VERTICAL_FIRST, boxes_as_pixels, points_as_pixels
from boxscore.sources.coco_class_ids import BY_ID, class_readings
from boxscore.sources.coco_decisions import Look, NamedClasses, as_they_stood, class_way
from boxscore.sources.coco_outlines import has_outline
from boxscore.sources.coco_records import Records
from boxscore.sources.coco_sample import DECLARED, Sample
from boxscore.sources.context import ProjectContext
from boxscore.sources.decisions import Decisions, diagnosed
from boxscore.sources.doctor import Diagnosis, diagnose, settle
from boxscore.sources.doctor.classes import ASSIGNED, contradicts, read_classes, rightly
from boxscore.sources.doctor.confidences import as_shares, read_confidences
from boxscore.sources.doctor.diagnosis import confirm_images, weigh_boxes
from boxscore.sources.doctor.evidence import Evidence
from boxscore.sources.doctor.images import guesses
from boxscore.sources.doctor.mapping import Mapping
from boxscore.sources.doctor.readings import CLEAR, Finding, Reading
from boxscore.sources.image_matching import match_images
from boxscore.sources.raw import Convention, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.segmentation import Ragged

LOOKED_AT = 200
"""Images whose records show whether ids and boxes mean what they say."""
FEWEST_LOOKED_AT, MOST_RECORDS = 20, 200_000
"""Where images have thousands of records, fewer of them do: so many, or of so many records."""
Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the N records of a file name.

    Attributes:
        item: (N,) row of the items, -1 unknown.
        class_id: (N,) row of the ontology's classes, -1 unknown, -2 left out on purpose.
        mapping: How images, classes and boxes are read, in words.
        decisions: The same as `sources.decisions` tells it, once all is decided.
    """

    item: Rows
    class_id: Rows
    mapping: dict[str, str]
    decisions: Decisions | None = None


def reconciled(records: Records, context: ProjectContext, report: ImportReport) -> Names:
    """The images and classes of the records; boxes that are meant otherwise become pixels.

    Ids and boxes are taken as they stand where nearly all ids exist and no other reading lies
    clearly better on the ground truth; everything else is for the doctor.

    Raises:
        SourceError: The evidence is too weak, or contradicts the file, and no mapping settles it.
    """
    own = as_they_stand(records, context)
    if context.mapping is None and _known(own):
        look = _look(records, own, context, report)
        if look is None or not look.doubtful:
            note_coco_ids(own.mapping, report)
            found = np.unique(records.column["category_id"], return_index=True, return_counts=True)
            ids = NamedClasses(found[0].tolist(), found[2], own.class_id[found[1]])
            return replace(own, decisions=as_they_stood(own.mapping, ids, look, context))
    raw, diagnosis = examined(records, context, report)
    settled = settle(raw, diagnosis, context)
    diagnosis.warn(report)
    item = settled.item[raw.columns["image"]]
    _into_pixels(records, item, settled.convention, context)
    scale = diagnosis.given.confidence_scale
    records.column["score"] = as_shares(records.column["score"], scale)
    return Names(
        item=item,
        class_id=settled.class_id[raw.columns["class_ref"]],
        mapping=diagnosis.words(),
        decisions=diagnosed(raw, diagnosis, context),
    )


def examined(
    records: Records, context: ProjectContext, report: ImportReport
) -> tuple[RawSet, Diagnosis]:
    """What the doctor finds; ids that all exist are believed unless the evidence contradicts."""
    raw = Sample.of(records).raw(report)
    diagnosis = diagnose(raw, context, context.mapping)
    own = as_they_stand(records, context)
    given = diagnosis.given
    known = float((own.class_id >= 0).mean()) if own.class_id.size else 0.0
    if not known >= CLEAR or given.classes_by or given.classes:
        return raw, diagnosis
    place = _of_classes(raw, own.class_id)
    how = class_way(own.mapping)
    classes = _judged(diagnosis.classes, Reading(how=how, place=place, found=1.0), diagnosis.met)
    assert isinstance(diagnosis.images.chosen, Reading)
    assert isinstance(classes.chosen, Reading)
    item = diagnosis.images.chosen.place[raw.columns["image"]]
    lost = (item < 0) | (classes.chosen.place[raw.columns["class_ref"]] == -1)
    return raw, replace(diagnosis, classes=classes, unmatched=float(lost.mean()))


def as_they_stand(records: Records, context: ProjectContext) -> Names:
    """By the ids of the project; by names of files where ids are none; class names are no ids."""
    item, images = match_images(records, context.items)
    if "category_id" in records.texts:
        class_id, classes = np.full(records.count, -1, np.int32), BY_ID
    else:
        class_id, classes = class_readings(records.column["category_id"], context.ontology)
    return Names(item=item, class_id=class_id, mapping={"images": images, "classes": classes})


def _known(names: Names) -> bool:
    known = (names.item >= 0) & (names.class_id >= 0)
    return believed(int(known.sum()), known.size)


def believed(known: int, records: int) -> bool:
    """Whether enough records name an image and a class for their ids to be meant so."""
    return not records or known / records >= CLEAR


def note_coco_ids(mapping: dict[str, str], report: ImportReport) -> None:
    """Say so where category ids are COCO's own and not the project's."""
    if mapping["classes"] != BY_ID:
        problem = "category ids are read as COCO's own, by the names of the classes"
        report.note("N-COCO-IDS", problem)


def _look(
    records: Records, own: Names, context: ProjectContext, report: ImportReport
) -> Look | None:
    """What the records of some images show of boxes and classes; None without labels."""
    good = np.flatnonzero((own.item >= 0) & (own.class_id >= 0) & has_outline(records))
    named = np.bincount(own.item[good], minlength=context.items.rows) > 0
    chosen = images_to_look_at(named, records.total, context)
    if chosen is None:
        return None
    rows = good[chosen[own.item[good]]]
    few = replace(own, item=own.item[rows], class_id=own.class_id[rows])
    return looked_at(Sample.of(records, rows), few, chosen, context, report)


def images_to_look_at(
    named: NDArray[np.bool_], total: int, context: ProjectContext
) -> NDArray[np.bool_] | None:
    """(items,) some labelled images among those that good records name; None if there are none.

    Args:
        named: (items,) whether a good record names it.
        total: Records in the file.
    """
    truth = context.ground_truth
    if truth is None or not truth.rows:
        return None
    labelled = np.zeros(context.items.rows, np.bool_)
    labelled[truth.table["item"]] = True
    found = np.flatnonzero(labelled & named)
    if not found.size:
        return None
    count = min(found.size, LOOKED_AT, max(FEWEST_LOOKED_AT, MOST_RECORDS * found.size // total))
    few = np.linspace(0, found.size - 1, count).astype(np.int64)
    return np.isin(np.arange(context.items.rows), found[few])


def looked_at(
    sample: Sample,
    own: Names,
    chosen: NDArray[np.bool_],
    context: ProjectContext,
    report: ImportReport,
) -> Look:
    """What all good records of the chosen images show.

    Args:
        own: What these records name, as they stand.
    """
    truth = context.ground_truth
    assert truth is not None
    table = truth.table.take(np.flatnonzero(chosen[truth.table["item"]]))
    evidence = Evidence.of(replace(truth, table=table))
    raw = sample.raw(ImportReport(report.path))
    images = int(chosen.sum())
    boxes, met = weigh_boxes(raw, own.item, context, evidence, Mapping())
    if boxes is not None and not boxes.sure:
        return Look(findings=(boxes,), images=images)
    found = [] if boxes is None else [_confirmed_images(raw, own, context, boxes)]
    if not all(finding.sure for finding in found):
        return Look(findings=tuple(found), images=images)
    for finding in found:
        if finding.doubt:
            report.note("W-DOCTOR-IMAGES", finding.doubt)
    how = class_way(own.mapping)
    place = Reading(how=how, place=_of_classes(raw, own.class_id), found=1.0)
    found.append(_judged(read_classes(raw, context.ontology.classes, met), place, met))
    confidence = read_confidences(raw, lambda _: None, place=None, scale=None)[1]
    rest = [finding for finding in (boxes, confidence) if finding is not None]
    return Look(findings=(*found, *rest), images=images)


def _confirmed_images(raw: RawSet, own: Names, context: ProjectContext, boxes: Finding) -> Finding:
    """The images as they stand, held against other readings of their ids and other images."""
    how = own.mapping["images"].removeprefix("by ")
    place = np.full(len(raw.images), -1, np.int32)
    place[raw.columns["image"]] = own.item
    found = Finding(
        question="images",
        chosen=Reading(how=how, place=place, found=1.0),
        others=tuple(guesses(raw, context.items)),
        sure=True,
        why=f"{len(raw.images)} images found by {how}",
    )
    whole = Evidence.of(context.ground_truth)
    return confirm_images(found, raw, context, whole, Mapping(), boxes)


def _of_classes(raw: RawSet, class_id: Rows) -> Rows:
    """(classes,) of records -> of the classes that they name."""
    place = np.full(len(raw.classes), -1, np.int32)
    place[raw.columns["class_ref"]] = class_id
    return place


def _judged(found: Finding, own: Reading, met: NDArray[np.int64] | None) -> Finding:
    """The ids as they stand, unless another reading clearly contradicts them."""
    readings = [r for r in (found.chosen, *found.others) if isinstance(r, Reading)]
    agreement = (
        float("nan") if met is None or not met.sum() else rightly(own.place, met) / met.sum()
    )
    own = replace(own, agreement=float(agreement))
    better = [r for r in readings if met is not None and contradicts(r, own, met)]
    if not better:
        why = f"all ids are among those of the project, by {own.how}"
        if not np.isnan(own.agreement):
            why += f"; {own.agreement:.0%} of the records that lie on a label have its class"
        others = tuple(r for r in readings if r.how != own.how)
        return replace(found, chosen=own, others=others, sure=True, why=why, unmatched=())
    best = max(better, key=lambda r: (r.found >= CLEAR, r.how != ASSIGNED, r.agreement))
    why = (
        f"the ids exist, but by {best.how} {best.agreement:.0%} of the records that lie on a label "
        f"have its class, as they stand {own.agreement:.0%}"
    )
    others = (own, *(r for r in readings if r.how not in (best.how, own.how)))
    fix = f"settle it in a mapping file: classes: by: {best.how!r}, or name them under map:"
    return replace(found, chosen=best, others=others, sure=False, why=why, fix=fix)


def _into_pixels(records: Records, item: Rows, form: Convention, context: ProjectContext) -> None:
    """Boxes, polygons and keypoints that are written in another form become pixels, in place."""
    if form == DECLARED or not context.items.rows:
        return
    at = np.maximum(item, 0)
    width, height = (context.items[n][at].astype(np.float64) for n in ("width", "height"))
    with np.errstate(all="ignore"):
        records.column["bbox"] = boxes_as_pixels(records.column["bbox"], width, height, form)
    # Points are turned like the boxes only where these were made from them.
    crossed = form.corners in VERTICAL_FIRST and not records.present["bbox"].any()
    if form.scale == "pixels" and not form.fit and not crossed:
        return
    _place_polygons(records, width, height, form, crossed)
    for i, points in records.objects["keypoints"].items():
        if isinstance(points, list) and all(isinstance(v, int | float) for v in points):
            x, y = (np.array(points[k::3], np.float64) for k in ((1, 0) if crossed else (0, 1)))
            w, h = (np.full(len(x), side[i]) for side in (width, height))
            if x.size == y.size:
                x, y = points_as_pixels(x, y, w, h, form)
                points[0::3], points[1::3] = x.tolist(), y.tolist()


def _place_polygons(
    records: Records,
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    form: Convention,
    crossed: bool,
) -> None:
    given = records.segmentation
    if given is None or not given.points.values.size:
        return
    pairs = np.diff(given.points.offsets) // 2
    owner = np.repeat(np.repeat(np.arange(records.count), np.diff(given.parts)), pairs)
    values = given.points.values.copy()
    x, y = (values[k::2].copy() for k in ((1, 0) if crossed else (0, 1)))
    values[0::2], values[1::2] = points_as_pixels(x, y, width[owner], height[owner], form)
    points = Ragged(values=values, offsets=given.points.offsets)
    records.segmentation = replace(given, points=points)
