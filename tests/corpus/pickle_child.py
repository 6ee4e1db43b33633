"""Reads each file of a folder in a child of its own with limits, and prints how that ended."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import ObjectDef, Ontology
from boxscore.schema.tables import ITEMS, Table
from boxscore.sources import encord_pickle
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport

MOST_MEMORY = 1 << 30
SECONDS = 10


def context() -> ProjectContext:
    """One image of 1024 by 1024 pixels, one class of boxes and one of masks."""
    text = {
        "data_hash": "hash-1", "title": "a.jpg", "source_id": "1", "file": "", "split": "",
        "licence": "",
    }  # fmt: skip
    columns = {k: np.array([v], object) for k, v in text.items()}
    numbers = {"frame": 0, "width": 1024, "height": 1024}
    columns |= {k: np.array([v], np.int32) for k, v in numbers.items()}
    classes = (("box00000", Shape.BOUNDING_BOX), ("mask0000", Shape.BITMASK))
    objects = tuple(
        ObjectDef(feature_hash=h, name=h, shape=shape, color="#000000") for h, shape in classes
    )
    return ProjectContext(items=Table(ITEMS, columns), ontology=Ontology(objects))


def outcome(path: Path, known: ProjectContext) -> str:
    try:
        made = encord_pickle.read(path, known, ImportReport(path))
    except SourceError as refused:
        assert len(str(refused)) < 2000, "a message that is far too long"
        return f"refused {refused.code}"
    except BaseException as bad:
        return f"{type(bad).__name__}: {bad}"[:300]
    return f"read {made.predictions.rows}"


def limited(path: Path, known: ProjectContext) -> dict[str, object]:
    """How one file ends: what, CPU seconds, peak memory in MB."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        signal.alarm(4 * SECONDS)
        os.write(send, outcome(path, known).encode("utf-8", "replace"))
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        said = pipe.read().decode()
    _, status, usage = os.wait4(child, 0)
    return {
        "outcome": said or f"died of status {status}",
        "seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1024,
    }


if __name__ == "__main__":
    folder, shared = Path(sys.argv[1]), context()
    print(json.dumps({p.name: limited(p, shared) for p in sorted(folder.iterdir())}))  # noqa: T201
