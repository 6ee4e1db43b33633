"""Mask images: real maps, every layout, and what is wrong with a file."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.formats import ReadRequest, recognise
from boxscore.sources.pixel_maps import read_map
from tests.sources.mask_files import BASE, areas, read_masks, save

WANTED = {("a", "0"): 4, ("a", "1"): 4, ("a", "2"): 4}


@pytest.fixture(scope="module")
def semantic(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The class-index masks of COCO128's val half."""
    made = Project.import_project(
        shared_data / "coco128_val" / "semantic_segmentation",
        images=shared_data / "coco128_val" / "images" / "val2017",
        target=tmp_path_factory.mktemp("semantic"),
    )
    assert (made["format"], made["images"], made["classes"]) == ("masks", 128, 130)
    assert made["rejected"] == 0
    assert {w["code"]: w["count"] for w in made["warnings"]} == {"W-MASK-NO-MASK": 28}
    return Project.open(made["path"])


def test_real_masks_against_themselves_are_right_everywhere(
    shared_data: Path, semantic: Project
) -> None:
    masks = shared_data / "coco128_val" / "semantic_segmentation" / "masks"
    done = semantic.import_predictions(masks, name="same")
    assert done["images_with_predictions"] == 100 and done["rejected"] == 0
    metrics = semantic.evaluate("same", task="semantic")["metrics"]
    assert metrics["miou"] == metrics["pixel_accuracy"] == 1.0


def test_a_disturbed_copy_scores_what_numpy_counts(
    shared_data: Path, semantic: Project, tmp_path: Path
) -> None:
    source = shared_data / "coco128_val" / "semantic_segmentation" / "masks" / "val2017"
    table = np.zeros((256, 256), np.int64)
    for path in sorted(source.glob("*.png")):
        truth = np.asarray(Image.open(path))
        moved = np.roll(truth, (9, -14), axis=(0, 1))
        save(tmp_path / "moved" / path.name, moved)
        np.add.at(table, (truth.ravel(), moved.ravel()), 1)
    semantic.import_predictions(tmp_path / "moved", name="moved")
    metrics = semantic.evaluate("moved", task="semantic")["metrics"]
    right, truth, found = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    met = truth + found > 0
    iou = right[met] / (truth + found - right)[met]
    assert metrics["miou"] == pytest.approx(iou.mean(), abs=1e-12)
    assert metrics["pixel_accuracy"] == right.sum() / table.sum()
    weighted = (truth[met] * iou).sum() / truth.sum()
    assert metrics["frequency_weighted_iou"] == pytest.approx(weighted, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "sky\nroad\ncar\n"),
        ("classes.txt", "0: sky\n1: road\n2: car\n"),
        ("classes.json", '{"0": "sky", "1": "road", "2": "car"}'),
        ("classes.json", '{"sky": 0, "road": 1, "car": 2}'),
        ("mapping.json", '[{"id": 2, "name": "car"}, {"id": 1, "name": "road"}, '
         '{"id": 0, "name": "sky"}]'),
        ("config.yaml", "classes:\n  0: sky\n  1: road\n  2: car\n"),
        ("labelmap.txt", "# label:color\nsky:0,0,0::\nroad:9,0,0::\ncar:0,9,0::\n"),
    ],
)  # fmt: skip
def test_names_come_from_the_table_beside_the_masks(tmp_path: Path, name: str, text: str) -> None:
    save(tmp_path / "a.png", BASE)
    (tmp_path / name).write_text(text)
    raw, report = read_masks(tmp_path)
    assert areas(raw) == {("a", "sky"): 4, ("a", "road"): 4, ("a", "car"): 4}
    assert report.rejected == 0 and report.warnings == []


def test_255_is_void_and_0_with_255_alone_is_binary(tmp_path: Path) -> None:
    values = np.where(BASE == 2, 255, BASE).astype(np.uint8)
    save(tmp_path / "void" / "a.png", values)
    raw, report = read_masks(tmp_path / "void")
    assert areas(raw) == {("a", "0"): 4, ("a", "1"): 4}
    assert report.facts["N-MASK-VOID"][1] == 1
    save(tmp_path / "binary" / "a.png", np.where(BASE == 2, 255, 0).astype(np.uint8))
    raw, report = read_masks(tmp_path / "binary")
    assert areas(raw) == {("a", "background"): 8, ("a", "foreground"): 4}
    assert "N-MASK-BINARY" in report.facts


