"""Why a label is suspected, as a person reads it."""

from __future__ import annotations

from typing import Any

from boxscore.project.labels.suspects import Suspect

Document = dict[str, Any]


def sentence(document: Document, suspect: Suspect | None) -> str:
    """What speaks against the label, in one or two sentences."""
    if suspect is None:
        return "No run suspects this any more; the decision holds."
    words = _SENTENCES[document["kind"]](document, suspect)
    if suspect.prediction >= 0 and suspect.asked > 1:
        words += f" {suspect.agreeing} of {suspect.asked} runs say so."
    return words


def _missing(document: Document, _suspect: Suspect) -> str:
    name = document["suggestion"]["class_name"]
    return f"Predicted as {name}, and no label is there that could be meant."


def _swapped(document: Document, _suspect: Suspect) -> str:
    label, suggestion = document["label"], document["suggestion"]
    if suggestion["box"] is None:
        return (
            f"The most confident answer is {suggestion['class_name']}, not {label['class_name']}."
        )
    return (
        f"The box fits a prediction of {suggestion['class_name']}; "
        f"little there looks like {label['class_name']}."
    )


def _located(_document: Document, suspect: Suspect) -> str:
    usual = "" if suspect.expected is None else f", where {suspect.expected:.2f} is usual"
    return f"Label and prediction overlap by {suspect.iou or 0:.2f}{usual}."


def _duplicate(document: Document, suspect: Suspect) -> str:
    other, label = document["other"], document["label"]
    classes = (
        "of one class"
        if other["class_id"] == label["class_id"]
        else f"of {label['class_name']} and {other['class_name']}"
    )
    return f"Two labels {classes} overlap by {suspect.iou or 0:.2f}, and no run sees two objects."


def _spurious(_document: Document, suspect: Suspect) -> str:
    usual = 0 if suspect.expected is None else suspect.expected
    return (
        "No run sees anything there, even with low confidence; "
        f"of labels like it {usual:.0%} are seen."
    )


_SENTENCES = {
    "missing": _missing,
    "swapped": _swapped,
    "located": _located,
    "duplicate": _duplicate,
    "spurious": _spurious,
}


def facts(document: Document, suspect: Suspect | None) -> list[Document]:
    """Numbers beside the sentence: name, and value as text."""
    rows: list[tuple[str, str]] = []
    if document["label"]:
        rows.append(("Label", document["label"]["class_name"]))
    if document["other"]:
        rows.append(("Label that stays", document["other"]["class_name"]))
    if document["suggestion"]:
        rows.append(("Suggestion", document["suggestion"]["class_name"]))
    if document["removed"]:
        rows.append(("Suggestion", "remove it"))
    for one in document["runs"]:
        rows.append((one["run"], _found(one, document)))
    if suspect is not None:
        if suspect.iou is not None:
            pair = "of both labels" if suspect.other >= 0 else "label to suggestion"
            rows.append((f"IoU {pair}", f"{suspect.iou:.3f}"))
        if suspect.trust is not None:
            rows.append(("Trust in the suggestion", f"{suspect.trust:.2f}"))
        rows += [("Trust in the label", f"{suspect.own:.2f}")] if suspect.row >= 0 else []
    return [{"name": name, "value": value} for name, value in rows]


def _found(one: Document, document: Document) -> str:
    if one["confidence"] is None:
        return "nothing"
    at = document["suggestion"] or document["label"]
    same = one["class_id"] == at["class_id"]
    return f"{one['confidence']:.2f}" + ("" if same else f" {one['class_name']}")
