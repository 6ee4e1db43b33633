"""The rules of a gate that a project keeps, so that everybody asks by the same ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, SourceError, shown
from boxscore.project.gate.gating import gate
from boxscore.project.gate.rules import read_rules
from boxscore.project.gate.start import first_rules
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Where
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer

Document = dict[str, Any]
DOCUMENT = "gate-rules"
LONGEST = 200_000


def rules_document(state: Loaded) -> Document:
    """The rules as text: those that are kept, else first ones made from the oldest run.

    Raises:
        RequestError: None are kept and there is no run to make them from.
    """
    kept = kept_rules(state)
    if kept is not None:
        return {"text": kept, "kept": True}
    baseline = next(iter(state.records), None)
    if baseline is None:
        raise RequestError(
            "there are no rules and no run to make them from",
            fix="import a run, or write rules",
            code="E-GATE-NONE",
        )
    return {"text": first_rules(state, baseline)[0], "kept": False}


def kept_rules(state: Loaded) -> str | None:
    """The text of the rules that are kept; None without any."""
    with Snapshot(state.root) as snapshot:
        return snapshot.document(DOCUMENT)


def keep_rules(state: Loaded, text: str) -> Document:
    """Keep rules in the project; "" forgets them.

    Raises:
        RequestError: They cannot be read; the message has the line.
    """
    if len(text) > LONGEST:
        raise RequestError(
            f"rules of {len(text)} characters are too long",
            fix=f"write at most {LONGEST}",
            code="E-GATE-LONG",
        )
    if text.strip():
        with _as_file(text) as path:
            read_rules(path)
    with Writer(state.root, purpose="keep rules of the gate") as writer:
        writer.set_document(DOCUMENT, text) if text.strip() else writer.drop_document(DOCUMENT)
        writer.commit()
    return rules_document(state)


def gate_by_kept(state: Loaded, run: str, baseline: str | None, where: Where = None) -> Document:
    """Check a run by the rules of `rules_document`, on a slice if one is given."""
    with _as_file(rules_document(state)["text"]) as path:
        return gate(state, path, run, baseline, where) | {"rules": path.name}


@contextmanager
def _as_file(text: str) -> Iterator[Path]:
    """Rules are read from files, whose lines messages name."""
    with tempfile.TemporaryDirectory(prefix="boxscore-") as folder:
        path = Path(folder) / "gate.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            yield path
        except SourceError as wrong:  # the file is not the user's: only its lines mean something
            problem = wrong.problem.removeprefix(f"{shown(wrong.path)}: ")
            raise RequestError(problem, fix=wrong.fix, code=wrong.code) from None
