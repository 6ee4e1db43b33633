"""COCO panoptic: a JSON with `segments_info` of every image, and a folder of PNGs with their ids.

A pixel's segment is R + 256 G + 65536 B; 0 is none (void). Results may leave out images and
categories, and may give each segment a `score`. Source: Kirillov et al. 2019, "Panoptic
Segmentation"; the data format page of cocodataset.org.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document, real
from boxscore.sources.picture_places import Pictures
from boxscore.sources.pixel_maps import ValueMasks, read_maps
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below

CONVENTION = Convention(corners="xywh", scale="pixels")
CODE = "E-PANOPTIC-JSON"
VOID = 0
HEAD = 1 << 16
MOST_IMAGES = 10_000_000


def recognise(path: Path, _role: Role) -> Guess:
    """A JSON file with segments_info, or a folder with one."""
    file = _file_in(path)
    if file is None:
        return NO
    return Guess(share=0.97, why=f"{file.name} lists segments_info")


def _file_in(path: Path) -> Path | None:
    """The panoptic JSON that a path is or holds, there or one folder deeper."""
    if path.is_file():
        return path if path.suffix.lower() == ".json" and is_panoptic(path) else None
    found = [*sorted(path.glob("*.json"))[:20], *sorted(path.glob("*/*.json"))[:20]]
    return next((file for file in found if file.is_file() and is_panoptic(file)), None)


def is_panoptic(path: Path) -> bool:
    """By the key, near the start or near the end: images and categories may come first."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
            if b'"segments_info"' in head:
                return True
            file.seek(max(path.stat().st_size // 2, 0))
            return b'"segments_info"' in file.read(HEAD)
    except OSError:
        return False


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read the JSON, then every PNG that it names.

    Raises:
        SourceError: It is no panoptic JSON, or no folder beside it has its PNGs.
    """
    file = _file_in(path)
    if file is None:
        fix = "name the JSON with segments_info"
        raise SourceError(path, "", "is no panoptic JSON, nor holds one", fix=fix, code=CODE)
    document = read_document(file)
    if not isinstance(document, dict) or not isinstance(document.get("annotations"), list):
        fix = "it needs annotations with segments_info"
        raise SourceError(file, "", "is no panoptic JSON", fix=fix, code=CODE)
    builder = RawBuilder("coco-panoptic", path, report, CONVENTION)
    builder.file(file.name)
    reader = _Reader(builder, request.role == "truth")
    reader.classes(_listed(document, "categories"))
    reader.images(_listed(document, "images"), Pictures.near(file, request.images))
    annotations = document["annotations"]
    reader.segments(annotations, _pngs(file, annotations))
    return builder.build()


def _listed(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    given = document.get(key)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _pngs(file: Path, annotations: list[Any]) -> list[Path | None]:
    """The PNG of every annotation, in the folder beside the JSON that has most of them."""
    names = [a.get("file_name") if isinstance(a, dict) else None for a in annotations]
    wanted = {Path(name).stem for name in names if isinstance(name, str)}
    best: dict[str, Path] = {}
    own = file.with_suffix("")
    folders = [own] if own.is_dir() else [p for p in sorted(file.parent.iterdir()) if p.is_dir()]
    for folder in [*folders, file.parent]:
        found = {p.stem: p for p in files_below(folder, (".png",)) if p.stem in wanted}
        best = found if len(found) > len(best) else best
    if wanted and not best:
        fix = "put the folder of PNGs, named as the JSON, beside it"
        raise SourceError(file, "", "has no PNGs beside it", fix=fix, code="E-PANOPTIC-PNG")
    return [best.get(Path(n).stem) if isinstance(n, str) else None for n in names]


@dataclass(slots=True)
class _Reader:
    """The parts of the JSON one after the other."""

    builder: RawBuilder
    truth: bool
    categories: dict[int, int] = field(default_factory=dict)
    image_of: dict[Any, int] = field(default_factory=dict)
    confident: int = 0
    void: int = 0

    def classes(self, listed: list[dict[str, Any]]) -> None:
        """Every category, things and stuff told apart."""
        for one in listed:
            number, name, thing = (one.get(key) for key in ("id", "name", "isthing"))
            if type(number) is not int or not isinstance(name, str):
                problem = f"category {shown(one)} has no id and name"
                self.builder.report.reject(CODE, "categories", problem)
                continue
            parent = one.get("supercategory")
            self.categories[number] = self.builder.class_ref(
                number,
                name,
                parent=parent if isinstance(parent, str) and parent != name else "",
                thing=None if thing not in (0, 1) else bool(thing),
            )

    def images(self, listed: list[dict[str, Any]], pictures: Pictures) -> None:
        """Every image, with its size."""
        for one in listed:
            key, width, height = (one.get(name) for name in ("id", "width", "height"))
            if not isinstance(key, int | str):
                self.builder.report.reject(CODE, "images", f"image {shown(one)} has no id")
                continue
            sized = all(type(n) is int and 0 < n < 1 << 20 for n in (width, height))
            name = one.get("file_name")
            picture = pictures.of(name) if self.truth and isinstance(name, str) else None
            self.image_of[key] = self.builder.image(
                str(key),
                width=width if sized else 0,
                height=height if sized else 0,
                path=picture,
                title=name if isinstance(name, str) else "",
            )

    def segments(self, annotations: list[Any], pngs: list[Path | None]) -> None:
        """Every segment as a mask."""
        maps = iter(read_maps([png for png in pngs if png is not None], colours=True))
        for line, (one, png) in enumerate(zip(annotations, pngs, strict=True), 1):
            found = None if png is None else next(maps)
            if not isinstance(one, dict) or not isinstance(one.get("segments_info"), list):
                self._reject(line, 1, CODE, "has no segments_info")
                continue
            count = max(len(one["segments_info"]), 1)
            if found is None:
                self._reject(
                    line, count, "E-PANOPTIC-PNG", f"{shown(one.get('file_name'))}: no PNG"
                )
            elif found.code:
                self._reject(line, count, found.code, f"{png.name if png else ''} {found.problem}")
            else:
                self._image(line, one, found)
        if not self.truth and not self.confident:
            problem = "segments have no score: taken as confidence 1"
            self.builder.report.note("N-PANOPTIC-SCORE", problem)
        if self.void:
            problem = "ids of a PNG that segments_info does not list: their pixels are void"
            self.builder.report.note("W-PANOPTIC-UNLISTED", problem, self.void, wrong=True)

    def _image(self, line: int, one: dict[str, Any], found: ValueMasks) -> None:
        image = self._image_for(one, found)
        masks = dict(zip(found.values, found.masks, strict=True))
        masks.pop(VOID, None)
        for info in one["segments_info"]:
            number = info.get("id") if isinstance(info, dict) else None
            category = info.get("category_id") if isinstance(info, dict) else None
            known = self.categories.get(category) if type(category) is int else None
            if known is None and not self.truth and type(category) is int:
                known = self.builder.class_ref(category)
            mask = masks.pop(number, None) if type(number) is int else None
            if known is None or mask is None:
                what = f"segment {shown(number)}: "
                what += "is not in the PNG" if mask is None else f"category {shown(category)}?"
                self._reject(line, 1, "E-PANOPTIC-SEGMENT", what)
                continue
            self._add(line, image, known, info, mask, found)
        self.void += len(masks)

    def _add(
        self,
        line: int,
        image: int,
        known: int,
        info: dict[str, Any],
        mask: bytes,
        found: ValueMasks,
    ) -> None:
        score = real(info.get("score"))
        self.confident += score is not None
        self.builder.add(
            image,
            known,
            Kind.BITMASK,
            mask=mask,
            mask_size=(found.width, found.height),
            confidence=float("nan") if self.truth else 1.0 if score is None else score,
            crowd=self.truth and info.get("iscrowd") == 1,
            line=line,
        )

    def _image_for(self, one: dict[str, Any], found: ValueMasks) -> int:
        """The image of an annotation; of results also one that the file does not list."""
        key = one.get("image_id")
        if isinstance(key, int | str) and key in self.image_of:
            return self.image_of[key]
        name = str(one.get("file_name", "")) if not isinstance(key, int | str) else str(key)
        return self.builder.image(name, width=found.width, height=found.height)

    def _reject(self, line: int, count: int, code: str, problem: str) -> None:
        for _ in range(count):
            self.builder.report.reject(code, f"annotations[{line - 1}]", problem)
