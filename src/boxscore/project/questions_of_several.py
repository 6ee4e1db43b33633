"""What can be asked of several runs at once: comparisons, the gate, their history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    from boxscore.evaluation.queries import FlipQuery
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class SeveralRunsQuestions(OpenProject):
    """Runs side by side, object by object; whether a run may pass; what changed over time."""

    def compare(
        self,
        *runs: str,
        iou: float = 0.5,
        where: Where = None,
        by: str | None = None,
        images: str = "auto",
        confidence: float | None = None,
        rates: bool = False,
    ) -> Document:
        """Every other run against the first: differences with intervals, objects that flipped.

        Args:
            confidence: The operating point of every run; None: each at that of its best F1.
            rates: Also "rates" of each pair: the differences of precision, recall and F1 there.
            by: Also for each "split", "sequence" or "size".
            images: "all" counts an image without predictions as one where nothing was found;
                "shared" leaves out those on which a run has none; "auto" does so when a run has
                none on more than a fifth of another run's images.

        Returns:
            Under "pairs" one document for each other run; "agreement" of all of them.
        """
        from boxscore.project.comparison.comparing import Comparison, compare

        asked = Comparison(
            runs=runs, iou=iou, where=where, by=by, images=images, confidence=confidence,
            rates=rates,
        )  # fmt: skip
        return compare(self._state(), asked)

    def compare_rates(
        self,
        first: str,
        second: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        where: Where = None,
        images: str = "auto",
    ) -> Document:
        """What `compare` says under "rates", alone: precision, recall and F1, second less first."""
        from boxscore.project.comparison.comparing import Comparison, compare_rates

        asked = Comparison(
            runs=(first, second), iou=iou, where=where, images=images, confidence=confidence
        )
        return compare_rates(self._state(), asked)

    def flipped(self, first: str, second: str, query: FlipQuery) -> Document:
        """One page of what changed between two runs: objects, or false positives."""
        from boxscore.project.comparison.flipped import flipped_document

        return flipped_document(self._state(), first, second, query)

    def gate(
        self,
        rules: str | Path | None = None,
        *,
        run: str,
        baseline: str | None = None,
        where: Where = None,
    ) -> Document:
        """Whether a run may pass: a file of rules on its numbers and their change.

        Args:
            rules: None takes those that the project keeps, or first ones of its oldest run.
            baseline: The run that changes are counted from, instead of the one in the rules.
            where: A slice that every rule is asked on, within its own slice if it has one.

        Raises:
            SourceError: The rules cannot be read, or name what the project does not have.
            RequestError: The baseline is gone or another one, or the labels changed.
        """
        from boxscore.project.gate.gating import gate
        from boxscore.project.gate.kept_rules import gate_by_kept

        if rules is None:
            return gate_by_kept(self._state(), run, baseline, where)
        return gate(self._state(), Path(rules), run, baseline, where)

    def gate_rules(self) -> Document:
        """The "text" of the gate's rules, and whether they are "kept" by the project."""
        from boxscore.project.gate.kept_rules import rules_document

        return rules_document(self._state())

    def write_gate_rules(
        self, path: str | Path, *, baseline: str, task: str | None = None
    ) -> Document:
        """Write first rules for `gate`, which the baseline itself passes.

        Args:
            task: What the rules score, "semantic" for example; None is the run's own.
        """
        from boxscore.project.gate.start import start_rules

        return start_rules(self._state(), Path(path), baseline, task)

    def history(self) -> Document:
        """The runs over time, with the hashes of model, images, classes, labels and protocol."""
        from boxscore.project.history import history

        return history(self._state())

    def what_changed(
        self, first: str, second: str, *, within: OpenProject | None = None
    ) -> Document:
        """What two runs differ in: model, images, classes, labels or protocol.

        Args:
            within: The project of the second run, when it is another one.
        """
        from boxscore.project.history import what_changed

        other = self if within is None else within
        return what_changed(self._state(), first, other._state(), second)