def test_cityscapes_instances_are_objects_and_what_has_no_number_is_a_crowd(tmp_path: Path) -> None:
    values = np.array([[7, 7, 26001, 26001], [7, 26, 26000, 24000]], np.uint16)
    fine = tmp_path / "gtFine" / "val" / "x"
    save(fine / "x_000001_gtFine_instanceIds.png", values)
    save(fine / "x_000001_gtFine_labelIds.png", BASE[:2])
    picture = np.zeros((2, 4, 3), np.uint8)
    save(tmp_path / "leftImg8bit" / "val" / "x" / "x_000001_leftImg8bit.png", picture)
    raw, report = read_masks(tmp_path)
    numbers = [raw.classes[c].number for c in raw.columns["class_ref"].tolist()]
    assert numbers == [7, 26, 24, 26, 26]
    assert raw.columns["crowd"].tolist() == [False, True, False, False, False]
    assert [i.split for i in raw.images] == ["val"]
    assert raw.images[0].path is not None and report.facts["N-MASK-OTHERS"][1] == 1


def test_one_object_per_file_with_its_class_in_the_name_or_the_folder(tmp_path: Path) -> None:
    known = ReadRequest(
        role="predictions", titles=("im_1.jpg", "im_2.jpg"), classes=((0, "cat"), (1, "big dog"))
    )
    inside = (BASE == 2).astype(np.uint8) * 255
    for name in ("im_1_cat_1", "im_1_cat_2", "im_2_big_dog"):
        save(tmp_path / "named" / f"{name}.png", inside)
    raw, _ = read_masks(tmp_path / "named", known)
    assert areas(raw) == {("im_1", "cat"): 8, ("im_2", "big dog"): 4}
    assert raw.rows == 3
    for name in ("cat/im_1_1", "cat/im_1_2", "big dog/im_1"):
        save(tmp_path / "filed" / f"{name}.png", BASE)
    raw, _ = read_masks(tmp_path / "filed", known)
    assert areas(raw) == {("im_1", "cat"): 16, ("im_1", "big dog"): 8}
    assert raw.rows == 6


def test_colours_are_read_by_their_table(tmp_path: Path) -> None:
    colours = np.array([[0, 0, 0], [128, 0, 0], [9, 9, 200]], np.uint8)
    save(tmp_path / "a.png", colours[BASE])
    (tmp_path / "labelmap.txt").write_text("sky:0,0,0::\ncar:128,0,0::\n")
    raw, report = read_masks(tmp_path)
    assert areas(raw) == {("a", "sky"): 4, ("a", "car"): 4}
    assert report.facts["W-MASK-VALUE"][1] == 1


def test_frames_of_a_video_are_named_after_two_underscores(tmp_path: Path) -> None:
    for name in ("clip.mp4__3", "clip.mp4__4", "still__7"):
        save(tmp_path / f"{name}.png", BASE)
    known = ReadRequest(role="predictions", titles=("clip.mp4", "still__7.jpg"))
    raw, _ = read_masks(tmp_path, known)
    assert [(i.key, i.frame) for i in raw.images] == [
        ("clip.mp4", 3), ("clip.mp4", 4), ("still__7", -1)
    ]  # fmt: skip


def made(tmp_path: Path) -> Project:
    """A project of two images, 4 x 3, with classes 0 to 2."""
    for name in "ab":
        save(tmp_path / "set" / "masks" / f"{name}.png", BASE)
        save(tmp_path / "set" / "images" / f"{name}.png", np.zeros((3, 4, 3), np.uint8))
    done = Project.import_project(tmp_path / "set", target=tmp_path, name="made", format="masks")
    assert done["images"] == 2 and done["warnings"] == []
    return Project.open(done["path"])


@pytest.mark.parametrize("shape", [(4, 3), (6, 8)])
def test_row_126_a_mask_of_another_size_is_rejected(tmp_path: Path, shape: tuple[int, int]) -> None:
    project = made(tmp_path)
    for k in range(2):
        save(tmp_path / "run" / f"{'ab'[k]}.png", BASE if k else np.resize(BASE, shape))
    with pytest.raises(SourceError, match=r"the mask has \d x \d pixels, its image 4 x 3"):
        project.import_predictions(tmp_path / "run", name="run")


