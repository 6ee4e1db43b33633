"""Gates of other tasks and protocols than COCO's boxes: maps, answers, VOC."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import BoxscoreError
from boxscore.project import Project
from tests.project.answered import add_guesses, project_of_answers
from tests.project.test_gate import checked


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def test_accuracy_has_a_margin(tmp_path: Path) -> None:
    """Its bounds by a slow reference: drawn pictures, the outermost of three kinds, wider."""
    colours, rng = "rgb" * 14, np.random.default_rng(2)
    names = {"r": "red", "g": "green", "b": "blue"}
    runs = [
        [(names[c] if rng.random() < share else "red", 0.9) for c in colours]
        for share in (0.9, 0.4)
    ]
    made = project_of_answers(tmp_path, colours, list(runs[0]))
    add_guesses(made, tmp_path, list(runs[1]), "worse")
    rules = "baseline: guesses\nrules:\n  - {metric: accuracy, margin: 0.01}\n"
    (check,) = checked(made, tmp_path, rules, "worse")["checks"]
    compared = made.compare("guesses", "worse")["pairs"][0]["metrics"]["accuracy"]
    assert (check["baseline"], check["value"]) == (compared["first"], compared["second"])
    titles = [int(title.split("-")[0]) for title in made.items["title"].tolist()]
    right = np.array([[g[0] == names[c] for g, c in zip(r, colours, strict=True)] for r in runs])
    change = (right[1].astype(float) - right[0])[titles]
    draw = np.random.default_rng(0)
    drawn = np.array([change[draw.integers(0, 42, 42)].mean() for _ in range(1000)])
    mean, normal = change.mean(), NormalDist()
    bias = normal.inv_cdf((drawn < mean).mean() + (drawn == mean).mean() / 2)
    ends = []
    for tail in (0.05, 0.95):
        z = normal.inv_cdf(tail)
        shares = (normal.cdf(2 * bias + z), tail)
        kinds = [*np.quantile(drawn, shares), mean + z * drawn.std()]
        outermost = min(kinds) if tail < 0.5 else max(kinds)
        ends.append(mean + (outermost - mean) * np.sqrt(1 + 20 / 42))
    ends[0] = min(ends[0], mean - (1 - 0.05 ** (1 / 42)) * right[0].mean())
    assert (check["low"], check["high"]) == pytest.approx(tuple(ends), abs=1e-9)
    assert check["status"] == "failed" and check["high"] < -0.01
    (same,) = checked(made, tmp_path, rules, "guesses")["checks"]
    assert (same["status"], same["low"], same["high"]) == ("passed", 0, 0)
    (few,) = checked(made, tmp_path, rules.replace("margin", "slice: class=red, margin"), "worse")[
        "checks"
    ]
    assert few["status"] == "unsure" and "too few images" in few["reason"]


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Maps of three classes, and two runs: one a pixel off, one five."""
    folder = tmp_path_factory.mktemp("maps")
    rng = np.random.default_rng(3)
    for name in ("masks", "good", "bad"):
        (folder / name).mkdir()
    (folder / "masks" / "classes.txt").write_text("road\nsky\ncar\n")
    for k in range(12):
        classes = np.zeros((30, 40), np.uint8)
        classes[:15] = 1
        y, x = rng.integers(0, 20, 2)
        classes[y : y + 8, x : x + 10] = 2
        for name, off in (("masks", 0), ("good", 1), ("bad", 5)):
            Image.fromarray(np.roll(classes, off, 1)).save(folder / name / f"m{k}.png")
    made = Project.import_project(folder / "masks", target=folder, name="maps")
    project = Project.open(made["path"])
    for name in ("good", "bad"):
        project.import_predictions(folder / name, name=name, format="masks")
    return project


def test_rules_name_a_task(maps: Project, tmp_path: Path) -> None:
    rules = "task: semantic\nbaseline: good\nrules:\n"
    rules += (
        "  - {metric: miou, largest_drop: 0.02}\n  - {metric: iou, class: car, at_least: 0.1}\n"
    )
    checks = checked(maps, tmp_path, rules, "bad")
    scores = [maps.evaluate(run, task="semantic") for run in ("good", "bad")]
    drop, car = checks["checks"]
    assert [drop["baseline"], drop["value"]] == [one["metrics"]["miou"] for one in scores]
    row = next(row for row in scores[1]["per_class"] if row["class"] == "car")
    assert (car["value"], car["objects"]) == (row["iou"], row["ground_truth"])
    assert (drop["status"], car["status"]) == ("failed", "passed")
    assert checks["task"] == "semantic"
    path = tmp_path / "first.yaml"
    maps.write_gate_rules(path, baseline="good", task="semantic")
    assert "\ntask: semantic\n" in path.read_text()
    assert maps.gate(path, run="good")["passed"] and not maps.gate(path, run="bad")["passed"]


@pytest.mark.parametrize(
    ("rule", "problem", "fix"),
    [
        ("metric: AP, at_least: 0", "no metric 'AP' here", "'miou'"),
        ("metric: miou, margin: 0.1", "no margin", "use largest_drop"),
        ("metric: broken, at_most: 1", "no metric 'broken'", "'dice'"),
        ("error: class, at_most: 1", "no metric 'cost'", "none"),
        ("metric: AP, size: small, at_least: 0", "no metric 'AP' of a size", "none"),
        ("metric: miou, slice: object.area=..9, at_least: 0", "names objects", "leave it out"),
    ],
)
def test_a_task_has_its_own_numbers(
    maps: Project, tmp_path: Path, rule: str, problem: str, fix: str
) -> None:
    with pytest.raises(BoxscoreError, match=problem) as refused:
        checked(maps, tmp_path, f"task: semantic\nbaseline: good\nrules:\n  - {{{rule}}}", "bad")
    assert fix in refused.value.fix


@pytest.mark.parametrize(
    ("head", "problem", "fix"),
    [
        ("task: semantik", "line 1: task 'semantik' is unknown", "'semantic'"),
        ("protocol: voc", "line 1: protocol 'voc' is unknown", "'voc07'"),
        ("task: tracking", "no track id", "--task"),
        ("protocol: tracking", "does not score task bbox", "it scores"),
    ],
)
def test_tasks_and_protocols_that_do_not_fit(
    project: Project, tmp_path: Path, head: str, problem: str, fix: str
) -> None:
    with pytest.raises(BoxscoreError, match=problem) as refused:
        checked(project, tmp_path, f"{head}\nrules:\n  - {{metric: AP, at_least: 0}}\n")
    assert fix in refused.value.fix


def test_rules_name_a_protocol(project: Project, tmp_path: Path) -> None:
    rules = "protocol: voc07\nbaseline: float32\nrules:\n"
    rules += "  - {metric: mAP, largest_drop: 0}\n  - {metric: AP, class: person, at_least: 0}\n"
    drop, person = checked(project, tmp_path, rules)["checks"]
    own = [project.evaluate(run, protocol="voc07") for run in ("float32", "int8")]
    assert [drop["baseline"], drop["value"]] == [one["metrics"]["mAP"] for one in own]
    row = next(row for row in own[1]["per_class"] if row["class"] == "person")
    assert person["value"] == row["ap"]
