"""Importers of predictions under the name that Encord Active documents."""

from boxscore.project.encord.imports import (
    import_coco_predictions,
    import_kitti_predictions,
    import_mask_predictions,
    import_predictions,
    migrate_coco_predictions,
    migrate_kitti_predictions,
    migrate_mask_predictions,
)
from boxscore.sources.encord_names import KITTI_FILE_NAME_REGEX, PNG_FILE_NAME_REGEX

__all__ = [
    "KITTI_FILE_NAME_REGEX",
    "PNG_FILE_NAME_REGEX",
    "import_coco_predictions",
    "import_kitti_predictions",
    "import_mask_predictions",
    "import_predictions",
    "migrate_coco_predictions",
    "migrate_kitti_predictions",
    "migrate_mask_predictions",
]