def test_row_127_values_without_a_class_are_void_and_listed(tmp_path: Path) -> None:
    save(tmp_path / "a.png", BASE)
    (tmp_path / "classes.txt").write_text("sky\nroad\n")
    raw, report = read_masks(tmp_path)
    assert areas(raw) == {("a", "sky"): 4, ("a", "road"): 4}
    problem, count = report.facts["W-MASK-VALUE"]
    assert problem.endswith(": 2") and count == 1 and report.rejected == 0


@pytest.mark.parametrize("kind", ["P", "L", "I;16", "1", "grey RGB", "grey RGBA", "interlaced"])
def test_row_128_kinds_that_tell_their_values(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.png"
    if kind == "P":
        save(path, BASE, "P")
    elif kind == "I;16":
        save(path, BASE.astype(np.uint16))
    elif kind == "1":
        save(path, BASE > 0)
    elif kind.startswith("grey"):
        save(path, BASE, kind.split()[1])
    elif kind == "interlaced":
        path.write_bytes(interlaced())
    else:
        save(path, BASE)
    raw, report = read_masks(tmp_path)
    wanted = {("a", "0"): 4, ("a", "1"): 8} if kind == "1" else WANTED
    assert (areas(raw), report.rejected) == (wanted, 0)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("RGB", "E-MASK-COLOUR"), ("half clear", "E-MASK-ALPHA"), ("16-bit RGB", "E-MASK-KIND")],
)
def test_row_128_kinds_that_do_not_are_rejected(tmp_path: Path, kind: str, code: str) -> None:
    path = tmp_path / "a.png"
    colours = np.stack([BASE, BASE * 2, BASE], axis=2)
    if kind == "RGB":
        save(path, colours)
    elif kind == "half clear":
        save(path, np.concatenate([colours, BASE[:, :, None]], axis=2))
    else:
        path.write_bytes(png(16, 2, [bytes(24)] * 3))
    raw, report = read_masks(tmp_path)
    assert raw.rows == 0 and report.rejected_codes == {code: 1}


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_row_128_few_bits_of_grey_are_not_stretched(tmp_path: Path, depth: int) -> None:
    values = BASE % (1 << depth)
    bits = [f"{int(v):0{depth}b}" for v in values.ravel()]
    lines = ["".join(bits[k : k + 4]).ljust(-(-4 * depth // 8) * 8, "0") for k in (0, 4, 8)]
    rows = [int(line, 2).to_bytes(len(line) // 8, "big") for line in lines]
    (tmp_path / "a.png").write_bytes(png(depth, 0, rows))
    assert read_map(tmp_path / "a.png").values == tuple(np.unique(values).tolist())


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_row_129_jpeg_is_no_mask(tmp_path: Path, name: str) -> None:
    save(tmp_path / name, BASE, format="JPEG")
    if name == "a.png":
        raw, report = read_masks(tmp_path)
        assert raw.rows == 0 and report.rejected_codes == {"E-MASK-LOSSY": 1}
        return
    with pytest.raises(SourceError, match="no PNG masks") as refused:
        read_masks(tmp_path)
    assert "JPEG" in refused.value.fix


def test_row_130_a_mask_of_nothing_but_0_is_admitted(tmp_path: Path) -> None:
    project = made(tmp_path)
    for name in "ab":
        save(tmp_path / "run" / f"{name}.png", BASE * 0)
    done = project.import_predictions(tmp_path / "run", name="run")
    assert (done["predictions"], done["rejected"]) == (2, 0)
    metrics = project.evaluate("run", task="semantic")["metrics"]
    assert metrics["pixel_accuracy"] == 8 / 24
    assert metrics["miou"] == pytest.approx((8 / 24 + 0 + 0) / 3)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E-MASK-KIND"),
        (b"<html>", "E-MASK-KIND"),
        ("bomb", "E-IMAGE-PIXELS"),
        ("cut", "E-MASK-DAMAGED"),
        ("chunks", "E-MASK-DAMAGED"),
        ("noise", "E-MASK-VALUES"),
    ],
)
def test_files_that_are_damaged_or_hostile_are_rejected(
    tmp_path: Path, content: bytes | str, code: str
) -> None:
    path = tmp_path / "a.png"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "bomb":
        path.write_bytes(png(8, 0, [], width=30_000, height=30_000))
    elif content == "cut":
        save(path, np.random.default_rng(0).integers(0, 3, (99, 99)).astype(np.uint8))
        path.write_bytes(path.read_bytes()[:500])
    elif content == "chunks":
        bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 24)))
        path.write_bytes(png(8, 0, [bytes(4)] * 3, extra=bomb * 8))
    else:
        save(path, np.random.default_rng(0).integers(0, 256, (300, 300, 3)).astype(np.uint8))
    found = read_map(path)
    assert (found.code, found.masks) == (code, ())


