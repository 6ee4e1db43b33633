"""COCO panoptic: real sets with the counts of their JSON, scores, and what is wrong with a file."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.project import Project
from tests.sources.mask_files import BASE, save

CATEGORIES = [
    {"id": 1, "name": "person", "isthing": 1, "supercategory": "person"},
    {"id": 2, "name": "grass", "isthing": 0, "supercategory": "plant"},
]


@pytest.fixture(scope="module")
def coco128(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The panoptic labels of COCO128's val half."""
    made = Project.import_project(
        shared_data / "coco128_val" / "panoptic_segmentation",
        images=shared_data / "coco128_val" / "images" / "val2017",
        target=tmp_path_factory.mktemp("panoptic"),
    )
    assert (made["format"], made["images"], made["classes"]) == ("coco-panoptic", 100, 133)
    assert made["ground_truth"] == 1078 and made["warnings"] == []
    return Project.open(made["path"])


def test_things_and_stuff_are_told_apart(coco128: Project) -> None:
    things = [known.thing for known in coco128.ontology.objects]
    assert Counter(things) == {True: 80, False: 53}


def test_the_truth_against_itself_is_perfect(shared_data: Path, coco128: Project) -> None:
    done = coco128.import_predictions(
        shared_data / "coco128_val" / "panoptic_segmentation", name="same"
    )
    assert (done["format"], done["predictions"], done["rejected"]) == ("coco-panoptic", 1078, 0)
    metrics = coco128.evaluate("same", task="panoptic")["metrics"]
    assert set(metrics.values()) == {1.0} and len(metrics) == 9
    assert coco128.evaluate("same", task="semantic")["metrics"]["miou"] == 1.0


def test_the_samples_of_panopticapi(shared_data: Path, tmp_path: Path) -> None:
    sample = shared_data / "panoptic_sample"
    made = Project.import_project(
        sample / "panoptic_examples.json", images=sample / "input_images", target=tmp_path / "out"
    )
    assert (made["images"], made["ground_truth"], made["warnings"]) == (2, 50, [])


def test_a_disturbed_copy_scores_what_panopticapi_counts(
    shared_data: Path, coco128: Project, tmp_path: Path
) -> None:
    source = shared_data / "coco128_val" / "panoptic_segmentation" / "annotations"
    document = json.loads((source / "panoptic_val2017.json").read_text())
    tally: dict[str, Counter[int]] = {k: Counter() for k in ("iou", "tp", "fp", "fn")}
    for one in document["annotations"]:
        colours = np.asarray(Image.open(source / "panoptic_val2017" / one["file_name"]))
        moved = np.roll(colours, (6, -4), axis=(0, 1))
        save(tmp_path / "run" / one["file_name"], moved)
        count_image(ids(colours), ids(moved), one["segments_info"], tally)
        for segment in one["segments_info"]:
            segment["iscrowd"] = 0
    (tmp_path / "run.json").write_text(json.dumps(document))
    coco128.import_predictions(tmp_path / "run.json", name="moved")
    metrics = coco128.evaluate("moved", task="panoptic")["metrics"]
    thing = {c["id"]: c["isthing"] for c in document["categories"]}
    for key, wanted in (("PQ", (0, 1)), ("PQ_things", (1,)), ("PQ_stuff", (0,))):
        assert metrics[key] == pytest.approx(quality(tally, thing, wanted), abs=1e-12)


def ids(colours: Any) -> Any:
    return colours.astype(np.int64) @ np.array([1, 256, 65536])


def count_image(
    truth: Any, found: Any, infos: list[dict[str, Any]], tally: dict[str, Counter[int]]
) -> None:
    """The rules of panopticapi's `pq_compute_single_core`, written out."""
    known = {s["id"]: s for s in infos}
    pairs = Counter(zip(truth.ravel().tolist(), found.ravel().tolist(), strict=True))
    area = {"truth": Counter(truth.ravel().tolist()), "found": Counter(found.ravel().tolist())}
    matched: tuple[set[int], set[int]] = set(), set()
    for (t, f), shared in pairs.items():
        if not t or not f or known[t]["iscrowd"]:
            continue
        if known[t]["category_id"] != known[f]["category_id"]:
            continue
        union = area["truth"][t] + area["found"][f] - shared - pairs[0, f]
        if shared / union > 0.5:
            tally["tp"][known[t]["category_id"]] += 1
            tally["iou"][known[t]["category_id"]] += shared / union  # type: ignore[assignment]
            matched[0].add(t)
            matched[1].add(f)
    crowds = {s["category_id"]: s["id"] for s in infos if s["iscrowd"]}
    for s in infos:
        category = s["category_id"]
        tally["fn"][category] += not s["iscrowd"] and s["id"] not in matched[0]
        excused = pairs[0, s["id"]] + pairs[crowds.get(category, -1), s["id"]]
        free = s["id"] not in matched[1] and excused / area["found"][s["id"]] <= 0.5
        tally["fp"][category] += free


