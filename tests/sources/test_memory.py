"""Catalogue row 27: what the readers hold follows the records, not the bytes.

Scaled down to run in seconds: 120 MB of JSON stand for 5 GB.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.sources.coco_files import project, write

CHILD = """
import resource, sys
from pathlib import Path
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport

truth, results = Path(sys.argv[1]), sys.argv[2:]
tables = coco.read(truth, None, ImportReport(truth), pixels=False)
rows = tables.ground_truth.rows
for path in map(Path, results):
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    rows = coco_results.read(path, context, ImportReport(path)).predictions.rows
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def peak(*paths: Path) -> tuple[int, float]:
    """Rows that a process of its own read, and its peak memory in MB."""
    command = [sys.executable, "-c", CHILD, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows, megabytes = done.stdout.split()
    return int(rows), float(megabytes)


def test_row_27_unread_bytes_stay_on_the_disk(tmp_path: Path) -> None:
    small = write(tmp_path / "small.json", project())
    document = json.dumps(project())
    large = tmp_path / "large.json"
    with large.open("w") as file:
        file.write(document[:-1] + ', "history": [0')
        for _ in range(120):
            file.write("," + ",".join(["123456789"] * 100_000))
        file.write("]}")
    assert large.stat().st_size > 115_000_000
    (few, base), (rows, reached) = peak(small), peak(large)
    assert rows == few == 120
    # Pages of the file that the kernel keeps count as resident while they are mapped.
    assert reached - base < 0.25 * large.stat().st_size / 2**20


def test_a_result_that_is_read_as_a_whole_takes_some_two_hundred_bytes(tmp_path: Path) -> None:
    truth = write(tmp_path / "truth.json", project())
    none = write(tmp_path / "none.json", [])
    many = tmp_path / "many.json"
    count = 1_000_000
    with many.open("w") as file:
        for k in range(count):
            box = f"[{k % 600 / 8}, 20.25, 5.125, 7.5]"
            head = "[" if k == 0 else ","
            score = 0.1 + k % 89_989 / 100_000
            file.write(
                f'{head}{{"image_id": {k % 30 + 1}, "category_id": 1, "bbox": {box},'
                f' "score": {score:.5f}}}'
            )
        file.write("]")
    (_, base), (rows, reached) = peak(truth, none), peak(truth, many)
    assert rows == count
    assert (reached - base) * 2**20 / count < 260
