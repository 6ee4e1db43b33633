"""The search for weak slices over 500,000 units and 40 metrics: time, memory, false alarms."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

from boxscore.evaluation.searched_facets import Facet, number_facet, text_facet
from boxscore.evaluation.units import Units
from boxscore.evaluation.weak_slices import confirmed, search, with_q

IMAGES, PER_IMAGE, METRICS, CLASSES = 5_000, 100, 40, 80
NULLS, NULL_IMAGES, NULL_PER_IMAGE = 200, 100, 8


def scene(seed: int, images: int, per_image: int, fault: float) -> tuple[Units, list[Facet], float]:
    """Objects of images that are not equally hard, with half of the metrics the image's own."""
    draw = np.random.default_rng(seed)
    item = np.repeat(np.arange(images), draw.poisson(per_image, images))
    n = item.size
    values = [
        draw.normal(size=images)[item] if k % 2 else draw.normal(size=n) for k in range(METRICS)
    ]
    classes, splits = draw.integers(0, CLASSES, n), draw.integers(0, 5, images)[item]
    wrong = (values[1] < -1) | (classes == 3) | ((values[0] > 1) & (values[3] > 0))
    ease = 0.7 + 0.15 * draw.normal(size=images)[item] - fault * wrong
    good = (draw.random(n) < ease.clip(0, 1)).astype(np.float64)
    nothing = np.zeros(n, np.int64)
    units = Units(
        good=good,
        item=item,
        class_id=classes,
        row=nothing,
        source_row=nothing,
        box=np.zeros((n, 4)),
        area=np.ones(n),
        confidence=good,
    )
    start = time.perf_counter()
    facets = [number_facet(f"metric {k}", one) for k, one in enumerate(values)]
    facets.append(text_facet("class", classes, [str(k) for k in range(CLASSES)]))
    facets.append(text_facet("split", splits, list("abcde")))
    return units, [one for one in facets if one is not None], time.perf_counter() - start


def main() -> None:
    """Measure, and write the results."""
    units, facets, binning = scene(1, IMAGES, PER_IMAGE, 0.3)
    start = time.perf_counter()
    looked = search(units, facets, seed=20)
    seconds = time.perf_counter() - start + binning
    found = confirmed(with_q([looked])[0], facets, 0.1)
    names = [" and ".join(facets[c.facet].name for c in one.conditions) for one in found]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    alarms = {0.05: 0, 0.1: 0}
    for seed in range(NULLS):
        units, facets, _ = scene(seed, NULL_IMAGES, NULL_PER_IMAGE, 0.0)
        tested = with_q([search(units, facets, seed=20)])[0]
        for level in alarms:
            alarms[level] += bool(confirmed(tested, facets, level))
    lines = [
        "# Weak slices",
        "",
        f"{units_words()}: {seconds:.1f} s in all, {binning:.1f} s of it binning; "
        f"{looked.looked_at} slices looked at, {len(looked.found)} tested; most memory of the "
        f"process {memory:.2f} GB, data included.",
        "",
        f"Planted: metric 1, class, metric 0 and metric 3. Confirmed: {'; '.join(names)}.",
        "",
        f"Without a fault, {NULLS} data sets of {NULL_IMAGES} images with "
        f"{NULL_PER_IMAGE} objects each: "
        + ", ".join(f"{count} with an alarm at level {level}" for level, count in alarms.items())
        + ".",
    ]
    text = "\n".join(lines) + "\n"
    (Path(__file__).parent / "results" / "weak_slices.md").write_text(text)
    print(text)


def units_words() -> str:
    """The size of the job in words."""
    return (
        f"{IMAGES * PER_IMAGE:,} objects in {IMAGES:,} images, {METRICS} metrics, {CLASSES} classes"
    )


if __name__ == "__main__":
    main()
