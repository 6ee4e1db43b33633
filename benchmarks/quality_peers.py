"""What others do with the pixels of a folder, written down from their documentation."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

CLEANVISION_KINDS = ("light", "dark", "blurry", "low_information", "odd_aspect_ratio",
                     "odd_size", "grayscale")  # fmt: skip
HUES = ((0, 10, 170, 179), (35, 75), (90, 130))


def cleanvision(folder: Path) -> str:
    """CleanVision's seven checks of single pictures, in one process."""
    module = importlib.import_module("cleanvision")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        lab = module.Imagelab(data_path=str(folder))
        lab.find_issues({kind: {} for kind in CLEANVISION_KINDS}, n_jobs=1, verbose=False)
    return f"CleanVision {version('cleanvision')}: 7 checks, one process"


def encord_like(folder: Path) -> str:
    """Encord Active's eight metrics of pixels as its documentation defines them, in one pass."""
    cv2 = importlib.import_module("cv2")
    for path in sorted(folder.glob("*.jpg")):
        with Image.open(path) as picture:
            _eight(cv2, np.asarray(picture.convert("RGB")))
    return f"Encord Active's 8 metrics of pixels with OpenCV {cv2.__version__}, one process"


def _eight(cv2: Any, rgb: np.ndarray) -> tuple[float, ...]:
    light = rgb.mean() / 255, rgb.std() / 255
    sharpness = cv2.Laplacian(rgb, cv2.CV_64F).var()
    shares = []
    for ends in HUES:  # each metric converts for itself
        hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
        inside = sum(
            cv2.inRange(hsv, (low, 50, 40), (high, 255, 255)).astype(np.int64)
            for low, high in zip(ends[::2], ends[1::2], strict=True)
        )
        shares.append(float((inside > 0).mean()))
    return (*light, sharpness, 1 - sharpness, *shares)


PEERS: tuple[Callable[[Path], str], ...] = (cleanvision, encord_like)


def available(peer: Callable[[Path], str]) -> bool:
    """Whether what a peer needs is installed."""
    name = {cleanvision: "cleanvision", encord_like: "opencv-python-headless"}[peer]
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
