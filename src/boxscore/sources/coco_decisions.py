"""How COCO results were read whose ids and boxes were taken as they stand, as a document."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.coco_class_ids import BY_ID
from boxscore.sources.coco_sample import DECLARED
from boxscore.sources.context import ProjectContext
from boxscore.sources.decisions import Decisions, class_rows, decisions
from boxscore.sources.doctor.classes import BY_ID as CLASS_BY_ID
from boxscore.sources.doctor.classes import COCO
from boxscore.sources.doctor.images import WAYS
from boxscore.sources.doctor.mapping import Mapping
from boxscore.sources.doctor.readings import Finding, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the labels of some images say of ids and boxes as they stand.

    Attributes:
        findings: Up to the first one that is not sure.
        images: How many were looked at.
    """

    findings: tuple[Finding, ...]
    images: int

    @property
    def doubtful(self) -> bool:
        """Whether something seems to be meant otherwise."""
        return not all(finding.sure for finding in self.findings)


@dataclass(frozen=True, slots=True)
class NamedClasses:
    """The K classes that a file names: their ids, (K,) records of each, (K,) what they become."""

    ids: list[int | str]
    count: NDArray[np.int64]
    place: NDArray[np.int32]


def class_way(mapping: dict[str, str]) -> str:
    """How a mapping file calls the reading of class ids as they stand."""
    return CLASS_BY_ID if mapping["classes"] == BY_ID else COCO


def as_they_stood(
    mapping: dict[str, str], named: NamedClasses, look: Look | None, context: ProjectContext
) -> Decisions:
    """What is told of a file whose ids and boxes were taken as they stand."""
    way = class_way(mapping)
    images = mapping["images"].removeprefix("by ")
    findings = () if look is None else look.findings
    known = {finding.question for finding in findings}
    plain = (_unweighed(q, how) for q, how in (("images", images), ("classes", way)))
    repeated = Mapping(
        # "file name" stands for paths too: that one the doctor finds.
        images_by=images if images in WAYS and images != "file name" else None,
        classes_by=way,
        boxes=DECLARED,
    )
    rows = class_rows(named.ids, named.count, named.place, way, context.ontology.classes)
    told = [*(finding for finding in plain if finding.question not in known), *findings]
    return decisions(told, rows, repeated, 0 if look is None else look.images)


def _unweighed(question: str, how: str) -> Finding:
    """A question that ids answer by themselves, where no label lies by them."""
    return Finding(
        question=question,
        chosen=Reading(how=how, place=np.empty(0, np.int32), found=1.0),
        others=(),
        sure=True,
        why=f"by {how}; there is no label to weigh it against",
    )
