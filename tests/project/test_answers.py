"""Lists of answers: every cell of the confusion matrix is a list, in SDK, API and command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.queries import AnswerQuery
from boxscore.project import Project
from tests.api.asking import answers
from tests.cli.program import run
from tests.project.answered import Guess, project_of_answers

GUESSES: list[Guess | None] = [
    ("red", 0.9), ("green", 0.6), ("green", 0.8), ("blue", 0.7), None, ("red", 0.65), ("blue", 0.5),
]  # fmt: skip
TRUTH = "rrggbbb"


@pytest.fixture(scope="module")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_of_answers(tmp_path_factory.mktemp("colours"), TRUTH, GUESSES)


def titles(document: dict[str, Any]) -> list[str]:
    return [one["item"]["title"][:3] for one in document["answers"]]


def test_wrong_ones_the_surest_first_and_none_last(colours: Project) -> None:
    found = colours.answers("guesses", AnswerQuery(outcome="wrong"))
    assert titles(found) == ["003", "005", "001", "004"]
    first, *_, last = found["answers"]
    assert [a["class_name"] for a in first["labelled"]] == ["green"]
    assert [(a["class_name"], a["confidence"]) for a in first["given"]] == [("blue", 0.7)]
    assert (first["right"], last["given"]) == (False, [])
    doubtful = colours.answers("guesses", AnswerQuery(outcome="wrong", sort="doubtful"))
    assert titles(doubtful) == ["004", "001", "005", "003"]
    facets = found["facets"]
    assert (facets["right"], facets["wrong"], facets["unanswered"]) == (3, 4, 1)
    assert sum(one["count"] for one in facets["labelled"]) == 4


def test_every_cell_of_the_matrix_is_its_list(colours: Project) -> None:
    matrix = colours.confusion("guesses")
    ids = [row["class_id"] for row in matrix["classes"]]
    places: list[Any] = [*ids, "none"]
    cells = np.array(matrix["matrix"])
    for row, labelled in enumerate(ids):
        for column, predicted in enumerate(places):
            query = AnswerQuery(labelled=labelled, predicted=predicted)
            assert colours.answers("guesses", query)["total"] == cells[row, column]
    summary = colours.summary("guesses")
    right = colours.answers("guesses", AnswerQuery(outcome="right"))["total"]
    assert right / len(TRUTH) == summary["metrics"]["accuracy"]


def test_pages_slices_and_classes(colours: Project) -> None:
    page = colours.answers("guesses", AnswerQuery(limit=2))
    assert (page["total"], page["next_offset"], titles(page)) == (7, 2, ["000", "002"])
    rest = colours.answers("guesses", AnswerQuery(offset=6, limit=2))
    assert (rest["next_offset"], titles(rest)) == (None, ["004"])
    some = colours.answers("guesses", where="title=00[34]*")
    assert titles(some) == ["003", "004"]
    (green,) = (row.class_id for row in colours.ontology.classes if row.name == "green")
    either = colours.answers("guesses", AnswerQuery(classes=(green,), outcome="wrong"))
    assert titles(either) == ["003", "001"]


def test_the_api_and_the_command_line_say_the_same(colours: Project, tmp_path: Path) -> None:
    told = colours.answers("guesses", AnswerQuery(outcome="wrong"))
    route = "/api/v1/runs/guesses/answers?outcome=wrong"
    assert answers(colours, [route])[0] == json.loads(json.dumps(told))

    def listed(*options: str) -> str:
        return run("answers", "guesses", *options, "-t", colours.path, cwd=tmp_path).out

    assert json.loads(listed("--json")) == told
    text = listed("--labelled", "green", "--predicted", "blue")
    assert "003-green.png  green     blue           0.700" in text and "1 of 1 shown" in text
    unanswered = listed("--predicted", "none")
    assert "004-blue.png" in unanswered and "no answer" in unanswered
    refused = run("answers", "guesses", "--labelled", "gren", "-t", colours.path, cwd=tmp_path)
    assert refused.code == 2 and "did you mean 'green'" in refused.err


def test_what_makes_no_sense_is_refused(colours: Project, demo_folder: Path) -> None:
    with pytest.raises(RequestError) as refused:
        colours.answers("guesses", AnswerQuery(labelled=99))
    assert refused.value.code == "E-CLASS-UNKNOWN"
    with pytest.raises(RequestError) as refused:
        AnswerQuery(outcome="tp")
    assert refused.value.code == "E-QUERY"
    with pytest.raises(RequestError) as refused:
        Project.open(demo_folder).answers("int8")
    assert refused.value.code == "E-TASK-ANSWERS"
