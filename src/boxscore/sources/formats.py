"""The formats that can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Literal

from boxscore.errors import RequestError, near_misses
from boxscore.sources.raw import Convention, RawSet
from boxscore.sources.report import ImportReport

Role = Literal["truth", "predictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How sure a format is that a file or folder is of its kind: 0 not at all, 1 certain; why."""

    share: float
    why: str


NO = Guess(share=0.0, why="")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """What a reader is asked for.

    Attributes:
        role: Ground truth of a project, or predictions.
        images: Folder of the image files, where the user named one.
        sizes: Image name -> (width, height), for formats that need them before they read.
        titles: Of the project's images, for formats whose file names hold more than an image.
        classes: Number (or None) and name of the project's classes, for the same.
        rotated: Whether the project's ground truth has rotated boxes.
        boxes: How the boxes of a ground truth are written, where a mapping file says it.
        from_zero: Whether a mapping file gives the number 0 to a class.
    """

    role: Role
    images: Path | None = None
    sizes: Callable[[str], tuple[int, int] | None] | None = None
    titles: tuple[str, ...] = ()
    classes: tuple[tuple[int | None, str], ...] = ()
    rotated: bool = False
    boxes: Convention | None = None
    from_zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatCard:
    """One format.

    Attributes:
        name: As `--format` takes it.
        title: What it is, in a few words.
        roles: What it can hold.
        module: Has `recognise(path, role) -> Guess` and `read(path, request, report) -> RawSet`;
            imported on use.
    """

    name: str
    title: str
    roles: tuple[Role, ...]
    module: str

    def recognise(self, path: Path, role: Role) -> Guess:
        """Whether a path looks like this format; looks at little, never fails."""
        guess: Guess = self._load().recognise(path, role)
        return guess

    def read(self, path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
        """Read it.

        Raises:
            SourceError: It is not of this format, or damaged beyond use.
        """
        raw: RawSet = self._load().read(path, request, report)
        return raw

    def _load(self) -> Any:
        return import_module(self.module)


def _card(name: str, title: str, *roles: Role, module: str = "") -> FormatCard:
    where = f"boxscore.sources.{module or name}"
    return FormatCard(name=name, title=title, roles=roles, module=where)


BOTH: tuple[Role, ...] = ("truth", "predictions")

CARDS: tuple[FormatCard, ...] = (
    _card(
        "huggingface",
        "Hugging Face object-detection pipelines (JSON)",
        "predictions",
        module="dumps_huggingface",
    ),
    _card(
        "keras-yolo",
        "Lists of images: a line `path x1,y1,x2,y2,class ...` each",
        *BOTH,
        module="box_lists",
    ),
    _card(
        "torchvision",
        "boxes, labels and scores of TorchVision or Hugging Face (JSON)",
        "predictions",
        module="dumps_torchvision",
    ),
    _card(
        "class-lines",
        "Classes of images as text, `probability class` a line (Ultralytics)",
        "predictions",
        module="class_lines",
    ),
    _card("azureml", "Azure Machine Learning's JSON lines", "truth"),
    _card("cityscapes", "Cityscapes' polygons (JSON)", "truth"),
    _card("coco-panoptic", "COCO panoptic: JSON and PNG", *BOTH, module="coco_panoptic"),
    _card(
        "coco-scored",
        "COCO annotations with scores, as FiftyOne exports a run",
        "predictions",
        module="coco_scored",
    ),
    _card("createml", "CreateML's JSON", *BOTH),
    _card("csv", "Tables as text, with a header line", *BOTH, module="csv_table"),
    _card("cvat", "CVAT XML 1.1, images or video", "truth"),
    _card("darknet", "Darknet's results (JSON)", "predictions", module="dumps_darknet"),
    _card("datumaro", "Datumaro's JSON", *BOTH, module="datumaro_json"),
    _card("detrac", "UA-DETRAC XML, one file per sequence", "truth"),
    _card("dota", "DOTA's labelTxt and results of its first task", *BOTH),
    _card("encord", "Encord label rows and ontology of an exported project", "truth"),
    _card("fiftyone", "FiftyOne's exports as JSON", *BOTH, module="fiftyone_json"),
    _card("folders", "class folders: images in a folder for each class", *BOTH),
    _card(
        "hf-objects",
        "Hugging Face's metadata.jsonl, objects of each image",
        *BOTH,
        module="huggingface_objects",
    ),
    _card("image-tables", "Tables as text, one per image", *BOTH, module="image_tables"),
    _card("jsonl", "Tables as JSON lines, or as a list of objects", *BOTH),
    _card("kitti", "KITTI labels and results, of images and of tracked sequences", *BOTH),
    _card("labelme", "labelme JSON files, one per image", "truth"),
    _card("labelstudio", "Label Studio's JSON and JSON_MIN", *BOTH, module="label_studio"),
    _card("masks", "PNG masks: class indices, instances, colours", *BOTH),
    _card("megadetector", "MegaDetector's results (JSON)", "predictions"),
    _card("mmdet", "MMDetection's inferencer (JSON)", "predictions", module="dumps_mmdet"),
    _card("mot", "MOTChallenge text files, one per sequence", *BOTH),
    _card("npy", "Classes of images as NumPy arrays", *BOTH, module="label_arrays"),
    _card(
        "objects",
        "Objects of each image: class, confidence, bbox (JSON)",
        "predictions",
        module="dumps_objects",
    ),
    _card("odgt", "CrowdHuman's odgt", *BOTH),
    _card("openimages", "Open Images CSV, with labels and class tree", *BOTH),
    _card("parquet", "Tables as Parquet (needs pyarrow)", *BOTH, module="parquet_table"),
    _card(
        "prediction-string",
        "Challenge tables with a PredictionString (CSV)",
        *BOTH,
        module="prediction_strings",
    ),
    _card("roboflow", "Roboflow's inference (JSON)", "predictions", module="dumps_roboflow"),
    _card("sagemaker", "SageMaker Ground Truth's and Rekognition's manifests", "truth"),
    _card("scalabel", "Scalabel's JSON, as of BDD100K", *BOTH),
    _card("supervisely", "Supervisely's JSON files, one per image", "truth"),
    _card("txt", "Plain text files, one per image: class, confidence, four numbers", *BOTH),
    _card("ultralytics", "Ultralytics results (JSON)", "predictions", module="dumps_ultralytics"),
    _card("vatic", "VATIC's text dumps, one per video", "truth"),
    _card("vertex", "Vertex AI's JSON lines", "truth"),
    _card("via", "VGG Image Annotator's JSON and CSV", "truth"),
    _card("visdrone", "VisDrone's text files, one per image", *BOTH),
    _card("voc", "Pascal VOC XML, and results of its devkit", *BOTH),
    _card("wider", "WIDER FACE's list, and results with a file per image", *BOTH),
    _card("yolact", "YOLACT's viewer (JSON)", "predictions", module="dumps_yolact"),
    _card("yolo", "YOLO text files, one per image, with or without data.yaml", *BOTH),
)
FORMATS: dict[str, FormatCard] = {card.name: card for card in CARDS}
"""Formats that are read into a raw set and reconciled by the doctor."""


def formats(role: Role) -> dict[str, FormatCard]:
    """Formats for a role: ours, and those that plug-ins add (entry points `boxscore.sources`)."""
    added = {}
    for point in entry_points(group="boxscore.sources"):
        card = point.load()
        if isinstance(card, FormatCard):
            added[point.name] = card
    return {n: card for n, card in {**FORMATS, **added}.items() if role in card.roles}


def format_of(name: str, role: Role) -> FormatCard:
    """The format of a name.

    Raises:
        RequestError: There is none for this role.
    """
    known = formats(role)
    if name not in known:
        what = "ground truth" if role == "truth" else "predictions"
        raise RequestError(
            f"format {name!r} of {what} is unknown",
            fix=near_misses(name, known),
            code="E-FORMAT-UNKNOWN",
        )
    return known[name]


def recognise(path: Path, role: Role) -> list[tuple[FormatCard, Guess]]:
    """Those of these formats that a path may be, most likely first."""
    guesses = [(card, card.recognise(path, role)) for card in formats(role).values()]
    return sorted((g for g in guesses if g[1].share > 0), key=lambda g: -g[1].share)
