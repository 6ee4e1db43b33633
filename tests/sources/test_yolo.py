"""YOLO text files: real sets, every kind of line, and what is wrong with a file or a data.yaml."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.schema.ontology import Ontology
from boxscore.sources.formats import recognise
from boxscore.sources.yolo_layout import layout_of
from tests.sources.yolo_files import BOX, NAMES, data_set, read_set

CATDOG_AP = (0.540767, 0.762118, 0.573606, None, None, 0.541678)
CATDOG_AR = (0.447529, 0.636000, 0.636000, None, None, 0.636000)


def metrics(project: Project, run: str) -> list[float | None]:
    return list(project.evaluate(run, task="bbox")["metrics"].values())


@pytest.mark.parametrize("source", ["data.yaml", "", "valid", "valid/labels"])
def test_ultralytics_predictions_on_their_labels(
    shared_data: Path, tmp_path: Path, source: str
) -> None:
    made = Project.import_project(shared_data / "yolo_catdog" / source, target=tmp_path)
    assert (made["format"], made["images"], made["ground_truth"]) == ("yolo", 20, 42)
    assert made["rejected"] == 0 and made["warnings"] == []
    project = Project.open(made["path"])
    assert [c.name for c in project.ontology.classes] == ["cat", "dog"]
    assert {Path(title).parent.as_posix() for title in project.items["title"]} == {"."}
    done = project.import_predictions(
        shared_data / "yolo_catdog" / "predictions.json", name="ultralytics"
    )
    assert done["predictions"] == 88 and done["rejected"] == 0
    found = metrics(project, "ultralytics")
    assert found == pytest.approx([*CATDOG_AP, *CATDOG_AR], abs=5e-7)


@pytest.fixture(scope="module")
def coco128(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The val half of COCO128, from its labels and pictures that lie elsewhere."""
    made = Project.import_project(
        shared_data / "coco128_val" / "object_detection" / "labels" / "val2017",
        images=shared_data / "coco128_val" / "images",
        target=tmp_path_factory.mktemp("coco128"),
    )
    assert (made["images"], made["ground_truth"], made["classes"]) == (128, 898, 80)
    assert made["warnings"] == []
    return Project.open(made["path"])


CENTERNET = (
    0.325580, 0.519371, 0.342375, 0.166181, 0.282797, 0.460647,
    0.324695, 0.472555, 0.485379, 0.234929, 0.393445, 0.615722,
)  # fmt: skip


def test_real_detections_on_coco128(shared_data: Path, coco128: Project) -> None:
    """The file names classes by COCO's ids up to 90, the labels number them 0 to 79."""
    results = shared_data / "coco128_val" / "centernet_results.json"
    done = coco128.import_predictions(results, name="centernet")
    assert done["predictions"] == 9297 and done["rejected"] == 0
    assert done["mapping"] == {
        "images": "by number in the file stem",
        "classes": "by COCO's category ids",
    }
    assert metrics(coco128, "centernet") == pytest.approx(CENTERNET, abs=5e-7)


@pytest.mark.parametrize(
    ("ids", "classes", "names"),
    [
        ((1, 90), "by COCO's category ids", ["person", "toothbrush"]),
        ((0, 1), "by category id", ["person", "toothbrush"]),
        ((1,), "by category id", ["toothbrush"]),
    ],
)
def test_cocos_ids_are_taken_where_the_projects_do_not_fit(
    tmp_path: Path, ids: tuple[int, ...], classes: str, names: list[str]
) -> None:
    yaml = "names: [person, toothbrush]\n"
    root = data_set(tmp_path / "set", {"a": BOX}, yaml, pictures=("a",))
    made = Project.import_project(root, target=tmp_path, name="made")
    found = [{"image_id": "a", "category_id": c, "bbox": [1, 1, 5, 5], "score": 0.5} for c in ids]
    (tmp_path / "found.json").write_text(json.dumps(found))
    project = Project.open(made["path"])
    document = project.import_predictions(tmp_path / "found.json")
    assert document["mapping"]["classes"] == classes
    noted = [warning["code"] for warning in document["warnings"]]
    assert noted == (["N-COCO-IDS"] if 90 in ids else [])
    class_ids = project.predictions("found").table["class_id"].tolist()
    assert [project.ontology.classes[k].name for k in class_ids] == names


