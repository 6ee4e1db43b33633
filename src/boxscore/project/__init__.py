"""The SDK's one object, and scoring without a project; every view goes through here."""

from boxscore.project.project import Project
from boxscore.project.scoring import score_files
from boxscore.sources import format_table

__all__ = ["Project", "format_table", "score_files"]
