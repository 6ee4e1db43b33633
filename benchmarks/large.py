"""80,000 images, 1.2 million objects, 7.9 million predictions: does it complete, and in what?"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks import measure
from benchmarks.whole_job import STEPS, job


def main() -> None:
    truth, results = measure.synthetic("o365")
    folder = Path(tempfile.mkdtemp(prefix="boxscore-large-"))
    lines = ["| step | CPU s | wall s | peak MB |", "|---|---|---|---|"]
    try:
        for step, command in zip(STEPS, job(truth, results, folder), strict=True):
            sample = measure.run(command)
            lines.append(
                f"| {step} | {sample.cpu:.1f} | {sample.wall:.1f} | {sample.peak_mb:.0f} |"
            )
    finally:
        shutil.rmtree(folder)
    measure.write("large", "o365: 7.9 million predictions on 80,000 images", "\n".join(lines))


if __name__ == "__main__":
    main()
