"""Keypoints by name and what joins them, from each source that says so to OKS and exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest

import boxscore as bs
from boxscore.errors import RequestError, SourceError
from boxscore.evaluation.queries import ErrorQuery
from boxscore.matching.keypoints import COCO_NAMES
from boxscore.project import score_files
from boxscore.project.imports.sigmas import read_sigmas
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import Ontology, OntologyBuilder
from boxscore.schema.skeleton import Skeleton
from tests.cli.program import run

NAMES = ["nose", "tail <tip>", "left paw"]
POINTS = [[10, 10, 2], [30, 12, 2], [20, 40, 1]]


def coco(points: int = 3, **category: Any) -> dict[str, Any]:
    """One image with one object, whose category says what it is told to."""
    flat = [float(v) for k in range(points) for v in POINTS[k % 3]]
    record = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 40, 40], "area": 1600}
    return {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "cat"} | category],
        "annotations": [record | {"iscrowd": 0, "keypoints": flat, "num_keypoints": points}],
    }


def found(points: int = 3, off: float = 0.0) -> list[dict[str, Any]]:
    """One prediction; its second keypoint is so far to the right."""
    flat = [float(v) for k in range(points) for v in POINTS[k % 3]]
    flat[3] += off
    return [{"image_id": 1, "category_id": 1, "keypoints": flat, "score": 0.9}]


def project_of(tmp_path: Path, document: dict[str, Any], **how: Any) -> bs.Project:
    (tmp_path / "truth.json").write_text(json.dumps(document))
    made = bs.Project.import_project(tmp_path / "truth.json", target=tmp_path, name="p", **how)
    return bs.Project.open(made["path"])


def with_run(project: bs.Project, records: list[dict[str, Any]]) -> bs.Project:
    path = project.path.parent / "run.json"
    path.write_text(json.dumps(records))
    project.import_predictions(path, name="run")
    return project


def test_the_real_person_keeps_its_skeleton_through_the_store_and_an_export(
    shared_data: Path, tmp_path: Path
) -> None:
    file = shared_data / "coco_fake100" / "keypoints" / "gt_dataset.json"
    made = bs.Project.import_project(file, target=tmp_path, name="p")
    project = bs.Project.open(made["path"])
    (given,) = json.loads(file.read_text())["categories"]
    known = project.ontology.objects[0]
    assert known.skeleton.names == COCO_NAMES == tuple(given["keypoints"])
    assert [[a + 1, b + 1] for a, b in known.skeleton.edges] == given["skeleton"]
    card = project.overview()["classes"][0]
    assert (card["keypoints"], card["deviations"]) == (given["keypoints"], "coco")
    project.export("ground-truth", format="coco", output=tmp_path / "out")
    (again,) = json.loads((tmp_path / "out" / "annotations.json").read_text())["categories"]
    assert {k: again[k] for k in ("keypoints", "skeleton")} == {
        k: given[k] for k in ("keypoints", "skeleton")
    }


def test_edges_beyond_the_keypoints_are_left_and_told(shared_data: Path, tmp_path: Path) -> None:
    """CrowdPose names 14 keypoints and joins COCO's 17."""
    file = shared_data / "coco_fake100" / "cases" / "example_crowdpose_val.json"
    made = bs.Project.import_project(file, target=tmp_path, name="p")
    skeleton = bs.Project.open(made["path"]).ontology.objects[0].skeleton
    assert (skeleton.names[-1], skeleton.edges) == ("neck", ())
    (told,) = [w for w in made["warnings"] if w["code"] == "W-COCO-SKELETON"]
    assert "joins keypoints 16 and 14 of 1 to 14: dropped" in json.dumps(told)


