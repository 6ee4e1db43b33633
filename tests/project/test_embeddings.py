"""Embeddings of a project: incremental, resumed after a kill, imported; what they tell."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from boxscore.errors import RequestError, SourceError
from boxscore.project import Project
from boxscore.project.embeddings.files import read_embeddings
from boxscore.project.pictures.reader import PixelReader
from boxscore.store.verify import verify

DEMO = Path(__file__).parents[2] / "src" / "boxscore" / "demo"
KEPT = 12


@pytest.fixture
def project(tmp_path: Path, demo_folder: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Twelve demo images and, in the other split, copies of four: embedded once."""
    pytest.importorskip("onnxruntime")
    folder = tmp_path_factory.mktemp("planted")
    truth = json.loads((DEMO / "annotations.json").read_text())
    images = sorted(truth["images"], key=lambda image: image["id"])[:KEPT]
    kept = {image["id"] for image in images}
    labels = _two_each(one for one in truth["annotations"] if one["image_id"] in kept)
    (folder / "images").mkdir()
    for image in images:
        shutil.copy(DEMO / "images" / image["file_name"], folder / "images")
        image["split"] = "train"
    changes = {"same": None, "small": _small, "jpeg": _jpeg, "mirror": PIL.ImageOps.mirror}
    predictions = []
    for number, (name, change) in enumerate(changes.items()):
        image = images[number]
        source = DEMO / "images" / image["file_name"]
        target = folder / "images" / f"{name}.jpg"
        with PIL.Image.open(source) as picture:
            size = _write(picture, source, target, change)
        new = {"id": 900_000_000 + number, "file_name": target.name, "split": "val"}
        images.append(new | {"width": size[0], "height": size[1]})
        box = {"bbox": [5, 5, 40, 30], "category_id": 1, "image_id": new["id"]}
        labels.append(box | {"id": 990_000_000 + number, "area": 1200, "iscrowd": 0})
        predictions.append(box | {"score": 0.9})
    document = {"images": images, "annotations": labels, "categories": truth["categories"]}
    (folder / "truth.json").write_text(json.dumps(document))
    (folder / "run.json").write_text(json.dumps(predictions))
    made = Project.import_project(folder / "truth.json", images=folder / "images", target=folder)
    project = Project.open(made["path"])
    project.import_predictions(folder / "run.json", name="run")
    project.embed(of=["images"], maps=False)
    return project


