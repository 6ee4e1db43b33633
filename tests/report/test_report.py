"""Reports: one file, the numbers of `evaluate`, safe names, the same bytes each time."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

import boxscore as bs
from boxscore.errors import RequestError
from boxscore.report import write_report
from boxscore.report.charts import Line, line_chart
from tests.cli.program import run
from tests.conftest import ROOT


class Page(HTMLParser):
    """Tags, outside addresses and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [v or "" for k, v in attrs if k in ("src", "href", "action")]
        self.ids += [v or "" for k, v in attrs if k == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_one_html_file_without_script_or_network(demo_folder: Path, tmp_path: Path) -> None:
    done = run("report", "-o", tmp_path / "r.html", "-t", demo_folder, cwd=tmp_path)
    assert done.code == 0 and "r.html" in done.out
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    page = Page(text)
    assert len(text) < 3_000_000
    assert "script" not in page.tags and "link" not in page.tags
    assert page.sources and all(
        s.startswith(("data:image/jpeg;base64,", "#")) for s in page.sources
    )
    aims = {s[1:] for s in page.sources if s.startswith("#")}
    assert len(aims) > 100 and aims <= set(page.ids) and len(page.ids) == len(set(page.ids))
    assert page.tags.count("img") == 2 * 3 * 48
    for words in ("0.300", "0.253 to 0.359", "181 right", "207 false", "234 missed", "int8",
                  "int8 is worse than float32", "Large objects lost most"):  # fmt: skip
        assert words in page.text


def test_the_json_is_what_the_project_says(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    write_report(project, ["float32"], tmp_path / "r.json", where="class=person")
    facts = json.loads((tmp_path / "r.json").read_text())
    (one,) = facts["runs"]
    assert facts["slice"] == "class=person"
    assert one["evaluation"] == project.evaluate("float32", where="class=person")
    assert one["error_budget"] == project.error_budget(
        "float32", where="class=person", intervals=True
    )
    assert one["intervals"] == project.intervals("float32", where="class=person")


def test_the_gate_is_as_the_project_says(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    rules = tmp_path / "rules.yaml"
    project.write_gate_rules(rules, baseline="float32")
    write_report(project, [], tmp_path / "r.json", rules=rules, where="split=val")
    facts = json.loads((tmp_path / "r.json").read_text())
    (outcome,) = facts["gate"]["outcomes"]  # the first run is what the other is compared with
    assert outcome["checks"] == project.gate(rules, run="int8", where="split=val")["checks"]
    assert outcome["rules"] == "rules.yaml" and outcome["slice"] == "split=val"
    write_report(project, ["float32"], tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["gate"] is None  # none are kept
    top = facts["runs"][0]["fix_first"]["fixes"][0]
    asked = project.fix_first("float32", where="split=val", limit=8, each=2)
    assert top == asked["fixes"][0]
    assert facts["runs"][1]["hashes"] == project.history()["runs"][1]["hashes"]


def test_the_same_bytes_each_time(demo_folder: Path, tmp_path: Path) -> None:
    for suffix in (".html", ".md", ".json"):
        for name in ("a", "b"):
            write_report(bs.Project.open(demo_folder), [], tmp_path / f"{name}{suffix}")
        first, second = (tmp_path / f"{name}{suffix}" for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()


def test_markdown_has_every_metric(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    write_report(project, ["int8"], tmp_path / "r.md")
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) \|", (tmp_path / "r.md").read_text(), re.M)
    metrics = project.evaluate("int8")["metrics"]
    assert dict(rows[: len(metrics)]) == {k: f"{v:.5f}" for k, v in metrics.items()}


def test_names_are_text_and_never_markup(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>|*a*"
    box = {"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}
    truth = {
        "images": [{"id": 1, "width": 9, "height": 9, "file_name": f"{evil}.jpg"}],
        "categories": [{"id": 1, "name": evil}, {"id": 2, "name": "b"}],
        "annotations": [box | {"id": 1, "area": 25, "iscrowd": 0}],
    }
    (tmp_path / "t.json").write_text(json.dumps(truth))
    (tmp_path / "r.json").write_text(json.dumps([box | {"score": 0.5, "category_id": 2}]))
    made = bs.Project.import_project(tmp_path / "t.json", target=tmp_path, name="p")
    project = bs.Project.open(made["path"])
    project.import_predictions(tmp_path / "r.json", name=evil)
    write_report(project, [], tmp_path / "r.html")
    page = Page((tmp_path / "r.html").read_text())
    assert evil in page.text and "img" not in page.tags
    write_report(project, [], tmp_path / "r.md")
    assert "<img" not in (tmp_path / "r.md").read_text().replace("\\<img", "")


def test_refusals(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    with pytest.raises(RequestError, match=r"a report is \.html"):
        write_report(project, [], tmp_path / "r.pdf")
    with pytest.raises(bs.BoxscoreError, match="float64"):
        write_report(project, ["float64"], tmp_path / "r.html")
    assert not list(tmp_path.iterdir())


def test_a_report_computes_no_metric_and_changes_nothing(demo_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(demo_folder, tmp_path / "demo")
    other = tmp_path / "other.json"
    other.write_text((ROOT / "src/boxscore/demo/predictions_int8.json").read_text())
    bs.Project.open(folder).import_predictions(other, name="other")
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    project = bs.Project.open(folder)
    write_report(project, ["other"], tmp_path / "r.md")
    after = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    assert after == before
    assert "metrics are not computed yet and were left out" in (tmp_path / "r.md").read_text()
    (weak,) = project.weak_slices("other", pixels=False, stored_only=True)["waiting"][:1]
    assert weak in {card["title"] for card in project.metrics}


def test_one_image_and_one_prediction(tmp_path: Path) -> None:
    """Counts have their noun, a curve of one point is to be seen, a slice is text."""
    (tmp_path / "t.csv").write_text("image,class,x,y,width,height\na.jpg,R&amp;D,1,1,9,9\n")
    (tmp_path / "p.csv").write_text(
        "image,class,x,y,width,height,confidence\na.jpg,R&amp;D,1,1,9,9,.9\n"
    )
    made = bs.Project.import_project(tmp_path / "t.csv", target=tmp_path, name="one")
    project = bs.Project.open(made["path"])
    project.import_predictions(tmp_path / "p.csv", name="p")
    for form in ("md", "html"):
        write_report(project, ["p"], tmp_path / f"r.{form}", where="class=R&amp;D")
    text = (tmp_path / "r.md").read_text()
    assert "\n1 image, 1 object, slice class=R\\&amp;D.\n" in text
    assert "on 1 image." in text and "1 prediction from p.csv" in text
    assert "1 image, 1 object, slice class=R&amp;amp;D<" in (tmp_path / "r.html").read_text()
    chart = line_chart([Line([1.0], [1.0], "a")], "x", "y")
    assert re.search('<path class="a" d="M[0-9.]+ [0-9.]+m-3 0h6"/>', chart)
