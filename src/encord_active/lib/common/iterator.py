"""The walk over data units that metrics are given."""

from boxscore.quality.encord_iterator import Iterator

__all__ = ["Iterator"]
