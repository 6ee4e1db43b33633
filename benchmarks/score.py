"""Two COCO files to the twelve numbers: whole processes with imports, ours and every peer's."""

from __future__ import annotations

from pathlib import Path

from benchmarks import measure, peers
from benchmarks.real import real_sets

OWN = "boxscore score"
SYNTHETIC = {
    "coco36k": "36,000 boxes, 5,000 images",
    "coco500k": "499,218 boxes, 5,000 images",
    "cocosegm": "149,211 masks as run lengths, 5,000 images",
    "o365": "7,856,102 boxes, 80,000 images",
}
LONG = {
    "coco500k": {"pycocotools": 1},
    "cocosegm": {"pycocotools": 1},
    "coco36k": {"pycocotools": 2},
}
BEYOND = ("pycocotools", "faster-coco-eval")
"""Peers that take many minutes and gigabytes for 7.9 million boxes."""


def compared(truth: Path, results: Path, task: str, names: list[str], few: dict[str, int]) -> str:
    """The table of one pair of files."""
    commands = {OWN: measure.boxscore("score", str(truth), str(results), "--task", task)}
    for name in names:
        if peers.installed(name):
            commands[name] = peers.one_shot(name, truth, results, task)
    return measure.table(measure.interleaved(commands, few=few), OWN)


def main() -> None:
    """Measure all sets."""
    names = list(peers.ONE_SHOT)
    parts = []
    for name, words in SYNTHETIC.items():
        task = "segm" if name == "cocosegm" else "bbox"
        some = [n for n in names if n not in BEYOND] if name == "o365" else names
        made = compared(*measure.synthetic(name), task, some, LONG.get(name, {}))
        parts.append(f"## {name}: {words}\n\n{made}")
    for title, (truth, results, task) in real_sets().items():
        parts.append(f"## {title}\n\n{compared(truth, results, task, names, {})}")
    text = "\n\n".join(parts) + peers.absent(names)
    measure.write("score", "Score two files, whole processes with imports", text)


if __name__ == "__main__":
    main()
