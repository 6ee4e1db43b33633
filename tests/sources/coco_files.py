"""A small valid COCO project with results, and what reading a changed copy of it comes to."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import SourceError
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

Document = dict[str, Any]
IMAGES, PER_IMAGE, WIDTH, HEIGHT = 30, 4, 100, 80
CATEGORIES = {1: "person", 3: "cat", 7: "traffic light"}
SQUARE = [[10.0, 20.0, 40.0, 20.0, 40.0, 60.5, 10.0, 60.5]]


def project() -> Document:
    """30 images of 100 x 80 pixels, 120 annotations; every fourth has a polygon."""
    ids = list(CATEGORIES)
    return {
        "info": {"year": 2014},
        "licenses": [{"id": 1, "name": "CC BY 2.0", "url": "http://example.org/by"}],
        "images": [
            {"id": k + 1, "file_name": f"{k + 1:06}.png", "width": WIDTH, "height": HEIGHT}
            for k in range(IMAGES)
        ],
        "annotations": [
            {
                "id": 1000 + k,
                "image_id": k // PER_IMAGE + 1,
                "category_id": ids[k % 3],
                "bbox": [10.0, 20.0, 30.0, 40.5],
                "area": 1215.0,
                "iscrowd": 0,
                **({"segmentation": SQUARE} if k % 4 == 0 else {}),
            }
            for k in range(IMAGES * PER_IMAGE)
        ],
        "categories": [{"id": c, "name": n} for c, n in CATEGORIES.items()],
    }


def results() -> list[dict[str, Any]]:
    """120 results with boxes on the images of `project`."""
    return [
        {
            "image_id": a["image_id"],
            "category_id": a["category_id"],
            "bbox": [11.25, 19.5, 30.0, 40.0],
            "score": round(0.99 - k / 200, 3),
        }
        for k, a in enumerate(project()["annotations"])
    ]


@dataclass(frozen=True)
class Case:
    """One row of the catalogue: a change of the file, and what must come of it.

    Attributes:
        outcome: RF refused, RR one record rejected, W repaired or counted, A accepted silently.
        says: A part of the message.
    """

    row: str
    change: Callable[[Any], Any]
    outcome: str
    code: str = ""
    says: str = ""
    rejected: int = 1


def by_row(cases: list[Case]) -> pytest.MarkDecorator:
    """Parametrise over cases, with ids like row-57."""
    return pytest.mark.parametrize("case", cases, ids=[f"row-{case.row}" for case in cases])


def write(path: Path, content: object) -> Path:
    """Write a document, text or bytes as a file."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def changed(case: Case, document: Any) -> object:
    """The document after the case's change: changed in place, or what the change returns."""
    document = copy.deepcopy(document)
    returned = case.change(document)
    return document if returned is None else returned


def read_project(path: Path, *, images: Path | None = None, strict: bool = False) -> ProjectTables:
    return coco.read(path, images, ImportReport(path, strict=strict))


def context(folder: Path, document: Document | None = None) -> ProjectContext:
    tables = read_project(write(folder / "truth.json", document or project()))
    return ProjectContext(items=tables.items, ontology=tables.ontology)


def read_results(path: Path, where: ProjectContext, *, strict: bool = False) -> RunTables:
    return coco_results.read(path, where, ImportReport(path, strict=strict))


def judge(case: Case, read: Callable[[], ProjectTables | RunTables]) -> Any:
    """Read, and assert the outcome that the catalogue wants; returns what was read."""
    if case.outcome == "RF":
        with pytest.raises(SourceError) as caught:
            read()
        assert caught.value.code == case.code, caught.value
        assert case.says in str(caught.value)
        return None
    tables = read()
    report = tables.report
    said = "\n".join(report.lines())
    if case.outcome == "RR":
        assert report.rejected == case.rejected, said
        assert report.rejected_codes[case.code] >= 1, said
        _assert_message(case, said)
    elif case.outcome == "W":
        assert report.rejected == 0, said
        assert case.code in {w["code"] for w in report.warnings}, said
        _assert_message(case, said)
    else:
        assert [w for w in report.warnings if w["code"] in report.counts] == [], said
    return tables


def _assert_message(case: Case, said: str) -> None:
    lines = [line for line in said.splitlines() if line.startswith(f"{case.code} ")]
    assert any(case.says in line for line in lines), said
