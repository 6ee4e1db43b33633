"""The SDK's one object, and scoring without a project; every view goes through here."""

from boxscore.project.arrays.evaluator import Evaluator, evaluate
from boxscore.project.project import Project
from boxscore.project.scoring import score_files
from boxscore.sources import format_table

__all__ = ["Evaluator", "Project", "evaluate", "format_table", "score_files"]
