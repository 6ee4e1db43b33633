"""Metrics that others wrote: Encord-style classes in a file, and those of installed packages."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.quality import registry

# The form that Encord Active documents for metrics that walk over all data units.
WALKING = """
from encord_active.lib.common.iterator import Iterator
from encord_active.lib.metrics.metric import Metric
from encord_active.lib.metrics.types import AnnotationType, DataType, EmbeddingType, MetricType
from encord_active.lib.metrics.writer import CSVMetricWriter


class Corner(Metric):
    def __init__(self):
        super().__init__(
            title="Corner",
            short_description="Where objects start.",
            long_description=r"Share of the width **left** of the object.",
            doc_url="https://example.org/corner",
            metric_type=MetricType.GEOMETRIC,
            data_type=DataType.IMAGE,
            annotation_type=[
                AnnotationType.OBJECT.BOUNDING_BOX,
                AnnotationType.OBJECT.ROTATABLE_BOUNDING_BOX,
                AnnotationType.OBJECT.POLYGON,
            ],
            embedding_type=EmbeddingType.OBJECT,
        )

    def execute(self, iterator: Iterator, writer: CSVMetricWriter):
        valid = {kind.value for kind in self.metadata.annotation_type}
        for data_unit, image in iterator.iterate(desc="corners"):
            assert iterator.du_hash == data_unit["data_hash"] and iterator.num_frames == 1
            writer.write(image.width / image.height, description="can be omitted")
            for obj in data_unit["labels"].get("objects", []):
                if obj["shape"] not in valid:
                    continue
                if obj["shape"] == "polygon":
                    left = min(point["x"] for point in obj["polygon"].values())
                else:
                    left = obj["boundingBox"]["x"]
                writer.write(left, labels=obj, description="left")


class Count(Metric):
    def __init__(self):
        super().__init__(title="How many", short_description="Objects.", long_description="")

    def execute(self, iterator, writer):
        for unit, _ in iterator.iterate():
            writer.write(len(unit["labels"]["objects"]))


class Broken(Metric):
    def __init__(self):
        super().__init__(title="Broken walk", short_description="", long_description="Breaks.")

    def execute(self, iterator, writer):
        next(iterator.iterate())
        raise KeyError("on purpose")
"""


@pytest.fixture
def project(tmp_path: Path, demo_folder: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_encord_style_metrics_that_walk(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "walking.py"
    file.write_text(WALKING)
    done = project.add_metrics(file)
    (failed,) = done["failures"]
    assert failed["metric"] == "Broken walk" and "on purpose" in failed["example"]
    found = project.predictions("int8").table
    widths = project.items["width"][found["item"]]
    assert project.metric_values("Corner", run="int8") == pytest.approx(found["x"] / widths)
    shape = project.items["width"] / project.items["height"]
    for run in (None, "float32"):
        assert project.metric_values("Corner of images", run=run) == pytest.approx(shape)
    truth = project.ground_truth.table
    counted = np.bincount(truth["item"], minlength=41)
    assert project.metric_values("How many").tolist() == counted.tolist()
    corner = project.metric_values("Corner")
    assert np.isfinite(corner).all()
    right = corner - truth["x"] / project.items["width"][truth["item"]]
    # Such a row holds the first part of a polygon only, which may start further right.
    assert right.min() > -0.01 and (np.abs(right) < 0.001).mean() > 0.85
    assert np.isnan(project.metric_values("Broken walk")).all()


PLUGIN = """
from boxscore.quality import metric

@metric("Redness of a plug-in", low=0, high=1, meaning="Red.", resolution=64)
def redness(pixels):
    return float(pixels.rgb[..., 0].mean() / 255)
"""


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package as pip leaves it, with an entry point."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "redness_plugin.py").write_text(PLUGIN)
    info = tmp_path / "site" / "redness_plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: redness-plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[boxscore.metrics]\nred = redness_plugin:redness\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    registry.metrics.cache_clear()
    yield info
    sys.modules.pop("redness_plugin", None)
    registry.metrics.cache_clear()


def test_a_package_offers_metrics(packaged: Path, project: Project) -> None:
    values = project.metric_values("Redness of a plug-in")
    assert ((values > 0) & (values < 1)).all()
    assert "redness_of_a_plug_in" in {card["id"] for card in project.metrics}
    (packaged / "entry_points.txt").write_text("[boxscore.metrics]\nred = redness_plugin:metric\n")
    registry.metrics.cache_clear()
    with pytest.raises(RequestError, match="E-METRIC-PLUGIN"):
        project.metric_values("Brightness")
