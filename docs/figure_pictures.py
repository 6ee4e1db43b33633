"""Draw the pictures of guides/figures.md from the demo; run it by hand when a figure changes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from boxscore import Project, figures

FOLDER = Path(__file__).resolve().parent / "guides" / "figures"
DOTS = 160
"""To an inch."""


def main() -> None:
    """Write one PNG for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        project, _ = Project.demo(folder)
        drawn = {
            "pr-curve": figures.pr_curve(project),
            "f1-curve": figures.f1_curve(project),
            "confusion": figures.confusion(project, "float32", most=8),
            "calibration": figures.calibration(project),
            "error-budget": figures.error_budget(project),
            "metric-performance": figures.metric_performance(
                project, "float32", "Object Area - Absolute"
            ),
            "size-breakdown": figures.size_breakdown(project),
            "forest": figures.forest(project, "float32", "int8", most=10),
        }
        FOLDER.mkdir(exist_ok=True)
        for name, figure in drawn.items():
            figure.savefig(FOLDER / f"{name}.png", dpi=DOTS, metadata={"Software": None})
            shrink(FOLDER / f"{name}.png")


def shrink(path: Path) -> None:
    """Sixteen colours are enough for lines and text."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(24)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