def test_label_files_score_as_the_same_detections_in_json(
    shared_data: Path, coco128: Project, tmp_path: Path
) -> None:
    """Written as YOLO writes them, with COCO's ids for classes, which the doctor recognises."""
    items = coco128.items
    size_of = {
        int(Path(title).stem): (int(w), int(h))
        for title, w, h in zip(items["title"], items["width"], items["height"], strict=True)
    }
    for found in json.loads((shared_data / "coco128_val/centernet_results.json").read_text()):
        (x, y, w, h), (width, height) = found["bbox"], size_of[found["image_id"]]
        shares = f"{(x + w / 2) / width!r} {(y + h / 2) / height!r} {w / width!r} {h / height!r}"
        with (tmp_path / f"{found['image_id']:012d}.txt").open("a") as file:
            file.write(f"{found['category_id']} {shares} {found['score']}\n")
    document = coco128.doctor(tmp_path)
    hows = [finding["chosen"]["how"] for finding in document["findings"]]
    assert hows[:3] == ["file stem", "COCO's own ids", "cxcywh, relative"] and document["sure"]
    coco128.import_predictions(tmp_path, name="labels")
    assert metrics(coco128, "labels") == pytest.approx(CENTERNET, abs=5e-7)


def test_pictures_of_coco128_are_found_and_measured(coco128: Project) -> None:
    items = coco128.items
    row = items["title"].tolist().index("val2017/000000000139.jpg")
    assert items["source_id"][row] == "val2017/000000000139" and items["split"][row] == "val"
    assert (items["width"][row], items["height"][row]) == (640, 426)
    truth = coco128.ground_truth.table
    first = np.flatnonzero(truth["item"] == row)[0]
    # 58 0.389578 0.416103 0.0385937 0.163146
    box = [truth[name][first] for name in ("x", "y", "width", "height")]
    assert box == pytest.approx(
        [(0.389578 - 0.0385937 / 2) * 640, (0.416103 - 0.163146 / 2) * 426, 24.7, 69.5], abs=1e-2
    )


# ---- lines ----


def test_each_line_says_by_its_columns_what_it_is(tmp_path: Path) -> None:
    square = "1 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n"
    triangle = "1 0 0 1 0 0 1\n"
    root = data_set(tmp_path / "set", {"a": BOX + square + "\n" + triangle}, pictures=("a",))
    raw, report = read_set(root)
    kinds = raw.columns["kind"].tolist()
    assert kinds == [Kind.BOX, Kind.POLYGON, Kind.POLYGON]
    assert raw.columns["class_ref"].tolist() == [0, 1, 1]
    assert raw.columns["line"].tolist() == [1, 2, 4]
    assert raw.place(2) == "labels/val/a.txt:4"
    assert np.bincount(raw.points["row"]).tolist() == [0, 4, 3]
    assert report.rejected == 0
    made = Project.import_project(root, target=tmp_path, name="made")
    truth = Project.open(made["path"]).ground_truth
    # Sides of 20 x 10 pixels: the square covers 16 x 8 of them.
    assert truth.table["area"].tolist()[1] == 16 * 8
    assert truth.masks["row"].tolist() == [1, 2]


def test_row_120_columns_of_truth_and_predictions(tmp_path: Path) -> None:
    lines = {
        "box": "0 0.5 0.5 0.2 0.4",
        "confident-box": "0 0.5 0.5 0.2 0.4 0.75",
        "polygon": "0 0.1 0.1 0.9 0.1 0.9 0.9",
        "confident-polygon": "0 0.1 0.1 0.9 0.1 0.9 0.9 0.5",
        "short": "0 0.5 0.5 0.2",
    }
    text = "\n".join(lines.values()) + "\n"
    root = data_set(tmp_path / "set", {"a": text}, pictures=("a",))
    truth, report = read_set(root)
    assert truth.columns["line"].tolist() == [1, 2, 3]
    assert np.isnan(truth.columns["confidence"]).all()
    assert report.facts["N-YOLO-CONFIDENCE"][1] == 1
    columns = report.entries["E-YOLO-COLUMNS"]
    assert [entry.place for entry in columns] == ["labels/val/a.txt:4", "labels/val/a.txt:5"]
    assert columns[0].fix == "a box has 5, a polygon of n points 1 + 2n"
    found, report = read_set(root / "labels", "predictions")
    assert found.columns["line"].tolist() == [2, 4]
    assert found.columns["confidence"].tolist() == [0.75, 0.5]
    columns = report.entries["E-YOLO-COLUMNS"]
    assert [entry.place for entry in columns] == ["val/a.txt:1", "val/a.txt:3", "val/a.txt:5"]
    assert "have no confidence" in columns[0].problem and "save_conf=True" in columns[0].fix


