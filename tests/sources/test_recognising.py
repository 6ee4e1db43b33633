"""Which format a path is: what competes, what an import and the doctor say, formats of others."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from boxscore.cli.program import program as main
from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.formats import Role
from boxscore.sources.recognising import candidates, recognised

BOX = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
TRUTH = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 50, "height": 40}],
    "annotations": [BOX | {"id": 1}],
    "categories": [{"id": 1, "name": "cat"}],
}
RESULTS = [BOX | {"score": 0.5}]
KITTI = "Car 0.00 0 -1.5 10 20 30 40 1.5 1.6 3.7 1.0 2.0 30.0 0.1"
OPEN_IMAGES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,"
    "IsDepiction,IsInside\n0001,xclick,/m/01,1,0.1,0.2,0.1,0.2,0,0,0,0,0\n"
)


@pytest.mark.parametrize(
    ("name", "content", "role", "form"),
    [
        ("a.json", json.dumps(TRUTH), "truth", "coco"),
        ("a.json", json.dumps(RESULTS), "predictions", "coco"),
        ("labels/a.txt", "0 0.5 0.5 0.2 0.2\n", "truth", "yolo"),
        ("labels/a.txt", "0 0.5 0.5 0.2 0.2 0.9\n", "predictions", "yolo"),
        ("a.txt", "cat 10 20 30 40\n", "truth", "txt"),
        ("a.txt", KITTI + "\n", "truth", "kitti"),
        ("a.txt", KITTI + " 0.9\n", "predictions", "kitti"),
        ("gt/gt.txt", "1,1,10,20,30,40,1,-1,-1,-1\n", "truth", "mot"),
        ("comp4_det_test_cat.txt", "0001 0.9 10 20 30 40\n", "predictions", "voc"),
        ("a.csv", OPEN_IMAGES, "truth", "openimages"),
        ("a.csv", "image,class,x,y,width,height\na,cat,1,2,3,4\n", "truth", "csv"),
        ("list.txt", "images/a b.jpg 1,2,30,40,0 5,6,70,80,1\n", "truth", "keras-yolo"),
    ],
)
def test_one_format_wins_clearly(
    tmp_path: Path, name: str, content: str, role: Role, form: str
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    found = recognised(tmp_path if name.endswith(".txt") else path, role)
    assert found.format == form
    assert found.guess.why


@pytest.mark.parametrize("role", ["truth", "predictions"])
def test_nothing_is_recognised_in_texts_about_the_data(tmp_path: Path, role: Role) -> None:
    (tmp_path / "README.txt").write_text("0 is a number, 1 2 3 are three more\n")
    (tmp_path / "LICENSE").write_text("Car 1 2 3\n")
    assert candidates(tmp_path, role) == []
    with pytest.raises(SourceError) as refused:
        recognised(tmp_path, role)
    assert refused.value.code == "E-FORMAT"


def test_labels_may_be_called_as_a_text_about_the_data(tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    assert recognised(tmp_path, "truth").format == "yolo"


def test_two_formats_that_fit_equally_are_refused_with_both(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('0 1 2 30 40 0 0 0 0 "worker"\n')
    (tmp_path / "b.xml").write_text('<sequence name="s"><frame num="1"/></sequence>')
    with pytest.raises(SourceError) as refused:
        recognised(tmp_path, "truth")
    assert refused.value.code == "E-FORMAT-UNSURE"
    assert "detrac (95%: " in str(refused.value) and "vatic (95%: " in str(refused.value)
    assert "--format: detrac or vatic" in str(refused.value)


def few_values(root: Path, *names: str, most: int = 3) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(1).integers(0, most, (16, 16)).astype(np.uint8)
        Image.fromarray(values).save(root / name)
    return root


@pytest.mark.parametrize(
    ("names", "most", "form"),
    [
        (("cat/a.png", "cat/b.png", "dog/c.png"), 250, "folders"),
        (("cat/a.png", "dog/a.png"), 2, "masks"),
        (("a.png", "b.png"), 3, "masks"),
        (("train/a.png", "val/b.png"), 3, "masks"),
    ],
)
def test_class_folders_and_masks(
    tmp_path: Path, names: tuple[str, ...], most: int, form: str
) -> None:
    assert recognised(few_values(tmp_path, *names, most=most), "truth").format == form


def test_small_pictures_in_class_folders_may_be_masks(tmp_path: Path) -> None:
    few_values(tmp_path, "cat/a.png", "cat/b.png", "dog/c.png")
    with pytest.raises(SourceError) as refused:
        recognised(tmp_path, "truth")
    assert refused.value.code == "E-FORMAT-UNSURE"
    assert "masks (60%" in str(refused.value) and "folders (60%" in str(refused.value)


def test_an_import_and_the_doctor_say_how_sure_and_why(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text(json.dumps(TRUTH))
    (tmp_path / "results.json").write_text(json.dumps(RESULTS))
    run = CliRunner().invoke
    words = ["import", "project", str(tmp_path / "truth.json"), "-t", str(tmp_path), "-n", "p"]
    made = run(main, words)
    assert "read as coco, 95% sure: an object with images, annotations" in made.stderr
    path, target = str(tmp_path / "results.json"), str(tmp_path / "p")
    for command in (["doctor"], ["import", "predictions"]):
        said = run(main, [*command, path, "-t", target])
        assert "read as coco, 95% sure: a list of results" in said.stderr
    project = Project.open(target)
    named = project.import_predictions(path, format="coco", name="named")
    assert named["recognised"] is None
    auto = project.import_predictions(path, name="auto")["recognised"]
    assert (auto["format"], auto["sure"], auto["others"]) == ("coco", 0.95, [])
    report = json.loads((tmp_path / "p" / "reports" / "import-2.json").read_text())
    assert report["recognised"]["format"] == "coco"


def test_a_folder_is_read_by_the_only_file_of_a_side(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "truth.json").write_text(json.dumps(TRUTH))
    (data / "found.json").write_text(json.dumps(RESULTS))
    made = Project.import_project(data, target=tmp_path / "made")
    assert made["project"] == "data"
    project = Project.open(made["path"])
    assert project.import_predictions(data)["predictions"] == 1
    (data / "more.json").write_text(json.dumps(RESULTS))
    with pytest.raises(SourceError) as refused:
        project.import_predictions(data, name="again")
    assert refused.value.code == "E-COCO-FOLDER"
    assert "found.json, more.json" in str(refused.value)


def test_texts_beside_the_tracks_of_sequences_are_counted(tmp_path: Path) -> None:
    (tmp_path / "A" / "gt").mkdir(parents=True)
    row = "1,1,10,20,30,40,1,-1,-1,-1\n"
    (tmp_path / "A" / "gt" / "gt.txt").write_text(row)
    (tmp_path / "A" / "tracker.txt").write_text(row)
    made = Project.import_project(tmp_path / "A", target=tmp_path / "made")
    assert made["ground_truth"] == 1
    notes = {w["code"]: w["count"] for w in made["warnings"]}
    assert notes["N-MOT-OTHER-TEXT"] == 1


def test_masks_on_images_of_unknown_size_leave_their_boxes(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a.jpg 1,2,31,22,0\nb.jpg 1,2,31,22,0\n")
    (tmp_path / "classes.txt").write_text("cat\n")
    mask = {"size": [40, 50], "counts": "d02Y11O1"}
    dets = [{"score": 0.9, "bbox": [1, 2, 30, 20], "category": "cat", "mask": mask}]
    images = [{"image_id": name, "dets": dets} for name in ("a", "b")]
    (tmp_path / "found.json").write_text(json.dumps({"images": images}))
    made = Project.import_project(tmp_path / "list.txt", target=tmp_path)
    done = Project.open(made["path"]).import_predictions(tmp_path / "found.json", name="r")
    assert (done["predictions"], done["rejected"], done["task"]) == (2, 0, "bbox")
    assert {w["code"]: w["count"] for w in done["warnings"]}["W-MASK-UNPLACED"] == 2
    assert done["evaluation"]["metrics"]["AP"] == pytest.approx(1)


PLUGIN = """
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import FormatCard, Guess
from boxscore.sources.raw import Convention, RawBuilder

