"""Searching a project by text: the plain dot product, its refusals, on the command line and API."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.api import job_child
from boxscore.cli import run as program
from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.project.pictures.reader import PixelReader
from tests.api.asking import answers, responses
from tests.quality.tiny_models import library, open_clip_folder, timm_folder

pytestmark = pytest.mark.filterwarnings("ignore")
TEXT = "a dog on a sofa"
DEMO = Path(__file__).parents[2] / "src" / "boxscore" / "demo"
KEPT = 12


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return open_clip_folder(tmp_path_factory.mktemp("models") / "clip")


def small_demo(folder: Path) -> Project:
    """Some images of the demo, two labels each, and a run."""
    truth = json.loads((DEMO / "annotations.json").read_text())
    images = sorted(truth["images"], key=lambda image: image["id"])[:KEPT]
    for number, image in enumerate(images):
        image["split"] = "val" if number % 3 else "train"
    kept = {image["id"]: 0 for image in images}
    labels = []
    for label in truth["annotations"]:
        if label["image_id"] in kept and kept[label["image_id"]] < 2:
            kept[label["image_id"]] += 1
            labels.append(label)
    document = truth | {"images": images, "annotations": labels}
    (folder / "truth.json").write_text(json.dumps(document))
    predictions = [
        {"image_id": label["image_id"], "category_id": label["category_id"],
         "bbox": label["bbox"], "score": 0.5}
        for label in labels[:5]
    ]  # fmt: skip
    (folder / "run.json").write_text(json.dumps(predictions))
    made = Project.import_project(
        folder / "truth.json", images=DEMO / "images", target=folder / "project"
    )
    found = Project.open(made["path"])
    found.import_predictions(folder / "run.json", name="run")
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, model: str) -> Project:
    """The same, embedded by a tiny text-image model with random weights."""
    found = small_demo(tmp_path_factory.mktemp("text"))
    done = found.embed(runs=["run"], model=model, device="cpu", maps=False)
    assert done["failures"] == [] and done["model"] == "open_clip:clip" and done["device"] == "cpu"
    return found


@pytest.fixture(scope="module")
def expected(project: Project, model: str) -> tuple[Any, Any]:
    """Image vectors and that of the text, by open_clip alone."""
    open_clip, torch = library("open_clip"), import_module("torch")
    name = model.removeprefix("open_clip:")
    network, transform = open_clip.create_model_from_pretrained(name)
    with PixelReader(project.path, project.items) as reader, torch.inference_mode():
        pictures = [transform(reader.picture(row)[0])[None] for row in range(KEPT)]
        images = np.concatenate([network.eval().encode_image(one).numpy() for one in pictures])
        text = network.encode_text(open_clip.get_tokenizer(name)([TEXT])).numpy()[0]
    return images / np.linalg.norm(images, axis=1, keepdims=True), text / np.linalg.norm(text)


def test_what_is_stored_is_what_open_clip_says(project: Project, expected: tuple[Any, Any]) -> None:
    """Up to half precision, in which vectors are kept: 2^-11 of each number at most."""
    images, _ = expected
    assert np.abs(project.embeddings() - images).max() < 2**-11
    assert project.embeddings(of="objects").shape == (project.ground_truth.rows, 24)


def test_the_ranking_is_that_of_the_plain_dot_product(
    project: Project, expected: tuple[Any, Any]
) -> None:
    images, text = expected
    found = project.search(TEXT, top=KEPT)
    rows = [place["row"] for place in found["places"]]
    cosines = np.array([place["cosine"] for place in found["places"]])
    stored = project.embeddings() @ text.astype(np.float32)
    assert rows == np.argsort(-stored, kind="stable").tolist() and found["searched"] == KEPT
    assert np.abs(cosines - (images @ text)[rows]).max() < 1e-3
    assert (np.diff(cosines) <= 0).all()
    assert [p["row"] for p in project.search(TEXT, top=5)["places"]] == rows[:5]


def test_objects_and_predictions_are_searched(project: Project) -> None:
    for run in (None, "run"):
        found = project.search(TEXT, of="objects", run=run, top=3)
        vectors = project.embeddings(of="objects", run=run)
        assert found["searched"] == int(np.isfinite(vectors[:, 0]).sum())
        assert all(place["box"] and place["class_name"] for place in found["places"])


def test_a_slice_narrows_the_search(project: Project) -> None:
    for of in ("images", "objects"):
        found = project.search(TEXT, of=of, where="split=val", top=1000)
        assert {place["split"] for place in found["places"]} == {"val"}
        assert len(found["places"]) == found["searched"] > 0
    small = project.search(TEXT, of="objects", where="object.area=..20000", top=1000)["places"]
    assert 0 < len(small) < project.ground_truth.rows
    assert {p["row"] for p in small} == set(
        project.map("objects", method="pca", where="object.area=..20000")["row"]
    )
    with pytest.raises(RequestError, match="E-SLICE-OBJECT"):
        project.search(TEXT, where="object.area=..20000")


def test_what_cannot_be_searched_says_what_to_do(project: Project, tmp_path: Path) -> None:
    shutil.copytree(project.path, tmp_path / "project")
    other = Project.open(tmp_path / "project")
    np.save(tmp_path / "own.npy", np.eye(KEPT))
    other.import_embeddings(tmp_path / "own.npy")
    with pytest.raises(RequestError, match=r"own.npy, which knows no text"):
        other.search("dog")
    other.embed(of=["images"], model=timm_folder(tmp_path / "vit"), device="cpu", maps=False)
    with pytest.raises(RequestError, match=r"boxscore embed --model open_clip") as refused:
        other.search("dog")
    assert refused.value.code == "E-SEARCH-MODEL"
    assert [part["knows_text"] for part in other.embedding_state()["parts"]] == [False, True, True]
    for wrong in ({"text": " "}, {"text": "x" * 2000}, {"text": "x", "top": 0},
                  {"text": "x", "of": "frames"}, {"text": "x", "run": "run"}):  # fmt: skip
        with pytest.raises(RequestError, match="E-QUERY"):
            project.search(**wrong)


def test_the_app_embeds_what_is_not_and_leaves_the_rest(model: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    project = small_demo(tmp_path)
    project.embed(of=["images"], model=model, device="cpu", maps=False)
    done = job_child.embed({"project": str(project.path)}, tmp_path)["embedded"]
    assert done["model"] == "EfficientNet-Lite0" and done["embedded"] == project.ground_truth.rows
    images, objects, _ = Project.open(project.path).embedding_state()["parts"]
    assert images["knows_text"] and objects["model"] == "EfficientNet-Lite0"


def test_a_model_that_moved_or_changed(project: Project, model: str, tmp_path: Path) -> None:
    folder = Path(model.removeprefix("open_clip:local-dir:"))
    shutil.copytree(folder, tmp_path / "moved")
    moved = f"open_clip:local-dir:{tmp_path / 'moved'}"
    assert project.search(TEXT, model=moved) == project.search(TEXT)
    other = open_clip_folder(tmp_path / "other", seed=1)
    with pytest.raises(RequestError, match="E-SEARCH-CHANGED"):
        project.search(TEXT, model=other)
    with pytest.raises(RequestError, match="E-EMBED-WEIGHTS"):
        project.search(TEXT, model=f"open_clip:local-dir:{tmp_path / 'nowhere'}")
    with pytest.raises(RequestError, match="E-SEARCH-MODEL"):
        project.search(TEXT, model="timm:resnet18")


def test_the_command_and_the_route(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert program(["search", TEXT, "--top", "3", "--json", "-t", str(project.path)]) == 0
    assert json.loads(capsys.readouterr().out) == project.search(TEXT, top=3)
    assert program(["search", TEXT, "--objects", "--top", "3", "-t", str(project.path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    images, state, objects = answers(
        project,
        [
            f"/api/v1/search?text={TEXT}&top=3",
            "/api/v1/embeddings",
            f"/api/v1/search?text={TEXT}&of=objects&slice=split=val",
        ],
    )
    assert [p["row"] for p in images["places"]] == [
        p["row"] for p in project.search(TEXT, top=3)["places"]
    ]
    assert state["parts"][0]["knows_text"] and state == project.embedding_state()
    assert {p["split"] for p in objects["places"]} == {"val"} and len(objects["places"]) > 3
    refused = responses(project, ["/api/v1/search?text=", "/api/v1/search?text=x&of=frames"])
    assert [400 <= one.status_code < 500 for one in refused] == [True, True]