def test_a_seventh_column_of_predictions_is_their_track(tmp_path: Path) -> None:
    lines = "0 0.5 0.5 0.2 0.4 0.75 12\n1 0.5 0.5 0.2 0.4 0.5 0.5\n0 0.5 0.5 0.2 0.4 0.75\n"
    root = data_set(tmp_path / "set", {"a": lines})
    found, report = read_set(root / "labels", "predictions")
    assert found.track == ["12", ""]
    assert found.columns["confidence"].tolist() == [0.75, 0.75]
    assert [e.place for e in report.entries["E-YOLO-COLUMNS"]] == ["val/a.txt:2"]


def test_poses_have_a_box_and_their_points(tmp_path: Path) -> None:
    yaml = NAMES + "kpt_shape: [2, 3]\n"
    line = "0 0.5 0.5 0.2 0.4 0.45 0.5 2 0 0 0"
    root = data_set(tmp_path / "set", {"a": f"{line}\n{BOX}"}, yaml, pictures=("a",))
    raw, report = read_set(root)
    assert raw.columns["kind"].tolist() == [Kind.KEYPOINTS]
    assert raw.box.tolist() == [[0.5, 0.5, 0.2, 0.4]]
    assert raw.points["x"].tolist() == [0.45, 0] and raw.points["visibility"].tolist() == [2, 0]
    assert report.entries["E-YOLO-COLUMNS"][0].fix == "a pose of this set has 11"
    (root / "labels" / "val" / "a.txt").write_text("0 0.5 0.5 0.2 0.4 0.45 0.5 0.99 0 0 0.1 0.8\n")
    raw, _ = read_set(root, "predictions")
    assert raw.columns["confidence"].tolist() == [0.8]
    assert raw.points["visibility"].tolist() == [2, 2]


def test_row_117_a_decimal_comma_is_named(tmp_path: Path) -> None:
    text = BOX + "0 0,5 0,5 0,2 0,4\ncat 0.5 0.5 0.2 0.4\n0 0.5 nan 0.2 0.4\n"
    _, report = read_set(data_set(tmp_path, {"a": text}))
    entries = report.entries["E-YOLO-NUMBER"]
    assert [entry.place[-2:] for entry in entries] == [":2", ":3", ":4"]
    assert "decimal point, not a comma" in entries[0].fix
    assert "not its name" in entries[1].fix
    assert entries[2].problem == "nan is no number"


def test_row_118_a_class_beyond_the_names_is_rejected(tmp_path: Path) -> None:
    text = BOX + "2 0.5 0.5 0.2 0.4\n-1 0.5 0.5 0.2 0.4\n0.5 0.5 0.5 0.2 0.4\n"
    raw, report = read_set(data_set(tmp_path, {"a": text}))
    assert raw.rows == 1 and report.rejected == 3
    entries = report.entries["E-YOLO-CLASS"]
    assert entries[0].place == "labels/val/a.txt:2"
    assert entries[0].problem == "class 2 is not among the 2 names"
    with pytest.raises(SourceError, match="E-YOLO-CLASS"):
        read_set(tmp_path, strict=True)


def test_row_119_one_label_in_pixels_is_rejected(tmp_path: Path) -> None:
    raw, report = read_set(data_set(tmp_path, {"a": BOX + "0 12 5 4 4\n"}))
    assert raw.rows == 1
    (entry,) = report.entries["E-YOLO-RANGE"]
    assert (entry.place, entry.problem) == ("labels/val/a.txt:2", "12 is no share of the image")


def test_row_119_a_truth_in_pixels_is_refused_with_a_hint(tmp_path: Path) -> None:
    root = data_set(tmp_path, {"a": "0 12 5 4 4\n", "b": "0 10 5 4 4\n1 0.5 5 4 4\n"})
    with pytest.raises(
        SourceError, match=r"labels/val/a.txt:1: 12 is no share.*\n.*pixels\?"
    ) as bad:
        read_set(root)
    assert bad.value.code == "E-YOLO-RANGE"


