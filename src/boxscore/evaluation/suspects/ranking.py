"""All five rankings of one set of labels, from one or several runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from boxscore.evaluation.suspects.agreement import shared_errors, weights
from boxscore.evaluation.suspects.evidence import Evidence, Floats, Frames, evidence
from boxscore.evaluation.suspects.issues import Issue, Suspects
from boxscore.evaluation.suspects.mismatched import located, swapped
from boxscore.evaluation.suspects.missing import missing
from boxscore.evaluation.suspects.unsupported import duplicate, label_pairs, spurious
from boxscore.matching.comparable import Comparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rankings:
    """What is suspected, and what it rests on.

    Attributes:
        of: The suspects of each kind, worst first.
        runs: The evidence of each run.
        shared: (R, R) as of `agreement.shared_errors`.
    """

    of: dict[Issue, Suspects]
    runs: list[Evidence]
    shared: Floats


def rank(views: Sequence[Comparable], frames: Frames, least: float = 0.0) -> Rankings:
    """Rank the labels by how likely they are wrong, each kind by itself.

    Args:
        views: One run each, all against the same labels.
        least: Score below which nothing is suspected.
    """
    runs = [evidence(view, frames) for view in views]
    shared = shared_errors(runs)
    weight = weights(shared)
    pairs = label_pairs(runs[0])
    found = {
        Issue.MISSING: missing(runs, weight),
        Issue.SWAPPED: swapped(runs, weight),
        Issue.LOCATED: located(runs, weight),
        Issue.DUPLICATE: duplicate(runs, pairs),
        Issue.SPURIOUS: spurious(runs, pairs, frames),
    }
    return Rankings(
        of={issue: some.ranked(max(least, 1e-9)) for issue, some in found.items()},
        runs=runs,
        shared=shared,
    )
