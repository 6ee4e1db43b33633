"""The project under the name that Encord Active documents."""

from boxscore.project.encord_project import EncordProject as Project

__all__ = ["Project"]
