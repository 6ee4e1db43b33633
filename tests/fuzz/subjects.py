"""What is fuzzed, and the good inputs that are damaged for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import boxscore as bs
from tests.fuzz.seeds import (
    coco,
    of_sinks,
    picture,
)
from tests.fuzz.seeds_alive import calls, videos
from tests.fuzz.seeds_of_files import (
    arrays,
    folders,
    kitti,
    masks,
    mot,
    openimages,
    plain_text,
    voc,
    yolo,
)
from tests.fuzz.seeds_of_json import (
    dumps,
    encord,
    encord_folders,
    fiftyone,
    labelme,
    lvis_files,
    panoptic,
)
from tests.fuzz.seeds_of_results import (
    class_lines,
    image_tables,
    prediction_strings,
    visdrone,
    wider,
)
from tests.fuzz.seeds_of_tools import dota, line_documents, tools
from tests.fuzz.seeds_of_tracks import detrac, keras_yolo, parquet, vatic
from tests.fuzz.trees import Case, Tree, grow

Seeds = Callable[[bs.Project], list[Case]]


def with_mapping(project: bs.Project) -> list[Case]:
    """Mapping files for predictions of several formats."""
    cases = []
    for case in (*of_sinks(project, "csv"), *plain_text(project), coco(project)[3]):
        if case.role != "predictions":
            continue
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "tree"
            grow(case.tree, root)
            project.doctor(root / case.entry, write=Path(name) / "m.yaml")
            written = (Path(name) / "m.yaml").read_bytes()
        cases.append(
            Case(tree={f"p/{k}": v for k, v in case.tree.items()} | {"m.yaml": written},
                 entry=f"p/{case.entry}".rstrip("/"), role="predictions", form=case.form,
                 mapping="m.yaml")
        )  # fmt: skip
    return cases


def pictures(_: bs.Project) -> list[Case]:
    """Image files of every admitted kind."""
    kinds = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "bmp": "BMP", "tif": "TIFF", "webp": "WEBP"}
    tree: Tree = {}
    for suffix, form in kinds.items():
        modes = ("L", "RGB", "CMYK") if form in ("JPEG", "TIFF") else ("L", "RGB", "P")
        for mode in modes if form != "WEBP" else ("RGB",):
            tree[f"{mode}.{suffix}"] = picture((24, 16), mode, form)
    return [Case(tree={k: v}, role="pictures") for k, v in tree.items()] + [
        Case(tree=tree, role="pictures")
    ]


SUBJECTS: dict[str, Seeds] = {
    "detrac": detrac,
    "dota": dota,
    "class-lines": class_lines,
    "image-tables": image_tables,
    "keras-yolo": keras_yolo,
    "line-documents": line_documents,
    "parquet": parquet,
    "prediction-string": prediction_strings,
    "vatic": vatic,
    "visdrone": visdrone,
    "coco": coco, "coco-panoptic": panoptic, "csv": lambda p: of_sinks(p, "csv"),
    "cvat": lambda p: of_sinks(p, "cvat"), "dumps": dumps, "encord": encord,
    "encord-folders": encord_folders, "fiftyone": fiftyone, "lvis": lvis_files,
    "folders": folders, "jsonl": lambda p: of_sinks(p, "jsonl"),
    "kitti": kitti, "labelme": labelme, "mapping": with_mapping, "masks": masks, "mot": mot,
    "npy": arrays, "openimages": openimages, "pickle": lambda p: of_sinks(p, "pickle"),
    "pictures": pictures, "tools": tools, "txt": plain_text, "voc": voc, "wider": wider,
    "yolo": yolo,
    "adding": calls, "videos": videos,
}  # fmt: skip
"""Subject -> its good inputs, given the project for which predictions are meant."""
