"""Every count beside a choice is what making that choice leaves, asked the long way round."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from boxscore.errors import RequestError
from boxscore.evaluation.facet_counts import binned
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.project import Project
from boxscore.project.slices.facets import FacetQuery
from boxscore.project.slices.slicing import sliced
from boxscore.project.slices.tagging import Selection
from boxscore.schema.kinds import Task
from tests.api.asking import answers, responses

RUN = "float32"
WHERES = (None, "split=val", "class=cup", "split=val,class=person,!tag=look", "text=0000003")
QUERIES = (
    ErrorQuery(outcome="error", confidence=0.2),
    ErrorQuery(outcome="fp", kind="location", confidence=0.2),
    ErrorQuery(confidence=0.3, classes=(0, 41), labelled=0),
    ErrorQuery(confidence=0.1, among="object.confidence=0.2..0.5,object.class=person|cup"),
    ErrorQuery(confidence=0.2, outcome="error", among="object.iou=0.3..", tag="odd"),
)


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("facets") / "demo"
    shutil.copytree(demo_folder, folder)
    project = Project.open(folder)
    errors = ErrorQuery(outcome="fp", confidence=0.2)
    project.tag("look", "split=val,class=cup")
    project.tag("odd", Selection(errors=errors, run=RUN))
    project.note("Very DARK indeed", "title=00000031*")
    project.note("blurred", Selection(objects=("G3",), run=RUN))
    project.save_slice("val people", "split=val,class=person")
    return project


def images(project: Project, where: str | None) -> int:
    """How many images an expression means; 0 where it means none."""
    state = project._state()
    try:
        mask = sliced(state.truth(), where)
    except RequestError as none:
        assert none.code == "E-SLICE-EMPTY"
        return 0
    return state.truth().items.rows if mask is None else int(mask.sum())


def chosen(where: str | None, key: str, value: str) -> str:
    """The expression with another choice of one key."""
    parts = [p for p in (where or "").split(",") if p and not p.startswith(f"{key}=")]
    return ",".join([*parts, f"{key}={value}"])


@pytest.mark.parametrize("where", WHERES)
def test_images_of_each_choice(project: Project, where: str | None) -> None:
    found = project.facets(FacetQuery(where=where))["images"]
    assert (found["total"], found["chosen"]) == (41, images(project, where))
    names = [row.name for row in project.ontology.classes]
    rows = [("split", r["name"], r["images"]) for r in found["splits"]]
    rows += [("tag", r["name"], r["images"]) for r in found["tags"]]
    rows += [("slice", r["name"], r["images"]) for r in found["slices"]]
    rows += [("class", names[r["class_id"]], r["images"]) for r in found["classes"]]
    assert len(rows) > 20
    for key, name, count in rows:
        assert images(project, chosen(where, key, name)) == count, (key, name)


def listed(project: Project, query: ErrorQuery, where: str | None) -> int:
    try:
        total: int = project.errors(RUN, query, where=where)["total"]
    except RequestError as none:
        assert none.code == "E-SLICE-EMPTY"
        return 0
    return total


@pytest.mark.parametrize("where", [None, "split=val"])
@pytest.mark.parametrize("query", QUERIES)
def test_objects_of_each_choice(project: Project, query: ErrorQuery, where: str | None) -> None:
    asked = FacetQuery(where=where, run=RUN, errors=query)
    found = project.facets(asked)["objects"]
    assert found["total"] == listed(project, query, where)
    for outcome, count in found["outcome"].items():
        assert listed(project, replace(query, outcome=outcome, kind=None), where) == count
    for kind, count in found["kind"].items():
        assert listed(project, replace(query, outcome=None, kind=kind), where) == count
    for row in found["classes"][:5]:
        one = replace(query, classes=(row["class_id"],))
        assert listed(project, one, where) == row["count"]
    for side in ("labelled", "predicted"):
        for row in found[side][:3]:
            name = "none" if row["class_id"] is None else row["class_id"]
            more: Any = {side: name}
            changed = replace(query, **more)
            assert listed(project, changed, where) == row["count"]
    for row in found["tags"]:
        assert listed(project, replace(query, tag=row["name"]), where) == row["count"]


def test_a_histogram_lifts_its_own_range_alone(project: Project) -> None:
    query = ErrorQuery(confidence=0.1, outcome="fp", among="object.confidence=0.2..0.5")
    keys = ("metric.brightness", "width", "object.confidence", "object.iou", "object.x")
    where = "metric.brightness=..0.4,split=val"
    found = project.facets(FacetQuery(where=where, run=RUN, errors=query, ranges=keys))
    bright, width = found["images"]["ranges"]
    values = project.metric_values("brightness")
    val = project.items["split"] == "val"
    assert bright["counts"] == np.histogram(values[val], bright["edges"])[0].tolist()
    assert bright["everything"] == np.histogram(values, bright["edges"])[0].tolist()
    assert sum(width["counts"]) == found["images"]["chosen"] == images(project, where)
    ranges = {one["key"]: one for one in found["objects"]["ranges"]}
    wide = listed(project, replace(query, among=None), where)
    assert sum(ranges["object.confidence"]["counts"]) == wide > found["objects"]["total"]
    assert ranges["object.iou"]["edges"][::40] == [0, 1]
    assert sum(ranges["object.x"]["counts"]) == found["objects"]["total"]


@pytest.mark.parametrize("seed", range(20))
def test_bins_are_those_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(0, 10.0 ** rng.uniform(-3, 3), 300), 2)
    values[rng.uniform(size=300) < 0.1] = np.nan
    found = binned(values)
    counts = found.counts(np.ones(300, np.bool_))
    known = values[~np.isnan(values)]
    assert counts == np.histogram(known, found.edges)[0].tolist()
    assert binned(np.full(3, np.nan)).counts(np.ones(3, np.bool_)) == []
    assert binned(np.full(3, 2.0)).counts(np.ones(3, np.bool_)) == [3]


@pytest.mark.parametrize("outcome", ["tp", "fp", "fn"])
def test_the_iou_that_is_listed_is_the_one_that_filters(project: Project, outcome: str) -> None:
    query = ErrorQuery(confidence=0.2, outcome=outcome, limit=500)
    everything = project.errors(RUN, query)
    assert everything["next_offset"] is None
    some = "object.iou=0.3..0.6"
    inside = project.errors(RUN, replace(query, among=some))["objects"]
    ious = {o["id"]: o["partner"]["iou"] for o in everything["objects"] if o["partner"]}
    near = {name for name, iou in ious.items() if iou is not None and 0.3 <= iou <= 0.6}
    assert {o["id"] for o in inside} == near and len(near) > 5


def test_ranges_of_confidence(project: Project) -> None:
    query = ErrorQuery(confidence=0.2, limit=500)
    confident = project.errors(RUN, replace(query, among="object.confidence=0.4..0.5"))["objects"]
    assert all(0.4 <= o["confidence"] <= 0.5 for o in confident) and confident


def test_lists_of_images_follow_the_objects_asked_for(project: Project) -> None:
    query = ImageQuery(confidence=0.2, outcome="fp", among="object.iou=0.3..0.5", limit=500)
    found = project.image_list(RUN, query)
    objects = project.errors(
        RUN, ErrorQuery(confidence=0.2, outcome="fp", among="object.iou=0.3..0.5", limit=500)
    )["objects"]
    assert {row["title"] for row in found["images"]} == {o["item"]["title"] for o in objects}
    first = project.image_list(RUN, ImageQuery(limit=20))
    second = project.image_list(RUN, ImageQuery(limit=21, offset=20))
    whole = project.image_list(RUN, ImageQuery(limit=41))["images"]
    assert first["images"] + second["images"] == whole


def test_words_are_found_where_they_stand(project: Project) -> None:
    titles = set(project.items["title"].tolist())

    def found(words: str) -> set[str]:
        mask = sliced(project._state().truth(), f"text={words}")
        assert mask is not None
        return set(project.items["title"][mask].tolist())

    assert found("jpg") == titles
    noted = {title for title in titles if title.startswith("00000031")}
    assert found("dark INDEED") == noted
    label = int(project._state().view(RUN, Task.BBOX).view.truth.rows[3])
    holder = project.items["title"][project.ground_truth.table["item"][label]]
    assert found("blurred") == {holder}
    assert images(project, "text=look") == images(project, "tag=look")
    assert images(project, "text=nowhere to be found") == 0
    for words in (" ", " ".join("abcdefghijk")):
        with pytest.raises(RequestError):
            sliced(project._state().truth(), f"text={words}")


def test_alternatives_sizes_and_their_errors(project: Project) -> None:
    assert images(project, "split=val|train") == 41
    assert images(project, "class=cup|bowl") == len(
        {
            title
            for name in ("cup", "bowl")
            for title in project.items["title"][
                sliced(project._state().truth(), f"class={name}")
            ].tolist()
        }
    )
    wide = int((project.items["width"] >= 600).sum())
    assert 0 < wide == images(project, "width=600..") < 41
    for bad in ("split=val|nowhere", "class=cup|", "width=wide", "tag=look|gone"):
        with pytest.raises(RequestError):
            sliced(project._state().truth(), bad)


def test_notes_come_with_lists_and_items(project: Project) -> None:
    rows = project.image_list(RUN, ImageQuery(limit=41))["images"]
    noted = {row["title"]: row["note"] for row in rows if row["note"]}
    assert noted and set(noted.values()) == {"Very DARK indeed"}
    row = next(row for row in rows if row["note"])
    (view,) = answers(project, [f"/api/v1/items/{row['data_hash']}/{row['frame']}?run={RUN}"])
    assert view["note"] == "Very DARK indeed"
    objects = project.errors(RUN, ErrorQuery(confidence=0.99, outcome="fn", limit=500))["objects"]
    assert {o["id"]: o["note"] for o in objects if o["note"]} == {"G3": "blurred"}


def test_the_route_and_the_command_say_the_same(project: Project) -> None:
    from boxscore.cli.program import program

    asked = "slice=split=val&outcome=fp&among=object.iou=0.3..&ranges=width,object.iou"
    (route,) = answers(project, [f"/api/v1/facets?run={RUN}&{asked}"])
    errors = ErrorQuery(outcome="fp", among="object.iou=0.3..")
    where = FacetQuery(where="split=val", run=RUN, errors=errors, ranges=("width", "object.iou"))
    assert route == project.facets(where)
    words = ["facets", RUN, "--slice", "split=val", "--outcome", "fp", "-t", str(project.path)]
    told = CliRunner().invoke(program, words)
    assert told.exit_code == 0 and "22 of 41 images" in told.output
    odd = (
        "ranges=metric.nothing",
        "ranges=title",
        "run=nobody",
        "ranges=" + ",".join(f"object.{k}" for k in range(13)),
        "slice=split=nowhere",
        f"run={RUN}&among=object.iou=high",
        f"run={RUN}&ranges=object.brightness",
    )
    refused = responses(project, [f"/api/v1/facets?{words}" for words in odd])
    assert {r.status_code for r in refused} <= {400, 404}
