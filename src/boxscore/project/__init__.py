"""The SDK's one object, and scoring without a project; every view goes through here."""

from boxscore.project.project import Project
from boxscore.project.scoring import score_files

__all__ = ["Project", "score_files"]