def test_rounded_shares_and_any_line_ending_are_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf0 0.5 0.5 1.0004 1\r\n\r\n1\t.5  5e-1 0.2 0.4\r"
    raw, report = read_set(data_set(tmp_path, {"a": text}))
    assert raw.rows == 2 and report.rejected == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"0 0.5\0", "E-TEXT-KIND"), (b"0 \xff", "E-TEXT-ENCODING"), (b"0 " * 600_000, "E-TEXT-LINE")],
)
def test_what_is_no_text_refuses_the_import(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(SourceError) as bad:
        read_set(data_set(tmp_path, {"a": BOX, "b": content}))
    assert bad.value.code == code and "b.txt" in str(bad.value)


def test_too_many_bad_lines_refuse_the_import(tmp_path: Path) -> None:
    root = data_set(tmp_path / "set", {"a": BOX * 9 + "7 0.5 0.5 0.2 0.4\n"}, pictures=("a",))
    with pytest.raises(SourceError, match="1 of 10 records are unusable") as bad:
        Project.import_project(root, target=tmp_path, name="made")
    assert bad.value.code == "E-TOO-MANY-REJECTED"
    assert not (tmp_path / "made").exists()


def test_an_empty_file_is_an_image_without_objects(tmp_path: Path) -> None:
    raw, report = read_set(data_set(tmp_path, {"a": BOX, "b": ""}, pictures=("a", "b")))
    assert [image.key for image in raw.images] == ["val/a", "val/b"] and raw.rows == 1
    assert report.facts == {}


# ---- data.yaml and folders ----


def test_row_121_tags_and_anchors_are_refused(tmp_path: Path) -> None:
    root = data_set(tmp_path, {"a": BOX})
    laughs = "a: &a [x, x]\nb: &b [*a, *a]\nnames: *b\n"
    for text in ("names: !!python/object/apply:os.system ['true']\n", laughs):
        (root / "data.yaml").write_text(text)
        with pytest.raises(SourceError, match="is not allowed"):
            read_set(root / "data.yaml")


@pytest.mark.parametrize("key", ["path", "val"])
@pytest.mark.parametrize("above", ["..", "/", "../other", "C:\\"])
def test_row_121_paths_stay_in_the_folder(tmp_path: Path, key: str, above: str) -> None:
    data_set(tmp_path / "other", {"secret": BOX})
    root = data_set(tmp_path / "set", {"a": BOX})
    place = str(tmp_path / "other") if above == "/" else above
    entries = {"val": "images/val"} | {key: place if key == "path" else f"{place}/images/val"}
    text = "".join(f"{k}: {json.dumps(v)}\n" for k, v in entries.items())
    (root / "data.yaml").write_text("names: [cat, dog]\n" + text)
    raw, _ = read_set(root / "data.yaml")
    assert [image.key for image in raw.images] == ["val/a"]


def test_row_121_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    data_set(tmp_path / "other", {"secret": BOX})
    root = data_set(tmp_path / "set", {"a": BOX}, "names: [cat, dog]\nval: out\n")
    (root / "out").symlink_to(tmp_path / "other" / "labels")
    (root / "labels" / "val" / "b.txt").symlink_to(tmp_path / "other/labels/val/secret.txt")
    raw, _ = read_set(root)
    assert [image.key for image in raw.images] == ["val/a"]


def test_a_picture_that_is_a_link_out_of_its_folder_is_not_used(tmp_path: Path) -> None:
    data_set(tmp_path / "other", {}, pictures=("secret",))
    root = data_set(tmp_path / "set", {"a": BOX}, pictures=("b",))
    (root / "images/val/a.png").symlink_to(tmp_path / "other/images/val/secret.png")
    raw, report = read_set(root)
    assert [image.path for image in raw.images] == [None]
    assert report.facts["W-YOLO-NO-IMAGE"][1] == 1


def test_row_121_a_download_script_is_ignored(tmp_path: Path) -> None:
    text = NAMES + f"download: |\n  import os\n  os.mkdir({str(tmp_path / 'run')!r})\n"
    raw, _ = read_set(data_set(tmp_path / "set", {"a": BOX}, text))
    assert raw.rows == 1 and not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("val: images\n", "has no names"),
        ("[1, 2]\n", "has no names"),
        ("names: {a: cat}\n", "is no number and name"),
        ("names: [[cat]]\n", "is no number and name"),
        ("names: [cat]\nnames: [dog]\n", "key names stands twice"),
        ("names: [cat]\nkpt_shape: [17, 4]\n", "is no number of keypoints"),
        ("names: [", "is no YAML"),
    ],
)
def test_a_wrong_data_yaml_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    root = data_set(tmp_path, {"a": BOX}, text)
    with pytest.raises(SourceError, match=problem):
        read_set(root / "data.yaml")


