"""The numbers that a gate's rules speak of: of a run, of a baseline, and of their difference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.bounds import Bounds
from boxscore.evaluation.flips import Followed, follow, size_of
from boxscore.evaluation.margins import cautious
from boxscore.matching.coco import fitting
from boxscore.matching.policy import coco
from boxscore.project.analysing import error_budget
from boxscore.project.comparison.answers import cautious_accuracy
from boxscore.project.comparison.objects import drawn
from boxscore.project.comparison.shared_images import comparable_baseline
from boxscore.project.gate.rules import CONDITIONS, EVERY_CLASS, Rule, Rules
from boxscore.project.loading import Loaded
from boxscore.project.numbers import Question, evaluation_document
from boxscore.project.slices.narrowing import Meant, meant, objects_meant
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
COUNTED = ("precision", "recall", "f1")
BY_SIZE = {"AP": "AP{}", "AR": "AR{}"}
FOLLOWED = ("recall", "broken")
"""Metrics of the followed objects, for sizes and flips."""
WORSE_WHEN_LARGER = (
    "fp", "fn", "ece", "MOTP", "id_switches", "fragmentations", "mostly_lost", "false_positives",
    "misses",
)  # fmt: skip
BOUNDED_CLASS = ("ap", "ap50", "ar100", "ar20")
UPPER = ("ap", "ar", "pq", "sq", "rq")
"""Beginnings of class columns that may be written as the numbers of all classes are."""


@dataclass(frozen=True, slots=True)
class Found:
    """A number of a run and what it rests on; None is undefined."""

    value: float | None
    objects: int


class Numbers:
    """Answers for the rules, each asked once.

    Args:
        baseline: None where no rule speaks of a change.
        where: The slice that all rules are asked on; None is everything.
    """

    def __init__(
        self,
        state: Loaded,
        rules: Rules,
        run: str,
        baseline: str | None,
        task: Task,
        where: str | None = None,
    ) -> None:
        self.state, self.rules, self.task = state, rules, task
        self.run, self.baseline, self.where = run, baseline, where
        self._documents: dict[tuple[str, str, str | None], Document] = {}
        self._matched = task in DETECTION and rules.protocol in (None, "coco")

    def asked_on(self, rule: Rule) -> str | None:
        """A rule's slice within the one that all rules are asked on; None is everything."""
        return ",".join(one for one in (self.where, rule.slice) if one) or None

    def meant(self, rule: Rule) -> Meant:
        """The images and objects that a rule is asked on."""
        return meant(self.state, self.asked_on(rule))

    def check_slice(self, rule: Rule) -> None:
        """Refuse a slice that makes no sense here."""
        if self.task not in DETECTION:
            meant(self.state, rule.slice).only_images(self.task)
        objects_meant(self.state, rule.slice)

    def outside(self, rule: Rule) -> bool:
        """Whether a rule's own slice has nothing in the one that all rules are asked on."""
        if self.where is None or rule.slice is None:
            return False
        try:
            asked = self.meant(rule)
            if asked.parts:
                asked.view(self.state, self.run, self.task)
        except RequestError as why:
            if why.code != "E-SLICE-EMPTY":
                raise
            return True
        return False

    def no_baseline(self, rule: Rule) -> str | None:
        """Why a change on a rule's own slice says nothing; None where it says something."""
        if rule.slice is None:
            return None
        try:
            comparable_baseline(self.state, str(self.baseline), self.run, self.meant(rule).items)
        except RequestError as lost:
            return lost.problem
        return None

    @cached_property
    def classes(self) -> dict[str, int]:
        """Names of the classes that the task scores -> class_id."""
        ontology = self.state.truth().ontology
        count = ontology.object_count
        answers = self.task is Task.CLASSIFICATION
        rows = ontology.classes[count:] if answers else ontology.classes[:count]
        return {row.name: row.class_id for row in rows}

    def evaluation(self, run: str, where: str | None) -> Document:
        """The run's document on a slice."""
        key = "evaluation", run, where
        if key not in self._documents:
            question = Question(
                task=self.task, protocol=self.rules.protocol, iou=self.rules.iou, where=where
            )
            self._documents[key] = evaluation_document(self.state, run, question)
        return self._documents[key]

    def budget(self, run: str, where: str | None) -> Document:
        """What the run's errors cost on a slice."""
        key = "budget", run, where
        if key not in self._documents:
            self._documents[key] = error_budget(
                self.state, run, self.rules.iou, where, self.task.value
            )
        return self._documents[key]

    def followed(self, rule: Rule) -> tuple[Followed, NDArray[np.bool_]]:
        """The objects of both runs (or of the run twice), and which of them a rule means."""
        slice_of, names = self.meant(rule), (self.baseline or self.run, self.run)
        runs = [slice_of.view(self.state, name, self.task) for name in names]
        cuts = [view.default_confidence(slice_of.items) for view in runs]
        found = follow(runs, self.rules.iou, cuts, slice_of.items)
        chosen = np.ones(found.row.size, np.bool_)
        if rule.class_name not in (None, EVERY_CLASS):
            chosen &= found.class_id == self.classes[str(rule.class_name)]
        if rule.size is not None:
            policy = fitting(coco(task=self.task), runs[0].view)
            place = size_of(found.area, policy.area_ranges[1:])
            chosen &= place == policy.area_names[1:].index(rule.size)
        return found, chosen

    def of(self, rule: Rule, run: str) -> Found:
        """The number of a rule's metric, of one run."""
        if rule.error is not None:
            return self._of_error(rule, run)
        if rule.metric == "broken" or (rule.size is not None and rule.metric in FOLLOWED):
            return self._of_followed(rule, run)
        document = self.evaluation(run, self.asked_on(rule))
        if rule.class_name is not None:
            for row in document["per_class"]:
                if row["class"] == rule.class_name:
                    name = rule.metric if rule.metric in row else rule.metric.lower()
                    return Found(row[name], int(row["ground_truth"]))
            return Found(None, 0)
        name = rule.metric
        objects = _counted(document)
        if rule.size is not None:
            name = BY_SIZE[name].format(rule.size[0])
            objects = int(self.followed(rule)[1].sum())
        if name in document["metrics"]:
            return Found(document["metrics"][name], objects)
        return Found((document["counts"] or {})[name], objects)

    def _of_error(self, rule: Rule, run: str) -> Found:
        where = self.asked_on(rule)
        document = self.budget(run, where)
        kinds, objects = document["kinds"], _counted(self.evaluation(run, where))
        if rule.class_name is not None:
            rows = [row for row in document["per_class"] if row["class"] == rule.class_name]
            if not rows:
                return Found(None, 0)
            kinds, objects = rows[0]["kinds"], self._objects(rule, run)
        found = kinds[str(rule.error)]
        return Found(found["delta_ap"] if rule.metric == "cost" else found["count"], int(objects))

    def _objects(self, rule: Rule, run: str) -> int:
        rows = self.evaluation(run, self.asked_on(rule))["per_class"]
        return sum(int(r["ground_truth"]) for r in rows if r["class"] == rule.class_name)

    def _of_followed(self, rule: Rule, run: str) -> Found:
        found, chosen = self.followed(rule)
        objects = int(chosen.sum())
        if rule.metric == "broken":
            good = int((found.pair(0, 1).state("broken") & chosen).sum())
        else:
            good = int((found.found[0 if run == self.baseline else 1] & chosen).sum())
        return Found(good / objects if objects else None, objects)

    @cached_property
    def alike(self) -> bool:
        """Whether the run has the predictions of its baseline."""
        return len({self.state.record(str(r)).sha256 for r in (self.run, self.baseline)}) == 1

    def bounds(self, rule: Rule, confidence: float) -> tuple[Bounds, tuple[int, ...]]:
        """The bounds of a margin's difference at a two-sided confidence, and its place in them."""
        runs, slice_of = (str(self.baseline), self.run), self.meant(rule)
        if self.task is Task.CLASSIFICATION:
            return cautious_accuracy(
                self.state, runs, slice_of.items, confidence, alike=self.alike
            ), (0,)
        paired = drawn(self.state, *runs, self.task, slice_of)
        made = cautious(paired, confidence, alike=self.alike)
        if rule.class_name is not None:
            column = paired.first.class_names.index(rule.metric.lower())
            return made.per_class, (self.classes[rule.class_name], column)
        name = rule.metric if rule.size is None else BY_SIZE[rule.metric].format(rule.size[0])
        return made.overall, (paired.first.names.index(name),)

    # --- what rules may say ------------------------------------------------------------------

    def check(self, rule: Rule) -> None:
        """Refuse what this project or task does not have.

        Raises:
            SourceError: A class, a slice or a metric does not exist, or makes no sense here.
        """
        known = [*self.classes, EVERY_CLASS]
        if rule.class_name is not None and rule.class_name not in known:
            raise self._wrong(
                rule, f"class {rule.class_name!r} is unknown", near_misses(rule.class_name, known)
            )
        metrics = self.metrics(rule)
        if rule.metric not in metrics:
            kind = "of a class" if rule.class_name else "of a size" if rule.size else "here"
            raise self._wrong(
                rule, f"there is no metric {rule.metric!r} {kind}",
                near_misses(rule.metric, metrics),
            )  # fmt: skip
        wanted = _conditions(rule)
        if rule.condition not in wanted:
            raise self._wrong(
                rule, f"{rule.condition} makes no sense of {rule.metric}",
                f"use one of {', '.join(wanted)}",
            )  # fmt: skip
        if rule.condition == "margin" and not self._has_bounds(rule):
            raise self._wrong(
                rule, f"{rule.metric} has no interval here, so no margin", self._bounded()
            )

    def _bounded(self) -> str:
        """What to write instead of a margin that there is none of."""
        if self.task is Task.CLASSIFICATION:
            return "use accuracy of all classes, or largest_drop"
        if self._matched:
            return "use AP, AP50 or another of COCO's numbers, or largest_drop"
        return "use largest_drop"

    def _wrong(self, rule: Rule, problem: str, fix: str) -> Exception:
        return self.rules.wrong(rule.line, problem, fix)

    def metrics(self, rule: Rule) -> list[str]:
        """Names that a rule of this shape may have."""
        objects = self._matched
        if rule.error is not None:
            return ["cost", "count"] if objects and rule.size is None else []
        if rule.size is not None:
            return [*(() if rule.class_name else BY_SIZE), *FOLLOWED] if objects else []
        document = self.evaluation(self.run, self.where)
        if rule.class_name is not None:
            rows = [
                name for row in document["per_class"][:1] for name, value in row.items()
                if name not in ("class", "class_id", "feature_hash", "ground_truth")
                and not isinstance(value, str)
            ]  # fmt: skip
            upper = [name.upper() for name in rows if name.startswith(UPPER)]
            return rows + upper + (["broken"] if objects else [])
        counts = [*COUNTED, "tp", "fp", "fn"] if document["counts"] else []
        return list(
            dict.fromkeys([*document["metrics"], *counts, *(["broken"] if objects else [])])
        )

    def _has_bounds(self, rule: Rule) -> bool:
        if self.task is Task.CLASSIFICATION:
            return rule.metric == "accuracy" and rule.class_name is None
        if not self._matched or rule.error is not None or rule.metric in FOLLOWED:
            return False
        if rule.class_name is not None:
            return rule.metric.lower() in BOUNDED_CLASS
        return rule.metric[:2] in ("AP", "AR")


def _conditions(rule: Rule) -> tuple[str, ...]:
    """What can be asked of a metric: what is worse when larger may rise by so much, not drop."""
    if rule.metric == "broken":
        return "at_least", "at_most"
    if rule.error is not None or rule.metric in WORSE_WHEN_LARGER:
        return "at_least", "at_most", "largest_rise"
    return CONDITIONS


def _counted(document: Document) -> int:
    """Objects or answers that count, of all classes."""
    return sum(int(row["ground_truth"]) for row in document["per_class"])
