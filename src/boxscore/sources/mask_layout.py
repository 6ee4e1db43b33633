"""Which files of a folder are masks, of which image, and of which class where names say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from boxscore.errors import SourceError
from boxscore.sources.formats import ReadRequest
from boxscore.sources.mask_classes import MaskClasses, classes_of
from boxscore.sources.mask_sets import classes_of_set
from boxscore.sources.picture_places import FOLDERS, Pictures
from boxscore.sources.text_lines import files_below
from boxscore.sources.yaml_text import YAML, mentions, read_yaml
from boxscore.sources.yolo_layout import contained
from boxscore.sources.yolo_lists import SPLITS

MASK_FOLDERS = (
    "masks", "mask", "labels", "annotations", "segmentationobject", "segmentationclass",
    "gtfine", "gtcoarse", "segmentation", "segmentations", "semantic",
)  # fmt: skip
ENDING = re.compile(
    r"_((?:gt(?:Fine|Coarse)_|pred_)?(?:instanceIds|labelIds|labelTrainIds|color)"
    r"|preds?|masks?|segmentation|seg)$",
    re.I,
)
"""What follows the name of the image."""
BEST = ("instanceids", "labelids")
"""Of Cityscapes' files for one image, those that are read."""
FRAME = re.compile(r"(.+)__(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFile:
    """One mask file.

    Attributes:
        key: Of its image.
        frame: Of the video that `key` names; -1 for a still image.
        class_name: Of its objects, where the name or folder of the file says it.
    """

    path: Path
    key: str
    split: str = ""
    frame: int = -1
    class_name: str | None = None


@dataclass(slots=True)
class MaskLayout:
    """A folder of masks.

    Attributes:
        root: The folder that was named.
        skipped: Files of images that have a better one.
    """

    root: Path
    files: list[MaskFile]
    classes: MaskClasses
    pictures: Pictures
    skipped: int = 0


def layout_of(path: Path, request: ReadRequest) -> MaskLayout:
    """What lies where.

    Raises:
        SourceError: There is no mask, or the table of classes is damaged.
    """
    root = path if path.is_dir() else path.parent
    truth = request.role == "truth"
    places = [root, root.parent, root.parent.parent] if truth else [root]
    folders = _folders(path, root)
    classes = classes_of([*dict.fromkeys([*folders, *places])])
    pictures = _pictures(root, request) if truth else Pictures.below(None)
    pngs, skipped = _chosen([(f, folder) for folder in folders for f in _pngs(folder)])
    if not pngs:
        fix = "name the folder of the PNG masks; JPEG changes values and cannot hold masks"
        raise SourceError(path, "", "holds no PNG masks", fix=fix, code="E-MASK-EMPTY")
    if not classes.names:
        classes = classes_of_set([png.stem for png, _ in pngs], truth=truth)
        named = {*classes.names.values()}
        if not truth and 2 * len(named & {name for _, name in request.classes}) <= len(named):
            classes = MaskClasses()  # files may be called so and hold the project's own classes
    known = [*classes.names.values(), *(name for _, name in request.classes)]
    namer = _Namer(_stems(pictures, request), known, truth)
    by_folder = namer.class_folders([png for png, _ in pngs])
    files = [namer.file(png, folder, by_folder) for png, folder in pngs]
    return MaskLayout(root, files, classes, pictures, skipped)


def _pictures(root: Path, request: ReadRequest) -> Pictures:
    """Those near the masks; beside the masks of one split only its own."""
    near = Pictures.near(root, request.images)
    if near.root is None or not root.name.lower().startswith(SPLITS):
        return near
    own = near.root / root.name
    return Pictures.below(own) if own.is_dir() else near


def _folders(path: Path, root: Path) -> list[Path]:
    """The folders of masks: as a YAML beside them says, by their names, or the one given."""
    beside = (p for p in root.glob("*") if _is_yaml(p) and mentions(p, SPLITS))
    yamls = [path] if path.is_file() else sorted(beside)
    for file in yamls:
        document = read_yaml(file)
        entries = [document.get(s) for s in SPLITS] if isinstance(document, dict) else []
        named = [contained(root, e.get("masks")) for e in entries if isinstance(e, dict)]
        found = [folder for folder in named if folder is not None]
        if found:
            return found
    inner = {p.name.lower(): p for p in sorted(root.iterdir()) if p.is_dir()}
    return [next((inner[name] for name in MASK_FOLDERS if name in inner), root)]


def _is_yaml(path: Path) -> bool:
    return path.suffix.lower() in YAML and path.is_file()


def _pngs(folder: Path) -> list[Path]:
    """PNGs below a folder, but not those of folders of pictures."""
    found = files_below(folder, (".png",))
    return [p for p in found if not {x.lower() for x in p.relative_to(folder).parts} & {*FOLDERS}]


def _chosen(pngs: list[tuple[Path, Path]]) -> tuple[list[tuple[Path, Path]], int]:
    """Where some are named as masks, only those; of Cityscapes' the one that says most."""
    named = [pair for pair in pngs if ENDING.search(pair[0].stem)]
    for best in BEST:
        inner = [pair for pair in named if pair[0].stem.lower().endswith(best)]
        if inner:
            return inner, len(pngs) - len(inner)
    return (named, len(pngs) - len(named)) if named else (pngs, 0)


def _stems(pictures: Pictures, request: ReadRequest) -> set[str]:
    titles = {PurePosixPath(t.replace("\\", "/")) for t in request.titles}
    return pictures.stems() | {t.stem for t in titles} | {t.name for t in titles}


class _Namer:
    """Takes the names of files apart."""

    def __init__(self, stems: set[str], classes: list[str], truth: bool) -> None:
        self.stems, self.truth = stems, truth
        self.classes = {name.casefold(): name for name in classes}

    def class_folders(self, pngs: list[Path]) -> bool:
        """Whether each folder is a class: named so, or with the same images as another."""
        parents = {png.parent for png in pngs}
        if self.classes:
            return all(p.name.casefold() in self.classes for p in parents)
        if len(parents) < 2 or any(p.name.lower().startswith(SPLITS) for p in parents):
            return False
        stems = [{png.stem for png in pngs if png.parent == p} for p in parents]
        return len(set.union(*stems)) < sum(map(len, stems))

    def file(self, png: Path, folder: Path, by_folder: bool) -> MaskFile:
        """Image, frame, split and class of a file."""
        relative = png.relative_to(folder)
        stem = ENDING.sub("", png.stem)
        split = next((s for s in SPLITS if any(p.startswith(s) for p in relative.parts[:-1])), "")
        if not split:
            split = next((s for s in SPLITS if folder.name.lower().startswith(s)), "")
        if by_folder:
            name = self.classes.get(png.parent.name.casefold(), png.parent.name)
            key, frame = self._frame(self._numbered(stem))
            return MaskFile(path=png, key=key, split=split, frame=frame, class_name=name)
        key, frame = self._frame(stem)
        if frame >= 0:
            return MaskFile(path=png, key=key, split=split, frame=frame)
        image, called = self._with_class(stem)
        if called is not None:
            return MaskFile(path=png, key=image, split=split, class_name=called)
        return MaskFile(path=png, key=relative.with_name(stem).as_posix(), split=split)

    def _numbered(self, stem: str) -> str:
        """The image of IMAGE or IMAGE_N."""
        head, _, tail = stem.rpartition("_")
        split = stem not in self.stems and head in self.stems and tail.isdigit()
        return head if split else stem

    def _with_class(self, stem: str) -> tuple[str, str | None]:
        """Image and class of IMAGE_CLASS or IMAGE_CLASS_N."""
        if stem in self.stems or "_" not in stem:
            return stem, None
        parts = stem.split("_")
        for k in range(len(parts) - 1, 0, -1):
            image, rest = "_".join(parts[:k]), parts[k:]
            if rest[-1].isdigit() and len(rest) > 1:
                rest = rest[:-1]
            name = self.classes.get("_".join(rest).casefold())
            name = name or self.classes.get(" ".join(rest).casefold())
            if name is None and not self.classes and not "".join(rest).isdigit():
                name = "_".join(rest)
            if name is not None and (image in self.stems or (self.classes and not self.stems)):
                return image, name
        return stem, None

    def _frame(self, stem: str) -> tuple[str, int]:
        """Title and frame of TITLE__FRAME, where no image is called so."""
        found = FRAME.fullmatch(stem)
        if self.truth or found is None or stem in self.stems:
            return stem, -1
        return found[1], int(found[2])
