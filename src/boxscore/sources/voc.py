"""Pascal VOC: an XML file per image; results of the devkit, a text file per class.

Corners are used as they stand, in pixels: nothing is subtracted, fractions are kept. Objects marked
as difficult never count. Source: Everingham et al. 2010, "The PASCAL Visual Object Classes (VOC)
Challenge"; VOCdevkit's documentation.
"""

from __future__ import annotations

from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files
from boxscore.sources.voc_layout import VocLayout, class_in_name, is_devkit_name
from boxscore.sources.voc_objects import VocFile
from boxscore.sources.voc_plain import PlainRecords, read_ahead
from boxscore.sources.voc_results import ResultFile, looks_like_results
from boxscore.sources.xml_text import read_xml, root_of

CONVENTION = Convention(corners="xyxy", scale="pixels")
LARGEST_FILE = 16 << 20


def recognise(path: Path, role: Role) -> Guess:
    """By XML with the root `annotation`, or by the names of the devkit's result files."""
    if path.is_file():
        texts, marked = [path], [path]
    else:
        texts, marked = first_files(path, (".txt",)), first_files(path, (".xml",))
    if role == "predictions":
        named = [file for file in texts if is_devkit_name(file)]
        if named and looks_like_results(named[0]):
            return Guess(share=0.97, why=f"results of the VOC devkit, as {named[0].name}")
    for file in marked[:3]:
        root = root_of(file) if file.suffix.lower() == ".xml" else None
        if root is not None and root.tag == "annotation":
            return Guess(share=0.95, why=f"XML files of VOC, as {file.name}")
    return NO


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a folder of XML files, or for predictions one of result files.

    Raises:
        SourceError: It holds neither, or a file is no XML.
    """
    builder = RawBuilder("voc", path, report, CONVENTION)
    single = path.is_file()
    marked = [f for f in ([path] if single else files_below(path, (".xml",))) if _is_xml(f)]
    if request.role == "predictions" and (not marked or _named(path)):
        _read_results(path, builder)
    elif marked:
        _read_xml(path, marked, request, builder)
    else:
        fix = "name the folder that holds Annotations/, or the XML files themselves"
        raise SourceError(path, "", "holds no XML file", fix=fix, code="E-VOC-EMPTY")
    return builder.build()


def _read_xml(path: Path, marked: list[Path], request: ReadRequest, builder: RawBuilder) -> None:
    truth = request.role == "truth"
    layout = VocLayout(path, marked, find_pictures=truth and request.images is None)
    read_files, others = 0, 0
    plain = PlainRecords(builder, layout)
    unread = ((file, None) for file in counted(marked, "XML files"))
    for file, found in read_ahead(marked) if truth else unread:
        if found is not None:
            plain.add(file, found)
            read_files += 1
            continue
        plain.flush()
        root = read_xml(file, LARGEST_FILE)
        if root.tag != "annotation":
            others += 1
            continue
        read_files += 1
        VocFile(builder, layout, file, predicted=not truth).read(root)
    plain.flush()
    if not read_files:
        fix = "VOC's files have the root <annotation>"
        raise SourceError(path, "", "no XML file is one of VOC", fix=fix, code="E-VOC-EMPTY")
    for code, problem, count in (
        ("N-VOC-OTHER-XML", "XML files of another kind: left out", others),
        ("W-VOC-FILENAME", "<filename> names another file: the XML file's name is used",
         layout.renamed),
        ("N-VOC-NO-XML", "pictures without an XML file: left out", layout.unlabelled(read_files)),
        ("N-VOC-PARTS", "parts of objects (head, hand, foot): left out", layout.parts),
        ("N-VOC-DELETED", "objects that LabelMe marks as deleted: left out", layout.deleted),
        ("N-VOC-SEGM", "masks that LabelMe keeps as pictures: only their boxes are read",
         layout.drawn),
        ("N-VOC-POSE", "poses that are no direction: left out", layout.poses),
    ):  # fmt: skip
        if count:
            builder.report.note(code, problem, count)


def _is_xml(file: Path) -> bool:
    return file.suffix.lower() == ".xml"


def _named(path: Path) -> list[Path]:
    """Files that are called as results of the devkit."""
    texts = [path] if path.is_file() else files_below(path, (".txt",))
    return [file for file in texts if is_devkit_name(file)]


def _read_results(path: Path, builder: RawBuilder) -> None:
    texts = [path] if path.is_file() else files_below(path, (".txt",))
    named = _named(path) or texts
    if not named:
        fix = "name the folder with comp4_det_test_CLASS.txt, one file per class"
        raise SourceError(path, "", "holds no file of results", fix=fix, code="E-VOC-EMPTY")
    root = path if path.is_dir() else path.parent
    for file in named:
        ResultFile(builder, file, root).read(class_in_name(file))
    if len(named) < len(texts):
        problem = "text files without a class in their name: left out"
        builder.report.note("N-VOC-OTHER-TEXT", problem, len(texts) - len(named))
