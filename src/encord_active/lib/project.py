"""The project under the name that Encord Active documents."""

from boxscore.project.encord.project import EncordProject as Project

__all__ = ["Project"]
