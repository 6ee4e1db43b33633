"""Right results of real sets, and copies of them that are written wrongly, in several formats."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import BoxscoreError
from boxscore.project import Project
from boxscore.schema.tables import Annotations, boxes_of
from boxscore.sources import examine, read_run
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor import Diagnosis, with_mapping, write_mapping
from boxscore.sources.report import ImportReport

Box = tuple[float, float, float, float]


class Record(NamedTuple):
    """One result, and the image that it is on."""

    image: object
    klass: object
    box: Box
    score: float
    width: int
    height: int
    title: str


Change = Callable[[Record], Record]


@dataclass(frozen=True)
class Subject:
    """A project, and results that are right for it."""

    context: ProjectContext
    right: Annotations
    records: list[Record]

    @classmethod
    def of(cls, project: Project, results: Path, *, mapping: Path | None = None) -> Subject:
        """Of a results file that the project takes, as it stands or with a mapping file."""
        context = ProjectContext(
            items=project.items, ontology=project.ontology, ground_truth=project.ground_truth
        )
        settled = context if mapping is None else with_mapping(context, mapping)
        found = read_run(results, "auto", settled, ImportReport(results)).predictions
        return cls(context, found, list(_records(context, found)))

    def wrong(self, change: Change) -> list[Record]:
        """All records, changed."""
        return [change(record) for record in self.records]


def _records(context: ProjectContext, found: Annotations) -> Iterator[Record]:
    items, classes, table = context.items, context.ontology.classes, found.table
    ids = [int(v) if v.lstrip("-").isdigit() else v for v in items["source_id"].tolist()]
    numbered = all(c.source_id is not None for c in classes)
    for row, box in enumerate(boxes_of(table).tolist()):
        item, at = int(table["item"][row]), int(table["class_id"][row])
        yield Record(
            image=ids[item],
            klass=classes[at].source_id if numbered else classes[at].name,
            box=tuple(box),
            score=float(table["confidence"][row]),
            width=int(items["width"][item]),
            height=int(items["height"][item]),
            title=str(items["title"][item]),
        )


def names_of(subject: Subject) -> dict[Any, str]:
    """Number -> name of every class."""
    return {c.source_id: c.name for c in subject.context.ontology.classes}


def ids_of(subject: Subject) -> list[Any]:
    """Numbers of the classes, in order."""
    return [c.source_id for c in subject.context.ontology.classes]


def images_of(subject: Subject) -> list[Any]:
    """Source ids of the images, in order."""
    texts = subject.context.items["source_id"].tolist()
    return [int(text) if text.lstrip("-").isdigit() else text for text in texts]


def stem(record: Record) -> Record:
    """With the stem of the file for the image."""
    return record._replace(image=Path(record.title).stem)


# ---- how programs write results ----


def coco(records: list[Record], path: Path) -> Path:
    """One JSON list."""
    rows = [
        {"image_id": r.image, "category_id": r.klass, "bbox": list(r.box), "score": r.score}
        for r in records
    ]
    path = path.with_suffix(".json")
    path.write_text(json.dumps(rows))
    return path


def csv(records: list[Record], path: Path) -> Path:
    """A table that names its columns."""
    path = path.with_suffix(".csv")
    lines = ["image,class,x,y,width,height,confidence"]
    lines += [f"{r.image},{r.klass},{_numbers(r, ',')},{r.score!r}" for r in records]
    path.write_text("\n".join(lines) + "\n")
    return path


def jsonl(records: list[Record], path: Path) -> Path:
    """The same as JSON lines."""
    path = path.with_suffix(".jsonl")
    keys = ("x", "y", "width", "height")
    rows = [
        {"image": r.image, "class": r.klass, **dict(zip(keys, r.box, strict=True)),
         "confidence": r.score}
        for r in records
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def yolo(records: list[Record], path: Path) -> Path:
    """A text file for each image: class, four numbers, confidence."""
    return _folder(path, records, lambda r: f"{r.klass} {_numbers(r)} {r.score!r}")


def yolo_confidence_first(records: list[Record], path: Path) -> Path:
    """The same with the confidence in front of the four numbers."""
    return _folder(path, records, lambda r: f"{r.klass} {r.score!r} {_numbers(r)}")


def txt(records: list[Record], path: Path) -> Path:
    """A text file for each image: name of the class, confidence, four numbers."""
    return _folder(path, records, lambda r: f"{r.klass} {r.score!r} {_numbers(r)}")


def kitti(records: list[Record], path: Path) -> Path:
    """KITTI's sixteen columns."""
    blank, solid = "-1 -1 -10", "-1 -1 -1 -1000 -1000 -1000 -10"
    return _folder(path, records, lambda r: f"{r.klass} {blank} {_numbers(r)} {solid} {r.score!r}")


def _folder(path: Path, records: list[Record], line: Callable[[Record], str]) -> Path:
    lines: dict[str, list[str]] = {}
    for r in records:
        lines.setdefault(str(r.image), []).append(line(r))
    for name, rows in lines.items():
        file = path / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(rows) + "\n")
    return path


def _numbers(record: Record, between: str = " ") -> str:
    return between.join(repr(float(v)) for v in record.box)


# ---- what is done with them ----


@dataclass(frozen=True)
class Outcome:
    """What doctor and import say of a file.

    Attributes:
        diagnosis: None where the reader refused the file before the doctor saw it.
        plain: "right", "wrong" or "refused": the import without a mapping file.
        mapped: The same, with the mapping file that the doctor wrote.
        problem: Of the refusal.
        mapping: How a plain import said that it read the file.
    """

    diagnosis: Diagnosis | None
    plain: str
    mapped: str
    problem: str
    mapping: dict[str, str]

    @property
    def chosen(self) -> dict[str, str]:
        """Question -> the first reading."""
        if self.diagnosis is None:
            return {}
        return {f.question: f.chosen.how for f in self.diagnosis.findings}