def quality(
    tally: dict[str, Counter[int]], thing: dict[int, int], wanted: tuple[int, ...]
) -> float:
    values = [
        tally["iou"][c] / (tally["tp"][c] + (tally["fp"][c] + tally["fn"][c]) / 2)
        for c, kind in thing.items()
        if kind in wanted and tally["tp"][c] + tally["fp"][c] + tally["fn"][c]
    ]
    return float(np.mean(values))


def panoptic_set(root: Path, infos: list[Any], **image: Any) -> Path:
    """One image, 4 x 3, whose pixels are segments 0, 1 and 2."""
    colours = np.zeros((3, 4, 3), np.uint8)
    colours[:, :, 0] = BASE
    save(root / "truth" / "a.png", colours)
    document = {
        "images": [{"id": 7, "width": 4, "height": 3, "file_name": "a.jpg"} | image],
        "categories": CATEGORIES,
        "annotations": [{"image_id": 7, "file_name": "a.png", "segments_info": infos}],
    }
    (root / "truth.json").write_text(json.dumps(document))
    return root / "truth.json"


GOOD = [{"id": 1, "category_id": 1, "iscrowd": 0}, {"id": 2, "category_id": 2, "iscrowd": 1}]


def test_crowds_scores_and_things_are_kept(tmp_path: Path) -> None:
    source = panoptic_set(tmp_path, GOOD)
    project = Project.open(
        Project.import_project(source, target=tmp_path / "out", name="p")["path"]
    )
    truth = project.ground_truth.table
    assert truth["crowd"].tolist() == [False, True] and truth["area"].tolist() == [4.0, 4.0]
    scored = [{**GOOD[0], "score": 0}, {**GOOD[1], "score": 0.25}]
    panoptic_set(tmp_path / "run", scored)
    project.import_predictions(tmp_path / "run", name="run")
    found = project.predictions("run").table
    assert found["confidence"].tolist() == [0.0, 0.25]


@pytest.mark.parametrize(
    "info",
    [
        None,
        5,
        {},
        {"id": 3, "category_id": 1},
        {"id": 2, "category_id": 9},
        {"id": [], "category_id": {}},
    ],
)
def test_segments_that_are_none_are_rejected(tmp_path: Path, info: Any) -> None:
    source = panoptic_set(tmp_path, [GOOD[0], info])
    with pytest.raises(SourceError, match=r"1 of 2 records are unusable.*annotations"):
        Project.import_project(source, target=tmp_path / "out")


def test_pixels_that_are_not_listed_are_void(tmp_path: Path) -> None:
    source = panoptic_set(tmp_path, GOOD[:1])
    made = Project.import_project(source, target=tmp_path / "out")
    assert {w["code"] for w in made["warnings"]} >= {"W-PANOPTIC-UNLISTED"}
    assert made["ground_truth"] == 1


def test_a_png_of_another_size_is_rejected(tmp_path: Path) -> None:
    source = panoptic_set(tmp_path, GOOD, width=3, height=4)
    with pytest.raises(SourceError, match="the mask has 4 x 3 pixels, its image 3 x 4"):
        Project.import_project(source, target=tmp_path / "out")


@pytest.mark.parametrize(
    "text", ['{"annotations": [{"segments_info": NaN', '{"annotations": {"segments_info": 1}}']
)
def test_damaged_json_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(SourceError, match="JSON"):
        Project.import_project(
            tmp_path / "truth.json", target=tmp_path / "out", format="coco-panoptic"
        )


def test_a_json_without_its_pngs_is_refused(tmp_path: Path) -> None:
    source = panoptic_set(tmp_path, GOOD)
    (tmp_path / "truth" / "a.png").unlink()
    with pytest.raises(SourceError, match="no PNGs"):
        Project.import_project(source, target=tmp_path / "out")
