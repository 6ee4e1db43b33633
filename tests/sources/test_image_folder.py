"""`init`: folders of real images, labelled by transformers of four kinds."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.labels import DataLabel
from boxscore.sources.folder_files import find_files
from boxscore.sources.image_folder import read
from boxscore.sources.label_transformers import labels_of, load_transformers
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport
from tests.cli.program import run

HERE = Path(__file__).parent
YOLO = HERE / "transformers" / "yolo.py"
FOUR = HERE / "transformers" / "coco_four.py"


def read_folder(
    root: Path,
    *,
    data_globs: Sequence[str] = (),
    label_globs: Sequence[str] = (),
    transformer: Path | None = None,
    transformer_name: str | None = None,
) -> ProjectTables:
    content = find_files(root, data_globs, label_globs)
    labels: list[DataLabel] = []
    if transformer is not None:
        found = load_transformers(transformer)
        chosen = found[transformer_name or next(iter(found))]
        data = [path.absolute() for path in content.files]
        labels = labels_of(transformer, chosen, content.labels, data)
    return read(content, root.name, labels, ImportReport(root))


@pytest.fixture(scope="module")
def catdog(shared_data: Path) -> ProjectTables:
    root = shared_data / "yolo_catdog" / "valid"
    return read_folder(root, label_globs=["labels/*.txt"], transformer=YOLO)


def test_every_yolo_line_is_a_label(shared_data: Path, catdog: ProjectTables) -> None:
    root = shared_data / "yolo_catdog" / "valid"
    lines = {p.stem: p.read_text().split("\n") for p in (root / "labels").glob("*.txt")}
    expected = Counter(
        (stem, int(line.split()[0]), len(line.split()) == 5)
        for stem, some in lines.items()
        for line in some
        if line.strip()
    )
    table, classes = catdog.ground_truth.table, catdog.ontology.classes
    got = Counter(
        (
            Path(catdog.items["title"][item]).stem,
            ["cat", "dog"].index(_plain(classes[c].name)),
            k == 1,
        )
        for item, c, k in zip(
            table["item"].tolist(), table["class_id"].tolist(), table["kind"].tolist(), strict=True
        )
    )
    assert got == expected
    assert catdog.items.rows == 20
    assert catdog.report.rejected == 0


def _plain(name: str) -> str:
    return name.partition(" (")[0]


def test_boxes_are_the_labels_in_pixels(shared_data: Path, catdog: ProjectTables) -> None:
    table = catdog.ground_truth.table
    row = int(np.flatnonzero(table["kind"] == Kind.BOX)[0])
    title = catdog.items["title"][table["item"][row]]
    labels = shared_data / "yolo_catdog" / "valid" / "labels" / f"{Path(title).stem}.txt"
    with Image.open(shared_data / "yolo_catdog" / "valid" / title) as image:
        width, height = image.size
    cx, cy, w, h = (float(v) for v in labels.read_text().splitlines()[0].split()[1:])
    got = [table[n][row] for n in ("x", "y", "width", "height")]
    wanted = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height]
    assert got == pytest.approx(wanted, abs=1e-6)
    assert table["area"][row] == got[2] * got[3]


def test_polygons_keep_their_points_and_have_masks(shared_data: Path) -> None:
    demo = shared_data / "demo"
    truth = read_folder(
        demo, label_globs=["annotations.json"], transformer=FOUR, transformer_name="Polygons"
    ).ground_truth
    rows = np.flatnonzero(truth.table["kind"] == Kind.POLYGON)
    assert rows.size > 0
    assert truth.masks["row"].tolist() == rows.tolist()
    assert set(truth.points["row"].tolist()) == set(rows.tolist())
    assert (truth.table["area"][rows] > 0).all()


def test_titles_are_paths_below_the_root_and_ids_stable(
    shared_data: Path, catdog: ProjectTables, tmp_path: Path
) -> None:
    assert all(title.startswith("images/") for title in catdog.items["title"])
    assert catdog.items["source_id"].tolist() == sorted(catdog.items["source_id"].tolist())
    moved = tmp_path / "elsewhere"
    shutil.copytree(shared_data / "yolo_catdog" / "valid", moved)
    again = read_folder(moved, label_globs=["labels/*.txt"], transformer=YOLO)
    assert again.items["data_hash"].tolist() == catdog.items["data_hash"].tolist()
    assert again.ontology == catdog.ontology


KINDS = {
    "Boxes": (Kind.BOX, Shape.BOUNDING_BOX),
    "RotatedBoxes": (Kind.ROTATED_BOX, Shape.ROTATABLE_BOUNDING_BOX),
    "Polygons": (Kind.POLYGON, Shape.POLYGON),
    "Keypoints": (Kind.KEYPOINTS, Shape.POINT),
    "Classes": (Kind.CLASSIFICATION, None),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_label_finds_its_shape(shared_data: Path, name: str) -> None:
    demo = shared_data / "demo"
    tables = read_folder(
        demo, label_globs=["annotations.json"], transformer=FOUR, transformer_name=name
    )
    document = json.loads((demo / "annotations.json").read_text())
    solid = [a for a in document["annotations"] if not a["iscrowd"]]
    parts = sum(len(a["segmentation"]) for a in solid)
    kind, shape = KINDS[name]
    truth = tables.ground_truth
    assert truth.rows == (parts if name == "Polygons" else len(solid))
    assert set(truth.table["kind"].tolist()) == {kind}
    assert {row.shape for row in tables.ontology.classes} == {shape}
    names = {c["id"]: c["name"] for c in document["categories"]}
    assert {row.name for row in tables.ontology.classes} == {names[a["category_id"]] for a in solid}
    if name == "RotatedBoxes":
        assert set(truth.table["theta"].tolist()) == {30.0}
    if name == "Keypoints":
        assert truth.points.rows == truth.rows
        assert (truth.table["width"] == 0).all()
    if name == "Classes":
        (question,) = tables.ontology.to_json()["classifications"]
        assert question["attributes"][0]["name"] == "What is in the frame?"


def test_without_a_transformer_there_are_items_alone(shared_data: Path) -> None:
    tables = read_folder(shared_data / "demo")
    assert (tables.items.rows, tables.ground_truth.rows) == (41, 0)
    assert len(tables.files) == 41
    with Image.open(tables.files[0].path) as image:
        assert image.size == (tables.items["width"][0], tables.items["height"][0])


def test_same_names_in_different_folders_stay_apart(tmp_path: Path, shared_data: Path) -> None:
    first = sorted((shared_data / "demo" / "images").iterdir())[0]
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(first, tmp_path / folder / "x.jpg")
    tables = read_folder(tmp_path)
    assert tables.items["title"].tolist() == ["a/x.jpg", "b/x.jpg"]
    assert len(set(tables.items["data_hash"].tolist())) == 2


def write_transformer(folder: Path, body: str) -> Path:
    path = folder / "mine.py"
    head = "from encord_active.lib.labels.label_transformer import *\n"
    path.write_text(
        f"{head}class Mine(LabelTransformer):\n"
        f"    def from_custom_labels(self, label_files, data_files):\n{body}"
    )
    return path


@pytest.fixture
def two_images(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (40, 20)).save(root / name)
    return root


def test_when_no_label_fits_the_folder_is_refused(two_images: Path, tmp_path: Path) -> None:
    body = "        return [DataLabel('/nowhere/c.png', ClassificationLabel('y'))]\n"
    with pytest.raises(SourceError, match="unusable"):
        read_folder(two_images, transformer=write_transformer(tmp_path, body))


@pytest.mark.parametrize(
    "label",
    [
        "BoundingBoxLabel('c', 'no box')",
        "PolygonLabel('c', [[0.1, 0.1], [0.2, 0.2]])",
        "PolygonLabel('c', [[1, 1], [20, 2], [10, 10]])",
        "PolygonLabel('c', [[float('nan'), 0.1], [0.2, 0.2], [0.3, 0.1]])",
        "KeypointLabel('c', Point(1.5, 0))",
        "ClassificationLabel('')",
    ],
)
def test_an_unusable_label_is_rejected(two_images: Path, tmp_path: Path, label: str) -> None:
    body = (
        "        good = [DataLabel(p, ClassificationLabel('x')) for p in data_files] * 20\n"
        f"        return good + [DataLabel(data_files[0], {label})]\n"
    )
    tables = read_folder(two_images, transformer=write_transformer(tmp_path, body))
    assert tables.report.rejected == 1
    assert tables.ground_truth.rows == 40
    assert tables.report.entries["E-LABEL"][0].place.startswith("label 40 of ")


def test_an_error_in_the_transformer_names_its_line(two_images: Path, tmp_path: Path) -> None:
    path = write_transformer(tmp_path, "        return [1 / 0]\n")
    with pytest.raises(SourceError, match=r"line 4: .*ZeroDivisionError") as caught:
        read_folder(two_images, transformer=path)
    assert caught.value.code == "E-TRANSFORMER"


def test_a_transformer_may_import_what_lies_beside_it(two_images: Path, tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("NAME = 'from beside'\n")
    body = (
        "        import beside_it\n"
        "        return [DataLabel(data_files[0], ClassificationLabel(beside_it.NAME))]\n"
    )
    tables = read_folder(two_images, transformer=write_transformer(tmp_path, body))
    assert tables.ontology.classes[0].name == "from beside"


@pytest.mark.parametrize("globs", [["*.bmp"], ["/etc/*"], [""], ["../*.png"]])
def test_no_image_is_refused(two_images: Path, globs: list[str]) -> None:
    Image.new("RGB", (4, 4)).save(two_images.parent / "outside.png")
    with pytest.raises(SourceError, match="E-FOLDER"):
        read_folder(two_images, data_globs=globs)


@pytest.mark.parametrize("name", ["a\nb.png", 'q"#%2f?.png', "-x.png", "é.png", "n" * 251 + ".png"])
def test_row_154_odd_names_are_titles_as_they_are(two_images: Path, name: str) -> None:
    Image.new("RGB", (4, 4)).save(two_images / name)
    assert name in read_folder(two_images).items["title"].tolist()


def test_row_153_names_that_are_no_utf8(two_images: Path) -> None:
    target = os.fsencode(two_images) + b"/\xff.png"
    shutil.copy(two_images / "a.png", os.fsdecode(target))
    tables = read_folder(two_images)
    assert "\\xff.png" in tables.items["title"].tolist()
    assert all(file.path.is_file() for file in tables.files)


def test_row_139_what_is_no_image_is_rejected_by_its_content(two_images: Path) -> None:
    for k in range(40):
        Image.new("RGB", (4, 4)).save(two_images / f"{k}.png")
    (two_images / "page.jpg").write_text("<html>not an image</html>")
    tables = read_folder(two_images)
    assert tables.report.rejected == 1
    assert "HTML" in tables.report.warnings[0]["example"]
    assert tables.items.rows == 42


def test_the_folder_is_only_read(shared_data: Path, catdog: ProjectTables) -> None:
    root = shared_data / "yolo_catdog" / "valid"
    assert sorted(p.name for p in root.iterdir()) == ["images", "labels"]
    assert not list(root.rglob("__pycache__"))


def test_row_152_links_out_of_the_root_are_not_followed(two_images: Path, tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (two_images / "link.png").symlink_to(tmp_path / "secret.png")
    (two_images / "inner.png").symlink_to(two_images / "a.png")
    (two_images / "loop").symlink_to(two_images)
    tables = read_folder(two_images)
    assert tables.items["title"].tolist() == ["a.png", "b.png", "inner.png"]
    assert tables.report.warnings[0]["code"] == "W-FOLDER-LINK"


def test_row_143_turned_pictures_have_their_shown_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(tmp_path / "turned.jpg", exif=exif)
    tables = read_folder(tmp_path)
    assert (tables.items["width"][0], tables.items["height"][0]) == (100, 200)


def test_of_several_transformers_one_must_be_chosen(two_images: Path, tmp_path: Path) -> None:
    done = run("init", two_images, "--transformer", FOUR, cwd=tmp_path)
    assert done.code == 2 and "Boxes, " in done.err and "--transformer-name" in done.err
    done = run("init", two_images, "--label-glob", "*.txt", cwd=tmp_path)
    assert done.code == 2 and "--transformer" in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["root"]


def test_a_rehearsal_lists_what_would_be_done(shared_data: Path, tmp_path: Path) -> None:
    done = run(
        "init", shared_data / "yolo_catdog", "--transformer", YOLO, "-lg", "valid/labels/*.txt",
        "--dryrun", "--json", cwd=tmp_path, name="encord-active",
    )  # fmt: skip
    assert done.code == 0 and list(tmp_path.iterdir()) == []
    counted = done.json["labels"].values()
    assert sum(n for by_class in counted for n in by_class.values()) == 42
    assert done.json["files"] == len(done.json["included"])


def test_row_156_a_folder_of_very_many_files_is_walked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(3000):
        (tmp_path / f"{k:05d}.{('JPG', 'jpg', 'txt')[k % 3]}").touch()
    calls: list[str] = []
    scandir = os.scandir

    def counted(path: str) -> object:
        calls.append(str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", counted)
    content = find_files(tmp_path, (), ())
    assert [path.name for path in content.files][:3] == ["00000.JPG", "00001.jpg", "00003.JPG"]
    assert len(content.files) == 2000
    assert calls == [str(tmp_path)]


def test_pictures_that_are_left_out_are_told(tmp_path: Path) -> None:
    for name in ("a.png", "b.webp"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    for name in ("c.heic", "d.HEIC", "e.txt"):
        (tmp_path / name).write_bytes(b"x")
    tables = read_folder(tmp_path)
    problem, count = tables.report.facts["N-FOLDER-OTHERS"]
    assert tables.items.rows == 1 and count == 3 and "2 .heic, 1 .webp" in problem
    tables = read_folder(tmp_path, data_globs=["**/*"], label_globs=["*.txt"])
    problem, count = tables.report.facts["N-FOLDER-OTHERS"]
    assert tables.items.rows == 2 and count == 2 and "2 .heic" in problem
    assert "N-FOLDER-OTHERS" not in read_folder(tmp_path, data_globs=["*.png"]).report.facts
    (tmp_path / "a.png").unlink()
    with pytest.raises(SourceError, match=r"there are 2 \.heic, 1 \.webp"):
        find_files(tmp_path, (), ())
