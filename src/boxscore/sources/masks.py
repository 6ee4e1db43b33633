"""Mask images: PNGs whose values are class indices, instances, or colours of a table.

A file whose name or folder says the class holds one object for each value above 0. In others a
value is a class index, or, from 1000, class times 1000 and the instance (Cityscapes: a class that
has instances but no number of one is a crowd region). 255 is void unless it is named.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.doctor.classes import FROM_0
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.mask_layout import MaskFile, MaskLayout, layout_of
from boxscore.sources.mask_sets import voc_colours
from boxscore.sources.pixel_maps import ValueMasks, read_map, read_maps
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.yolo_lists import SPLITS

CONVENTION = Convention(corners="xywh", scale="pixels")
VOID = 255
INSTANCES = 1000
FEW = 64
"""Values up to which an image looks like a mask rather than a photograph."""
LOOKED_AT = 3
BINARY = {0: "background", 1: "foreground"}


def recognise(path: Path, role: Role) -> Guess:
    """A folder whose PNGs have few values, or a YAML that names folders of masks."""
    if not path.is_dir() and path.suffix.lower() not in (".yaml", ".yml"):
        return NO
    try:
        layout = layout_of(path, ReadRequest(role=role))
    except (SourceError, OSError):
        return NO
    if path.is_file() and not layout.classes.names:
        return NO
    some = [(file.path.name, read_map(file.path)) for file in layout.files[:LOOKED_AT]]
    likely = all(not m.code and len(m.values) <= FEW for _, m in some)
    if not likely or not _has_colours(layout, [m for _, m in some]):
        return NO
    share = 0.6 if role == "truth" and _may_be_pictures(layout) else 0.75
    return Guess(share=share, why=f"PNGs of few values, as {some[0][0]}")


def _has_colours(layout: MaskLayout, maps: list[ValueMasks]) -> bool:
    """Whether colours have a meaning, if there are any; VOC's have one without a table."""
    met = {value for m in maps if m.coloured for value in m.values}
    return not met or bool(layout.classes.colours) or met <= voc_colours().keys()


def _may_be_pictures(layout: MaskLayout) -> bool:
    """Whether nothing but the values speaks for masks: small pictures in class folders look so."""
    folders = {file.path.parent for file in layout.files}
    named = layout.classes.names or any(file.class_name for file in layout.files)
    splits = any(folder.name.lower().startswith(SPLITS) for folder in folders)
    return len(folders) > 1 and not named and not splits and not layout.pictures.files


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read every mask below a folder, or in the folders that a YAML names.

    Raises:
        SourceError: There is none, or the table of classes is damaged.
    """
    layout = layout_of(path, request)
    builder = RawBuilder("masks", path, report, CONVENTION)
    for number, name in sorted(layout.classes.names.items()):
        builder.class_ref(number, name)
    maps = read_maps([file.path for file in layout.files])
    if not layout.classes.colours and _has_colours(layout, maps):
        layout.classes.colours = voc_colours()
        if any(m.coloured for m in maps):
            report.note("N-MASK-VOC", "colours read as the indices of Pascal VOC's palette")
    zero = request.from_zero or _by_place(maps, request)
    reader = _Reader(layout, builder, request, _is_binary(layout, maps), zero)
    for file, found in zip(layout.files, maps, strict=True):
        reader.read(file, found)
    reader.finish()
    return builder.build()


def _is_binary(layout: MaskLayout, maps: list[ValueMasks]) -> bool:
    """Whether 255 means inside: where no file has another value than it and 0."""
    met = {value for m in maps if not m.code for value in m.values}
    return VOID in met and met <= {0, VOID} and VOID not in layout.classes.names


def _by_place(maps: list[ValueMasks], request: ReadRequest) -> bool:
    """Whether values are places in the project's list of classes from 0, and not their numbers."""
    known = {number for number, _ in request.classes if number is not None}
    met = {value for m in maps if not m.coloured for value in m.values} - {0, VOID}
    return bool(met) and not met <= known and max(met) < len(request.classes)


