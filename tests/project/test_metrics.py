"""Metrics of a project: stored once, incremental, resumed after a kill, harmless when they fail."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import boxscore
from boxscore.errors import RequestError, SourceError
from boxscore.evaluation.metric_performance import wilson
from boxscore.project import Project
from boxscore.project.metrics import changes as metric_changes
from boxscore.project.pictures.reader import PixelReader
from boxscore.quality.pixels import Pixels
from boxscore.store.verify import verify

OWN = """
from boxscore.quality import metric

@metric("Share of sky", low=0, high=1, bad="high", meaning="Blue above.")
def sky(pixels):
    return float((pixels.rgb[..., 2] > 200).mean())

@metric("Broken", resolution=64)
def broken(pixels):
    assert max(pixels.height, pixels.width) <= 64
    raise ValueError("on purpose")

@metric("Too much", low=0, high=1, on="object", reads="objects", roles=("prediction",))
def much(objects):
    return objects.confidence * 2
"""


@pytest.fixture
def project(tmp_path: Path, demo_folder: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def decoded(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> list[int]:
    """Rows of the images that are decoded from now on."""
    rows: list[int] = []
    real = PixelReader.pixels

    def pixels(self: PixelReader, row: int) -> Pixels:
        if stop_after is not None and len(rows) >= stop_after:
            raise KeyboardInterrupt
        rows.append(row)
        return real(self, row)

    monkeypatch.setattr(PixelReader, "pixels", pixels)
    return rows


def test_every_image_is_decoded_once_and_never_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = decoded(monkeypatch)
    done = project.run_metrics()
    assert sorted(rows) == list(range(41)) and done["images"] == 41 and done["failures"] == []
    again = Project.open(project.path).run_metrics()
    assert again["computed"] == 0 and len(rows) == 41
    state = [place for one in Project.open(project.path).metrics for place in one["state"]]
    assert state and all(place["computed"] == place["values"] for place in state)
    assert verify(project.path).problems == []


def test_a_stopped_pass_goes_on_where_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boxscore.quality.one_pass.BATCH", 10)
    monkeypatch.setattr("boxscore.quality.one_pass.SHARD", 5)
    monkeypatch.setattr("boxscore.project.metrics.measuring.PUBLISH_SECONDS", 0.0)
    with monkeypatch.context() as stopping:
        decoded(stopping, stop_after=25)
        with pytest.raises(KeyboardInterrupt):
            project.run_metrics("Brightness", workers=1)
    rows = decoded(monkeypatch)
    done = Project.open(project.path).run_metrics("Brightness")
    assert sorted(rows) == list(range(20, 41)) and done["computed"] == 21
    assert np.isfinite(Project.open(project.path).metric_values("Brightness")).all()


def test_a_question_computes_what_it_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = decoded(monkeypatch)
    told = project.metric("brightness", pixels=False)
    assert told["missing"] == 41 and rows == [] and told["summary"]["mean"] is None
    first = project.metric_values("Brightness")
    assert project.metric_values("brightness").tolist() == first.tolist() and len(rows) == 41
    assert Project.open(project.path).metric("Brightness", pixels=False)["missing"] == 0


def test_a_run_has_values_of_its_own_which_go_with_it(project: Project) -> None:
    values = project.metric_values("Confidence", run="int8")
    assert values.tolist() == project.predictions("int8").table["confidence"].tolist()
    project.rename_run("int8", "other")
    assert project.metric_values("Confidence", run="other").tolist() == values.tolist()
    project.delete_run("other")
    with pytest.raises(RequestError, match="E-RUN-UNKNOWN"):
        project.metric_values("Confidence", run="other")
    with pytest.raises(RequestError, match="E-METRIC-PLACE"):
        project.metric_values("Confidence")
    with pytest.raises(RequestError, match="E-METRIC-PLACE"):
        project.metric_values("Brightness", run="float32")


def test_unreadable_and_missing_pictures_are_counted(project: Project) -> None:
    items = project.items
    (project.path / items["file"][3]).write_bytes(b"no picture")
    (project.path / items["file"][4]).unlink()
    done = project.run_metrics("Brightness", "Noise")
    assert [row["metric"] for row in done["failures"]] == ["pixels"]
    assert done["failures"][0]["count"] == 2
    undefined = np.isnan(project.metric_values("Brightness"))
    assert np.flatnonzero(undefined).tolist() == [3, 4]


def test_own_metrics(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    done = project.add_metrics(file)
    failures = {row["metric"]: row for row in done["failures"]}
    assert failures["Broken"]["count"] == 41 and "on purpose" in failures["Broken"]["example"]
    assert failures["Too much"]["example"].endswith("outside 0 to 1")
    sky = project.metric_values("Share of sky")
    assert np.isfinite(sky).all() and np.isnan(project.metric_values("broken")).all()
    much = project.metric_values("Too much", run="float32")
    confidence = project.predictions("float32").table["confidence"]
    fits = confidence <= 0.5
    assert much[fits].tolist() == (2 * confidence[fits]).tolist() and np.isnan(much[~fits]).all()
    assert project.add_metrics(file, "Share of sky")["computed"] == 0
    file.write_text(OWN.replace("> 200", "> 100"))
    assert project.add_metrics(file, "Share of sky")["computed"] == 41
    assert (project.metric_values("Share of sky") >= sky).all()
    assert project.remove_metrics("share of sky", "Broken") == {
        "removed": ["Share of sky", "Broken"]
    }
    assert {one["title"] for one in project.metrics if one["own"]} == {"Too much"}
    with pytest.raises(RequestError, match="E-METRIC-UNKNOWN"):
        project.metric_values("Share of sky")


def test_the_code_of_own_metrics_runs_only_when_named(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN)
    project.add_metrics(file, "Share of sky")
    file.unlink()
    project.import_predictions(
        Path(boxscore.__file__).parent / "demo" / "predictions_int8.json", name="c"
    )
    assert Project.open(project.path).metric_values("Share of sky").size == 41
    file.write_text(OWN)
    project.add_metrics(file, "Too much")
    project.delete_run("c")
    project.import_predictions(
        Path(boxscore.__file__).parent / "demo" / "predictions_int8.json", name="d"
    )
    with pytest.raises(RequestError, match="E-METRIC-CODE"):
        project.metric_values("Too much", run="d")


@pytest.mark.parametrize(
    "text",
    ["import nothing_of_this_name", "x = 1", OWN + OWN.replace("def sky", "def sky2")],
    ids=["broken", "none", "twice"],
)
def test_unusable_files_are_refused(project: Project, tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.py"
    file.write_text(text)
    with pytest.raises(SourceError, match="E-METRIC-FILE"):
        project.add_metrics(file)


def test_built_in_metrics_cannot_be_replaced_or_removed(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(OWN.replace("Share of sky", "Brightness"))
    with pytest.raises(RequestError, match="E-METRIC-EXISTS"):
        project.add_metrics(file)
    with pytest.raises(RequestError, match="E-METRIC-BUILT-IN"):
        project.remove_metrics("Brightness")


def test_an_encord_style_metric(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from encord_active.lib.metrics.metric import SimpleMetric\n"
        "from encord_active.lib.metrics.types import DataType, MetricType\n"
        "class Blueness(SimpleMetric):\n"
        "    def __init__(self):\n"
        "        super().__init__(title='Blueness', short_description='Blue.',\n"
        "            long_description='How blue.', metric_type=MetricType.HEURISTIC,\n"
        "            data_type=DataType.IMAGE)\n"
        "    def execute(self, image):\n"
        "        return float(image[..., 0].mean())\n"
    )
    assert project.add_metrics(file)["failures"] == []
    with PixelReader(project.path, project.items) as reader:
        expected = reader.pixels(7).rgb[..., 2].mean()
    assert project.metric_values("Blueness")[7] == pytest.approx(expected)


def test_a_slice_by_metric_is_the_list_of_its_images(project: Project) -> None:
    values = project.metric_values("Brightness")
    titles = project.items["title"][(values >= 0.3) & (values <= 0.45)].tolist()
    assert 5 < len(titles) < 36
    by_range = project.evaluate("int8", where="metric.brightness=0.3..0.45")
    assert by_range["metrics"] == project.evaluate("int8", where=titles)["metrics"]
    both = project.evaluate("int8", where="metric.brightness=0.3..,metric.object_count=..5")
    count = project.metric_values("Object Count")
    assert both["images"] == ((values >= 0.3) & (count <= 5)).sum()
    for bad, code in (
        ("metric.brightness=high", "E-SLICE-RANGE"),
        ("metric.brightness=0.4..0.2", "E-SLICE-RANGE"),
        ("metric.nothing=1", "E-METRIC-UNKNOWN"),
        ("metric.object_aspect_ratio=1", "E-METRIC-IMAGES"),
        ("metric.brightness=7", "E-SLICE-EMPTY"),
    ):
        with pytest.raises(RequestError, match=code):
            project.evaluate("int8", where=bad)


def brute(project: Project, title: str, document: dict[str, Any]) -> list[tuple[int, ...]]:
    """Outcomes by bin, counted one object after the other from the item views."""
    values = dict(zip(project.items["title"].tolist(), project.metric_values(title), strict=True))
    edges = [one["low"] for one in document["bins"]][1:]
    counts = [[0, 0, 0] for _ in document["bins"]]
    items = project.items
    for data_hash, frame, name in zip(
        *(items[n].tolist() for n in ("data_hash", "frame", "title")), strict=True
    ):
        view = project.item_view(data_hash, frame, run="int8", confidence=document["confidence"])
        place = sum(values[name] >= edge for edge in edges)
        for one in view["objects"]:
            if one["outcome"] in ("tp", "fp", "fn"):
                if one["role"] == "prediction":
                    counts[place][one["outcome"] == "fp"] += 1
                elif one["outcome"] == "fn":
                    counts[place][2] += 1
    return [tuple(row) for row in counts]


def test_performance_by_an_image_metric_is_the_count_of_its_objects(project: Project) -> None:
    document = project.metric_performance("int8", "Brightness", bins=4)
    found = [(one["tp"], one["fp"], one["fn"]) for one in document["bins"]]
    assert found == brute(project, "Brightness", document)
    counts = project.evaluate("int8")["counts"]
    assert [sum(column) for column in zip(*found, strict=True)] == [
        counts[k] for k in ("tp", "fp", "fn")
    ]
    for one in document["bins"]:
        assert one["predictions"] == one["tp"] + one["fp"]
        for share, part, whole in (
            ("precision", one["tp"], one["predictions"]),
            ("recall", one["objects"] - one["fn"], one["objects"]),
        ):
            assert one[share]["estimate"] == part / whole
            assert one[share]["low"] <= part / whole <= one[share]["high"]


def test_int8_loses_most_on_large_objects(project: Project) -> None:
    title = "Object Area - Relative"
    both = [project.metric_performance(run, title, bins=4) for run in ("float32", "int8")]
    recall = [[one["recall"]["estimate"] for one in document["bins"]] for document in both]
    assert recall[0][-1] - recall[1][-1] > 0.15


def test_performance_refuses_what_cannot_be(project: Project) -> None:
    with pytest.raises(RequestError, match="not computed yet for 41 images"):
        project.metric_performance("int8", "Noise", pixels=False)
    for title, bins, code in (
        ("Brightness", 0, "E-METRIC-BINS"),
        ("Missing Objects and Broken Tracks", 5, "E-METRIC-UNDEFINED"),
        ("Brightnes", 5, "E-METRIC-UNKNOWN"),
    ):
        with pytest.raises(RequestError, match=code):
            project.metric_performance("int8", title, bins=bins)
    only = project.metric_performance("int8", "Confidence", bins=3)
    assert all(one["recall"]["estimate"] is None for one in only["bins"])


def test_wilson_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    for part, whole in ((0, 5), (3, 10), (10, 10), (400, 1000)):
        low, high = wilson(np.array([part]), np.array([whole]))
        expected = stats.binomtest(part, whole).proportion_ci(method="wilson")
        assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert np.isnan(wilson(np.array([0]), np.array([0]))).all()


def test_parts_are_joined(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_changes, "MOST_PARTS", 3)
    for title in ("Area", "Aspect Ratio", "Brightness", "Object Count"):
        project.run_metrics(title)
    values = Project.open(project.path).metric_values("Aspect Ratio")
    items = project.items
    assert values.tolist() == (items["width"] / items["height"]).tolist()
    assert verify(project.path).problems == []