CARD = FormatCard(name="dots", title="Lines of dots", roles=("truth",), module="dots_of_others")


def recognise(path, role):
    return Guess(share=0.95 if path.suffix == ".dots" else 0.0, why="a file of dots")


def read(path, request, report):
    builder = RawBuilder("dots", path, report, Convention(corners="xywh", scale="pixels"))
    image = builder.image("a", width=9, height=9)
    for line, text in enumerate(path.read_text().splitlines(), 1):
        ref = builder.class_ref(name=text)
        builder.add(image, ref, Kind.BOX, box=(1, 1, 2, 2), line=line)
    return builder.build()
"""


def test_an_installed_package_adds_its_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pip leaves a package: a module, and a dist-info folder that names the entry point."""
    site = tmp_path / "site"
    (site / "dots-1.0.dist-info").mkdir(parents=True)
    (site / "dots_of_others.py").write_text(PLUGIN)
    (site / "dots-1.0.dist-info" / "METADATA").write_text("Name: dots\nVersion: 1.0\n")
    (site / "dots-1.0.dist-info" / "entry_points.txt").write_text(
        "[boxscore.sources]\ndots = dots_of_others:CARD\n"
    )
    monkeypatch.syspath_prepend(site)
    source = tmp_path / "my.dots"
    source.write_text("Cat\nDog\n")
    made = Project.import_project(source, target=tmp_path)
    assert (made["format"], made["ground_truth"], made["classes"]) == ("dots", 2, 2)
    assert made["recognised"]["why"] == "a file of dots"
    listed = CliRunner().invoke(main, ["formats"]).stdout
    assert "Lines of dots" in listed


def test_a_folder_of_images_alone_is_for_init(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg")
    with pytest.raises(SourceError) as bad:
        recognised(tmp_path, "truth")
    assert "boxscore init" in bad.value.fix
    (tmp_path / "b.txt").write_text("no label at all")
    with pytest.raises(SourceError) as bad:
        recognised(tmp_path, "truth")
    assert "--format" in bad.value.fix
