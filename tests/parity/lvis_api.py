"""lvis-api as an oracle, in a child process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORACLE = """
import json, logging, sys
import numpy as np
np.float = float  # the package was written for an older NumPy
logging.Logger.warn = logging.Logger.warning
from lvis import LVIS, LVISEval, LVISResults
truth, results, out, changes = sys.argv[1:5]
changes = json.loads(changes)
gt = LVIS(truth)
most = changes.pop("max_dets", 300)
def of_image(self, img_id, cat_id):
    # As the package means it: it reads another variable here and so finds nothing.
    if self.params.use_cats:
        return self._gts[img_id, cat_id], self._dts[img_id, cat_id]
    sides = self._gts, self._dts
    return tuple([a for k in self.params.cat_ids for a in of[img_id, k]] for of in sides)
LVISEval._get_gt_dt = of_image
e = LVISEval(gt, LVISResults(gt, results, max_dets=most), "bbox")
e.params.max_dets = most
for name, value in changes.items():
    setattr(e.params, name, np.array(value) if isinstance(value, list) else value)
if e.params.use_cats:
    e.run()
else:
    e.evaluate(); e.accumulate()
arrays = {k: e.eval[k] for k in ("precision", "recall")}
names = list(e.results)
values = np.array([e.results[n] for n in names], float)
np.savez(out, **arrays, names=np.array(names), values=values)
"""


def evaluate(
    truth: Path, results: Path, folder: Path, changes: dict[str, Any] | None = None
) -> dict[str, NDArray[Any]]:
    """precision (T, R, C, A), recall (T, C, A), and the thirteen numbers by name."""
    out = folder / f"lvis-{truth.stem}.npz"
    command = [sys.executable, "-c", ORACLE, *map(str, (truth, results, out))]
    done = subprocess.run(
        [*command, json.dumps(changes or {})], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(out) as arrays:
        return {name: arrays[name] for name in arrays.files}
