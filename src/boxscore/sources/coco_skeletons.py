"""COCO's `keypoints` and `skeleton` of a category, and annotations that have other keypoints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from boxscore.errors import shown, storable
from boxscore.schema.kinds import Kind
from boxscore.schema.skeleton import NO_SKELETON, Skeleton, edges_problem, names_problem
from boxscore.schema.tables import KEYPOINT_PART, Annotations
from boxscore.sources.report import ImportReport
from boxscore.sources.sieve import Sieve

CODE = "W-COCO-SKELETON"


def read_skeletons(sieve: Sieve, order: Sequence[int]) -> list[Skeleton]:
    """The skeletons of some records; what is no list of names or pairs is reported and dropped."""
    wrong: dict[str, dict[int, str]] = {"/keypoints": {}, "/skeleton": {}}
    named, joined = sieve.records.objects["keypoints"], sieve.records.objects["skeleton"]
    found: dict[int, Skeleton] = {}
    for i in sorted({*named, *joined}):
        names, edges = named.get(i) or [], joined.get(i) or []
        if problem := names_problem(names):
            wrong["/keypoints"][i] = f"{problem}: dropped"
            names = []
        # COCO counts keypoints from 1; a file that names a keypoint 0 counts from 0.
        first = int(not _names_zero(edges))
        if problem := edges_problem(edges, first, len(names)):
            wrong["/skeleton"][i] = f"{problem}: dropped"
            edges = []
        pairs = tuple((a - first, b - first) for a, b in edges)
        found[i] = Skeleton(tuple(map(storable, names)), pairs)
    for where, problems in wrong.items():
        flags = np.zeros(sieve.records.count, np.bool_)
        flags[list(problems)] = True
        sieve.repair(flags, CODE, where, problems.__getitem__)
    return [found.get(i, NO_SKELETON) for i in order]


def _names_zero(edges: object) -> bool:
    pairs = edges if isinstance(edges, list) else []
    return any(isinstance(pair, list) and 0 in pair for pair in pairs)


def tell_other_counts(
    truth: Annotations, names: Sequence[str], skeletons: Sequence[Skeleton], report: ImportReport
) -> None:
    """Report annotations that have keypoints, and not as many as their class names.

    Args:
        names: (C,) of the classes.
        skeletons: (C,) of the classes.
    """
    table, points = truth.table, truth.points
    alone = table["kind"][points["row"]] == Kind.KEYPOINTS
    row, each = np.unique(
        points["row"][(points["part"] == KEYPOINT_PART) | alone], return_counts=True
    )
    class_id = table["class_id"][row]
    for c, skeleton in enumerate(skeletons):
        others = int(((class_id == c) & (each != len(skeleton.names))).sum())
        if skeleton.names and others:
            known = ", ".join(skeleton.names[:3]) + (", ..." if len(skeleton.names) > 3 else "")
            words = f"annotations of {shown(names[c])} do not have its {len(skeleton.names)}"
            report.note("W-COCO-KEYPOINT-COUNT", f"{words} keypoints ({known})", others)