def outcome(subject: Subject, path: Path, folder: Path, form: str = "auto") -> Outcome:
    """Ask the doctor, import without its mapping file, and with it."""
    diagnosis, problem, said = None, "", {}
    mapping = folder / "mapping.yaml"
    mapping.unlink(missing_ok=True)
    try:
        _, diagnosis = examine(path, form, subject.context, ImportReport(path))
        write_mapping(mapping, diagnosis.mapping(), path.name, "project")
    except BoxscoreError as bad:
        problem = str(bad)
    try:
        tables = read_run(path, form, subject.context, ImportReport(path))
        plain, said = _same(tables.predictions, subject.right), tables.mapping
    except BoxscoreError as bad:
        plain, problem = "refused", str(bad)
    mapped = "refused"
    if mapping.exists():
        try:
            context = with_mapping(subject.context, mapping)
            mapped = _same(
                read_run(path, form, context, ImportReport(path)).predictions, subject.right
            )
        except BoxscoreError as bad:
            problem = problem or str(bad)
    return Outcome(diagnosis, plain, mapped, problem, said)


def read_as(subject: Subject, path: Path, mapping: Path) -> str:
    """ "right" or what is wrong, read with a mapping file.

    Raises:
        BoxscoreError: It is refused.
    """
    context = with_mapping(subject.context, mapping)
    return _same(read_run(path, "auto", context, ImportReport(path)).predictions, subject.right)


def _same(found: Annotations, right: Annotations) -> str:
    if found.table.rows != right.table.rows:
        return f"wrong: {found.table.rows} of {right.table.rows} records"
    ours, theirs = _sorted(found), _sorted(right)
    for name, k in (("images", 0), ("classes", 1), ("confidences", 2)):
        if not np.allclose(ours[:, k], theirs[:, k], atol=1e-6):
            return f"wrong: {name}"
    apart = np.abs(ours[:, 3:] - theirs[:, 3:]).max(initial=0)
    return "right" if apart < 0.01 else f"wrong: boxes, by {apart:.2f} pixels"


def _sorted(found: Annotations) -> NDArray[np.float64]:
    table = found.table
    names = ("item", "class_id", "confidence")
    rows: NDArray[np.float64] = np.column_stack(
        [*(table[name].astype(np.float64) for name in names), boxes_of(table)]
    )
    return rows[np.lexsort([np.round(rows[:, k], 3 if k > 2 else 9) for k in (4, 3, 2, 1, 0)])]


# ---- what goes wrong ----


def box(form: Callable[..., Any]) -> Change:
    """Other numbers, made from x, y, w, h and the image's width and height."""
    return lambda r: r._replace(box=tuple(form(*r.box, r.width, r.height)))


def image(form: Callable[[Record], object]) -> Change:
    """Another name of the image."""
    return lambda r: r._replace(image=form(r))


def klass(form: Callable[[Any], object]) -> Change:
    """Another name of the class."""
    return lambda r: r._replace(klass=form(r.klass))


def barred(x: float, y: float, w: float, h: float, W: int, H: int) -> Box:
    """In the 640 x 640 input that the image was fitted into."""
    s = 640 / max(W, H)
    return x * s + (640 - W * s) / 2, y * s + (640 - H * s) / 2, w * s, h * s


BOXES: dict[str, Change] = {
    "xyxy, pixels": box(lambda x, y, w, h, *_: (x, y, x + w, y + h)),
    "cxcywh, pixels": box(lambda x, y, w, h, *_: (x + w / 2, y + h / 2, w, h)),
    "yxyx, pixels": box(lambda x, y, w, h, *_: (y, x, y + h, x + w)),
    "yxhw, pixels": box(lambda x, y, w, h, *_: (y, x, h, w)),
    "xyhw, pixels": box(lambda x, y, w, h, *_: (x, y, h, w)),
    "cxcyhw, pixels": box(lambda x, y, w, h, *_: (x + w / 2, y + h / 2, h, w)),
    "xywh, relative": box(lambda x, y, w, h, W, H: (x / W, y / H, w / W, h / H)),
    "xyxy, relative": box(lambda x, y, w, h, W, H: (x / W, y / H, (x + w) / W, (y + h) / H)),
    "cxcywh, relative": box(
        lambda x, y, w, h, W, H: ((x + w / 2) / W, (y + h / 2) / H, w / W, h / H)
    ),
    "xywh, pixels of a 640x640 input (stretch)": box(
        lambda x, y, w, h, W, H: (x * 640 / W, y * 640 / H, w * 640 / W, h * 640 / H)
    ),
    "xywh, pixels of a 640x640 input (letterbox)": box(barred),
    "xywh, relative, width and height swapped": box(
        lambda x, y, w, h, W, H: (x / H, y / W, w / H, h / W)
    ),
    "xywh, pixels, width and height swapped": box(
        lambda x, y, w, h, W, H: (x / W * H, y / H * W, w / W * H, h / H * W)
    ),
    "xywh, pixels of the image turned left": box(lambda x, y, w, h, W, H: (y, W - x - w, h, w)),
    "xywh, pixels of the image turned right": box(lambda x, y, w, h, W, H: (H - y - h, x, h, w)),
    "xywh, pixels of the image turned over": box(
        lambda x, y, w, h, W, H: (W - x - w, H - y - h, w, h)
    ),
}
