"""`gate` as a script uses it: exit codes, one JSON document, files."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.program import run


def test_a_gate_in_a_script(demo_folder: Path, tmp_path: Path) -> None:
    at = ("-t", demo_folder)
    made = run("gate", "--init", "rules.yaml", "--baseline", "float32", *at, cwd=tmp_path)
    assert made.code == 0 and "14 rules made from float32" in made.out
    good = run("gate", "rules.yaml", "--run", "float32", *at, cwd=tmp_path)
    assert good.code == 0
    assert good.out.startswith("float32 passes the gate against itself: ")
    files = ("--junit", "gate.xml", "--markdown", "gate.md", "--gitlab", "gate.json")
    bad = run("gate", "rules.yaml", "--run", "int8", *files, "--github", *at, cwd=tmp_path)
    assert bad.code == 5
    assert bad.out.startswith("int8 does not pass the gate against float32: ")
    assert "::error file=rules.yaml,line=" in bad.out
    assert (tmp_path / "gate.xml").read_text().startswith("<?xml")
    assert (tmp_path / "gate.md").read_text().startswith("### ❌ int8 does not pass")
    assert json.loads((tmp_path / "gate.json").read_text())
    one = run("gate", "rules.yaml", "--run", "int8", "--json", "--github", *at, cwd=tmp_path)
    assert one.code == 5 and one.json["passed"] is False
    assert "::error" in one.err


def test_what_a_gate_refuses(demo_folder: Path, tmp_path: Path) -> None:
    at = ("-t", demo_folder)
    (tmp_path / "rules.yaml").write_text("rules:\n  - metric: AP\n    at_leest: 1\n")
    bad = run("gate", "rules.yaml", "--run", "int8", *at, cwd=tmp_path)
    assert bad.code == 2
    assert "rules.yaml: line 3: key 'at_leest' is unknown" in bad.err
    assert "did you mean 'at_least'" in bad.err
    assert run("gate", "rules.yaml", *at, cwd=tmp_path).code == 2
    assert run("gate", "--init", "new.yaml", *at, cwd=tmp_path).code == 2
    (tmp_path / "rules.yaml").write_text("rules:\n  - {metric: AP, at_least: 0}\n")
    lost = ("--junit", tmp_path / "no" / "gate.xml")
    assert run("gate", "rules.yaml", "--run", "int8", *lost, *at, cwd=tmp_path).code == 2
