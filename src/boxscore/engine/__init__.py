"""Stages over shards on any executor, and progress; a stage never knows where it runs."""

from boxscore.engine.progress import Progress, Tally, counted, on_terminal, silent
from boxscore.engine.shards import map_shards

__all__ = ["Progress", "Tally", "counted", "map_shards", "on_terminal", "silent"]
