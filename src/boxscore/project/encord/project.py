"""Encord Active's Project over a project of this package: the attributes that scripts read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from uuid import uuid5

from boxscore.project.encord.rows import label_rows
from boxscore.project.project import Project
from boxscore.schema.ontology import Ontology
from boxscore.sources.data_ids import NAMESPACE


@dataclass(frozen=True, slots=True)
class LabelRowMeta:
    """What a label row is of."""

    label_hash: str
    data_hash: str
    data_title: str
    data_type: str
    dataset_hash: str = ""
    dataset_title: str = ""
    label_status: str = "LABELLED"


@dataclass(frozen=True, slots=True)
class OntologyObject:
    """A class of objects."""

    uid: int
    name: str
    color: str
    shape: str
    feature_node_hash: str


@dataclass(frozen=True)
class OntologyStructure:
    """The classes, as Encord's own SDK shows them."""

    source: Ontology

    @property
    def objects(self) -> list[OntologyObject]:
        """Classes of objects."""
        return [
            OntologyObject(k, o.name, o.color, o.shape.value, o.feature_hash)
            for k, o in enumerate(self.source.objects, 1)
        ]

    @property
    def classifications(self) -> list[dict[str, Any]]:
        """Questions about the whole image, in Encord's form."""
        return list(self.to_dict()["classifications"])

    def to_dict(self) -> dict[str, Any]:
        """Encord's form."""
        return self.source.to_json()


class EncordProject:
    """A project folder; `load` comes first, as in Encord Active.

    Attributes:
        project_dir: The folder.
        file_structure: The same, for what takes one.
    """

    def __init__(self, project_dir: str | Path) -> None:
        self.project_dir = Path(project_dir)
        self._subset_size: int | None = None
        self._project = Project.open(self.project_dir)

    def load(self, subset_size: int | None = None) -> Self:
        """Read it anew; with `subset_size`, only so many label rows."""
        self._subset_size = subset_size
        self._project = Project.open(self.project_dir)
        self.__dict__.pop("label_rows", None)
        return self

    @property
    def file_structure(self) -> Self:
        """What knows the project's folder."""
        return self

    @property
    def project_hash(self) -> str:
        """Of the project's name: the same on every machine."""
        return str(uuid5(NAMESPACE, self._project.name))

    @property
    def project_meta(self) -> dict[str, Any]:
        """Title, description and hash; there is no remote side."""
        return {
            "project_title": self._project.name,
            "project_description": "",
            "project_hash": self.project_hash,
            "has_remote": False,
        }

    @property
    def ontology(self) -> OntologyStructure:
        """The classes."""
        return OntologyStructure(self._project.ontology)

    @cached_property
    def label_rows(self) -> dict[str, dict[str, Any]]:
        """Label hash -> label row in Encord's form: data units with their labels."""
        p = self._project
        return label_rows(p.items, p.ontology, p.ground_truth, self._subset_size)

    @property
    def label_row_metas(self) -> dict[str, LabelRowMeta]:
        """Label hash -> what it is of."""
        return {
            label_hash: LabelRowMeta(
                label_hash, row["data_hash"], row["data_title"], row["data_type"]
            )
            for label_hash, row in self.label_rows.items()
        }
