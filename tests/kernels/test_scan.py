"""The JSON scanner: what json reads, and never a crash on damaged bytes."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from boxscore.kernels import _core

FIELDS = [("image_id", "int", True), ("bbox", "box", False), ("score", "number", True)]


def document(count: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(count)
    return [
        {
            "image_id": int(rng.integers(0, 10**12)),
            "bbox": (rng.random(4) * 10 ** int(rng.integers(-8, 8))).tolist(),
            "score": float(rng.random()),
            "name": 'a "quoted" \\ é \ud83d\ude00'.encode("utf-16", "surrogatepass").decode(
                "utf-16"
            ),
            "more": [{"deep": [1, {"x": None}]}, True],
        }
        for _ in range(count)
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("threads", [1, 2])
def test_every_number_is_the_one_json_reads(indent: int | None, threads: int) -> None:
    records = document(500)
    text = json.dumps(records, indent=indent).encode()
    scanned = _core.scan_list(text, FIELDS, threads)
    assert scanned.count == 500 and scanned.odd.size == 0
    assert scanned.column("image_id").tolist() == [r["image_id"] for r in records]
    assert scanned.column("score").tolist() == [r["score"] for r in records]
    assert scanned.column("bbox").reshape(-1, 4).tolist() == [r["bbox"] for r in records]


def test_a_file_cut_anywhere_is_an_error_with_its_place() -> None:
    text = json.dumps(document(3)).encode()
    for end in range(len(text)):
        with pytest.raises(_core.ScanError) as caught:
            _core.scan_list(text[:end], FIELDS)
        assert 0 <= caught.value.offset <= end


DAMAGE = """
import json, random, sys
from boxscore.kernels import _core
text = bytearray(sys.stdin.buffer.read())
fields = [("image_id", "int", True), ("bbox", "box", False), ("score", "number", True),
          ("segmentation", "segmentation", False)]
rng = random.Random(int(sys.argv[1]))
refused = 0
for _ in range(4000):
    copy = bytearray(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(copy))
        copy[at] = rng.choice(b'[]{},:"\\\\0123456789eE+-.ntfu \\x00\\xff')
    try:
        _core.scan_list(bytes(copy), fields, 1)
    except _core.ScanError:
        refused += 1
assert 0 < refused < 4000, refused
"""


@pytest.mark.parametrize("seed", range(3))
def test_damaged_bytes_never_crash(seed: int) -> None:
    records: list[dict[str, object]] = document(6)
    records[1]["segmentation"] = [[1, 2, 3, 4, 5, 6], [7.5, 8, 9, 10, 11, 12.25]]
    records[2]["segmentation"] = {"size": [4, 5], "counts": "04c1\\0"}
    records[3]["segmentation"] = {"size": [4, 5], "counts": [3, 2, 15]}
    done = subprocess.run(
        [sys.executable, "-c", DAMAGE, str(seed)],
        input=json.dumps(records).encode(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
