"""What an answer may cost, told without a clock: bytes, rows, passes, queries, memory."""

from __future__ import annotations

import gzip
import json
import sqlite3
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.api.app import PACKED, STATIC
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.evaluation.run_view import RunView
from boxscore.matching.recount import LiveMatching
from boxscore.project import Project, browsing
from boxscore.project.answer_cache import AnswerCache
from boxscore.project.item_index import ItemIndex
from boxscore.schema.kinds import Task
from tests.api.asking import answers, responses

IMAGES, OBJECTS = 20_000, 60_000
RUN = "/api/v1/runs/run"


def coco(folder: Path) -> tuple[Path, Path]:
    """Boxes of ten classes; of predictions four of five are near one."""
    rng = np.random.default_rng(3)
    image = np.sort(rng.integers(1, IMAGES + 1, OBJECTS)).tolist()
    kind = rng.integers(1, 11, OBJECTS).tolist()
    box = rng.uniform([0, 0, 5, 5], [500, 400, 140, 80], (OBJECTS, 4)).round(2)
    moved = (box + rng.normal(0, 3, box.shape)).clip(1).round(2).tolist()
    score = rng.random(OBJECTS).round(5).tolist()
    labels = [
        {"id": k, "image_id": i, "category_id": c, "bbox": b, "area": b[2] * b[3], "iscrowd": 0}
        for k, (i, c, b) in enumerate(zip(image, kind, box.tolist(), strict=True), 1)
    ]
    found = [
        {"image_id": i, "category_id": 1 + k % 10 if k % 5 == 0 else c, "bbox": b, "score": s}
        for k, (i, c, b, s) in enumerate(zip(image, kind, moved, score, strict=True))
    ]
    images = [
        {"id": k, "file_name": f"{k:06d}.jpg", "width": 640, "height": 480}
        for k in range(1, IMAGES + 1)
    ]
    classes = [{"id": k, "name": f"c{k}"} for k in range(1, 11)]
    truth, run = folder / "gt.json", folder / "run.json"
    document = {"images": images, "categories": classes, "annotations": labels}
    truth.write_text(json.dumps(document))
    run.write_text(json.dumps(found))
    return truth, run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("budgets")
    truth, run = coco(folder)
    made = Project.import_project(truth, target=folder, name="p")
    project = Project.open(made["path"])
    project.import_predictions(run, name="run")
    return project


@contextmanager
def traced() -> Iterator[list[int]]:
    """The most bytes that were held at once beyond those at the start."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def test_the_first_load_is_small() -> None:
    """All that the page names, as it is sent; one font of the five alphabets, latin, included."""
    page = (STATIC / "index.html").read_text()
    files = [p for p in STATIC.rglob("*") if p.is_file()]
    named = [p for p in files if p.name in page or p.name.startswith("inter-latin-w")]
    assert len(named) >= 3
    sizes = [
        len(gzip.compress(p.read_bytes())) if p.suffix in PACKED else p.stat().st_size
        for p in (*named, STATIC / "index.html")
    ]
    assert sum(sizes) <= 250_000


def test_the_page_is_packed_for_who_can_read_it(project: Project) -> None:
    scripts = (STATIC / "assets").glob("*.js")
    script = max(scripts, key=lambda path: path.stat().st_size).name
    path = f"/assets/{script}"
    (packed,) = responses(project, [path], accept_encoding="gzip, br")
    (plain,) = responses(project, [path], accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the client has unpacked it
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    assert "accept-encoding" in packed.headers["vary"] == plain.headers["vary"]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (f"{RUN}/summary?iou=0.55&confidence=0.3", 10_000),
        (f"{RUN}/errors?confidence=0.3&limit=60", 50_000),
        (f"{RUN}/images?confidence=0.3&limit=60", 20_000),
        (f"{RUN}/confusion?confidence=0.3", 40_000),
        (f"{RUN}/curves?iou=0.55", 60_000),
        (f"{RUN}/class-curves?iou=0.55", 150_000),
        (f"{RUN}/calibration?iou=0.55", 10_000),
        (f"{RUN}/error-budget?iou=0.55", 5_000),
        (f"{RUN}/metric-performance?metric=object_area_absolute", 10_000),
        ("/api/v1/metrics/object_area_absolute/values?run=run", 30_000),
        ("/api/v1/project", 10_000),
        ("/api/v1/runs", 10_000),
    ],
)
def test_answers_are_small(project: Project, path: str, most: int) -> None:
    """Whatever the number of images: no answer lists them all."""
    (response,) = responses(project, [path])
    assert response.status_code == 200
    assert len(response.content) <= most


def test_a_slider_matches_at_most_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Matching, sorting and grouping are done again only for what changes them."""
    done: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counted(*arguments: Any, **more: Any) -> Any:
            done[name] += 1
            return real(*arguments, **more)

        monkeypatch.setattr(owner, name, counted)

    count(LiveMatching, "_match")
    count(browsing, "listing")
    count(RunView, "kinds")

    def after(**asked: Any) -> dict[str, int]:
        done.clear()
        project.errors("run", ErrorQuery(**asked))
        return dict(done)

    project.errors("run", ErrorQuery(iou=0.5, confidence=0.4))
    page = {"kinds": 1}  # of the sixty objects of the page
    built = {"listing": 1, "kinds": 2}
    assert after(iou=0.5, confidence=0.4, offset=600) == page
    assert after(iou=0.5, confidence=0.4, outcome="fp", class_id=3) == page
    assert after(iou=0.5, confidence=0.4, kind="missed", sort="largest") == page
    assert after(iou=0.5, confidence=0.4, below=0.6) == page
    assert after(iou=0.5, confidence=0.41) == built
    assert after(iou=0.57, confidence=0.4) == built | {"_match": 1}
    done.clear()
    project.image_list("run", ImageQuery(iou=0.57, confidence=0.4))
    project.summary("run", iou=0.57, confidence=0.2)
    project.confusion("run", iou=0.57, confidence=0.2)
    project.curves("run", iou=0.57)
    assert dict(done) == {}