@pytest.mark.parametrize(
    ("names", "edges", "kept"),
    [
        (NAMES, [[1, 2], [2, 3]], Skeleton(tuple(NAMES), ((0, 1), (1, 2)))),
        (NAMES, [[0, 1], [1, 2]], Skeleton(tuple(NAMES), ((0, 1), (1, 2)))),
        (None, [[1, 2]], Skeleton((), ((0, 1),))),
        (NAMES, None, Skeleton(tuple(NAMES), ())),
        (NAMES, [[1, 1]], Skeleton(tuple(NAMES), ())),
        (NAMES, [[1, 4]], Skeleton(tuple(NAMES), ())),
        (NAMES, [[1, 2.0]], Skeleton(tuple(NAMES), ())),
        (NAMES, [1, 2], Skeleton(tuple(NAMES), ())),
        (NAMES, {"a": 1}, Skeleton(tuple(NAMES), ())),
        ([1, 2, 3], [[1, 2]], Skeleton((), ((0, 1),))),
        ("nose", [[True, 2]], Skeleton()),
        ([], [], Skeleton()),
    ],
)
def test_what_a_category_says(tmp_path: Path, names: Any, edges: Any, kept: Skeleton) -> None:
    given = {"keypoints": names, "skeleton": edges}
    category = {key: value for key, value in given.items() if value is not None}
    project = project_of(tmp_path, coco(**category))
    assert project.ontology.objects[0].skeleton == kept


def test_annotations_with_other_keypoints_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(coco(2, keypoints=NAMES)))
    made = bs.Project.import_project(tmp_path / "t.json", target=tmp_path, name="p")
    (told,) = [w for w in made["warnings"] if w["code"] == "W-COCO-KEYPOINT-COUNT"]
    assert "do not have its 3 keypoints (nose, tail <tip>, left paw)" in json.dumps(told)


def test_an_ontology_keeps_them_in_its_own_form(tmp_path: Path) -> None:
    builder = OntologyBuilder()
    builder.object("cat", Shape.SKELETON, skeleton=Skeleton(tuple(NAMES), ((0, 1), (2, 1))))
    document = builder.build().to_json()
    assert Ontology.from_json(json.loads(json.dumps(document))) == builder.build()
    document["objects"][0] |= {"skeleton": [[0, 7]], "keypoints": {"x": 1}}
    assert Ontology.from_json(document).objects[0].skeleton == Skeleton(edges=((0, 7),))


def test_cvat_joins_points_in_its_drawing(tmp_path: Path) -> None:
    circles = "".join(
        f'<circle r="1" cx="{k}" data-type="element node" data-node-id="{k + 1}" '
        f'data-label-name="{escape(name)}"></circle>'
        for k, name in enumerate(NAMES)
    )
    lines = "".join(
        f'<line x1="1" data-type="edge" data-node-from="{a}" data-node-to="{b}"></line>'
        for a, b in ((1, 2), (3, 2), (3, 9))
    )
    labels = [f"<label><name>cat</name><svg>{escape(lines + circles)}</svg></label>"]
    labels += [f"<label><name>{escape(n)}</name><parent>cat</parent></label>" for n in NAMES]
    points = "".join(
        f'<points label="{escape(n)}" outside="0" occluded="0" points="{k},{k}"/>'
        for k, n in enumerate(NAMES)
    )
    (tmp_path / "annotations.xml").write_text(
        f"<annotations><meta><task><labels>{''.join(labels)}</labels></task></meta>"
        '<image id="0" name="a.png" width="20" height="10">'
        f'<skeleton label="cat">{points}</skeleton></image></annotations>'
    )
    made = bs.Project.import_project(tmp_path / "annotations.xml", target=tmp_path, name="p")
    known = bs.Project.open(made["path"]).ontology.objects[0]
    assert known.skeleton == Skeleton(tuple(NAMES), ((0, 1), (2, 1)))


def test_yolo_keeps_the_names(tmp_path: Path) -> None:
    project = project_of(tmp_path, coco(keypoints=NAMES, skeleton=[[1, 2]]))
    project.export("ground-truth", format="yolo", output=tmp_path / "out")
    assert "kpt_names:" in (tmp_path / "out" / "data.yaml").read_text()
    made = bs.Project.import_project(tmp_path / "out", target=tmp_path, name="q")
    assert bs.Project.open(made["path"]).ontology.objects[0].skeleton == Skeleton(tuple(NAMES))


def deviations(project: bs.Project) -> str:
    return str(project.overview()["classes"][0]["deviations"])


