"""What people decided about suspected labels: a log in the project, safe with several writers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, near_misses, shown
from boxscore.evaluation.suspects.issues import Issue
from boxscore.project.labels.fixes import Fix
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer

Document = dict[str, Any]
REVIEW = "label-review"
"""The document's name in the catalogue."""
FORM = 1
CHOICES = ("accept", "reject", "skip")
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision.

    Attributes:
        key: Of the suspect.
        choice: "accept" the fix, "reject" it and keep the label, or "skip".
        time: When, ISO 8601 in UTC.
        fix: What accepting it does, kept so that it does not depend on any run.
        score: Of the suspect when it was decided.
    """

    key: str
    issue: Issue
    choice: str
    note: str
    time: str
    score: float
    fix: Fix


@dataclass(frozen=True, slots=True)
class Review:
    """The log of a project, oldest first; of one suspect the last decision holds."""

    log: tuple[Decision, ...] = ()

    @property
    def current(self) -> dict[str, Decision]:
        """The decision that holds of each suspect, by key, in order of time."""
        held: dict[str, Decision] = {}
        for one in self.log:
            held.pop(one.key, None)
            held[one.key] = one
        return held

    def fixes(self) -> list[Fix]:
        """Those that were accepted."""
        return [one.fix for one in self.current.values() if one.choice == "accept"]


def read_review(root: Path) -> Review:
    """The newest published log."""
    with Snapshot(root) as snapshot:
        return _parsed(snapshot.document(REVIEW))


def _parsed(text: str | None) -> Review:
    if text is None:
        return Review()
    rows = json.loads(text)["log"]
    return Review(
        tuple(
            Decision(**{**row, "issue": Issue(row["issue"]), "fix": Fix.of(row["fix"])})
            for row in rows
        )
    )


def _change(root: Path, purpose: str, change: Callable[[Review], Review]) -> Review:
    """Read, change and write the log while no other process can."""
    with Writer(root, purpose=purpose) as writer:
        changed = change(_parsed(writer.catalogue.document(REVIEW)))
        rows = [asdict(one) | {"issue": one.issue.value} for one in changed.log]
        writer.set_document(REVIEW, json.dumps({"form": FORM, "log": rows}, ensure_ascii=False))
        writer.commit()
    return changed


def decided(root: Path, decision: Decision) -> Review:
    """Append a decision.

    Raises:
        RequestError: The choice is none of `CHOICES`, or the note is too long.
        BusyError: Another process holds the project.
    """
    if decision.choice not in CHOICES:
        raise RequestError(
            f"{shown(decision.choice)!r} is no decision",
            fix=near_misses(decision.choice, CHOICES),
            code="E-LABELS-CHOICE",
        )
    if len(decision.note) > LONGEST_NOTE:
        raise RequestError(
            f"the note has {len(decision.note)} characters",
            fix=f"write at most {LONGEST_NOTE}",
            code="E-LABELS-NOTE",
        )
    stamped = replace(decision, time=datetime.now(UTC).isoformat(timespec="seconds"))
    return _change(
        root, f"label decision {decision.key}", lambda review: Review((*review.log, stamped))
    )


def undone(root: Path, key: str | None) -> Decision:
    """Take back the last decision, of all or about one suspect; what was before holds again.

    Raises:
        RequestError: There is none.
    """
    taken: list[Decision] = []

    def change(review: Review) -> Review:
        places = [k for k, one in enumerate(review.log) if key in (None, one.key)]
        if not places:
            raise RequestError(
                "there is no decision to take back",
                fix="list them with `boxscore labels list --state decided`",
                code="E-LABELS-UNDO",
            )
        taken.append(review.log[places[-1]])
        return Review(review.log[: places[-1]] + review.log[places[-1] + 1 :])

    _change(root, "undo label decision", change)
    return taken[0]
