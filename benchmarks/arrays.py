"""The call of a training loop: NumPy arrays in, numbers out; whole processes with imports."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

import numpy as np

from benchmarks import measure, peers
from boxscore.kernels import _core

OWN = "boxscore, arrays"
OURS = """
import numpy as np, sys
from boxscore.evaluation.protocols.coco import evaluate
from boxscore.matching.arrays import Layout, comparable_of
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task
import time
data = {k: v for k, v in np.load(sys.argv[1]).items()}
start = time.process_time()
truth = {k.removeprefix("truth_"): data[k] for k in data if k.startswith("truth_")}
found = {k: data[k] for k in ("image", "class", "box", "confidence")}
layout = Layout(images=range(int(data["images"])), classes=range(int(data["classes"])))
evaluate(comparable_of(Task.BBOX, truth, found, layout), Options())
print(time.process_time() - start)
"""
FEW = {"coco36k": {"torchmetrics": 2, "supervision": 2}, "coco500k": {"torchmetrics": 1}}
BEYOND = {"coco500k": ("supervision",)}
"""Peers that take many minutes."""


def arrays(name: str) -> Path:
    """One generated set as columns of an .npz file, ids as dense numbers."""
    path = measure.CACHE / f"{name}_columns.npz"
    if path.exists():
        return path
    truth, results = measure.synthetic(name)
    head = [("image_id", "int", True), ("category_id", "int", True), ("bbox", "box", True)]
    members = _core.scan_members(
        str(truth),
        {
            "images": [("id", "int", True)],
            "categories": [("id", "int", True)],
            "annotations": [*head, ("area", "number", True), ("iscrowd", "flag", True)],
        },
    )
    rows, images, classes = (members[k] for k in ("annotations", "images", "categories"))
    found = _core.scan_list(str(results), [*head, ("score", "number", True)])
    assert rows and images and classes
    image_ids, class_ids = np.sort(images.column("id")), np.sort(classes.column("id"))
    columns = {"images": image_ids.size, "classes": class_ids.size}
    for prefix, side in (("truth_", rows), ("", found)):
        columns[prefix + "image"] = np.searchsorted(image_ids, side.column("image_id"))
        columns[prefix + "class"] = np.searchsorted(class_ids, side.column("category_id"))
        columns[prefix + "box"] = side.column("bbox")
    columns |= {"truth_area": rows.column("area"), "truth_crowd": rows.column("iscrowd")}
    np.savez(path, **columns, confidence=found.column("score"))
    return path


def calls(samples: dict[str, list[measure.Sample]]) -> str:
    """The call alone, from arrays in memory to numbers."""
    lines = ["| the call alone | CPU s | times our own |", "|---|---|---|"]
    for name, theirs in samples.items():
        pairs = zip(theirs, samples[OWN], strict=False)
        times = statistics.median(a.call / b.call for a, b in pairs)
        spent = statistics.median(s.call for s in theirs)
        lines.append(f"| {name} | {spent:.3f} | {'' if name == OWN else f'**{times:.0f}**'} |")
    return "\n".join(lines)


def main() -> None:
    """Measure both sets."""
    parts = []
    for name in ("coco36k", "coco500k"):
        path = str(arrays(name))
        programs = {OWN: OURS} | {
            n: p
            for n, p in peers.ARRAYS.items()
            if peers.installed(n) and n not in BEYOND.get(name, ())
        }
        commands = {n: [sys.executable, "-W", "ignore", "-c", p, path] for n, p in programs.items()}
        samples = measure.interleaved(commands, few=FEW.get(name, {}))
        parts.append(f"## {name}\n\n{measure.table(samples, OWN)}\n\n{calls(samples)}")
    text = "\n\n".join(parts) + peers.absent(list(peers.ARRAYS))
    measure.write("arrays", "NumPy arrays to the twelve numbers, whole processes", text)


if __name__ == "__main__":
    main()