def test_masks_are_recognised_and_photographs_are_not(tmp_path: Path) -> None:
    save(tmp_path / "masks" / "a.png", BASE)
    photograph = np.random.default_rng(0).integers(0, 256, (90, 90, 3)).astype(np.uint8)
    save(tmp_path / "pictures" / "a.png", photograph)
    assert [card.name for card, _ in recognise(tmp_path / "masks", "truth")] == ["masks"]
    assert recognise(tmp_path / "pictures", "truth") == []


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    save(tmp_path / "other" / "b.png", BASE)
    save(tmp_path / "set" / "a.png", BASE)
    (tmp_path / "set" / "b.png").symlink_to(tmp_path / "other" / "b.png")
    raw, _ = read_masks(tmp_path / "set")
    assert [image.key for image in raw.images] == ["a"]


@pytest.mark.parametrize("text", ['{"a": NaN}', "[" * 100_000, '{"classes": [', "\xff"])
def test_a_damaged_table_is_refused(tmp_path: Path, text: str) -> None:
    save(tmp_path / "a.png", BASE)
    (tmp_path / "classes.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(SourceError, match=r"JSON|UTF-8|deep"):
        read_masks(tmp_path)


def test_tables_of_odd_values_name_nothing(tmp_path: Path) -> None:
    save(tmp_path / "a.png", BASE)
    (tmp_path / "classes.json").write_text(json.dumps({"a": None, "b": [1], "-1": "c", "d": True}))
    raw, _ = read_masks(tmp_path)
    assert areas(raw) == WANTED


def chunk(name: bytes, content: bytes) -> bytes:
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def png(
    depth: int, kind: int, rows: list[bytes], *, width: int = 4, height: int = 3, extra: bytes = b""
) -> bytes:
    """A PNG of plain rows."""
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = chunk(b"IHDR", head) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def interlaced() -> bytes:
    """The base map in Adam7's seven passes."""
    starts = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
              (1, 0, 2, 1))  # fmt: skip
    passes = [BASE[y::dy, x::dx] for y, x, dy, dx in starts]
    lines = [b"\0" + row.tobytes() for some in passes if some.size for row in some]
    head = struct.pack(">IIBBBBB", 4, 3, 8, 0, 0, 0, 1)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(lines)))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


@pytest.mark.parametrize("place", [".", "masks"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docker-compose.yaml", "x-a: &a {restart: always}\nservices:\n  db: *a\n"),
        ("hyp.yaml", "lr0: 0.01\nepochs: 3\nwarmup_epochs: 1\n"),
        ("config.json", '{"epochs": 2, "batch": 1, "lr": 0.1}'),
    ],
)
def test_files_about_something_else_name_no_class(
    tmp_path: Path, place: str, name: str, text: str
) -> None:
    save(tmp_path / "masks" / "a.png", BASE)
    (tmp_path / place / name).write_text(text)
    raw, _ = read_masks(tmp_path / "masks")
    assert areas(raw) == {("a", "0"): 4, ("a", "1"): 4, ("a", "2"): 4}


def test_a_damaged_table_of_classes_is_told(tmp_path: Path) -> None:
    save(tmp_path / "masks" / "a.png", BASE)
    (tmp_path / "config.yaml").write_text("classes:\n  0: sky\n  0: road\n")
    with pytest.raises(SourceError, match="stands twice"):
        read_masks(tmp_path / "masks")