def test_row_122_label_files_and_images_without_the_other_are_counted(tmp_path: Path) -> None:
    root = data_set(tmp_path / "set", {"a": BOX, "b": BOX, "c": BOX}, pictures=("a", "b", "d", "e"))
    made = Project.import_project(root / "data.yaml", target=tmp_path, name="made")
    counts = {warning["code"]: warning["count"] for warning in made["warnings"]}
    assert counts["W-YOLO-NO-IMAGE"] == 1 and counts["W-YOLO-NO-LABELS"] == 2
    items = Project.open(made["path"]).items
    assert items["source_id"].tolist() == ["val/a", "val/b", "val/c", "val/d", "val/e"]
    assert items["title"].tolist() == ["val/a.png", "val/b.png", "val/c", "val/d.png", "val/e.png"]
    assert made["ground_truth"] == 3


def test_a_folder_without_label_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as bad:
        read_set(data_set(tmp_path, {}))
    assert bad.value.code == "E-YOLO-EMPTY"


def test_splits_with_equal_names_stay_apart(tmp_path: Path) -> None:
    yaml = "names: [cat]\ntrain: train/images\nval: ../valid/images\n"
    for split in ("train", "valid"):
        folder = tmp_path / split / "labels"
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(BOX)
    (tmp_path / "data.yaml").write_text(yaml)
    raw, _ = read_set(tmp_path)
    assert [(i.key, i.split) for i in raw.images] == [("a", "train"), ("val/a", "val")]


def test_names_come_from_classes_txt_or_stay_numbers(tmp_path: Path) -> None:
    root = data_set(tmp_path, {"a": "1" + BOX[1:]}, yaml="")
    raw, _ = read_set(root)
    assert [(c.number, c.name) for c in raw.classes] == [(1, None)]
    (root / "classes.txt").write_text("cat\ndog\n")
    raw, _ = read_set(root)
    assert [(c.number, c.name) for c in raw.classes] == [(0, "cat"), (1, "dog")]
    assert layout_of(root / "labels" / "val", upwards=True).names == {0: "cat", 1: "dog"}
    assert layout_of(root / "labels" / "val", upwards=False).names == {}


def test_names_may_lie_among_the_labels(tmp_path: Path) -> None:
    """Where LabelImg puts them; lists that contradict each other name nothing."""
    root = data_set(tmp_path, {"a": "1" + BOX[1:]}, yaml="")
    (root / "labels" / "val" / "classes.txt").write_text("cat\ndog\n")
    raw, report = read_set(root)
    assert [(c.number, c.name) for c in raw.classes] == [(0, "cat"), (1, "dog")]
    assert raw.rows == 1 and not report.rejected
    (root / "labels" / "classes.txt").write_text("dog\ncat\n")
    raw, _ = read_set(root)
    assert [(c.number, c.name) for c in raw.classes] == [(1, None)]


def test_it_is_recognised_by_its_content(tmp_path: Path) -> None:
    root = data_set(tmp_path / "set", {"a": BOX})
    assert [c.name for c, _ in recognise(root, "truth")] == ["yolo"]
    assert [c.name for c, _ in recognise(root / "data.yaml", "truth")] == ["yolo"]
    assert recognise(root / "data.yaml", "predictions") == []
    shares, pixels = (
        data_set(tmp_path / "s", {"a": BOX.strip() + " 0.9\n"}),
        data_set(tmp_path / "p", {"a": "0 9 9 9 9 0.9"}),
    )
    sure, less = (recognise(p / "labels", "predictions")[0][1].share for p in (shares, pixels))
    assert sure > 0.8 > less
    # Lines without a confidence are labels, no predictions.
    assert recognise(root / "labels", "predictions")[0][1].share == 0.5
    for text in ("person 1 2 3 4\n", "hello\n", "0 1\n"):
        (root / "labels" / "val" / "a.txt").write_text(text)
        assert recognise(root / "labels", "predictions") == []


def test_classes_get_the_shape_of_their_labels(tmp_path: Path) -> None:
    text = BOX + "1 0.1 0.1 0.9 0.1 0.9 0.9\n"
    made = Project.import_project(
        data_set(tmp_path / "set", {"a": text}, pictures=("a",)), target=tmp_path, name="made"
    )
    ontology: Ontology = Project.open(made["path"]).ontology
    assert [(c.name, c.source_id) for c in ontology.classes] == [("cat", 0), ("dog", 1)]
    assert [str(o.shape) for o in ontology.objects] == ["bounding_box", "polygon"]


def test_a_background_image_is_of_the_split_of_its_folder(tmp_path: Path) -> None:
    root = data_set(tmp_path / "set", {"a": BOX}, pictures=("a", "b"))
    made = Project.import_project(root / "data.yaml", target=tmp_path, name="made")
    items = Project.open(made["path"]).items
    assert items["title"].tolist() == ["val/a.png", "val/b.png"]
    assert items["split"].tolist() == ["val", "val"]
