"""Projects with videos and image groups: items, labels on frames, predictions, pictures."""

from __future__ import annotations

import json
import os
import pickle
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from boxscore.api.app import create_app
from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import OntologyBuilder
from boxscore.sources import coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor.images import read_images
from boxscore.sources.doctor.readings import Reading
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.raw_project import project_of
from boxscore.sources.report import ImportReport
from tests.cli.program import run
from tests.loops import waited
from tests.sources.videos import HEIGHT, WIDTH, drawn, number_on, write_video

pytest.importorskip("av")
FRAMES = Path(__file__).parent / "transformers" / "frames.py"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two videos, one still image, an image group of three."""
    folder = tmp_path_factory.mktemp("videos") / "mixed"
    (folder / "clips").mkdir(parents=True)
    (folder / "group").mkdir()
    write_video(folder / "clips" / "a.mp4", 30, b_frames=2)
    write_video(folder / "b.webm", 12, codec="libvpx-vp9")
    Image.fromarray(drawn(900)).save(folder / "still.png")
    for place, number in enumerate((9, 10, 100)):
        Image.fromarray(drawn(500 + place)).save(folder / "group" / f"f{number}.png")
    lines = [f"a.mp4 {k} 0.25 0.5 0.25 0.25 car" for k in range(30)] + ["b.webm 7 0 0 0.5 0.5 car"]
    (folder / "labels.txt").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def project(root: Path) -> Project:
    made = Project.init(
        root, target=root.parent, name="mixed project", transformer=FRAMES,
        label_globs=["labels.txt"], group_globs=["group"],
    )  # fmt: skip
    assert (made["images"], made["videos"], made["rejected"]) == (46, 3, 0)
    return Project.open(made["path"])


def test_frames_are_items_of_one_video(project: Project) -> None:
    items = project.items
    rows = [k for k, title in enumerate(items["title"]) if title == "clips/a.mp4"]
    assert items["frame"][rows].tolist() == list(range(30)) == items["position"][rows].tolist()
    assert len(set(items["data_hash"][rows])) == len(set(items["file"][rows])) == 1
    assert set(items["sequence"][rows]) == {"clips/a.mp4"}
    assert len(set(items["source_id"].tolist())) == items.rows
    assert items["source_id"][rows].tolist() == sorted(items["source_id"][rows])
    mapping = project.data_mapping()
    assert sorted(mapping.values()) == sorted(
        ["b.webm", "clips/a.mp4", "still.png", *(f"group/f{n}.png" for n in (9, 10, 100))]
    )


def test_an_image_group_is_a_sequence_in_order_of_its_numbers(project: Project) -> None:
    items = project.items
    group = {
        t: p
        for t, p, s in zip(items["title"], items["position"], items["sequence"], strict=True)
        if s == "group"
    }
    assert group == {"group/f9.png": 0, "group/f10.png": 1, "group/f100.png": 2}
    assert items["sequence"][items["title"].tolist().index("still.png")] == ""


def test_no_frame_is_written_to_the_disk(project: Project) -> None:
    files = (project.path / "images").iterdir()
    assert sorted(p.suffix for p in files) == [".mp4", ".png", ".png", ".png", ".png", ".webm"]


def test_labels_are_on_their_frames(project: Project) -> None:
    table, items = project.ground_truth.table, project.items
    on = [(items["title"][k], int(items["frame"][k])) for k in table["item"].tolist()]
    assert sorted(on) == sorted([("clips/a.mp4", k) for k in range(30)] + [("b.webm", 7)])
    row = on.index(("clips/a.mp4", 3))
    box = [table[n][row] for n in ("x", "y", "width", "height")]
    assert box == [WIDTH * 0.25, HEIGHT * 0.5, WIDTH * 0.25, HEIGHT * 0.25]


def ask(project: Project, *addresses: str) -> list[httpx.Response]:
    """Answers of the app to requests, one after the other."""
    app = create_app(project)

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return [await client.get(f"/api/v1/items/{address}") for address in addresses]

    try:
        return waited(all_of_them())
    finally:
        app.state.videos.close()


def opened(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(BytesIO(answer.content))


def hash_of(project: Project, title: str) -> str:
    return {title: data_hash for data_hash, title in project.data_mapping().items()}[title]


@pytest.mark.parametrize("what", ["image", "thumbnail?size=128"])
def test_the_app_shows_the_frame_that_is_asked_for(project: Project, what: str) -> None:
    clip = hash_of(project, "clips/a.mp4")
    frames = (0, 29, 14, 15, 3, 3)
    for frame, answer in zip(
        frames, ask(project, *(f"{clip}/{k}/{what}" for k in frames)), strict=True
    ):
        assert opened(answer).size == (WIDTH, HEIGHT)
        assert number_on(opened(answer)) == frame
    other, member = hash_of(project, "b.webm"), hash_of(project, "group/f10.png")
    first, second, missing = ask(
        project, f"{other}/11/{what}", f"{member}/0/{what}", f"{clip}/30/{what}"
    )
    assert number_on(opened(first)) == 11
    assert number_on(opened(second)) == 501
    assert missing.status_code == 404


def test_a_part_of_a_frame_can_be_cut_out(project: Project) -> None:
    clip = hash_of(project, "clips/a.mp4")
    (answer,) = ask(project, f"{clip}/5/crop?x=0&y=0&width=120&height=32&size=240")
    assert opened(answer).size == (120, 32)
    assert number_on(opened(answer)) == 5


@pytest.mark.parametrize(
    "name",
    ["clips/a.mp4__{:05d}", "clips/a.mp4__{}", "a.mp4__{}", "a__{}", "a__{:03d}.jpg"],
)
def test_coco_results_find_the_frames_that_they_name(
    project: Project, tmp_path: Path, name: str
) -> None:
    box = [WIDTH * 0.25, HEIGHT * 0.5, WIDTH * 0.25, HEIGHT * 0.25]
    path = tmp_path / "results.json"
    results = [
        {"image_id": name.format(k), "category_id": 1, "bbox": box, "score": k / 100}
        for k in range(30)
    ]
    path.write_text(json.dumps(results))
    classes = OntologyBuilder()
    classes.object("car", Shape.BOUNDING_BOX, source_id=1)
    context = ProjectContext(
        items=project.items, ontology=classes.build(), ground_truth=project.ground_truth
    )
    report = ImportReport(path)
    table = coco_results.read(path, context, report).predictions.table
    assert report.rejected == 0
    items = project.items
    found = [(items["title"][k], int(items["frame"][k])) for k in table["item"].tolist()]
    assert found == [("clips/a.mp4", k) for k in range(30)]
    assert table["confidence"].tolist() == [k / 100 for k in range(30)]


def frames_of_run(project: Project, name: str) -> list[tuple[str, int]]:
    rows, items = project.predictions(name).table["item"].tolist(), project.items
    return [(items["title"][k], int(items["frame"][k])) for k in rows]


def test_pickled_predictions_find_their_frames_and_places_in_groups(
    project: Project, tmp_path: Path
) -> None:
    from encord_active.lib.db.predictions import BoundingBox, Format, ObjectDetection, Prediction

    feature = project.ontology.classes[0].feature_hash
    found = ObjectDetection(
        format=Format.BOUNDING_BOX,
        data=BoundingBox(x=0.25, y=0.5, w=0.25, h=0.25),
        feature_hash=feature,
    )
    clip, member = hash_of(project, "clips/a.mp4"), hash_of(project, "group/f100.png")
    predictions = [
        Prediction(data_hash=clip, frame=k, confidence=0.9, object=found) for k in range(30)
    ]
    predictions += [
        Prediction(data_hash=member, frame=frame, confidence=0.9, object=found)
        for frame in (0, 2, None)
    ]
    path = tmp_path / "predictions.pkl"
    path.write_bytes(pickle.dumps(predictions))
    done = project.import_predictions(path, name="pickle")
    assert done["predictions"] == 33
    assert [w["code"] for w in done["warnings"]] == ["W-IMAGES-UNSEEN"]  # 15 of 46 frames
    wanted = [("clips/a.mp4", k) for k in range(30)] + [("group/f100.png", 0)] * 3
    assert sorted(frames_of_run(project, "pickle")) == wanted
    view = project.item_view(clip, 29, run="pickle")
    assert {o["outcome"] for o in view["objects"]} == {"tp"}


def places(project: Project, *keys: str, frame: int = -1) -> list[int]:
    """Rows of the project that the doctor takes names for."""
    chosen = read_images(raw_images(*keys, frame=frame), project.items).chosen
    assert isinstance(chosen, Reading)
    return [int(k) for k in chosen.place]


def raw_images(*keys: str, frame: int = -1) -> RawSet:
    report = ImportReport(Path("runs"))
    convention = Convention(corners="xywh", scale="relative")
    builder = RawBuilder("kitti", Path("runs"), report, convention)
    for key in keys:
        builder.image(key, frame=frame)
    return builder.build()


NAMES = {
    "titles": (("clips/a.mp4__3", "clips/a.mp4__0", "b.webm__11"), [3, 0, 11]),
    "files": (("a.mp4__3.txt", "b.webm__11.txt", "still.png"), [3, 11, 0]),
    "stems": (("a__3", "a__29", "still"), [3, 29, 0]),
    "places in a group": (("group__2", "group__0"), [0, 0]),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_doctor_reads_titles_with_frames(project: Project, name: str) -> None:
    keys, frames = NAMES[name]
    found = places(project, *keys)
    assert project.items["frame"][found].tolist() == frames
    assert min(found) >= 0
    titles = [project.items["title"][k] for k in found]
    assert [Path(t).stem.split("_")[0] for t in titles] == {
        "places in a group": ["f100", "f9"]
    }.get(name, [Path(k.partition("__")[0]).stem for k in keys])


@pytest.mark.parametrize("key", ["clips/a.mp4", "a.mp4", "a", "a.mp4__30", "a__999"])
def test_a_video_without_a_frame_it_has_is_nothing(project: Project, key: str) -> None:
    assert places(project, key) == [-1]


def test_a_frame_that_the_source_names_is_found(project: Project) -> None:
    place = places(project, "clips/a.mp4", frame=4)
    assert project.items["frame"][place].tolist() == [4]


ANSWER = "ClassificationLabel('x')"
BOX = "BoundingBoxLabel('x', BoundingBox(x=0, y=0, w=0.5, h=0.5))"


@pytest.mark.parametrize(
    ("label", "rows", "rejected"),
    [
        (ANSWER, 12, 0),
        (f"{ANSWER}, 3", 1, 0),
        (f"{BOX}, 3", 1, 0),
        (BOX, 0, 1),
        (f"{BOX}, 12", 0, 1),
        (f"{BOX}, -1", 0, 1),
        (f"{BOX}, 1.5", 0, 1),
        (f"{BOX}, True", 0, 1),
    ],
)
def test_labels_of_videos_need_a_frame_that_exists(
    tmp_path: Path, label: str, rows: int, rejected: int
) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    write_video(folder / "a.mp4", 12)
    Image.fromarray(drawn(1)).save(folder / "b.png")
    transformer = tmp_path / "mine.py"
    transformer.write_text(
        "from encord_active.lib.labels.label_transformer import *\n"
        "class Mine(LabelTransformer):\n"
        "    def from_custom_labels(self, label_files, data_files):\n"
        "        good = [DataLabel(data_files[1], ClassificationLabel('y'))] * 40\n"
        f"        return good + [DataLabel(data_files[0], {label})]\n"
    )
    made = Project.init(folder, target=tmp_path, name="p", transformer=transformer)
    assert (made["ground_truth"], made["rejected"]) == (40 + rows, rejected)


def test_damaged_videos_have_a_finding_in_the_report(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    for k in range(25):
        Image.fromarray(drawn(k)).save(folder / f"{k}.png")
    whole = write_video(folder / "whole.mp4", 60, key_every=5, container={"movflags": "faststart"})
    (folder / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    (folder / "text.mp4").write_text("no video")
    done = run("init", folder, "--name", "p", "--json", cwd=tmp_path)
    assert done.code == 3
    assert done.json["rejected"] == 1 and done.json["videos"] == 2
    codes = {w["code"]: w["example"] for w in done.json["warnings"]}
    assert "text.mp4" in codes["E-VIDEO-KIND"]
    assert "cut.mp4" in codes.get("W-VIDEO-CUT", codes.get("W-VIDEO-COUNT", ""))


def test_a_rehearsal_counts_videos_and_groups(root: Path, tmp_path: Path) -> None:
    done = run("init", root, "-gg", "group", "--dryrun", "--json", cwd=tmp_path)
    assert (done.json["files"], done.json["videos"], done.json["image_groups"]) == (6, 2, 1)
    done = run("init", root, "--data-glob", "**/*.mp4", "--dryrun", "--json", cwd=tmp_path)
    assert [os.path.basename(p) for p in done.json["included"]] == ["a.mp4"]  # noqa: PTH119
    done = run("init", root, "--group-glob", "nowhere/*", cwd=tmp_path)
    assert done.code == 2 and "E-FOLDER-GROUP" in done.err


def test_frames_that_a_source_names_share_their_video(root: Path) -> None:
    clip = root / "clips" / "a.mp4"
    builder = RawBuilder(
        "cvat", root, ImportReport(root), Convention(corners="xywh", scale="pixels")
    )
    for frame in (0, 3, 29, 30):
        builder.image(
            f"a__{frame}", path=clip, title="a.mp4", frame=frame, sequence="a.mp4", position=frame
        )
    report = ImportReport(root)
    with pytest.raises(SourceError, match="frame 30 of a video of 30"):
        project_of(builder.build(), "p", None, report)
    builder.images.pop()
    tables = project_of(builder.build(), "p", None, ImportReport(root))
    assert tables.items["frame"].tolist() == [0, 29, 3]
    assert len(set(tables.items["data_hash"].tolist())) == len(tables.files) == 1
    assert (tables.items["width"] == WIDTH).all()


@pytest.mark.parametrize("symlinks", [False, True])
@pytest.mark.parametrize("name", ["a.mp4", "b.png"])
def test_row_155_a_file_that_changed_is_never_shown(
    tmp_path: Path, name: str, symlinks: bool
) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    write_video(folder / "a.mp4", 5)
    Image.fromarray(drawn(3)).save(folder / "b.png")
    made = Project.init(folder, target=tmp_path, name="p", symlinks=symlinks)
    project = Project.open(made["path"])
    address = f"{hash_of(project, name)}/0/image"
    (answer,) = ask(project, address)
    assert answer.status_code == 200
    row = project.items["title"].tolist().index(name)
    stored = project.path / project.items["file"][row]
    data = bytearray(stored.read_bytes())
    data[len(data) // 2] ^= 1  # the same size
    stored.write_bytes(data)
    (answer,) = ask(project, address)
    assert (answer.status_code, answer.json()["code"]) == (409, "E-IMAGE-CHANGED")
    assert any("changed" in problem for problem in Project.verify(project.path)["problems"])
    stored.resolve().unlink()
    (answer,) = ask(project, address)
    assert (answer.status_code, answer.json()["code"]) == (410, "E-IMAGE-GONE")


def test_a_folder_without_a_usable_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "text.mp4").write_text("no video")
    done = run("init", folder, "--name", "p", cwd=tmp_path)
    assert done.code == 2 and "text.mp4" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_a_video_of_one_frame_is_an_item(tmp_path: Path) -> None:
    folder = tmp_path / "root"
    folder.mkdir()
    write_video(folder / "a.mp4", 1)
    made = Project.init(folder, target=tmp_path, name="p")
    assert (made["images"], made["videos"]) == (1, 1)
    project = Project.open(made["path"])
    assert places(project, "a.mp4") == places(project, "a.mp4__0") == [0]


def test_exports_hold_frames_and_no_copies_of_videos(project: Project, tmp_path: Path) -> None:
    project.export("ground-truth", format="yolo", output=tmp_path / "yolo")
    images = {
        path.relative_to(tmp_path / "yolo" / "images" / "train").as_posix(): path
        for path in (tmp_path / "yolo" / "images").rglob("*.*")
    }
    assert len(images) == project.items.rows
    assert {Path(name).suffix for name in images} == {".jpg", ".png"}
    for frame in (0, 7, 29):
        with Image.open(images[f"clips/a__{frame}.jpg"]) as picture:
            assert number_on(picture) == frame
    labels = tmp_path / "yolo" / "labels" / "train"
    assert (labels / "clips" / "a__0.txt").read_text().split()[:3] == ["0", "0.375", "0.625"]
    names = json.dumps(sorted(images))
    project.export("ground-truth", format="coco", output=tmp_path / "coco")
    document = json.loads((tmp_path / "coco" / "annotations.json").read_text())
    assert json.dumps(sorted(image["file_name"] for image in document["images"])) == names