def test_a_new_iou_sorts_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves of classes, oLRP and the error budget read narrow columns that are in order."""
    view = project._state().view("run", Task.BBOX)
    view.default_confidence()
    sorts: list[str] = []
    for name in ("argsort", "sort", "unique"):
        monkeypatch.setattr(np, name, lambda *_, name=name, **__: sorts.append(name))
    for ask in (view.class_curves, view.optimal_lrp, lambda iou: view.tide(iou, published=False)):
        with traced() as peak:
            ask(0.61)
        assert peak[0] < 32 * OBJECTS
    assert sorts == []


def test_one_look_into_the_catalogue(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page opens the catalogue once; what is in memory is not read again."""
    paths = [f"{RUN}/errors?confidence=0.4", f"{RUN}/images?confidence=0.4", "/api/v1/project"]
    paths += [f"{RUN}/summary?confidence=0.4", "/api/v1/runs"]
    answers(project, paths)
    opened: list[Any] = []
    real = sqlite3.connect

    def connect(*arguments: Any, **more: Any) -> Any:
        opened.append(arguments)
        return real(*arguments, **more)

    monkeypatch.setattr(sqlite3, "connect", connect)
    for path in paths:
        opened.clear()
        answers(project, [path])
        assert len(opened) == 1, path


def test_a_page_holds_no_more_than_a_page(project: Project) -> None:
    """Neither a Python object nor an array for every object of the project."""
    query = ErrorQuery(iou=0.5, confidence=0.1)
    images = ImageQuery(iou=0.5, confidence=0.1)
    project.errors("run", query)
    project.image_list("run", images)
    one = project.items["data_hash"][IMAGES // 2]
    project.item_view(one, 0, run="run", confidence=0.1)
    with traced() as peak:
        project.errors("run", ErrorQuery(iou=0.5, confidence=0.1, offset=300))
        project.image_list("run", ImageQuery(iou=0.5, confidence=0.1, offset=IMAGES - 60))
        project.item_view(one, 0, run="run", confidence=0.1)
    assert peak[0] < 8 * OBJECTS  # the smallest column of all objects would not fit twice


def test_a_listing_takes_a_few_bytes_an_object(project: Project) -> None:
    project.errors("run", ErrorQuery(iou=0.5, confidence=0.15))
    kept = project._state()._listed
    newest = list(kept._answers.values())[-1]
    assert newest.nbytes <= 16 * 2 * OBJECTS
    assert kept.most_bytes is not None and kept.nbytes <= kept.most_bytes


def test_old_answers_go_when_new_ones_need_the_room() -> None:
    kept = AnswerCache(most=3, most_bytes=1000)
    for k in range(5):
        kept.get(k, lambda: np.zeros(10))
    assert len(kept) == 3
    kept.get("large", lambda: np.zeros(110))
    assert len(kept) == 2 and kept.nbytes <= 1000
    kept.get("too large", lambda: np.zeros(1000))
    assert len(kept) == 1  # what was asked for last is there


def test_identities_of_equal_hash_are_told_apart(project: Project) -> None:
    items = project.items
    index = ItemIndex(items)
    assert index.nbytes == 16 * IMAGES
    for row in (0, 1, IMAGES - 1):
        assert index.row(str(items["data_hash"][row]), 0) == row
    index._hashes[:] = 0
    with pytest.raises(Exception, match="no such image"):
        index.row(str(items["data_hash"][0]), 1)


def test_matches_are_kept_within_a_bound(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxscore.matching.recount.KEPT_BYTES", 3 << 20)
    view = project._state().view("run", Task.BBOX)
    for k in range(20):
        view.live.at(0.3 + 0.01 * k)
    assert sum(one.nbytes for one in view.live._kept.values()) <= 3 << 20
    assert len(view.live._kept) >= 4
