"""The user's own label transformer: a Python file with a class that reads label files.

This is the one place where a user's code runs, and only because the user names the file.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from pathlib import Path

from boxscore.errors import SourceError
from boxscore.schema.labels import (
    BoundingBoxLabel,
    ClassificationLabel,
    DataLabel,
    KeypointLabel,
    LabelTransformer,
    PolygonLabel,
)

LABELS = (BoundingBoxLabel, ClassificationLabel, KeypointLabel, PolygonLabel)


def load_transformers(path: Path) -> dict[str, LabelTransformer]:
    """The transformers that a Python file defines or imports, by class name, ready to use.

    Raises:
        SourceError: The file cannot be run, or defines none.
    """
    name = f"boxscore_transformer_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _unusable(path, "is no Python file", "name a file that ends with .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    folder = str(path.absolute().parent)
    if folder not in sys.path:  # as for any script: it may import what lies beside it
        sys.path.insert(0, folder)
    sys.dont_write_bytecode = True
    try:
        spec.loader.exec_module(module)
        found = {
            cls.__name__: cls()
            for _, cls in inspect.getmembers(module, inspect.isclass)
            if issubclass(cls, LabelTransformer) and not inspect.isabstract(cls)
        }
    except Exception as failed:
        problem = f"the transformer cannot be loaded: {_told(failed, path)}"
        raise _unusable(path, problem, "run the file by itself to see why") from failed
    if not found:
        fix = "subclass encord_active.lib.labels.label_transformer.LabelTransformer in it"
        raise _unusable(path, "defines no label transformer", fix)
    return found


def labels_of(
    path: Path, transformer: LabelTransformer, label_files: list[Path], data_files: list[Path]
) -> list[DataLabel]:
    """What the transformer makes of the files.

    Raises:
        SourceError: It fails, or hands over something else than labels.
    """
    try:
        labels = list(transformer.from_custom_labels(label_files, data_files))
    except Exception as failed:
        problem = f"{type(transformer).__name__} failed: {_told(failed, path)}"
        raise _unusable(path, problem, "correct the transformer") from failed
    for number, label in enumerate(labels):
        given: object = label
        if not isinstance(given, DataLabel) or not isinstance(given.label, LABELS):
            problem = f"label {number} is a {type(label).__name__}, not a DataLabel with a label"
            raise _unusable(path, problem, "return a list of DataLabel")
    return labels


def _told(failed: Exception, path: Path) -> str:
    """What went wrong, and in which line of the user's file."""
    frames = traceback.extract_tb(failed.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(failed).__name__}: {failed}"


def _unusable(path: Path, problem: str, fix: str) -> SourceError:
    return SourceError(path, "", problem, fix=fix, code="E-TRANSFORMER")