def test_coco_s_deviations_belong_to_coco_s_names(tmp_path: Path) -> None:
    """AP-10K's animals have 17 keypoints too."""
    spelled = [name.replace("_", " ").title() for name in COCO_NAMES]
    animal = ["L_Eye", "R_Eye", *(f"joint {k}" for k in range(15))]
    for k, (names, which) in enumerate(((spelled, "coco"), ([], "coco"), (animal, "equal"))):
        (tmp_path / str(k)).mkdir()
        project = with_run(project_of(tmp_path / str(k), coco(17, keypoints=names)), found(17))
        assert deviations(project) == which
        notes = project.evaluate("run")["notes"]
        if which == "equal":
            assert notes[0].startswith("OKS of cat: no deviations (sigmas) are given, so each of")
        else:
            assert bool(names) == (not notes)


def oks(off: float, sigmas: list[float]) -> float:
    """Of `found`, by COCO's formula: only the second keypoint is off."""
    spread = 2 * sigmas[1]
    return float(2 + np.exp(-((off / spread) ** 2) / 2 / 1600)) / 3


def test_sigmas_are_an_option(tmp_path: Path) -> None:
    given = [0.05, 0.025, 0.1]
    own = project_of(tmp_path, coco(keypoints=NAMES), sigmas={"cat": given})
    project = with_run(own, found(off=4))
    assert deviations(project) == "given" and project.evaluate("run")["notes"] == []
    objects = project.errors("run", ErrorQuery(iou=0.5, outcome="tp"))["objects"]
    assert objects[0]["partner"]["iou"] == pytest.approx(oks(4, given), abs=1e-12)
    assert objects[0]["reason"].endswith("; farthest off is tail <tip>, by 4 px")
    project.export("ground-truth", format="coco", output=tmp_path / "out")
    (again,) = json.loads((tmp_path / "out" / "annotations.json").read_text())["categories"]
    assert again["sigmas"] == given
    files = tmp_path / "truth.json", tmp_path / "run.json"
    alone = score_files(*files, sigmas=given)
    assert alone["metrics"]["AP"] == project.evaluate("run")["metrics"]["AP"]
    equal = score_files(*files)
    assert alone["notes"] == [] and "has 1/3" in equal["notes"][0]
    assert equal["metrics"]["AP"] > alone["metrics"]["AP"]


def test_sigmas_on_the_command_line(tmp_path: Path) -> None:
    for name, document in (("t", coco(keypoints=NAMES)), ("r", found(off=4))):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    (tmp_path / "s.json").write_text(json.dumps({"cat": [0.05, 0.025, 0.1]}))
    for sigmas in (".05,.025,.1", "s.json"):
        done = run("score", "t.json", "r.json", "--json", "--sigmas", sigmas, cwd=tmp_path)
        assert (done.code, json.loads(done.out)["notes"]) == (0, [])
    done = run("import", "project", "t.json", "-n", "p", "--sigmas", "1,2", cwd=tmp_path)
    assert done.code == 2 and "no class has so many keypoints" in done.err


@pytest.mark.parametrize(
    ("sigmas", "problem"),
    [
        ({"cat": [0.1, 0.2]}, "2 sigmas are given for class cat"),
        ({"dog": [0.1]}, "class dog does not exist"),
        ([0.1, 0.2, 0.0], "sigmas of all classes are"),
        ([0.1, 0.2, float("nan")], "sigmas of all classes are"),
        ({"cat": "abc"}, "sigmas of cat are"),
        ({"cat": [True, 1, 1]}, "sigmas of cat are"),
        ([], "sigmas of all classes are"),
    ],
)
def test_sigmas_that_are_none(tmp_path: Path, sigmas: Any, problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        project_of(tmp_path, coco(keypoints=NAMES), sigmas=sigmas)


def test_files_of_sigmas(tmp_path: Path) -> None:
    assert read_sigmas("0.5,1") == [0.5, 1.0]
    with pytest.raises(SourceError):
        read_sigmas(tmp_path / "none.json")
    (tmp_path / "s.json").write_text("[0.1, 0.2]")
    assert read_sigmas(tmp_path / "s.json") == [0.1, 0.2]