@dataclass(slots=True)
class _Reader:
    """Masks to records."""

    layout: MaskLayout
    builder: RawBuilder
    request: ReadRequest
    binary: bool
    zero: bool
    unnamed: Counter[int] = field(default_factory=Counter)
    used: set[Path] = field(default_factory=set)
    uncounted: int = 0

    @property
    def truth(self) -> bool:
        """Whether ground truth is read."""
        return self.request.role == "truth"

    def read(self, file: MaskFile, found: ValueMasks) -> None:
        """The objects or classes of one file."""
        name = self._name(file.path)
        number = self.builder.file(name)
        if found.code:
            self.builder.report.reject(found.code, name, found.problem)
            return
        if found.coloured and file.class_name is None and not self.layout.classes.colours:
            fix = "put a table of colours beside the masks: classes.txt with name:r,g,b lines"
            problem = "has colours, and no table says what they mean"
            self.builder.report.reject("E-MASK-COLOUR", name, problem, fix)
            return
        image = self._image(file, found)
        for value, mask in zip(found.values, found.masks, strict=True):
            class_ref, crowd = self._meaning(file, found, value)
            if class_ref is None:
                continue
            self.builder.add(
                image,
                class_ref,
                Kind.BITMASK,
                mask=mask,
                mask_size=(found.width, found.height),
                confidence=float("nan") if self.truth else 1.0,
                crowd=crowd,
                file=number,
            )

    def _name(self, path: Path) -> str:
        root = self.layout.root
        return shown(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)

    def _image(self, file: MaskFile, found: ValueMasks) -> int:
        picture = self.layout.pictures.of(file.key)
        if picture is not None:
            self.used.add(picture)
        return self.builder.image(
            file.key,
            frame=file.frame,
            width=0 if picture else found.width,
            height=0 if picture else found.height,
            path=picture,
            title=self.layout.pictures.title(picture) if picture else "",
            split=file.split,
        )

    def _meaning(self, file: MaskFile, found: ValueMasks, value: int) -> tuple[int | None, bool]:
        """The class of a value, and whether it is a crowd region; None for no class."""
        if file.class_name is not None:
            return (self._named(file.class_name) if value else None), False
        if found.coloured:
            number = self.layout.classes.colours.get(value)
            return self._numbered(value if number is None else number, void=number is None), False
        if value >= INSTANCES and value not in self.layout.classes.names:
            return self._numbered(value // INSTANCES), False
        if self.binary:
            names = self.layout.classes.names or BINARY
            number = min(value, 1)
            return self.builder.class_ref(number, names.get(number)), False
        split = any(v // INSTANCES == value for v in found.values if v >= INSTANCES)
        crowd = self.truth and (split or value in self.layout.classes.things)
        crowd = crowd and value not in (0, VOID)
        return self._numbered(value), crowd

    def _named(self, name: str) -> int:
        for number, known in self.layout.classes.names.items():
            if known.casefold() == name.casefold():
                return self.builder.class_ref(number, known)
        return self.builder.class_ref(name=name)

    def _numbered(self, value: int, *, void: bool = False) -> int | None:
        """The class of an index; None, and counted, where it has none."""
        names = self.layout.classes.names
        if value in self.layout.classes.void:
            self.uncounted += 1
            return None
        if value in names and not void:
            return self.builder.class_ref(value, names[value])
        known = {number for number, _ in self.request.classes if number is not None}
        background = value == 0 and known and 0 not in known and not self.zero
        if not void and value == 0 and names:
            return None  # Where classes have names, 0 without one is the background.
        if void or value == VOID or names or background:
            self.unnamed[value] += 1
            return None
        return self.builder.class_ref(value)

    def finish(self) -> None:
        """What was left out, and pictures without a mask."""
        report = self.builder.report
        void = self.unnamed.pop(VOID, 0)
        if void:
            report.note("N-MASK-VOID", "files with pixels of value 255: void, not counted", void)
        if self.uncounted:
            problem = "regions of values that this set does not count: void"
            report.note("N-MASK-UNCOUNTED", problem, self.uncounted)
        if self.unnamed:
            listed = ", ".join(map(str, sorted(self.unnamed)[:20]))
            problem = f"values without a class, whose pixels are void: {listed}"
            if 0 in self.unnamed and not self.truth:
                problem += "; where 0 is a class, a mapping file says classes: by: " + repr(FROM_0)
            report.note("W-MASK-VALUE", problem, sum(self.unnamed.values()), wrong=True)
        if self.binary:
            report.note("N-MASK-BINARY", "masks of 0 and 255 only: 255 read as class 1")
        if self.layout.skipped:
            problem = "other PNGs beside the masks: not read"
            report.note("N-MASK-OTHERS", problem, self.layout.skipped)
        bare = [p for p in self.layout.pictures.files if p not in self.used] if self.truth else []
        for picture in bare:
            title = self.layout.pictures.title(picture)
            self.builder.image(Path(title).with_suffix("").as_posix(), path=picture, title=title)
        if bare:
            problem = "images without a mask: kept, as images without objects"
            report.note("W-MASK-NO-MASK", problem, len(bare))
