"""The commands and routes of embeddings, as their users see them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.cli import run as program
from boxscore.project import Project
from tests.api.asking import answers, responses
from tests.cli.program import Done
from tests.planted_copy import demo_with_a_copy


class Ask:
    """The program in this process, on one project."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *arguments: str | Path) -> Done:
        code = program([*map(str, arguments), "-t", str(self.folder)])
        said = self.capsys.readouterr()
        return Done(code, said.out, said.err)


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    return Ask(folder, capsys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with embeddings made elsewhere; two images of different splits are the same.

    Two others have one vector, but are not alike to look at.
    """
    target = tmp_path_factory.mktemp("embeddings")
    project, other = demo_with_a_copy(target)
    items = project.items
    vectors = np.random.default_rng(0).normal(size=(41, 8))
    vectors[other] = vectors[0]
    vectors[40] = vectors[20]
    np.savez(target / "own.npz", embeddings=vectors, ids=items["title"].astype(str))
    labels = np.random.default_rng(1).normal(size=(421, 8))
    np.save(target / "labels.npy", labels)
    for file, of in (("own.npz", "images"), ("labels.npy", "objects")):
        arguments = ["embeddings", "import", str(target / file), "--of", of]
        assert program([*arguments, "-t", str(target / "demo")]) == 0
    return target / "demo"


def test_what_is_embedded_is_listed(folder: Path, ask: Ask) -> None:
    listed = ask("embeddings", "list")
    assert "own.npz" in listed.out and "predictions of int8" in listed.out
    state = ask("embeddings", "list", "--json").json
    assert state == Project.open(folder).embedding_state()
    assert [part["embedded"] for part in state["parts"]] == [41, 421, 0, 0]


def test_similar_duplicates_and_leakage(folder: Path, ask: Ask) -> None:
    project = Project.open(folder)
    title = project.items["title"][0]
    near = ask("similar", title, "-k", "3", "--json").json
    assert near == project.neighbours(title, k=3)
    assert near["neighbours"][0]["cosine"] == pytest.approx(1)
    assert len(ask("similar", "--annotation", "0").out.splitlines()) == 11
    told = ask("duplicates", "--cosine", "0.999")
    assert told.out.startswith("0 exact and 1 near duplicates, 1 across splits")
    assert title in told.out
    assert "own.npz finds alike, but not counted, as their pixels differ: 1" in told.err
    leak = ask("leakage", "int8", "--cosine", "0.999")
    assert leak.out.startswith("2 of 41 images are in two splits") and "AP50" in leak.out
    assert ask("similar").code == 2 and ask("similar", "x.jpg").code == 2
    assert ask("duplicates", "--cosine", "7").code == 2


def test_the_map_is_printed_as_a_table(folder: Path, ask: Ask) -> None:
    rows = ask("embeddings", "map").out.splitlines()
    assert rows[0] == "row,item,title,group,x,y" and len(rows) == 42
    whole = ask("embeddings", "map", "--of", "objects", "--run", "int8", "--json").json
    assert whole["count"] == 421 and set(whole["outcome"]) <= {0, 1, 2}


def test_slices_by_likeness_are_for_every_command(folder: Path, ask: Ask) -> None:
    title = Project.open(folder).items["title"][0]
    for where, images in ((f"similar={title}:4", 5), ("leaked=yes:0.999", 2), ("item=0..9", 10)):
        done = ask("evaluate", "int8", "--slice", where, "--json")
        assert done.json["images"] == images


def test_a_model_that_is_none_is_refused(folder: Path, ask: Ask) -> None:
    pytest.importorskip("onnxruntime")
    (folder / "model.onnx").write_bytes(b"no model")
    done = ask("embed", "--model", folder / "model.onnx")
    assert done.code == 2 and "E-EMBED-FILE" in done.err


def test_routes_answer_as_the_project_does(folder: Path) -> None:
    project = Project.open(folder)
    title = project.items["title"][0]
    state, pairs, near, leak, objects, images, places = answers(
        project,
        [
            "/api/v1/embeddings",
            "/api/v1/duplicates?cosine=0.999",
            f"/api/v1/similar?item={title}&k=4",
            "/api/v1/runs/int8/leakage",
            "/api/v1/map?of=objects&run=int8",
            "/api/v1/map?slice=split=val",
            "/api/v1/places?of=objects&rows=3&rows=5",
        ],
    )
    assert state == project.embedding_state() and pairs == project.duplicates(
        cosine=0.999, limit=50
    )
    assert [n["title"] for n in near["neighbours"]] == [
        n["title"] for n in project.neighbours(title, k=4)["neighbours"]
    ]
    assert leak == project.leakage("int8") and objects == project.map("objects", run="int8")
    assert images["count"] == (project.items["split"] == "val").sum()
    assert [p["row"] for p in places["places"]] == [3, 5]
    for path in ("/api/v1/places?of=images&rows=41", "/api/v1/similar?k=3",
                 "/api/v1/map?of=frames", "/api/v1/map?slice=cluster=99"):  # fmt: skip
        assert 400 <= responses(project, [path])[0].status_code < 500
