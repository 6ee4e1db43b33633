"""CVAT XML 1.1: images with their shapes, or a video with tracks; read as a stream.

Every shape is read: boxes (also turned), polygons, polylines, points, ellipses, masks, skeletons;
tags become answers about the image. A track's shape that is outside is none. Source: CVAT's
documentation, "CVAT for image" and "CVAT for video".
"""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.sources.cvat_meta import CvatMeta, Frames, whole_number
from boxscore.sources.cvat_shapes import SHAPES, ShapeReader
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files
from boxscore.sources.xml_text import Element, root_of, stream_xml

CONVENTION = Convention(corners="xyxy", scale="pixels")
WHOLE = frozenset({"meta", "image", *SHAPES})


def recognise(path: Path, role: Role) -> Guess:
    """By XML with the root `annotations`."""
    if role != "truth":
        return NO
    for file in [path] if path.is_file() else first_files(path, (".xml",), 5):
        if file.suffix.lower() == ".xml" and _is_cvat(file):
            return Guess(share=0.95, why=f"an XML file of CVAT, {file.name}")
    return NO


def _is_cvat(file: Path) -> bool:
    root = root_of(file)
    return root is not None and root.tag == "annotations"


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a file, or every file of a folder.

    Raises:
        SourceError: There is none, or one is no XML of CVAT.
    """
    builder = RawBuilder("cvat", path, report, CONVENTION)
    files = [path] if path.is_file() else files_below(path, (".xml",))
    files = [file for file in files if _is_cvat(file)]
    if not files:
        fix = "export as CVAT for images 1.1, or CVAT for video 1.1"
        raise SourceError(path, "", "holds no XML file of CVAT", fix=fix, code="E-CVAT-EMPTY")
    root = path if path.is_dir() else path.parent
    search = request.images is None
    pictures = PictureFiles([root / "images", root] if search else [])
    shapes = ShapeReader(builder)
    for file in counted(files, "XML files"):
        _CvatFile(builder, shapes, pictures, shown(file.relative_to(root).as_posix())).read(file)
    shapes.finish()
    return builder.build()


class _CvatFile:
    """Reads one file."""

    def __init__(
        self, builder: RawBuilder, shapes: ShapeReader, pictures: PictureFiles, name: str
    ) -> None:
        self.builder, self.shapes, self.pictures, self.name = builder, shapes, pictures, name
        self.meta = CvatMeta()
        self.frames: Frames | None = None
        self.filmed = True
        self.named: set[str] = set()
        self.shared = self.within = 0

    def read(self, file: Path) -> None:
        """Add all that it holds, in its order."""
        self.builder.file(self.name)
        for element in stream_xml(file, WHOLE):
            if element.tag == "meta":
                self.meta = CvatMeta.of(element, file.stem)
                self.shapes.start(self.name, self.meta)
            elif element.tag == "image":
                self._image(element)
            elif element.parent is not None and element.parent.tag == "track":
                outer = element.parent.parent
                if outer is not None and outer.tag == "track":
                    self.within += 1  # a point of a skeleton, which has it as well
                else:
                    self._tracked(element, element.parent)
        if self.filmed:
            frames = self._video()
            for frame in self.meta.all_frames():
                frames.image(frame)
        for code, problem, number in (
            ("N-CVAT-POINTS", "points of skeletons in tracks of their own: left out", self.within),
            ("W-CVAT-SHARED", "images that share a name: kept apart by subset", self.shared),
        ):
            if number:
                self.builder.report.note(code, problem, number)

    def _video(self) -> Frames:
        if self.frames is None:
            self.frames = Frames(self.builder, self.meta, self.pictures)
        return self.frames

    def _image(self, element: Element) -> None:
        self.filmed = False
        given = element.attributes
        name = given.get("name", "")
        if not name:
            place = f"{self.name}:{element.line}"
            self.builder.report.reject("E-CVAT-IMAGE", place, "image without a name")
            return
        subset = given.get("subset", "")
        path, title = self.pictures.find(*([f"{subset}/{name}"] if subset else []), name)
        key = self._key(name, subset, given.get("task_id", ""))
        width, height = (whole_number(given.get(side, "")) or 0 for side in ("width", "height"))
        image = self.builder.image(
            key,
            width=width,
            height=height,
            path=path,
            title=title,
            split=subset if subset != "default" else "",
        )
        for shape in element.children:
            self.shapes.add(shape, image, (width, height), given_by=shape)

    def _key(self, name: str, subset: str, task: str) -> str:
        """The name; of another image of that name, with its subset, its task or a number before it.

        A project of several tasks has many a frame_000000.png.
        """
        tries = chain([name], (f"{way}/{name}" for way in (subset, task) if way),
                      (f"{number}/{name}" for number in count(2)))  # fmt: skip
        key = next(one for one in tries if one not in self.named)
        self.named.add(key)
        self.shared += key != name
        return key

    def _tracked(self, shape: Element, track: Element) -> None:
        frame = whole_number(shape.attributes.get("frame", ""))
        if frame is None:
            place = f"{self.name}:{shape.line}"
            self.builder.report.reject("E-CVAT-FRAME", place, "shape of a track without a frame")
            return
        image, size = self._video().image(frame), (self.meta.width, self.meta.height)
        if shape.attributes.get("outside") == "1":
            self.shapes.outside += 1
        else:
            self.shapes.add(shape, image, size, given_by=track)
