"""Classes of Open Images: machine ids, their names, and the tree in which they stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError
from boxscore.sources.json_document import read_document
from boxscore.sources.raw import RawBuilder

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz_"
ROOTS = ("/m/", "/g/", "/j/")
LARGEST_TREE = 16 << 20
DEEPEST = 50


def machine_number(label: str) -> int | None:
    """A machine id such as /m/011k07 as a number, so that it is kept beside the class's name."""
    root, code = label[:3], label[3:]
    if root not in ROOTS or not 0 < len(code) <= 11 or not set(code) <= set(DIGITS):
        return None
    value = 0
    for digit in code:
        # Digits count from 1: 011k07 is not 11k07.
        value = value * 38 + DIGITS.index(digit) + 1
    return value * len(ROOTS) + ROOTS.index(root)


def is_tree(document: Any) -> bool:
    """Whether a JSON document is a class tree of Open Images."""
    return isinstance(document, dict) and "LabelName" in document and "Subcategory" in document


@dataclass(slots=True)
class ClassTree:
    """What is known of the classes.

    Attributes:
        names: Machine id -> name.
        parents: Machine id -> the class above it; "" for those at the top.
        further: How many further places in the tree were left out.
    """

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    further: int = 0
    _refs: dict[str, int] = field(default_factory=dict)
    _shared: set[str] | None = None

    def read_tree(self, path: Path) -> None:
        """Read a tree; its root stands for everything and is no class.

        Raises:
            SourceError: It is no tree.
        """
        document = read_document(path, LARGEST_TREE)
        if not is_tree(document):
            problem = "is no class tree: LabelName and Subcategory are wanted"
            raise SourceError(path, "", problem, fix="give the hierarchy", code="E-OPENIMAGES-TREE")
        self._read(path, document, "", 0)

    def _read(self, path: Path, node: dict[str, Any], label: str, depth: int) -> None:
        for child in node.get("Subcategory") or ():
            name = child.get("LabelName") if isinstance(child, dict) else None
            if not isinstance(name, str) or depth > DEEPEST:
                problem = "a class of the tree has no LabelName, or lies too deep"
                raise SourceError(
                    path, "", problem, fix="give the hierarchy", code="E-OPENIMAGES-TREE"
                )
            if self.parents.setdefault(name, label) != label:
                self.further += 1
            self._read(path, child, name, depth + 1)

    def known(self) -> set[str]:
        """Classes that boxes can have, as far as the files say: those of the tree, or the names."""
        return set(self.parents) or set(self.names)

    def name(self, label: str) -> str:
        """What a class is called; with its machine id where another is called the same."""
        if self._shared is None:
            counts = Counter(self.names.values())
            self._shared = {name for name, count in counts.items() if count > 1}
        name = self.names.get(label) or label
        return f"{name} ({label})" if name in self._shared else name

    def ref(self, builder: RawBuilder, label: str) -> int:
        """The number of a class among those of the source."""
        if label not in self._refs:
            above = self.parents.get(label, "")
            self._refs[label] = builder.class_ref(
                machine_number(label), self.name(label), parent=self.name(above) if above else ""
            )
        return self._refs[label]
