"""Two COCO files to the twelve numbers, whole process, against pycocotools."""

from __future__ import annotations

from benchmarks import measure


def main() -> None:
    parts = []
    for name, task, runs in (
        ("coco36k", "bbox", 3),
        ("cocosegm", "segm", 1),
        ("coco500k", "bbox", 1),
    ):
        truth, results = measure.synthetic(name)
        samples = measure.interleaved(
            {
                "boxscore score": measure.boxscore(
                    "score", str(truth), str(results), "--task", task
                ),
                "pycocotools": measure.pycocotools(truth, results, task),
            },
            runs=runs,
            warmup=0,
        )
        parts.append(f"## {name}, {task}\n\n" + measure.table(samples, "pycocotools"))
    measure.write("score", "Score two files, whole process with imports", "\n\n".join(parts))


if __name__ == "__main__":
    main()
