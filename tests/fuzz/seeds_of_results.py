"""Good inputs of challenges and of what programs write per image."""

from __future__ import annotations

import boxscore as bs
from tests.fuzz.seeds import BOXES, CLASSES, one_file
from tests.fuzz.trees import Case, Tree


def _strings(shape: str) -> bytes:
    """A table whose cells hold all boxes; `shape` formats one."""
    lines = ["image_id,PredictionString"]
    for name, boxes in BOXES.items():
        cells = [
            shape.format(name=CLASSES[k - 1], box=f"{x} {y} {x + w} {y + h}")
            for k, x, y, w, h in boxes
        ]
        lines.append(f"{name},{' '.join(cells)}")
    return "\n".join(lines).encode()


def prediction_strings(_: bs.Project) -> list[Case]:
    """Tables with a PredictionString or a BoxesString."""
    form = "prediction-string"
    both, named = _strings("{name} 0.5 {box}"), _strings("{name} {box}")
    alone = b"image_name,BoxesString\na.png,1 2 30 40;5 6 7 8\nb.png,no_box\n"
    return [
        one_file("s.csv", both, role="predictions", form=form),
        one_file("s.csv", both, role="doctor", form=form),
        *(one_file("s.csv", text, role="truth", form=form) for text in (named, alone)),
    ]


def class_lines(_: bs.Project) -> list[Case]:
    """Classes of images with probabilities, a text file per image."""
    lines = "".join(f"0.{k} {name}\n" for k, name in enumerate(CLASSES, 2)).encode()
    tree: Tree = {f"labels/{name.rpartition('.')[0]}.txt": lines for name in BOXES}
    return [Case(tree=tree, role=role, form="class-lines") for role in ("predictions", "doctor")]


def image_tables(_: bs.Project) -> list[Case]:
    """Tables of one image each."""
    tree: Tree = {}
    for name, boxes in BOXES.items():
        lines = [",name,class,confidence,box"]
        for n, (k, x, y, w, h) in enumerate(boxes):
            cell = f"{{'x1': {x}, 'y1': {y}, 'x2': {x + w}, 'y2': {y + h}}}"
            lines.append(f'{n},{CLASSES[k - 1]},{k},0.5,"{cell}"')
        tree[f"{name.rpartition('.')[0]}.csv"] = "\n".join(lines).encode()
    roles = ("predictions", "doctor", "truth")
    return [Case(tree=tree, role=role, form="image-tables") for role in roles]


def wider(_: bs.Project) -> list[Case]:
    """WIDER FACE's list, and results of each image."""
    lines: list[str] = []
    found: Tree = {"mapping.yaml": f"classes: {{map: {{face: {CLASSES[0]}}}}}\n".encode()}
    for name, boxes in BOXES.items():
        placed = [f"{x} {y} {w} {h}" for _, x, y, w, h in boxes]
        lines += [name, str(len(boxes)), *(f"{box} 0 0 0 0 0 0" for box in placed or ["0 0 0 0"])]
        image, scored = name.rpartition(".")[0], [f"{box} 0.5" for box in placed]
        found[f"results/{image}.txt"] = "\n".join([image, str(len(boxes)), *scored]).encode()
    return [
        one_file("wider.txt", "\n".join(lines).encode(), role="truth", form="wider"),
        Case(tree=found, entry="results", role="predictions", form="wider", mapping="mapping.yaml"),
    ]


def visdrone(_: bs.Project) -> list[Case]:
    """A file for each image, with the classes of the project under other names."""
    named = dict(zip(("pedestrian", "people"), CLASSES, strict=False))
    found: Tree = {"mapping.yaml": f"classes: {{map: {named}}}\n".encode()}
    labels: Tree = {}
    for name, boxes in BOXES.items():
        for tree, folder, rest in ((labels, "annotations", "0,1"), (found, "results", "-1,-1")):
            rows = [f"{x},{y},{w},{h},1,{min(k, 2)},{rest}\n" for k, x, y, w, h in boxes]
            tree[f"{folder}/{name.rpartition('.')[0]}.txt"] = "".join(rows).encode()
    return [
        Case(tree=labels, role="truth", form="visdrone"),
        Case(tree=found, entry="results", role="predictions", form="visdrone",
             mapping="mapping.yaml"),
    ]  # fmt: skip
