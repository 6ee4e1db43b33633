"""What a project tells of its imports: what was read, how, and how to do it again."""

from __future__ import annotations

from typing import Any

from boxscore.project.state import OpenProject

Document = dict[str, Any]


class ImportCalls(OpenProject):
    """The reports of imports, as they were written, and beside what is stored."""

    def import_reports(self) -> list[Document]:
        """What every import read, rejected and repaired, the newest first."""
        from boxscore.project.imports.reports import import_reports

        return import_reports(self._state().root)

    def import_report(self, which: int | str) -> Document:
        """One import in full: the readings that were weighed, classes, checks, confidences.

        Args:
            which: Its number, or a run: the newest import that made it.

        Raises:
            RequestError: There is no such import.
        """
        from boxscore.project.imports.reports import import_report

        return import_report(self._state(), which)

    def import_records(
        self,
        which: int | str,
        *,
        outcome: str | None = None,
        code: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> Document:
        """One page of the records that an import rejected or repaired.

        Args:
            outcome: Only "rejected" or "repaired" ones.
            code: Only those of this code.
        """
        from boxscore.project.imports.reports import report_records

        return report_records(
            self._state(), which, outcome=outcome, code=code, offset=offset, limit=limit
        )

    def import_mapping(self, which: int | str) -> str:
        """The text of a mapping file with which `import_predictions` reads the same again.

        Raises:
            RequestError: Nothing was decided that a mapping file could say.
        """
        from boxscore.project.imports.reports import mapping_file

        return mapping_file(self._state(), which)
