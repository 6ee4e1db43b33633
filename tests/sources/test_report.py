"""The import report: counts, lines, refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxscore.errors import SourceError
from boxscore.sources import report as module
from boxscore.sources.report import ImportReport


def test_lines_name_code_file_place_and_stop_at_twenty() -> None:
    report = ImportReport(Path("/somewhere/a.json"))
    report.reject_rows("E-X", range(25), lambda i: (f"/{i}", f"bad {i}"))
    report.repair("W-Y", "/3", "mended", original="x\ny")
    report.note("N-Z", "seen", 2)
    report.note("N-Z", "seen", 3)
    lines = report.lines()
    assert lines[0] == "E-X a.json /0: bad 0"
    assert lines[20] == "E-X a.json: 5 more of these"
    assert lines[-1] == "N-Z a.json: seen (5)"
    assert report.rejected == 25
    records = report.document()["records"]
    assert len(records) == 26
    assert records[-1]["original"] == "x\\ny"
    assert [w["count"] for w in report.warnings] == [25, 1, 5]


def test_counts_go_on_where_the_list_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_KEPT", 10)
    report = ImportReport(Path("a.json"))
    assert report.reject_rows("E-X", range(25), lambda i: (f"/{i}", "bad")) == 25
    assert (report.rejected, report.counts["E-X"]) == (25, 25)
    assert len(report.document()["records"]) == 10


@pytest.mark.parametrize(("rejected", "total", "refused"), [(5, 100, False), (6, 100, True)])
def test_five_percent_is_the_limit(rejected: int, total: int, refused: bool) -> None:
    report = ImportReport(Path("a.json"))
    report.reject_rows("E-X", range(rejected), lambda i: (f"/{i}", "bad"))
    if refused:
        with pytest.raises(SourceError, match="6 of 100 records are unusable"):
            report.check_refusal(total)
    else:
        report.check_refusal(total)


def test_nothing_at_all_is_fine_but_nothing_good_is_not() -> None:
    report = ImportReport(Path("a.json"))
    report.check_refusal(0)
    report.reject("E-X", "/0", "bad", "mend it")
    with pytest.raises(SourceError, match="mend it"):
        report.check_refusal(1)


def test_strict_raises_at_once() -> None:
    report = ImportReport(Path("a.json"), strict=True)
    report.note("N-Z", "seen")
    for act in (report.reject, report.repair):
        with pytest.raises(SourceError, match="E-X"):
            act("E-X", "/0", "bad")
    with pytest.raises(SourceError, match="E-X"):
        report.note("E-X", "bad", wrong=True)


def test_a_refusal_names_the_cause_beside_its_consequences() -> None:
    report = ImportReport(Path("a.json"))
    report.repair("W-BEFORE", "/", "was mended")
    report.reject("E-CLASS", "/categories/1", "has no name")
    for k in range(5):
        report.reject("E-UNKNOWN", f"/annotations/{k}", "no such category")
    with pytest.raises(SourceError) as bad:
        report.check_refusal(20)
    assert "most often (5) E-UNKNOWN" in str(bad.value)
    assert "before that E-CLASS /categories/1: has no name" in str(bad.value)


def test_records_of_one_list_are_no_cause_of_each_other() -> None:
    report = ImportReport(Path("a.json"))
    report.reject("E-ONE", "/annotations/1/bbox", "has no width")
    report.reject("E-TWO", "/annotations/7", "no such category")
    report.reject("E-TWO", "/annotations/8", "no such category")
    report.reject("E-LATER", "/images/1", "has no name")
    with pytest.raises(SourceError) as bad:
        report.check_refusal(20)
    assert "most often (2) E-TWO" in str(bad.value)
    assert "before that" not in str(bad.value)
