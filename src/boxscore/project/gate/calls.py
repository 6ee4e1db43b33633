"""What a project says of all its runs at its gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class GateCalls(OpenProject):
    """The gate for every run at once; `gate` gives one run's in full."""

    def gate_verdicts(self, *, where: Where = None) -> Document:
        """How each run fares by the rules that the project keeps; remembered until these change.

        Args:
            where: Only on these images and objects; see `gate`.

        Returns:
            "kept", whether there are rules, and under "runs" for each its "verdict": "passed",
            "unsure" (nothing blocks, but not all can be told), "failed", or None where there are
            no rules or they do not fit the run ("problem" says why), with the "counts" of checks
            by status and how many "block".
        """
        from boxscore.project.gate.verdicts import gate_verdicts

        return gate_verdicts(self._state(), where)
