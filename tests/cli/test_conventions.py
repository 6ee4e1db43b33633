"""Exit codes, targets, streams: what scripts rely on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"


def test_no_project_is_refused_with_a_fix(tmp_path: Path) -> None:
    done = run("evaluate", cwd=tmp_path)
    assert done.code == 2 and "E-TARGET-NONE" in done.err and "fix:" in done.err


def test_target_is_found_around_a_folder(tmp_path: Path, demo_folder: Path) -> None:
    shutil.copytree(demo_folder, tmp_path / "one")
    assert run("runs", "--json", cwd=tmp_path).code == 0
    assert run("runs", "--json", cwd=tmp_path / "one" / "images").code == 0
    shutil.copytree(demo_folder, tmp_path / "two")
    several = run("runs", "--json", cwd=tmp_path)
    assert several.code == 2 and "one, two" in several.err


def test_a_project_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    done = run("import", "project", DEMO / "annotations.json", "-n", "demo", cwd=tmp_path)
    assert done.code == 2 and "E-PROJECT-EXISTS" in done.err
    assert list((tmp_path / "demo").iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "", "[{", '[{"image_id": 1,}]', '{"images": []}', "not json",
        '[{"image_id":99999999,"category_id":1,"bbox":[1,2,3,4],"score":1}]',
    ],
    ids=["empty", "truncated", "comma", "a project", "text", "unknown image"],
)  # fmt: skip
def test_bad_results_leave_the_project_as_it_was(
    text: str, tmp_path: Path, demo_folder: Path
) -> None:
    project = tmp_path / "p"
    shutil.copytree(demo_folder, project)
    bad = tmp_path / "bad.json"
    bad.write_text(text)
    before = {p: p.read_bytes() for p in project.rglob("*.parquet")}
    done = run("import", "predictions", bad, "-t", project, cwd=tmp_path)
    assert done.code == 2 and "bad.json" in done.err and "fix:" in done.err
    assert {p: p.read_bytes() for p in project.rglob("*.parquet")} == before
    assert [r["name"] for r in run("runs", "--json", "-t", project, cwd=tmp_path).json] == [
        "float32",
        "int8",
    ]


def test_a_folder_is_imported_where_it_lies(tmp_path: Path) -> None:
    source = tmp_path / "data" / "labels"
    source.mkdir(parents=True)
    for k in range(3):
        (source / f"{k}.txt").write_text("car 0.1 0.1 0.5 0.5\n")
    done = run("import", "project", "labels", "--no-metrics", "--json", cwd=source.parent)
    assert done.code == 0 and done.json["project"] == "labels-project"
    assert Path(done.json["path"]) == source.parent / "labels-project"
    assert sorted(p.name for p in source.iterdir()) == ["0.txt", "1.txt", "2.txt"]
    again = run("import", "project", "labels", "--no-metrics", cwd=source.parent)
    assert again.code == 2 and "E-PROJECT-EXISTS" in again.err
    named = run("import", "project", "labels", "-n", "labels", "--no-metrics", cwd=source.parent)
    assert named.code == 2 and "is no project" in named.err and "remove" not in named.err


def test_rejected_records_end_with_three(tmp_path: Path, demo_folder: Path) -> None:
    project = tmp_path / "p"
    shutil.copytree(demo_folder, project)
    results = json.loads((DEMO / "predictions_float32.json").read_text())
    results[5]["score"] = None
    results[9]["bbox"] = [1, 2, 3]
    path = tmp_path / "some-bad.json"
    path.write_text(json.dumps(results))
    done = run("import", "predictions", path, "-t", project, "--json", cwd=tmp_path)
    assert done.code == 3 and done.json["rejected"] == 2
    report = json.loads(Path(done.json["report"]).read_text())
    assert {r["place"].split("/")[1] for r in report["records"]} >= {"5", "9"}
    assert (
        run("import", "predictions", path, "-t", project, "--strict", "-n", "s", cwd=tmp_path).code
        == 2
    )


def test_a_reader_that_stops_is_no_bug(demo_folder: Path) -> None:
    command = [sys.executable, "-m", "boxscore", "evaluate", "-t", str(demo_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b"" and child.wait(timeout=60) == 0


def test_one_run_is_an_object_and_several_are_a_list(tmp_path: Path, demo_folder: Path) -> None:
    assert isinstance(run("evaluate", "--json", cwd=demo_folder).json, list)
    project = tmp_path / "one"
    shutil.copytree(demo_folder, project)
    run("runs", "delete", "float32", cwd=project)
    assert (
        run("evaluate", "--json", cwd=project).json
        == run("evaluate", "int8", "--json", cwd=project).json
    )
    run("runs", "delete", "int8", cwd=project)
    assert run("evaluate", "--json", cwd=project).json == []


def test_an_emptied_catalogue_is_damage(tmp_path: Path, demo_folder: Path) -> None:
    project = tmp_path / "p"
    shutil.copytree(demo_folder, project)
    for file in project.glob("catalogue.sqlite*"):
        file.unlink()
    (project / "catalogue.sqlite").touch()
    for command in (("verify",), ("evaluate",), ("runs", "delete", "int8")):
        done = run(*command, cwd=project)
        assert done.code == 2 and "E-STORE-CATALOGUE" in done.err and "fix:" in done.err


def test_score_needs_no_project(tmp_path: Path) -> None:
    done = run(
        "score", DEMO / "annotations.json", DEMO / "predictions_int8.json", "--json", cwd=tmp_path
    )
    assert done.json["metrics"]["AP"] == pytest.approx(0.185807, abs=1e-6)
    assert list(tmp_path.iterdir()) == []
    text = run("score", DEMO / "annotations.json", DEMO / "predictions_int8.json", cwd=tmp_path).out
    assert text.startswith("AP     0.18581")


def test_score_looks_at_odd_records_with_care(tmp_path: Path) -> None:
    results = json.loads((DEMO / "predictions_int8.json").read_text())
    path = tmp_path / "odd.json"
    path.write_text(json.dumps([*results, {**results[0], "score": "high"}]))
    done = run("score", DEMO / "annotations.json", path, "--json", cwd=tmp_path)
    assert done.json["rejected"] == 1
    assert done.json["metrics"]["AP"] == pytest.approx(0.185807, abs=1e-6)
    path.write_text("[")
    assert run("score", DEMO / "annotations.json", path, cwd=tmp_path).code == 2


def test_python_m_and_version(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "boxscore", "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert done.stdout.startswith("Version: ")


def test_help_has_an_example_everywhere() -> None:
    import click

    from boxscore.cli.program import program

    def commands(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            return [(path, command)]
        context = click.Context(command)
        children = [(n, command.get_command(context, n)) for n in command.list_commands(context)]
        inner = [one for n, child in children if child for one in commands(child, f"{path} {n}")]
        return [(path, command), *inner]

    found = commands(program, "boxscore")[1:]
    assert len(found) > 60
    assert [path for path, command in found if "Example" not in (command.epilog or "")] == []


def test_help_names_every_format_of_an_export(tmp_path: Path) -> None:
    from boxscore.sinks import SINKS

    said = re.sub(r"\s+", " ", run("export", "--help", cwd=tmp_path).out)
    assert [name for name in SINKS if not re.search(rf"\b{name}\b", said)] == []


def test_a_rehearsal_is_asked_for_alike_everywhere(tmp_path: Path) -> None:
    for option in ("--dryrun", "--dry-run"):
        done = run("init", DEMO / "images", option, "--json", cwd=tmp_path)
        assert done.code == 0 and done.json["files"] == 41
    assert list(tmp_path.iterdir()) == []
