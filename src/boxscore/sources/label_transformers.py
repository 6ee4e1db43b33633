"""A user's own Python file with a LabelTransformer: loading it, and running it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isabstract, isclass
from pathlib import Path
from types import ModuleType

from boxscore.errors import RequestError, SourceError, near_misses
from boxscore.schema.labels import DataLabel, LabelTransformer

MODULE = "boxscore_user_transformer"
"""Name under which the user's file is loaded."""


def load_transformer(path: Path, name: str | None = None) -> LabelTransformer:
    """The transformer that a file defines. This runs the file: it is the user's own program.

    Args:
        path: A Python file with a subclass of LabelTransformer.
        name: Which one, where the file has several.

    Raises:
        SourceError: The file cannot be loaded, or defines none.
        RequestError: It defines several and no name was given, or none of that name.
    """
    known = transformers_in(path)
    if name is None and len(known) > 1:
        raise RequestError(
            f"{path} defines several transformers",
            fix=f"choose one of {', '.join(known)}",
            code="E-TRANSFORMER-SEVERAL",
        )
    chosen = next(iter(known)) if name is None else name
    if chosen not in known:
        problem = f"{path} defines no transformer {chosen!r}"
        raise RequestError(problem, fix=near_misses(chosen, known), code="E-TRANSFORMER-UNKNOWN")
    try:
        return known[chosen]()
    except Exception as bad:
        raise _failed(path, f"{chosen} cannot be made", bad, "it must need no arguments") from bad


def transformers_in(path: Path) -> dict[str, type[LabelTransformer]]:
    """Name -> class of every transformer that a file defines, in its order.

    Raises:
        SourceError: The file cannot be loaded, or defines none.
    """
    module = _load(path)
    known = {
        name: value
        for name, value in vars(module).items()
        if isclass(value)
        and issubclass(value, LabelTransformer)
        and not isabstract(value)
        and value.__module__ == MODULE
    }
    if not known:
        fix = "subclass encord_active.lib.labels.label_transformer.LabelTransformer in it"
        raise SourceError(path, "", "defines no LabelTransformer", fix=fix, code="E-TRANSFORMER")
    return known


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None or not path.is_file():
        problem, fix = "is not a Python file", "name a file that ends in .py"
        raise SourceError(path, "", problem, fix=fix, code="E-TRANSFORMER")
    module = module_from_spec(spec)
    # What lies beside the file can be imported by it, as when it is run by Python itself.
    beside = str(path.resolve().parent)
    sys.path.insert(0, beside)
    sys.modules[MODULE] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as bad:
        raise _failed(path, "cannot be loaded", bad, "correct the file") from bad
    finally:
        sys.path.remove(beside)
        del sys.modules[MODULE]
    return module


def run_transformer(
    transformer: LabelTransformer, path: Path, labels: Sequence[Path], images: Sequence[Path]
) -> list[DataLabel]:
    """What the transformer makes of the files.

    Args:
        path: Its file, for messages.
        labels, images: Absolute paths.

    Raises:
        SourceError: It raised, or gave something else than a list of DataLabel.
    """
    try:
        made = list(transformer.from_custom_labels(list(labels), list(images)))
    except (Exception, SystemExit) as bad:
        name = type(transformer).__name__
        fix = "correct the transformer, or what it reads"
        raise _failed(path, f"{name}.from_custom_labels failed", bad, fix) from bad
    for value in made:
        if not isinstance(value, DataLabel):
            problem = f"from_custom_labels gave a {type(value).__name__}, not a DataLabel"
            fix = "return a list of DataLabel(abs_data_path, label)"
            raise SourceError(path, "", problem, fix=fix, code="E-TRANSFORMER")
    return made


def _failed(path: Path, what: str, bad: BaseException, fix: str) -> SourceError:
    """The error with the line of the user's file where it arose."""
    own = [f.lineno for f in traceback.extract_tb(bad.__traceback__) if f.filename == str(path)]
    where = f"line {own[-1]}" if own else ""
    if isinstance(bad, SyntaxError) and bad.lineno:
        where = f"line {bad.lineno}"
    text = str(bad) if str(bad) else "no message"
    problem = f"{what}: {type(bad).__name__}: {text}"
    return SourceError(path, where, problem, fix=fix, code="E-TRANSFORMER")
