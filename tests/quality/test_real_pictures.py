"""Metrics of the demo's real pictures and boxes, beside other libraries and a golden file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import boxscore
from boxscore.project import Project
from boxscore.project.pictures.decoding import picture_and_table
from boxscore.quality import Pixels
from boxscore.quality import image_metrics as im

PICTURES = sorted((Path(boxscore.__file__).parent / "demo" / "images").iterdir())
GOLDEN = Path(__file__).parents[1] / "golden" / "metrics_of_the_demo.txt"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project, _ = Project.demo(tmp_path_factory.mktemp("metrics"))
    project.run_metrics()
    return project


@pytest.mark.parametrize("path", PICTURES[::8], ids=lambda path: path.stem)
def test_pictures_beside_opencv_and_scipy(path: Path) -> None:
    cv2, ndimage = pytest.importorskip("cv2"), pytest.importorskip("scipy.ndimage")
    picture, table = picture_and_table(path)
    rgb = np.asarray(picture)
    pixels = Pixels(rgb, table)
    mean, spread = cv2.meanStdDev(rgb)
    assert im.brightness(pixels) == pytest.approx(mean.mean() / 255, rel=1e-12)
    squares = (spread**2 + mean**2).mean() - mean.mean() ** 2
    assert im.contrast(pixels) == pytest.approx(np.sqrt(squares) / 255, rel=1e-9)
    assert im.sharpness(pixels) == pytest.approx(cv2.Laplacian(rgb, cv2.CV_64F).var(), rel=1e-12)
    grey = np.asarray(picture.convert("L"), np.int64)
    mask = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    response = np.abs(ndimage.convolve(grey, mask)[1:-1, 1:-1]).mean()
    assert im.noise(pixels) == pytest.approx(np.sqrt(np.pi / 2) * response / 6, rel=1e-12)
    hist = cv2.calcHist([grey.astype(np.uint8)], [0], None, [256], [0, 256]).ravel()
    assert im.underexposure(pixels) == hist[:16].sum() / grey.size
    assert im.overexposure(pixels) == hist[240:].sum() / grey.size
    assert im.uniformity(pixels) == pytest.approx(((hist / grey.size) ** 2).sum(), rel=1e-6)


@pytest.mark.parametrize("path", PICTURES[::8], ids=lambda path: path.stem)
def test_entropy_is_scikit_images(path: Path) -> None:
    measure = pytest.importorskip("skimage.measure")
    picture, _ = picture_and_table(path)
    expected = measure.shannon_entropy(np.asarray(picture.convert("L")))
    assert im.grey_level_entropy(Pixels(np.asarray(picture))) == pytest.approx(expected, rel=1e-9)


def test_boxes_beside_shapely(demo: Project) -> None:
    shapely = pytest.importorskip("shapely")
    table, items = demo.predictions("float32").table, demo.items  # the ground truth has masks
    x, y, w, h = (table[n] for n in ("x", "y", "width", "height"))
    drawn = shapely.box(x, y, x + w, y + h)
    expected: dict[str, list[float]] = {
        "Annotation Duplicates": [], "Occlusion by Overlap": [], "Crowding": [],
    }  # fmt: skip
    for k in range(table.rows):
        beside = table["item"] == table["item"][k]
        beside[k] = False
        shared = shapely.area(shapely.intersection(drawn[k], drawn[beside]))
        iou = shared / (drawn[k].area + shapely.area(drawn[beside]) - shared)
        same = iou[table["class_id"][beside] == table["class_id"][k]]
        expected["Annotation Duplicates"].append(same.max(initial=0))
        expected["Occlusion by Overlap"].append((shared / drawn[k].area).max(initial=0))
        expected["Crowding"].append(float((iou > 1e-9).sum()))
    for title, values in expected.items():
        found = demo.metric_values(title, run="float32")
        assert found == pytest.approx(np.array(values), abs=1e-9), title
    size = np.stack([items["width"], items["height"]], axis=1)[table["item"]].astype(float)
    ends = np.stack([x + w, y + h], axis=1) / size, 1 - np.stack([x, y], axis=1) / size
    reach = np.concatenate(ends, axis=1).max(axis=1)
    found = demo.metric_values("Annotation closeness to image borders", run="float32")
    assert found == pytest.approx(reach)


def facts(demo: Project) -> Iterator[str]:
    """One line for each metric and place: values, undefined ones, least, mean and greatest."""
    for card in demo.metrics:
        for place in card["state"]:
            run = place["run"]
            document = demo.metric(card["title"], run=run, limit=0)
            if document["undefined"] == document["total"]:
                continue
            told = [document["summary"][name] for name in ("minimum", "mean", "maximum")]
            numbers = " ".join(f"{value:.6g}" for value in told)
            yield (
                f"{card['id']} v{card['version']} {run or 'project'}: "
                f"{document['total']} {document['undefined']} {numbers}"
            )


def test_no_value_has_moved(demo: Project, update_golden: bool) -> None:
    """Means over the whole demo; `--update-golden` writes the file anew."""
    found = "\n".join(facts(demo)) + "\n"
    if update_golden:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_every_card_is_whole_and_every_value_within_it(demo: Project) -> None:
    """Range, unit and direction: what people read is what the numbers do."""
    for card in demo.metrics:
        assert card["meaning"].endswith(".") and card["advice"].endswith(".")
        assert (
            card["unit"]
            or (card["low"], card["high"]) != (None, None)
            or (card["id"].startswith("confidence"))
        ), card["id"]
        order = card["id"].startswith("random") or card["id"] == "image_diversity"
        plain = order or card["bad"] != "none"
        assert plain, card["id"]
        for place in card["state"]:
            values = demo.metric_values(card["title"], run=place["run"])
            some = values[np.isfinite(values)]
            assert (some >= (card["low"] if card["low"] is not None else -np.inf)).all()
            assert (some <= (card["high"] if card["high"] is not None else np.inf)).all()