def _two_each(labels: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two labels an image are enough, and quicker."""
    seen: Counter[int] = Counter()
    kept = []
    for label in labels:
        seen[label["image_id"]] += 1
        if seen[label["image_id"]] <= 2:
            kept.append(label)
    return kept


def _small(picture: PIL.Image.Image) -> PIL.Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2))


def _jpeg(picture: PIL.Image.Image) -> PIL.Image.Image:
    return picture


def _write(picture: PIL.Image.Image, source: Path, target: Path, change: Any) -> tuple[int, int]:
    if change is None:
        shutil.copy(source, target)
        return picture.size
    changed: PIL.Image.Image = change(picture.convert("RGB"))
    changed.save(target, quality=40)
    return changed.size


def decoded(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> list[int]:
    """Rows of the images that are decoded from now on."""
    rows: list[int] = []
    real = PixelReader.picture

    def picture(self: PixelReader, row: int, least: int | None = None) -> Any:
        if stop_after is not None and len(rows) >= stop_after:
            raise KeyboardInterrupt
        rows.append(row)
        return real(self, row, least)

    monkeypatch.setattr(PixelReader, "picture", picture)
    return rows


def test_a_stopped_pass_goes_on_where_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr("boxscore.project.embeddings.making.ROUND", 8)
    monkeypatch.setattr("boxscore.project.embeddings.making.PUBLISH_SECONDS", 0.0)
    with monkeypatch.context() as stopping:
        decoded(stopping, stop_after=20)
        with pytest.raises(KeyboardInterrupt):
            project.embed(of=["images"], maps=False, workers=1)
    assert project.embedding_state()["parts"][0]["embedded"] == 16
    rows = decoded(monkeypatch)
    done = Project.open(project.path).embed(of=["images"], maps=False)
    assert sorted(rows) == list(range(16, 41)) and done["embedded"] == 25
    vectors = Project.open(project.path).embeddings()
    assert vectors.shape == (41, 1280) and np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert Project.open(project.path).embed(of=["images"], maps=False)["embedded"] == 0
    assert len(rows) == 25 and verify(project.path).problems == []


def test_one_or_two_threads_make_the_same(planted: Project, tmp_path: Path) -> None:
    before = planted.embeddings()
    (tmp_path / "other").mkdir()
    shutil.copytree(planted.path, tmp_path / "other" / "project")
    other = Project.open(tmp_path / "other" / "project")
    other.embed(of=["images"], normalisation="lite", output="logits", workers=1, maps=False)
    assert other.embeddings().shape == (16, 1000)
    other.embed(of=["images"], workers=1, maps=False)
    assert np.array_equal(other.embeddings(), before)


def test_images_are_the_same_whether_or_not_objects_are_asked_for(
    planted: Project, tmp_path: Path
) -> None:
    shutil.copytree(planted.path, tmp_path / "project")
    other = Project.open(tmp_path / "project")
    other.embed(of=["images"], normalisation="unit", maps=False)
    alone = other.embeddings()
    fresh = shutil.copytree(planted.path, tmp_path / "again")
    both = Project.open(fresh)
    both.embed(normalisation="unit", maps=False)
    assert np.array_equal(both.embeddings(), alone)
    assert both.embeddings(of="objects").shape == (planted.ground_truth.rows, 1280)


def test_planted_copies_are_found_and_nothing_else(planted: Project) -> None:
    found = planted.duplicates()
    pairs = {pair["second"]["title"]: pair for pair in found["pairs"]}
    assert sorted(pairs) == ["jpeg.jpg", "mirror.jpg", "same.jpg", "small.jpg"]
    titles = planted.items["title"].tolist()
    order = [pairs[f"{name}.jpg"]["first"]["title"] for name in ("same", "small", "jpeg", "mirror")]
    assert order == titles[:4]
    assert pairs["same.jpg"]["exact"] and pairs["same.jpg"]["cosine"] > 0.999
    assert pairs["mirror.jpg"]["mirrored"] and pairs["mirror.jpg"]["bits"] <= 13
    assert found["exact"] == 1 and found["near"] == 3 and found["across_splits"] == 4
    assert found["leaked_images"] == 8 and found["splits"] == ["train", "val"]
    assert all(pair["cosine"] < 0.85 for pair in found["closest"])


def test_pixels_confirm_what_vectors_of_others_say(planted: Project, tmp_path: Path) -> None:
    """Copies have the vector of their original; so has one that shows something else."""
    shutil.copytree(planted.path, tmp_path / "project")
    other = Project.open(tmp_path / "project")
    vectors = np.random.default_rng(0).normal(size=(16, 8))
    vectors[12:] = vectors[:4]  # same, small, jpeg, mirror
    vectors[11] = vectors[5]
    np.save(tmp_path / "own.npy", vectors)
    other.import_embeddings(tmp_path / "own.npy")
    found = other.duplicates(cosine=0.999)
    assert [pair["second"]["row"] for pair in found["pairs"] if pair["exact"]] == [12]
    assert sorted(pair["second"]["row"] for pair in found["pairs"]) == [12, 13, 14, 15]
    assert all(pair["bits"] <= 9 for pair in found["pairs"])
    assert (found["near"], found["unconfirmed"], found["denied"]) == (3, 0, 1)
    assert found["notes"] == [
        "pairs that own.npy finds alike, but not counted, as their pixels differ: 1"
    ]
    assert other.evaluate("run", where="leaked=yes:0.999")["images"] == 8
    assert other.import_embeddings(tmp_path / "own.npy")["rows"] == 16
    assert other.duplicates(cosine=0.999) == found


def test_without_pixels_vectors_of_others_stand_alone(planted: Project, tmp_path: Path) -> None:
    shutil.copytree(planted.path, tmp_path / "project")
    other = Project.open(tmp_path / "project")
    for row in (5, 11):
        (other.path / other.items["file"][row]).write_bytes(b"no picture")
    vectors = np.random.default_rng(0).normal(size=(16, 8))
    vectors[11] = vectors[5]
    np.save(tmp_path / "own.npy", vectors)
    other.import_embeddings(tmp_path / "own.npy")
    found = other.duplicates(cosine=0.999)
    pairs = {(p["first"]["row"], p["second"]["row"]): p for p in found["pairs"]}
    assert pairs[5, 11]["bits"] is None and found["unconfirmed"] == 1
    assert "rest on own.npy alone" in found["notes"][0]


def test_leakage_scores_both_parts_as_a_list_of_images_does(planted: Project) -> None:
    told = planted.leakage("run")
    parts = {part["split"]: part for part in told["parts"]}
    assert parts["val"]["leaked"]["images"] == 4 and parts["val"]["clean"]["images"] == 0
    assert parts["val"]["clean"]["metrics"] is None
    assert parts["val"]["leaked"]["metrics"]["AP"] == pytest.approx(1.0)
    titles = planted.items["title"].tolist()
    listed = planted.evaluate("run", where=[*titles[:4], *titles[-4:]])["metrics"]
    assert parts[None]["leaked"]["metrics"] == listed
    assert planted.evaluate("run", where="leaked=yes,split=val")["images"] == 4


def test_like_images_come_first_and_make_slices(planted: Project) -> None:
    titles = planted.items["title"].tolist()
    told = planted.neighbours(titles[0], k=3)
    assert told["neighbours"][0]["title"] == "same.jpg" and len(told["neighbours"]) == 3
    cosines = [one["cosine"] for one in told["neighbours"]]
    assert cosines == sorted(cosines, reverse=True)
    assert planted.evaluate("run", where=f"similar={titles[0]}:3")["images"] == 4
    sizes = [planted.evaluate("run", where=f"cluster={n}/3")["images"] for n in (1, 2, 3)]
    assert sum(sizes) == 16 and sizes == sorted(sizes, reverse=True)
    assert planted.evaluate("run", where="item=0..2+15")["images"] == 4
    for wrong in ("cluster=9/3", "cluster=x", "similar=nothing:3", "leaked=maybe", "leaked=yes:2",
                  "item=3..1", "item=99", "item=a"):  # fmt: skip
        with pytest.raises(RequestError):
            planted.evaluate("run", where=wrong)


def test_metrics_read_embeddings_where_there_are_some(planted: Project, project: Project) -> None:
    values = planted.metric_values("Image Singularity")
    near = planted.duplicates()["pairs"]
    copy = next(pair for pair in near if pair["exact"])
    assert values[copy["second"]["row"]] == pytest.approx(0, abs=1e-3) and (values >= 0).all()
    assert sorted(planted.metric_values("Image Diversity").tolist()) == list(range(1, 17))
    assert np.isnan(planted.metric_values("Object Annotation Quality")).all()
    assert np.isnan(project.metric_values("Image Singularity")).all()
    assert project.metric("Image Singularity", pixels=False)["missing"] == 41


OWN = """
from boxscore.quality import metric

@metric("First number", reads="embeddings")
def first(embeddings):
    return embeddings.images[:, 0]

@metric("Of objects", on="object", reads="embeddings", roles=("ground_truth",))
def of_objects(embeddings):
    return embeddings.objects[:, 0] * 0 + len(embeddings.items["title"])
"""


def test_metrics_of_ones_own_read_embeddings(project: Project, tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(41, 3))
    np.save(tmp_path / "own.npy", vectors)
    project.import_embeddings(tmp_path / "own.npy")
    (tmp_path / "own.py").write_text(OWN)
    done = project.add_metrics(tmp_path / "own.py")
    assert done["failures"] == [] and done["computed"] == 41
    values = project.metric_values("First number")
    assert np.array_equal(values, project.embeddings()[:, 0].astype(np.float64))
    assert np.isnan(project.metric_values("Of objects")).all()  # no object is embedded


@pytest.mark.parametrize("form", ["npy", "npz", "parquet"])
def test_embeddings_made_elsewhere(project: Project, tmp_path: Path, form: str) -> None:
    titles = project.items["title"].tolist()
    random = np.random.default_rng(0)
    vectors = random.normal(size=(41, 8)).astype(np.float32)
    order = np.arange(41) if form == "npy" else random.permutation(41)
    file = _written(tmp_path / f"own.{form}", vectors[order], [titles[k] for k in order])
    told = project.import_embeddings(file)
    assert told["rows"] == 41 and told["without"] == 0 and told["dimensions"] == 8
    own = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert np.abs(project.embeddings() - own).max() < 1e-6
    near = project.neighbours(titles[3], k=1)["neighbours"][0]
    cosines = own @ own[3]
    cosines[3] = -1
    assert near["row"] == int(cosines.argmax())
    assert project.import_embeddings(file)["rows"] == 41  # again: nothing changes
    labels = project.ground_truth.rows
    np.save(tmp_path / "objects.npy", random.normal(size=(labels, 4)))
    project.import_embeddings(tmp_path / "objects.npy", of="objects")
    assert project.map("objects", run="int8")["count"] == labels
    assert not np.isnan(project.metric_values("Object Annotation Quality")).any()


def _written(file: Path, vectors: Any, titles: list[str]) -> Path:
    if file.suffix == ".npy":
        np.save(file, vectors)
    elif file.suffix == ".npz":
        np.savez(file, embeddings=vectors, ids=np.array(titles))
    else:
        import duckdb

        rows = list(zip(titles, vectors.tolist(), strict=True))
        with duckdb.connect() as db:
            db.execute("CREATE TABLE t (file_name VARCHAR, embedding FLOAT[])")
            db.executemany("INSERT INTO t VALUES (?, ?)", rows)
            db.execute("COPY t TO '" + str(file) + "' (FORMAT parquet)")
    return file


def test_rows_that_do_not_fit_are_refused(project: Project, tmp_path: Path) -> None:
    titles = project.items["title"].tolist()
    good = np.ones((41, 4), np.float32)
    bad = good.copy()
    bad[7, 2] = np.nan
    zero = good.copy()
    zero[5] = 0
    cases: dict[str, tuple[Any, dict[str, Any]]] = {
        "40 rows for 41": (good[:40], {}),
        "row 7": (bad, {}),
        "row 5": (zero, {}),
        "not rows of numbers": (np.ones(41), {}),
        "of nothing in the project": (good[:2], {"ids": ["nobody.jpg", titles[0]]}),
        "first row 1": (good[:2], {"ids": [titles[0], titles[0]]}),
        "2 names for 3 rows": (good[:3], {"ids": titles[:2]}),
    }
    for message, (vectors, names) in cases.items():
        file = tmp_path / ("rows.npz" if names else "rows.npy")
        if names:
            np.savez(file, embeddings=vectors, ids=np.array(names["ids"]))
        else:
            np.save(file, vectors)
        with pytest.raises(SourceError, match=message):
            project.import_embeddings(file)
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(SourceError, match="E-EMBED-ROWS"):
        project.import_embeddings(tmp_path / "objects.npy")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 and nothing")
    with pytest.raises(SourceError, match="E-EMBED-ROWS"):
        project.import_embeddings(tmp_path / "rows.parquet")
    with pytest.raises(RequestError, match="E-EMBED-NONE"):
        project.embeddings()


def test_questions_without_embeddings_say_what_to_run(project: Project) -> None:
    for ask in (project.map, project.embeddings, lambda: project.neighbours(annotation=0)):
        with pytest.raises(RequestError, match="boxscore embed"):
            ask()
    told = project.duplicates()
    assert told["near"] == 0 and told["model"] is None and "embed" in told["notes"][0]


def test_maps_tell_what_a_run_found(planted: Project, tmp_path: Path) -> None:
    told = planted.map("images", method="pca", run="run")
    assert told["count"] == 16 and told["method"] == "pca" and told["model"] == "EfficientNet-Lite0"
    assert told["f1"][-4:] == [1.0] * 4 and set(told["f1"][:12]) == {0.0}
    assert told == planted.map("images", method="pca", run="run")
    pytest.importorskip("openTSNE")
    shutil.copytree(planted.path, tmp_path / "project")
    other = Project.open(tmp_path / "project")
    laid = other.map("images", method="tsne")
    again = Project.open(other.path).map("images")
    assert again["method"] == "tsne" and again["x"] == laid["x"]


def test_broken_pictures_are_counted_and_have_no_embedding(project: Project) -> None:
    pytest.importorskip("onnxruntime")
    items = project.items
    (project.path / items["file"][3]).write_bytes(b"no picture")
    (project.path / items["file"][4]).unlink()
    done = project.embed(of=["images", "objects"], maps=False)
    assert [(row["metric"], row["count"]) for row in done["failures"]] == [("pixels", 2)]
    undefined = np.isnan(project.embeddings()).any(axis=1)
    assert np.flatnonzero(undefined).tolist() == [3, 4]
    assert project.map("images")["count"] == 39


def test_numbers_beyond_single_precision_keep_their_direction(tmp_path: Path) -> None:
    rows = np.random.default_rng(1).normal(size=(6, 8))
    scales = np.array([1, 1e-300, 1e-40, 1e40, 1e300, 1e-20])[:, None]
    np.save(tmp_path / "far.npy", rows * scales)
    found = read_embeddings(tmp_path / "far.npy").vectors.astype(np.float64)
    cosine = (found * rows).sum(axis=1) / np.sqrt((found**2).sum(axis=1) * (rows**2).sum(axis=1))
    assert cosine == pytest.approx(np.ones(6), abs=1e-6)
    assert (found[0] == rows[0].astype(np.float32)).all()
    (tmp_path / "text.npy").write_text("hello")
    with pytest.raises(SourceError, match="does not begin as an npy file") as refused:
        read_embeddings(tmp_path / "text.npy")
    assert "pickle" not in str(refused.value)
