"""The ontology: hashes, class rows, Encord's JSON form there and back."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxscore.errors import RequestError
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import (
    ALPHABET,
    COLORS,
    Ontology,
    OntologyBuilder,
    feature_hash_of,
    option_value,
)

KNOWN_SHAPES = {shape.value for shape in Shape}


def ontologies_in(path: Path) -> list[dict[str, Any]]:
    """Every ontology that a file of Python literals assigns, found without running it."""
    found: list[dict[str, Any]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Dict):
            continue
        keys = {k.value for k in node.keys if isinstance(k, ast.Constant)}
        if {"objects", "classifications"} <= keys:
            try:
                document = ast.literal_eval(node)
            except ValueError:
                continue
            if any("shape" in o and "objectHash" not in o for o in document["objects"]):
                found.append(document)
    return found


def test_real_ontologies_survive_a_round_trip(shared_data: Path) -> None:
    documents = [
        document
        for path in sorted((shared_data / "encord_blobs").glob("*.py"))
        for document in ontologies_in(path)
        if {o.get("shape") for o in document["objects"]} <= KNOWN_SHAPES
        and all("featureNodeHash" in c for c in document["classifications"])
    ]
    assert len(documents) >= 3
    for document in documents:
        read = Ontology.from_json(document)
        written = read.to_json()
        assert Ontology.from_json(json.loads(json.dumps(written))) == read
        assert [o["featureNodeHash"] for o in written["objects"]] == [
            o["featureNodeHash"] for o in document["objects"]
        ]
        assert [o["id"] for o in written["objects"]] == [o["id"] for o in document["objects"]]


def test_summary_is_what_print_ontology_shows(shared_data: Path) -> None:
    (document,) = ontologies_in(shared_data / "encord_blobs" / "ontology_blurb.py")
    summary = Ontology.from_json(document).summary()
    assert summary["objects"] == {"apple": "qWm5E3j4", "pear": "no8RyWRY"}
    top = document["classifications"][0]
    question = top["attributes"][0]
    for option in question.get("options", ()) if question["type"] == "radio" else ():
        assert summary["classifications"][option["value"]] == {
            "feature_hash": top["featureNodeHash"],
            "attribute_hash": question["featureNodeHash"],
            "option_hash": option["featureNodeHash"],
        }


def test_built_ontology_numbers_objects_first_then_options() -> None:
    builder = OntologyBuilder()
    answers = [builder.option("What is in the frame?", label) for label in ("cat", "dog", "cat")]
    hashes = [builder.object("person", Shape.POLYGON, 1), builder.object("car", Shape.BITMASK)]
    ontology = builder.build()
    assert answers[0] == answers[2] != answers[1]
    assert [row.name for row in ontology.classes] == ["person", "car", "cat", "dog"]
    assert [row.class_id for row in ontology.classes] == [0, 1, 2, 3]
    assert ontology.object_count == 2
    assert [row.feature_hash for row in ontology.classes[:2]] == hashes
    dog = ontology.classes[3]
    assert (dog.feature_hash, dog.attribute_hash, dog.option_hash) == answers[1]
    assert Ontology.from_json(ontology.to_json()) == ontology
    assert ontology.to_json()["objects"][0]["sourceId"] == 1


def test_names_that_collide_are_all_shown() -> None:
    builder = OntologyBuilder()
    for shape in (Shape.POLYGON, Shape.BOUNDING_BOX):
        builder.object("Cat", shape)
    for question in ("colour", "mood"):
        builder.option(question, "Blue")
    summary = builder.build().summary()
    assert set(summary["objects"]) == {"cat (polygon)", "cat (bounding_box)"}
    assert set(summary["classifications"]) == {"blue (colour)", "blue (mood)"}


def test_hashes_depend_on_name_shape_and_occurrence_alone() -> None:
    assert feature_hash_of("person", "polygon") == feature_hash_of("person", "polygon")
    distinct = {feature_hash_of("person", shape, n) for shape in KNOWN_SHAPES for n in range(3)}
    assert len(distinct) == 3 * len(KNOWN_SHAPES)
    assert all(len(h) == 8 and set(h) <= set(ALPHABET) for h in distinct)
    builder = OntologyBuilder()
    assert builder.object("a", Shape.POINT) != builder.object("a", Shape.POINT)


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(Shape)), max_size=40))
def test_any_objects_survive_json(objects: list[tuple[str, Shape]]) -> None:
    builder = OntologyBuilder()
    hashes = [builder.object(name, shape) for name, shape in objects]
    ontology = builder.build()
    assert len(set(hashes)) == len(hashes)
    assert Ontology.from_json(json.loads(json.dumps(ontology.to_json()))) == ontology
    assert [o.color for o in ontology.objects] == [
        COLORS[k % len(COLORS)] for k in range(len(objects))
    ]
    assert len(ontology.summary()["objects"]) == len(objects)


@pytest.mark.parametrize(
    "document",
    [
        {"objects": [{"name": "a"}]},
        {"objects": [{"name": "a", "shape": "hypercube", "featureNodeHash": "x"}]},
        {"objects": 3},
        {"objects": [], "classifications": [{"featureNodeHash": "x", "attributes": [4]}]},
    ],
)
def test_what_is_no_ontology_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="E-ONTOLOGY"):
        Ontology.from_json(document)


def test_unknown_keys_and_absent_skeleton_templates_are_tolerated() -> None:
    document = {
        "objects": [
            {
                "id": "1",
                "name": "a",
                "shape": "polygon",
                "featureNodeHash": "OTK8MrM3",
                "archived": False,
            }
        ],
        "skeleton_templates": [],
        "novelty": 1,
    }
    ontology = Ontology.from_json(document)
    assert ontology.classes[0].feature_hash == "OTK8MrM3"
    assert ontology.classes[0].color == COLORS[0]


def test_option_values_follow_their_labels() -> None:
    assert option_value("Two Words\tand more") == "two_words_and_more"
