"""The rules of a gate: a YAML file, read strictly, every complaint with its line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from boxscore.errors import SourceError, near_misses, shown
from boxscore.evaluation.protocols import PROTOCOLS
from boxscore.schema.kinds import Task
from boxscore.sources.yaml_text import YamlMap, read_yaml

TOP = ("version", "baseline", "task", "protocol", "iou", "support", "confidence", "unsure", "rules")
PINNED = ("run", "sha256", "ground_truth")
CONDITIONS = ("at_least", "at_most", "largest_drop", "largest_rise", "margin")
CONDITION_WORDS = {
    "at_least": "at least", "at_most": "at most", "largest_drop": "drops at most",
    "largest_rise": "rises at most", "margin": "not worse by more than",
}  # fmt: skip
SUBJECTS = ("metric", "class", "size", "slice", "error")
SETTINGS = ("support", "confidence", "unsure")
UNSURE = ("pass", "fail")
ERRORS = ("class", "location", "both", "duplicate", "background", "missed")
SIZES = ("small", "medium", "large")
EVERY_CLASS = "*"
LEAST_CONFIDENCE = 0.75
MOST_RULES = 500
TASKS = tuple(task.value for task in Task)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One condition on one number.

    Attributes:
        line: Of the file, from 1.
        metric: As `evaluate` prints it; "cost" or "count" of an error kind; "broken".
        class_name: None is all classes together, "*" each on its own.
        condition: One of `CONDITIONS`.
        limit: What the condition allows.
        support: Fewest objects the number must rest on.
        confidence: One-sided, of a margin.
        unsure: What it means when nothing can be told: "pass" or "fail".
    """

    line: int
    metric: str
    class_name: str | None
    size: str | None
    slice: str | None
    error: str | None
    condition: str
    limit: float
    support: int
    confidence: float
    unsure: str

    @property
    def needs_baseline(self) -> bool:
        """Whether the rule speaks of a change."""
        return self.metric == "broken" or self.condition not in ("at_least", "at_most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A file of rules.

    Attributes:
        baseline: Name of the run, if the file has one.
        sha256: Of the baseline's predictions, if it is pinned.
        ground_truth: Hash of the labels that the rules were written for.
        task: What is scored; None is the runs' own.
        protocol: Whose numbers are asked; None is the task's own.
        iou: Of counts and flips.
    """

    path: Path
    baseline: str | None
    sha256: str | None
    ground_truth: str | None
    task: Task | None
    protocol: str | None
    iou: float
    rules: tuple[Rule, ...]

    def wrong(self, line: int, problem: str, fix: str) -> SourceError:
        """A complaint about one line."""
        return _wrong(self.path, line, problem, fix)


def read_rules(path: Path) -> Rules:
    """Read and check a file of rules.

    Raises:
        SourceError: It is no YAML, or says something that no rule can say.
    """
    reader = _Reader(path)
    whole = read_yaml(path)
    if not isinstance(whole, YamlMap):
        raise _wrong(path, 1, "holds no rules", "write one with `boxscore gate --init`")
    reader.known(whole, TOP)
    if whole.get("version", 1) != 1:
        raise _wrong(path, whole.lines["version"], "is of another version", "use version: 1")
    pinned = whole.get("baseline")
    pinned = YamlMap() if pinned is None else pinned
    if isinstance(pinned, str):
        named, pinned = pinned, YamlMap()
        pinned["run"] = named
    if not isinstance(pinned, YamlMap):
        raise _wrong(path, whole.lines["baseline"], "names no baseline", "write run: NAME")
    reader.known(pinned, PINNED)
    return Rules(
        path=path,
        baseline=reader.text(pinned, "run"),
        sha256=reader.text(pinned, "sha256"),
        ground_truth=reader.text(pinned, "ground_truth"),
        task=None if (task := reader.text(whole, "task", TASKS)) is None else Task(task),
        protocol=reader.text(whole, "protocol", tuple(PROTOCOLS)),
        iou=reader.number(whole, "iou", 0.5, 0.1, 1),
        rules=tuple(reader.rules(whole)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads values of maps; every refusal has a line."""

    path: Path

    def known(self, found: YamlMap, names: Collection[str]) -> None:
        """Refuse a key that means nothing."""
        for key in found:
            if key not in names:
                raise _wrong(
                    self.path, found.lines.get(key, 1), f"key {shown(str(key))!r} is unknown",
                    near_misses(str(key), names),
                )  # fmt: skip

    def text(self, found: YamlMap, key: str, names: Collection[str] = ()) -> str | None:
        """A text, one of `names` where there are some."""
        value = found.get(key)
        if value is None:
            return None
        line = found.lines.get(key, 1)
        if not isinstance(value, str) or not value:
            fix = "write it in quotes" if not names else near_misses(str(value), names)
            raise _wrong(self.path, line, f"{key} {shown(value)!r} is no text", fix)
        if names and value not in names:
            problem = f"{key} {shown(value)!r} is unknown"
            raise _wrong(self.path, line, problem, near_misses(value, names))
        return value

    def number(self, found: YamlMap, key: str, own: float, low: float, high: float) -> float:
        """A number within bounds."""
        value = found.get(key, own)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        if not plain or not low <= value <= high:
            problem = f"{key} {shown(value)} is no number from {low:g} to {high:g}"
            raise _wrong(self.path, found.lines.get(key, 1), problem, "write such a number")
        return float(value)

    def whole(self, found: YamlMap, key: str, own: int) -> int:
        """A whole number of 1 or more."""
        value = self.number(found, key, own, 1, 1e9)
        if value != int(value):
            problem = f"{key} {shown(found[key])} is no whole number"
            raise _wrong(self.path, found.lines.get(key, 1), problem, "write such a number")
        return int(value)

    def rules(self, whole: YamlMap) -> list[Rule]:
        """All rules in their order."""
        found, line = whole.get("rules"), whole.lines.get("rules", 1)
        if not isinstance(found, list) or not 0 < len(found) <= MOST_RULES:
            fix = "write a list of rules below `rules:`"
            raise _wrong(self.path, line, f"there are no rules, or over {MOST_RULES}", fix)
        rules: list[Rule] = []
        for one in found:
            if not isinstance(one, YamlMap) or not one:
                raise _wrong(self.path, line, f"{shown(one)!r} is no rule", "write metric: AP")
            rules += self.rule(one, whole)
        return rules

    def rule(self, one: YamlMap, whole: YamlMap) -> list[Rule]:
        """A rule for each condition of one entry."""
        self.known(one, (*SUBJECTS, *CONDITIONS, *SETTINGS))
        line = min(one.lines.values())
        error = self.text(one, "error", ERRORS)
        metric = self.text(one, "metric") or ("cost" if error else None)
        if metric is None:
            raise _wrong(self.path, line, "the rule names no metric", "write metric: AP")
        conditions = [name for name in CONDITIONS if name in one]
        if not conditions:
            fix = f"add one of {', '.join(CONDITIONS)}"
            raise _wrong(self.path, line, "the rule has no condition", fix)
        settings = YamlMap()
        for source in (whole, one):
            for key in SETTINGS:
                if key in source:
                    settings[key], settings.lines[key] = source[key], source.lines[key]
        return [
            Rule(
                line=one.lines[name],
                metric=metric,
                class_name=self.text(one, "class"),
                size=self.text(one, "size", SIZES),
                slice=self.text(one, "slice"),
                error=error,
                condition=name,
                limit=self.number(one, name, 0, *_range(name)),
                support=self.whole(settings, "support", 10),
                confidence=self.number(settings, "confidence", 0.95, LEAST_CONFIDENCE, 0.9999),
                unsure=self.text(settings, "unsure", UNSURE) or "pass",
            )
            for name in conditions
        ]


def _range(condition: str) -> tuple[float, float]:
    return (-1e12, 1e12) if condition in ("at_least", "at_most") else (0, 1e12)


def _wrong(path: Path, line: int, problem: str, fix: str) -> SourceError:
    return SourceError(path, f"line {line}", problem, fix=fix, code="E-GATE-RULES")
