"""The doctor: reconciles ids and conventions of a source with a project, on evidence."""

from boxscore.sources.doctor.diagnosis import Diagnosis, diagnose, settle
from boxscore.sources.doctor.mapping import (
    Mapping,
    mapping_text,
    read_mapping,
    with_mapping,
    write_mapping,
)

__all__ = [
    "Diagnosis",
    "Mapping",
    "diagnose",
    "mapping_text",
    "read_mapping",
    "settle",
    "with_mapping",
    "write_mapping",
]
