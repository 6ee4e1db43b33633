"""Paired bootstrap of two runs: 1,000 replicates of all numbers, overall and per class, warm."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from benchmarks import measure
from benchmarks.slices import matched
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.intervals import paired

REPLICATES, PEER_REPLICATES = 1000, 40


def second_run(results: Path) -> Path:
    """The same predictions less a fifth, with blurred confidences; made once."""
    path = results.with_name(results.stem.replace("_dt", "_second_dt") + ".json")
    if not path.exists():
        rng = np.random.default_rng(11)
        rows = [r for r in json.loads(results.read_text()) if rng.random() > 0.2]
        for row, blur in zip(rows, rng.normal(0, 0.05, len(rows)).tolist(), strict=True):
            row["score"] = round(min(max(row["score"] + blur, 0.0), 1.0), 5)
        path.write_text(json.dumps(rows))
    return path


def ours(truth: Path, results: Path, second: Path) -> tuple[float, float, float]:
    """CPU and wall seconds of all replicates, and the difference of AP."""
    first, other = matched(truth, results), matched(truth, second)
    cpu, wall = time.process_time(), time.perf_counter()
    made = paired(first, other, plan=Plan(replicates=REPLICATES))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu, wall, made.overall.of("AP")[0]


def peer(truth: Path, results: Path, second: Path) -> tuple[float, float, float]:
    """CPU and wall seconds of the peer for one replicate, and its difference of AP."""
    from hotcoco import COCO, COCOeval, compare

    loaded = COCO(str(truth))
    runs = [COCOeval(loaded, loaded.load_res(str(path)), "bbox") for path in (results, second)]
    for run in runs:
        run.evaluate()
    spent = []
    for replicates in (0, PEER_REPLICATES):
        cpu, wall = time.process_time(), time.perf_counter()
        made = compare(*runs, n_bootstrap=replicates)
        spent.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = ((b - a) / PEER_REPLICATES for a, b in zip(*spent, strict=True))
    return cpu, wall, made["deltas"]["AP"]


def main() -> None:
    lines = [
        "| set | boxscore, 1,000 replicates: CPU s | wall s | CPU ms each | hotcoco `compare`: "
        "CPU ms each | wall ms each | CPU / peer |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in ("coco36k", "coco500k"):
        truth, results = measure.synthetic(name)
        second = second_run(results)
        rounds = [(ours(truth, results, second), peer(truth, results, second)) for _ in range(3)]
        for mine, theirs in rounds:
            assert abs(mine[2] - theirs[2]) < 1e-9
        (cpu, wall, _), (peer_cpu, peer_wall, _) = sorted(rounds)[1]
        each = cpu / REPLICATES
        lines.append(
            f"| {name} | {cpu:.2f} | {wall:.2f} | {1000 * each:.2f} | {1000 * peer_cpu:.0f} "
            f"| {1000 * peer_wall:.0f} | {each / peer_cpu:.4f} |"
        )
    note = (
        "Each replicate is both runs and their difference. Ours has the twelve numbers and AP, "
        "AP50 and AR100 of every class; the peer's has the summary numbers only. From matches in "
        "memory; drawing the images is included. Median of three rounds, in turn."
    )
    text = "\n".join(lines) + f"\n\n{note}"
    measure.write("bootstrap", "Paired bootstrap of two runs, warm", text)


if __name__ == "__main__":
    main()
