"""Real detector output as pairs of COCO files; synthetic sets flatter."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measure import SHARED
from tests.parity.test_real_sets import coco128_truth, yolact_files


def real_sets() -> dict[str, tuple[Path, Path, str]]:
    """Name -> ground truth, results and task; nothing where the data is not on this machine."""
    if not SHARED.is_dir():
        return {}
    folder = Path(tempfile.mkdtemp(prefix="boxscore-real-"))
    coco128 = SHARED / "coco128_val"
    results = coco128 / "centernet_results.json"
    yolact = yolact_files(SHARED, "yolact_resnet50", folder)
    return {
        "CenterNet on 128 images of val2017, 9,297 boxes": (
            coco128_truth(coco128, folder),
            results,
            "bbox",
        ),
        "YOLACT on 100 images, 3,834 boxes": (*yolact, "bbox"),
        "YOLACT on 100 images, 3,834 masks": (*yolact, "segm"),
    }
