"""`confusion`, `calibration`, `curves`, `lrp`, slices and intervals, as their users see them."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxscore.project import Project
from tests.cli.program import run
from tests.project.answered import project_of_answers

SLICED = ("evaluate", "errors", "confusion", "calibration", "curves", "lrp")


@pytest.mark.parametrize("name", ["confusion", "calibration", "lrp"])
def test_json_is_what_the_sdk_says(demo_folder: Path, name: str) -> None:
    document = run(name, "float32", "--iou", "0.6", "--json", cwd=demo_folder).json
    assert document == getattr(Project.open(demo_folder), name)("float32", iou=0.6)


def test_confused_pairs_are_printed_most_frequent_first(demo_folder: Path) -> None:
    shown = run("confusion", "float32", cwd=demo_folder).out.splitlines()
    document = run("confusion", "float32", "--json", cwd=demo_folder).json
    assert shown[0].split() == ["labelled", "predicted", "count"]
    first = document["pairs"][0]
    assert shown[1].split() == [
        first["labelled_name"], first["predicted_name"], str(first["count"]),
    ]  # fmt: skip
    counts = run("evaluate", "float32", "--json", cwd=demo_folder).json["counts"]
    matrix = document["matrix"]
    assert sum(matrix[k][k] for k in range(len(matrix))) == counts["tp"]
    assert sum(map(sum, matrix)) <= counts["tp"] + counts["fp"] + counts["fn"]
    assert f"confidence {counts['confidence']:.3f}" in shown[-1]


def test_a_small_matrix_is_printed_whole(tmp_path: Path) -> None:
    project_of_answers(tmp_path, "rggb", [("red", 0.9), ("red", 0.6), ("green", 0.8), None])
    shown = run("confusion", "guesses", "-t", "answers", cwd=tmp_path)
    table = shown.out.split("\n\n")[1].splitlines()
    assert table[0].split()[-5:] == ["red", "green", "blue", "no", "answer"]
    assert [line.split() for line in table[1:]] == [
        ["red", "1", "0", "0", "0"],
        ["green", "1", "1", "0", "0"],
        ["blue", "0", "0", "0", "1"],
    ]
    told = run("calibration", "guesses", "-t", "answers", cwd=tmp_path).out
    assert "accuracy" in told and "ECE " in told
    scores = run("evaluate", "guesses", "-t", "answers", cwd=tmp_path).out
    assert "Most misses:" in scores and "F1" in scores


def test_calibration_is_printed_by_bin(demo_folder: Path) -> None:
    document = run("calibration", "float32", "--json", cwd=demo_folder).json
    shown = run("calibration", "float32", cwd=demo_folder).out.splitlines()
    assert [int(line.split()[2]) for line in shown[1:16]] == [
        one["count"] for one in document["bins"]
    ]
    assert f"D-ECE {document['d_ece']:.4f}" in shown[16]


def test_curves_of_one_class(demo_folder: Path) -> None:
    document = run("curves", "float32", "--class", "person", "--json", cwd=demo_folder).json
    (person,) = document["per_class"]
    best = next(row for row in document["best"] if row["class"] == "person")
    on_grid = [value for value in person["f1"] if value is not None]
    assert max(on_grid) <= best["f1"] < max(on_grid) + 0.05
    shown = run("curves", "float32", "--class", "person", cwd=demo_folder).out.splitlines()
    assert shown[1].split() == [
        "person", str(best["objects"]), f"{best['f1']:.3f}", f"{best['confidence']:.3f}",
    ]  # fmt: skip
    refused = run("curves", "float32", "--class", "persn", cwd=demo_folder)
    assert refused.code == 2 and "'person'" in refused.err


def test_lrp_ends_with_the_mean(demo_folder: Path) -> None:
    document = run("lrp", "float32", "--json", cwd=demo_folder).json
    shown = run("lrp", "float32", cwd=demo_folder).out.splitlines()
    assert shown[-2].split()[:2] == ["mean", f"{document['mean']['value']:.3f}"]
    values = [float(line.split()[-5]) for line in shown[1:-2]]
    assert values == sorted(values, reverse=True)


def test_errors_of_each_class(demo_folder: Path) -> None:
    document = run("errors", "float32", "--json", cwd=demo_folder).json
    gains = {
        row["class"]: {k: found["delta_ap"] for k, found in row["kinds"].items()}
        for row in document["per_class"]
    }
    shown = run("errors", "float32", "--per-class", cwd=demo_folder).out
    person = next(line for line in shown.splitlines() if line.startswith("person "))
    assert person.split()[2:] == [
        f"{gains['person'][k]:.4f}"
        for k in ("class", "location", "both", "duplicate", "background", "missed")
    ]
    assert run("errors", "float32", cwd=demo_folder).out == shown.split("\n\n")[0] + "\n"


@pytest.mark.parametrize("command", SLICED)
def test_slices(demo_folder: Path, tmp_path: Path, command: str) -> None:
    project = Project.open(demo_folder)
    items = project.items
    titles = items["title"][items["split"] == "val"].tolist()
    (tmp_path / "val.txt").write_text("\n".join(titles) + "\n\n")
    target = ("--json", "-t", demo_folder)
    by_split, by_list, whole = (
        run(command, "float32", *where, *target, cwd=tmp_path).json
        for where in (("--slice", "split=val"), ("--slice", "@val.txt"), ())
    )
    by_split.pop("slice", None), by_list.pop("slice", None)
    assert by_split == by_list != whole
    refused = run(command, "float32", "--slice", "split=vall", *target, cwd=tmp_path)
    assert refused.code == 2 and "E-SLICE-VALUE" in refused.err and "'val'" in refused.err
    refused = run(command, "float32", "--slice", "@none.txt", *target, cwd=tmp_path)
    assert refused.code == 2 and "none.txt" in refused.err


def test_a_slice_is_named_under_its_numbers(demo_folder: Path) -> None:
    shown = run("evaluate", "float32", "--slice", "class=dog", cwd=demo_folder).out
    assert "2 images: class=dog" in shown


def test_intervals_of_classes_and_slices(demo_folder: Path) -> None:
    found = run("evaluate", "float32", "--intervals", "--json", cwd=demo_folder).json
    rows = {row["class"]: row for row in found["per_class"]}
    person = rows["person"]["intervals"]["ap"]
    assert person["low"] < rows["person"]["ap"] < person["high"]
    assert person["estimate"] == pytest.approx(rows["person"]["ap"])
    assert "too few objects to tell" in rows["cup"]["intervals"]["ap"]["reason"]
    shown = run("evaluate", "float32", "--intervals", cwd=demo_folder).out
    assert f"{person['low']:.3f} to {person['high']:.3f}" in shown
    assert "too few objects to tell" in shown
    part = run("evaluate", "float32", "--intervals", "--slice", "split=val", cwd=demo_folder).out
    assert "1,000 resamples of 2" in part


def test_answers_have_intervals(tmp_path: Path) -> None:
    guesses = [("red", 0.9)] * 8 + [("green", 0.7)] * 4 + [None] * 2 + [("blue", 0.8)] * 10
    folder = project_of_answers(tmp_path, "r" * 10 + "g" * 6 + "b" * 8, [*guesses]).path
    document = run("evaluate", "guesses", "--intervals", "--json", cwd=folder).json
    found = document["intervals"]["accuracy"]
    assert found["estimate"] == document["metrics"]["accuracy"]
    assert found["low"] < found["estimate"] < found["high"]
    red = next(row for row in document["per_class"] if row["class"] == "red")
    assert red["intervals"]["recall"]["estimate"] == 0.8
    shown = run("evaluate", "guesses", "--intervals", cwd=folder).out
    assert f"accuracy {found['low']:.3f} to {found['high']:.3f}" in shown


@pytest.mark.parametrize(
    "option",
    [("--protocol", "voc12"), ("--max-detections", "5"), ("--class-agnostic",)],
    ids=["protocol", "limit", "one class"],
)
def test_intervals_of_other_numbers_are_refused(demo_folder: Path, option: tuple[str, ...]) -> None:
    done = run("evaluate", "float32", "--intervals", *option, cwd=demo_folder)
    assert done.code == 2 and "E-INTERVALS" in done.err


@pytest.mark.parametrize(("task", "column"), [("semantic", "iou"), ("panoptic", "pq")])
def test_tasks_without_counts_print_their_own_columns(
    tmp_path: Path, shared_data: Path, task: str, column: str
) -> None:
    files = shared_data / "coco_fake100"
    Project.import_project(files / "instances_val2014_100.json", target=tmp_path, name="p")
    project = Project.open(tmp_path / "p")
    project.import_predictions(files / "instances_val2014_fakesegm100_results.json", name="masks")
    shown = run("evaluate", "masks", "--task", task, "-t", "p", cwd=tmp_path).out.split("\n\n")[1]
    lines = shown.splitlines()
    assert lines[0] == f"Least {column}:"
    rows = project.evaluate("masks", task=task)["per_class"]
    least = min(row[column] for row in rows if row["ground_truth"])
    assert f"{least:.3f}" in lines[2].split()
