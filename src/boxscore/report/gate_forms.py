"""The outcome of a gate as JUnit XML, Markdown, and annotations of GitHub and GitLab."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from boxscore.report.words import counted

Document = dict[str, Any]
SIGNS = {"passed": "✅", "failed": "❌", "unsure": "❔"}
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST_COMMENT = 200
"""Rows of a Markdown table; the ones that passed are left out first."""


def verdict(document: Document) -> str:
    """One sentence that says whether the run may pass."""
    counts = document["counts"]
    baseline = "itself" if document["baseline"] == document["run"] else document["baseline"]
    against = f" against {baseline}" if baseline else ""
    within = f" on {document['slice']}" if document["slice"] else ""
    word = "passes" if document["passed"] else "does not pass"
    told = "" if tone(document) != "unsure" else ", but no rule could be told"
    return (
        f"{document['run']} {word} the gate{against}{within}{told}: "
        f"{counted(counts['passed'], 'rule')} passed, {counts['failed']} failed, "
        f"{counts['unsure']} unsure."
    )


def tone(document: Document) -> str:
    """The outcome as a check's status: "unsure" where it passes because nothing can be told."""
    if not document["passed"]:
        return "failed"
    return "passed" if document["counts"]["passed"] else "unsure"


def message(check: Document) -> str:
    """One check in one line: what is asked, what is there."""
    parts = [f"{check['subject']} {check['rule']}: {_number(check['value'])}"]
    if check["baseline"] is not None:
        parts.append(f"baseline {_number(check['baseline'])}")
    if check["difference"] is not None:
        parts.append(f"change {check['difference']:+.4g}")
    if check["low"] is not None:
        parts.append(f"between {check['low']:+.4g} and {check['high']:+.4g}")
    return ", ".join(parts) + (f" ({check['reason']})" if check["reason"] else "")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def junit(document: Document) -> str:
    """One test case for each check; what cannot be told is skipped, or fails where rules say so."""
    checks = document["checks"]
    blocked = sum(check["blocks"] for check in checks)
    skipped = sum(check["status"] == "unsure" and not check["blocks"] for check in checks)
    suite = ElementTree.Element(
        "testsuite",
        name=_plain(f"boxscore gate {document['run']}"),
        tests=str(len(checks)),
        failures=str(blocked),
        errors="0",
        skipped=str(skipped),
    )
    for check in checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_plain(f"gate.{document['run']}"),
            name=_plain(f"line {check['line']}: {check['subject']} {check['rule']}"),
            file=_plain(place(document["rules"])),
            line=str(check["line"]),
        )
        if check["blocks"]:
            ElementTree.SubElement(case, "failure", message=_plain(message(check)))
        elif check["status"] == "unsure":
            ElementTree.SubElement(case, "skipped", message=_plain(message(check)))
    ElementTree.indent(suite)
    text: str = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _plain(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)


def check_rows(document: Document) -> list[list[str]]:
    """Of every check, what blocks first: status, subject, rule and numbers."""
    order = {"failed": 0, "unsure": 1, "passed": 2}
    checks = sorted(document["checks"], key=lambda c: (not c["blocks"], order[c["status"]]))
    return [_row(check) for check in checks]


def _row(check: Document) -> list[str]:
    change = "–" if check["difference"] is None else f"{check['difference']:+.4g}"
    bounds = "–" if check["low"] is None else f"{check['low']:+.4g} to {check['high']:+.4g}"
    return [
        check["status"], check["subject"], check["rule"], _number(check["value"]),
        _number(check["baseline"]), change, check["reason"] or bounds, str(check["objects"]),
    ]  # fmt: skip


def markdown(document: Document) -> str:
    """A comment for a merge request: the verdict, a table, the failures first."""
    lines = [
        f"### {SIGNS[tone(document)]} {_cell(verdict(document))}",
        "",
        "| | what | rule | value | baseline | change | 95 % or as asked | objects |",
        "|---|---|---|---:|---:|---:|---|---:|",
    ]
    rows = check_rows(document)
    for status, *cells in rows[:LONGEST_COMMENT]:
        lines.append("| " + " | ".join([SIGNS[status], *map(_cell, cells)]) + " |")
    left = len(rows) - LONGEST_COMMENT
    if left > 0:
        lines += ["", f"{left} more rules are not shown."]
    lines += [f"\n{_cell(note)}" for note in document["notes"]]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text that stays within its cell and means nothing in Markdown or HTML."""
    text = re.sub(r"\s+", " ", text).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\|`*_\[\]@#!])", r"\\\1", text)


def github(document: Document) -> str:
    """Workflow commands: an error for each rule that blocks, a warning for each unsure one."""
    lines = []
    for check in document["checks"]:
        if check["status"] == "passed":
            continue
        level = "error" if check["blocks"] else "warning"
        at = f"file={_property(place(document['rules']))},line={check['line']}"
        lines.append(f"::{level} {at},title=boxscore gate::{_data(message(check))}")
    return "\n".join(lines)


def place(rules: str) -> str:
    """A file of rules as CI services name it: from the top of the repository, if it is within."""
    path = Path(rules).absolute()
    tops = (os.environ.get("GITHUB_WORKSPACE"), os.environ.get("CI_PROJECT_DIR"), Path.cwd())
    inside = (path.relative_to(top).as_posix() for top in tops if top and path.is_relative_to(top))
    return next(inside, rules)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(document: Document) -> str:
    """A Code Quality report: an issue for each rule that blocks or cannot be told."""
    issues, seen = [], Counter[str]()
    for check in document["checks"]:
        if check["status"] == "passed":
            continue
        rule = f"{check['subject']}\0{check['condition']}"
        issues.append(
            {
                "description": message(check),
                "check_name": "boxscore gate",
                "fingerprint": _fingerprint(rule, seen[rule]),
                "severity": "critical" if check["blocks"] else "minor",
                "location": {
                    "path": place(document["rules"]),
                    "lines": {"begin": check["line"]},
                },
            }
        )
        seen[rule] += 1
    return json.dumps(issues, ensure_ascii=False, indent=2) + "\n"


def _fingerprint(rule: str, before: int) -> str:
    """The same for the same rule in the next pipeline, so that GitLab can follow it.

    Args:
        before: How many rules of the same words come before it; GitLab drops what looks the same.
    """
    words = f"{rule}\0{before}" if before else rule
    return hashlib.sha256(words.encode()).hexdigest()
