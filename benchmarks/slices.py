"""The twelve numbers of a tenth of the images, from a run that is evaluated already, warm."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from benchmarks import measure
from boxscore.evaluation.slices import Slices
from boxscore.matching.coco import Matching, match
from boxscore.matching.policy import COCO
from boxscore.project.evaluating import Truth, compare
from boxscore.schema.kinds import Task
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport

ROUNDS = 15


def matched(truth: Path, results: Path) -> Matching:
    """Two COCO files, matched."""
    tables = coco.read(truth, None, ImportReport(truth), pixels=False)
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    found = coco_results.read(results, context, ImportReport(results)).predictions
    sides = Truth(items=tables.items, ontology=tables.ontology, ground_truth=tables.ground_truth)
    return match(compare(sides, found, Task.BBOX), COCO)


def warm(calls: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """CPU and wall milliseconds of each call in turn, medians; the first round does not count."""
    spent: dict[str, list[tuple[float, float]]] = {name: [] for name in calls}
    for _ in range(rounds + 1):
        for name, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            spent[name].append((1000 * cpu, 1000 * wall))
    return {
        name: (
            statistics.median(cpu for cpu, _ in rows[1:]),
            statistics.median(wall for _, wall in rows[1:]),
        )
        for name, rows in spent.items()
    }


def main() -> None:
    import hotcoco

    lines = [
        "| set | boxscore CPU ms | wall ms | hotcoco `slice_by` CPU ms | wall ms | CPU / peer |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("coco36k", "coco500k"):
        truth, results = measure.synthetic(name)
        slices = Slices(matched(truth, results))
        peer_truth = hotcoco.COCO(str(truth))
        peer = hotcoco.COCOeval(peer_truth, peer_truth.load_res(str(results)), "bbox")
        peer.evaluate()
        chosen = np.random.default_rng(0).random(slices.matching.view.items) < 0.1
        ids = np.array(sorted(peer_truth.get_img_ids()))[chosen].tolist()
        ours, theirs = slices.numbers(chosen), peer.slice_by({"tenth": ids})["tenth"]
        assert abs(ours.overall["AP"] - theirs["AP"]) < 1e-9, (ours.overall["AP"], theirs["AP"])
        spent = warm(
            {
                "ours": lambda slices=slices, chosen=chosen: slices.numbers(chosen),
                "peer": lambda peer=peer, ids=ids: peer.slice_by({"tenth": ids}),
            },
            ROUNDS,
        )
        (cpu, wall), (peer_cpu, peer_wall) = spent["ours"], spent["peer"]
        lines.append(
            f"| {name} | {cpu:.1f} | {wall:.1f} | {peer_cpu:.0f} | {peer_wall:.0f} "
            f"| {cpu / peer_cpu:.3f} |"
        )
    note = (
        "Ours has the twelve numbers, the per-class table and both counts per class; the peer's "
        "call answers for the whole set as well, and cannot be asked without."
    )
    text = "\n".join(lines) + f"\n\n{note}"
    measure.write("slices", "A slice of 10 % of the images, warm", text)


if __name__ == "__main__":
    main()
